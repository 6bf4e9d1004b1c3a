package auth_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"perci.health/careline"
	"perci.health/careline/auth"
)

// tenants is the claim: T1 with one role, unless that is empty, and T2 with another.
func tenants(first, second string) map[string]any {
	all := map[string]any{"T2": map[string]any{"permissions": []string{"SSO Admin"}, "roles": []string{"admin", second}}}
	if first != "" {
		all["T1"] = map[string]any{"permissions": []string{}, "roles": []string{first}}
	}
	return all
}

// whole is a session's claims as Descope documents them ("Session Overview").
var whole = jwt.MapClaims{
	"amr": []string{"email", "mfa"}, "drn": "DS", "iss": "https://api.descope.com/v1/apps/" + project, "sub": "U2user", "dct": "T2",
	"rexp": "2026-04-02T09:00:00Z", "roles": nil, "permissions": []string{}, "tenants": tenants("clinician", "clinician"),
	"nsec": map[string]any{"theme": "dark"},
}

func TestSessionAccepts(t *testing.T) {
	t.Parallel()
	c := newClock()
	r, e, o := rsaKey(t, "r"), ec(t, "e"), edKey(t, "o")
	big, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	e384 := signer{"e384", jwt.SigningMethodES384, big}
	ps := signer{"ps", jwt.SigningMethodPS256, r.private}
	i := newIssuer(t, r, e, o, e384, ps)
	v := verifier(t, i, c)
	now := c.now().Unix()
	tests := map[string]struct {
		key     signer
		changes jwt.MapClaims
		scheme  string
	}{
		"RS256":                    {key: r},
		"ES256":                    {key: e},
		"ES384":                    {key: e384},
		"PS256":                    {key: ps},
		"EdDSA":                    {key: o},
		"issuer as URL":            {key: e, changes: jwt.MapClaims{"iss": "https://api.descope.com/" + project}},
		"issuer as deeper URL":     {key: e, changes: jwt.MapClaims{"iss": "https://auth.example.org/v1/apps/" + project}},
		"role in the only tenant":  {key: e, changes: jwt.MapClaims{"roles": nil, "tenants": tenants("", "clinician")}},
		"role in the current one":  {key: e, changes: jwt.MapClaims{"roles": nil, "dct": "T2", "tenants": tenants("nurse", "clinician")}},
		"project's role, any dct":  {key: e, changes: jwt.MapClaims{"dct": "T1", "tenants": tenants("nurse", "nurse")}},
		"a whole session":          {key: e, changes: whole},
		"one of several roles":     {key: e, changes: jwt.MapClaims{"roles": []string{"admin", "clinician"}}},
		"no drn":                   {key: e, changes: jwt.MapClaims{"drn": nil}},
		"issuer's clock ahead":     {key: e, changes: jwt.MapClaims{"iat": now + 20, "nbf": now + 20}},
		"just ended, within skew":  {key: e, changes: jwt.MapClaims{"exp": now - 20}},
		"scheme in any case":       {key: e, scheme: "bearer "},
		"an audience of their own": {key: e, changes: jwt.MapClaims{"aud": []string{project}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tt.scheme == "" {
				tt.scheme = "Bearer "
			}
			got, err := v.Session(t.Context(), request(tt.scheme+sign(t, tt.key, c.claims(tt.changes))))
			if err != nil || got.ID != practitioner {
				t.Errorf("Session = %v, %v; want the practitioner", got, err)
			}
		})
	}
}

func TestSessionRefuses(t *testing.T) {
	t.Parallel()
	c := newClock()
	r, e := rsaKey(t, "r"), ec(t, "e")
	i := newIssuer(t, r, e)
	v := verifier(t, i, c)
	now := c.now().Unix()
	good := sign(t, e, c.claims(nil))
	parts := strings.Split(good, ".")
	public, err := x509.MarshalPKIXPublicKey(r.private.Public())
	if err != nil {
		t.Fatal(err)
	}
	symmetric := jwt.NewWithClaims(jwt.SigningMethodHS256, c.claims(nil))
	symmetric.Header["kid"] = "r"
	confused, err := symmetric.SignedString(public)
	if err != nil {
		t.Fatal(err)
	}
	unsigned := jwt.NewWithClaims(jwt.SigningMethodNone, c.claims(nil))
	unsigned.Header["kid"] = "r"
	none, err := unsigned.SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	with := func(changes jwt.MapClaims) []string { return []string{"Bearer " + sign(t, e, c.claims(changes))} }
	tests := map[string]struct {
		header []string
		want   careline.Code
	}{
		"no header":                      {nil, careline.CodeUnauthenticated},
		"another scheme":                 {[]string{"Basic " + good}, careline.CodeUnauthenticated},
		"no token":                       {[]string{"Bearer "}, careline.CodeUnauthenticated},
		"two headers":                    {[]string{"Bearer " + good, "Bearer " + good}, careline.CodeUnauthenticated},
		"not a token":                    {[]string{"Bearer hello"}, careline.CodeUnauthenticated},
		"a token of megabytes":           {[]string{"Bearer " + strings.Repeat("a", 1<<20)}, careline.CodeUnauthenticated},
		"no signature":                   {[]string{"Bearer " + parts[0] + "." + parts[1] + "."}, careline.CodeUnauthenticated},
		"alg none":                       {[]string{"Bearer " + none}, careline.CodeUnauthenticated},
		"public key as HMAC secret":      {[]string{"Bearer " + confused}, careline.CodeUnauthenticated},
		"signed by a stranger":           {[]string{"Bearer " + sign(t, ec(t, "e"), c.claims(nil))}, careline.CodeUnauthenticated},
		"another algorithm of the key":   {[]string{"Bearer " + sign(t, signer{"r", jwt.SigningMethodPS256, r.private}, c.claims(nil))}, careline.CodeUnauthenticated},
		"unknown key":                    {[]string{"Bearer " + sign(t, ec(t, "x"), c.claims(nil))}, careline.CodeUnauthenticated},
		"no key id":                      {[]string{"Bearer " + sign(t, signer{"", e.method, e.private}, c.claims(nil))}, careline.CodeUnauthenticated},
		"ended":                          {with(jwt.MapClaims{"exp": now - 31}), careline.CodeUnauthenticated},
		"never ends":                     {with(jwt.MapClaims{"exp": nil}), careline.CodeUnauthenticated},
		"not yet":                        {with(jwt.MapClaims{"nbf": now + 31}), careline.CodeUnauthenticated},
		"issued in the future":           {with(jwt.MapClaims{"iat": now + 31}), careline.CodeUnauthenticated},
		"no issuer":                      {with(jwt.MapClaims{"iss": nil}), careline.CodeUnauthenticated},
		"another project":                {with(jwt.MapClaims{"iss": "P2Other"}), careline.CodeUnauthenticated},
		"another project's URL":          {with(jwt.MapClaims{"iss": "https://api.descope.com/P2Other"}), careline.CodeUnauthenticated},
		"a project that ends like ours":  {with(jwt.MapClaims{"iss": "https://api.descope.com/X" + project}), careline.CodeUnauthenticated},
		"ours in the query only":         {with(jwt.MapClaims{"iss": "https://evil.example/?/" + project}), careline.CodeUnauthenticated},
		"role in another tenant":         {with(jwt.MapClaims{"roles": nil, "dct": "T1", "tenants": tenants("nurse", "clinician")}), careline.CodeForbidden},
		"role in a tenant not chosen":    {with(jwt.MapClaims{"roles": nil, "tenants": tenants("nurse", "clinician")}), careline.CodeForbidden},
		"current tenant not their own":   {with(jwt.MapClaims{"roles": nil, "dct": "T9", "tenants": tenants("", "clinician")}), careline.CodeForbidden},
		"current tenant is no text":      {with(jwt.MapClaims{"roles": nil, "dct": 2, "tenants": tenants("", "clinician")}), careline.CodeForbidden},
		"current tenant is empty":        {with(jwt.MapClaims{"roles": nil, "dct": "", "tenants": tenants("", "clinician")}), careline.CodeForbidden},
		"tenants as a list":              {with(jwt.MapClaims{"roles": nil, "dct": "T2", "tenants": []string{"T2"}}), careline.CodeForbidden},
		"permission in the tenant":       {with(jwt.MapClaims{"roles": nil, "dct": "T2", "tenants": map[string]any{"T2": map[string]any{"permissions": []string{"clinician"}}}}), careline.CodeForbidden},
		"a trusted device's token":       {with(jwt.MapClaims{"drn": "DTD"}), careline.CodeUnauthenticated},
		"drn is no text":                 {with(jwt.MapClaims{"drn": []string{"DS"}}), careline.CodeUnauthenticated},
		"refresh token":                  {with(jwt.MapClaims{"drn": "DSR"}), careline.CodeUnauthenticated},
		"no role":                        {with(jwt.MapClaims{"roles": nil}), careline.CodeForbidden},
		"another role":                   {with(jwt.MapClaims{"roles": []string{"Clinician", "clinicians"}}), careline.CodeForbidden},
		"role as text":                   {with(jwt.MapClaims{"roles": "clinician"}), careline.CodeForbidden},
		"role as a permission":           {with(jwt.MapClaims{"roles": nil, "permissions": []string{"clinician"}}), careline.CodeForbidden},
		"role chosen by the client":      {with(jwt.MapClaims{"roles": nil, "nsec": map[string]any{"roles": []string{"clinician"}}}), careline.CodeForbidden},
		"no practitioner":                {with(jwt.MapClaims{"medplumPractitionerId": nil}), careline.CodeInvalid},
		"practitioner not a FHIR id":     {with(jwt.MapClaims{"medplumPractitionerId": "Practitioner/1"}), careline.CodeInvalid},
		"practitioner a number":          {with(jwt.MapClaims{"medplumPractitionerId": 7}), careline.CodeInvalid},
		"practitioner chosen by client":  {with(jwt.MapClaims{"medplumPractitionerId": nil, "nsec": map[string]any{"medplumPractitionerId": practitioner}}), careline.CodeInvalid},
		"neither role nor practitioner":  {with(jwt.MapClaims{"roles": nil, "medplumPractitionerId": nil}), careline.CodeForbidden},
		"signature of another good body": {[]string{"Bearer " + parts[0] + "." + strings.Split(sign(t, e, c.claims(jwt.MapClaims{"sub": "other"})), ".")[1] + "." + parts[2]}, careline.CodeUnauthenticated},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 2 { // the second time from what was kept, if it was
				got, err := v.Session(t.Context(), request(tt.header...))
				if err == nil || careline.CodeOf(err) != tt.want || got.ID != "" {
					t.Errorf("Session = %v, %v (%s); want %s", got, err, careline.CodeOf(err), tt.want)
				}
				for _, h := range tt.header {
					if _, token, _ := strings.Cut(h, " "); len(token) > 20 && err != nil && strings.Contains(err.Error(), token) {
						t.Errorf("the error quotes the token")
					}
				}
			}
		})
	}
}

func TestSessionEndsOnTime(t *testing.T) {
	t.Parallel()
	c := newClock()
	k := ec(t, "e")
	v := verifier(t, newIssuer(t, k), c)
	r := request("Bearer " + sign(t, k, c.claims(nil)))
	for _, step := range []struct {
		forward time.Duration
		want    careline.Code
	}{{0, ""}, {599 * time.Second, ""}, {30 * time.Second, ""}, {2 * time.Second, careline.CodeUnauthenticated}} {
		c.forward(step.forward)
		_, err := v.Session(t.Context(), r)
		if (err == nil) != (step.want == "") || (err != nil && careline.CodeOf(err) != step.want) {
			t.Errorf("at %v: %v; want %q", c.now(), err, step.want)
		}
	}
}

func TestNewChecksItsSettings(t *testing.T) {
	t.Parallel()
	good := auth.Config{ProjectID: "P", BaseURL: "https://api.descope.com", PractitionerClaim: "c", ClinicianRole: "r"}
	if _, err := auth.New(good); err != nil {
		t.Errorf("good settings: %v", err)
	}
	for i, spoil := range []func(*auth.Config){
		func(c *auth.Config) { c.ProjectID = "" },
		func(c *auth.Config) { c.PractitionerClaim = "" },
		func(c *auth.Config) { c.ClinicianRole = "" },
		func(c *auth.Config) { c.BaseURL = "" },
		func(c *auth.Config) { c.BaseURL = "api.descope.com" },
		func(c *auth.Config) { c.BaseURL = "ftp://api.descope.com" },
	} {
		bad := good
		spoil(&bad)
		if _, err := auth.New(bad); err == nil {
			t.Errorf("case %d was accepted: %+v", i, bad)
		}
	}
}

func BenchmarkSession(b *testing.B) {
	c := newClock()
	for _, k := range []signer{rsaKey(b, "r"), ec(b, "e")} {
		i := newIssuer(b, k)
		b.Run(k.method.Alg()+"/cached", func(b *testing.B) {
			v, r := verifier(b, i, c), request("Bearer "+sign(b, k, c.claims(nil)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Session(context.Background(), r); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(k.method.Alg()+"/uncached", func(b *testing.B) {
			v := verifier(b, i, c)
			requests := make([]string, 12_000) // more than are kept
			for n := range requests {
				requests[n] = "Bearer " + sign(b, k, c.claims(jwt.MapClaims{"jti": fmt.Sprint(n)}))
			}
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				if _, err := v.Session(context.Background(), request(requests[n%len(requests)])); err != nil {
					b.Fatal(err)
				}
				n++
			}
		})
	}
}
