package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"perci.health/careline"
	"perci.health/careline/auth"
)

// An issuer that makes a new key under the old one's id is asked once more, and
// its sessions go on.
func TestReusedKeyIDIsFetchedAfterABadSignature(t *testing.T) {
	t.Parallel()
	for name, fresh := range map[string]signer{"another key": ec(t, "k"), "another algorithm": rsaKey(t, "k")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClock()
			i := newIssuer(t, ec(t, "k"))
			v := verifier(t, i, c)
			if err := v.Warm(t.Context()); err != nil {
				t.Fatal(err)
			}
			i.rotate(fresh)
			c.forward(auth.KeysRetryAfter)
			got, err := v.Session(t.Context(), request("Bearer "+sign(t, fresh, c.claims(nil))))
			if err != nil || got.ID != practitioner {
				t.Errorf("the new key under the old id: %v, %v", got, err)
			}
			if n := i.fetches.Load(); n != 2 {
				t.Errorf("%d fetches; want 2", n)
			}
		})
	}
}

// Push tokens are read with the same set.
func TestPushVerifierReadsAReusedKeyIDOfGoogle(t *testing.T) {
	t.Parallel()
	c, old, fresh := newClock(), rsaKey(t, "k"), rsaKey(t, "k")
	i := newIssuer(t, old)
	v := pushVerifier(t, i, c)
	if err := v.Verify(t.Context(), sign(t, old, pushClaims(c, nil))); err != nil {
		t.Fatal(err)
	}
	i.rotate(fresh)
	c.forward(auth.KeysRetryAfter)
	if err := v.Verify(t.Context(), sign(t, fresh, pushClaims(c, nil))); err != nil {
		t.Errorf("the new key under the old id: %v", err)
	}
}

// Bad signatures, which anybody can make, do not have the issuer asked at will.
func TestVerifierSparesTheIssuerBadSignatures(t *testing.T) {
	t.Parallel()
	c, k, stranger := newClock(), ec(t, "e"), ec(t, "e")
	i := newIssuer(t, k)
	v := verifier(t, i, c)
	if err := v.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	const bad, apart = 60, 500 * time.Millisecond
	for n := range bad {
		c.forward(apart)
		_, err := v.Session(t.Context(), request("Bearer "+sign(t, stranger, c.claims(jwt.MapClaims{"jti": fmt.Sprint(n)}))))
		if careline.CodeOf(err) != careline.CodeUnauthenticated {
			t.Fatalf("a stranger's token: %v", err)
		}
	}
	if n, most := i.fetches.Load(), 1+int64(bad*apart/auth.KeysRetryAfter); n < 2 || n > most {
		t.Errorf("%d fetches for %d bad signatures; want 2 to %d", n, bad, most)
	}
	if _, err := v.Session(t.Context(), request("Bearer "+sign(t, k, c.claims(nil)))); err != nil {
		t.Errorf("the good key meanwhile: %v", err)
	}
}

// While the issuer is down nobody can tell whether the id has a new key.
func TestVerifierHasNoVerdictOnABadSignatureDuringAnOutage(t *testing.T) {
	t.Parallel()
	c, k, fresh := newClock(), ec(t, "e"), ec(t, "e")
	i := newIssuer(t, k)
	v := verifier(t, i, c)
	if err := v.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	i.down.Store(true)
	c.forward(auth.KeysRetryAfter)
	if _, err := v.Session(t.Context(), request("Bearer "+sign(t, fresh, c.claims(nil)))); careline.CodeOf(err) != careline.CodeUnavailable {
		t.Errorf("during the outage: %v; want unavailable", err)
	}
	if _, err := v.Session(t.Context(), request("Bearer "+sign(t, k, c.claims(nil)))); err != nil {
		t.Errorf("the known key during the outage: %v", err)
	}
}

// thin is a P-256 key of which a coordinate begins with a zero byte.
func thin(t *testing.T, kid string) signer {
	t.Helper()
	for {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := k.PublicKey.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if raw[1] == 0 {
			return signer{kid, jwt.SigningMethodES256, k}
		}
	}
}

// Keys are read as issuers write them, not only as RFC 7518 would have them
// written; an entry that is odd takes no other one along.
func TestVerifierReadsKeysAsIssuersWriteThem(t *testing.T) {
	t.Parallel()
	e, r, o := thin(t, "e"), rsaKey(t, "r"), edKey(t, "o")
	padded := func(text any) any {
		s := text.(string)
		return s + "===="[:(4-len(s)%4)%4]
	}
	standard := func(raw []byte) string { return base64Std(raw) }
	point := func(k signer) (x, y []byte) {
		raw, err := k.private.Public().(*ecdsa.PublicKey).Bytes()
		if err != nil {
			t.Fatal(err)
		}
		return raw[1:33], raw[33:]
	}
	change := func(k signer, change func(map[string]any)) map[string]any {
		j := jwkOf(k)
		change(j)
		return j
	}
	x, y := point(e)
	for name, tt := range map[string]struct {
		key signer
		jwk map[string]any
	}{
		"EC padded": {e, change(e, func(j map[string]any) { j["x"], j["y"] = padded(j["x"]), padded(j["y"]) })},
		"EC without its zero byte": {e, change(e, func(j map[string]any) {
			j["x"] = base64URL(new(big.Int).SetBytes(x).Bytes())
		})},
		"EC with a zero byte more": {e, change(e, func(j map[string]any) {
			j["x"], j["y"] = base64URL(append([]byte{0}, x...)), base64URL(append([]byte{0}, y...))
		})},
		"EC in plain base64":  {e, change(e, func(j map[string]any) { j["x"], j["y"] = standard(x), standard(y) })},
		"RSA in plain base64": {r, change(r, func(j map[string]any) { j["n"] = standard(modulus(r)) })},
		"RSA padded":          {r, change(r, func(j map[string]any) { j["n"], j["e"] = padded(j["n"]), padded(j["e"]) })},
		"RSA with a zero byte": {r, change(r, func(j map[string]any) {
			j["n"] = base64URL(append([]byte{0}, modulus(r)...))
		})},
		"RSA with a long exponent": {r, change(r, func(j map[string]any) { j["e"] = base64URL([]byte{0, 0, 1, 0, 1}) })},
		"Ed25519 padded":           {o, change(o, func(j map[string]any) { j["x"] = padded(j["x"]) })},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClock()
			i := newIssuer(t)
			i.raw = []map[string]any{{"kid": 7, "kty": "RSA"}, {"kid": "odd", "kty": "RSA", "n": 5, "e": "AQAB"}, tt.jwk, {"kid": "x", "kty": []string{"EC"}}}
			if _, err := verifier(t, i, c).Session(t.Context(), request("Bearer "+sign(t, tt.key, c.claims(nil)))); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSessionOfATenantsIssuer(t *testing.T) {
	t.Parallel()
	c, k := newClock(), ec(t, "e")
	v := verifier(t, newIssuer(t, k), c)
	for iss, good := range map[string]bool{
		"https://api.descope.com/" + project + "/T2abc":              true,
		"https://api.descope.com/v1/apps/" + project + "/T2abc":      true,
		"https://api.descope.com/v1/apps/P2Other/T2abc":              false,
		"https://api.descope.com/v1/apps/X" + project + "/T2abc":     false,
		"https://api.descope.com/v1/apps/" + project + "X/T2abc":     false,
		"https://api.descope.com/v1/apps/" + project + "/P2Other":    false,
		"https://api.descope.com/v1/apps/" + project + "/T2abc/more": false,
		"https://api.descope.com/v1/apps/" + project + "/T":          false,
		"https://api.descope.com/v1/apps/" + project + "/":           false,
		"https://api.descope.com/" + project + "%2FT2abc":            false,
		"https://api.descope.com/P2Other/" + project + "%2FT2abc":    false,
		"https://api.descope.com/" + project + "/T2abc?x":            false,
		"https://api.descope.com/" + project + "//T2abc":             false,
		project + "/T2abc": false,
	} {
		_, err := v.Session(t.Context(), request("Bearer "+sign(t, k, c.claims(jwt.MapClaims{"iss": iss}))))
		if good != (err == nil) || !good && careline.CodeOf(err) != careline.CodeUnauthenticated {
			t.Errorf("iss %s: %v; want accepted: %t", iss, err, good)
		}
	}
}

func TestAudienceOfASession(t *testing.T) {
	t.Parallel()
	c, k := newClock(), ec(t, "e")
	i := newIssuer(t, k)
	v, err := auth.New(auth.Config{ProjectID: project, BaseURL: i.server.URL, PractitionerClaim: "medplumPractitionerId", ClinicianRole: "clinician",
		Audiences: []string{"careline", "careline-mobile"}, HTTP: i.server.Client(), Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		aud  any
		good bool
	}{
		"ours": {"careline", true}, "ours in a list": {[]string{"another", "careline-mobile"}, true},
		"none": {nil, false}, "another": {"billing", false}, "empty": {"", false}, "a part of ours": {"care", false},
		"a list without ours": {[]string{"billing", "Careline"}, false}, "an empty list": {[]string{}, false}, "a number": {7, false},
	} {
		_, err := v.Session(t.Context(), request("Bearer "+sign(t, k, c.claims(jwt.MapClaims{"aud": tt.aud}))))
		if tt.good != (err == nil) || !tt.good && careline.CodeOf(err) != careline.CodeUnauthenticated {
			t.Errorf("%s: %v; want accepted: %t", name, err, tt.good)
		}
	}
}

// critical signs a token with a crit header (RFC 7515, section 4.1.11).
func critical(t *testing.T, k signer, claims jwt.MapClaims, crit any) string {
	t.Helper()
	token := jwt.NewWithClaims(k.method, claims)
	token.Header["kid"], token.Header["crit"], token.Header["exp"] = k.kid, crit, 1
	text, err := token.SignedString(k.private)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestVerifiersRefuseCriticalHeaders(t *testing.T) {
	t.Parallel()
	c, k := newClock(), rsaKey(t, "k")
	i := newIssuer(t, k)
	sessions, pushes := verifier(t, i, c), pushVerifier(t, i, c)
	for _, crit := range []any{[]string{"exp"}, []string{"b64"}, []string{}, "exp", nil} {
		if _, err := sessions.Session(t.Context(), request("Bearer "+critical(t, k, c.claims(nil), crit))); careline.CodeOf(err) != careline.CodeUnauthenticated {
			t.Errorf("a session with crit %v: %v", crit, err)
		}
		if err := pushes.Verify(t.Context(), critical(t, k, pushClaims(c, nil), crit)); careline.CodeOf(err) != careline.CodeUnauthenticated {
			t.Errorf("a push token with crit %v: %v", crit, err)
		}
	}
}

// Whoever follows something in a session's name must know when to stop.
func TestSessionTellsItsEnd(t *testing.T) {
	t.Parallel()
	c, k := newClock(), ec(t, "e")
	v := verifier(t, newIssuer(t, k), c)
	end := c.now().Add(10 * time.Minute)
	r := request("Bearer " + sign(t, k, c.claims(jwt.MapClaims{"exp": end.Unix()})))
	for _, again := range []bool{false, true} {
		got, err := v.Session(t.Context(), r)
		if err != nil || !got.Until.Equal(end.Add(auth.Skew)) {
			t.Errorf("seen before %t: it is accepted until %v, %v; want %v", again, got.Until, err, end.Add(auth.Skew))
		}
		if who, err := v.Visitor(t.Context(), r); err != nil || !who.Until.Equal(got.Until) {
			t.Errorf("seen before %t: whoever it is has it until %v, %v; want %v", again, who.Until, err, got.Until)
		}
	}
	c.forward(end.Add(auth.Skew).Sub(c.now()))
	if _, err := v.Session(t.Context(), r); careline.CodeOf(err) != careline.CodeUnauthenticated {
		t.Errorf("at that moment: %v", err)
	}
}
