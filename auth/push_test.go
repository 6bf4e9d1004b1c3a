package auth_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"perci.health/careline"
	"perci.health/careline/auth"
)

const (
	pushAudience = "https://backend.example.org/api/v1/twilio/pubsub"
	pushEmail    = "careline-push@careline-test.iam.gserviceaccount.com"
)

func pushVerifier(t testing.TB, i *issuer, c *clock) *auth.PushVerifier {
	t.Helper()
	v, err := auth.NewPush(auth.PushConfig{Audience: pushAudience, Email: pushEmail, KeysURL: i.server.URL + "/v2/keys/" + project,
		HTTP: i.server.Client(), Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// pushClaims are those of a token as Google makes it, with changes; a nil value
// takes one away.
func pushClaims(c *clock, changes jwt.MapClaims) jwt.MapClaims {
	now := c.now().Unix()
	all := jwt.MapClaims{"iss": "https://accounts.google.com", "aud": pushAudience, "azp": "113774264463038321964", "sub": "113774264463038321964",
		"email": pushEmail, "email_verified": true, "iat": now, "exp": now + 3600}
	for k, v := range changes {
		all[k] = v
		if v == nil {
			delete(all, k)
		}
	}
	return all
}

func TestPushTokens(t *testing.T) {
	t.Parallel()
	c := newClock()
	k, e := rsaKey(t, "k"), ec(t, "e")
	ps := signer{"ps", jwt.SigningMethodPS256, k.private}
	i := newIssuer(t, k, e, ps)
	v := pushVerifier(t, i, c)
	now := c.now().Unix()
	public, err := x509.MarshalPKIXPublicKey(k.private.Public())
	if err != nil {
		t.Fatal(err)
	}
	symmetric := jwt.NewWithClaims(jwt.SigningMethodHS256, pushClaims(c, nil))
	symmetric.Header["kid"] = "k"
	confused, err := symmetric.SignedString(public)
	if err != nil {
		t.Fatal(err)
	}
	unsigned := jwt.NewWithClaims(jwt.SigningMethodNone, pushClaims(c, nil))
	unsigned.Header["kid"] = "k"
	none, err := unsigned.SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	with := func(name string, value any) string { return sign(t, k, pushClaims(c, jwt.MapClaims{name: value})) }
	good := sign(t, k, pushClaims(c, nil))
	parts := strings.Split(good, ".")
	for name, tt := range map[string]struct {
		token string
		want  careline.Code
	}{
		"good":                      {good, ""},
		"issuer without https":      {with("iss", "accounts.google.com"), ""},
		"audience in other letters": {with("aud", strings.ToUpper(pushAudience)), ""},
		"audience in a list":        {with("aud", []string{pushAudience}), ""},
		"just over, within skew":    {with("exp", now-20), ""},
		"Google's clock ahead":      {with("iat", now+20), ""},

		"none":                        {"", careline.CodeUnauthenticated},
		"not a token":                 {"hello", careline.CodeUnauthenticated},
		"megabytes":                   {strings.Repeat("a", 1<<20), careline.CodeUnauthenticated},
		"without signature":           {parts[0] + "." + parts[1] + ".", careline.CodeUnauthenticated},
		"alg none":                    {none, careline.CodeUnauthenticated},
		"public key as secret":        {confused, careline.CodeUnauthenticated},
		"another body":                {parts[0] + "." + strings.Split(with("sub", "1"), ".")[1] + "." + parts[2], careline.CodeUnauthenticated},
		"of a stranger":               {sign(t, rsaKey(t, "k"), pushClaims(c, nil)), careline.CodeUnauthenticated},
		"of an unknown key":           {sign(t, rsaKey(t, "x"), pushClaims(c, nil)), careline.CodeUnauthenticated},
		"another algorithm":           {sign(t, e, pushClaims(c, nil)), careline.CodeUnauthenticated},
		"another RSA algorithm":       {sign(t, ps, pushClaims(c, nil)), careline.CodeUnauthenticated},
		"over":                        {with("exp", now-31), careline.CodeUnauthenticated},
		"never over":                  {with("exp", nil), careline.CodeUnauthenticated},
		"of the future":               {with("iat", now+31), careline.CodeUnauthenticated},
		"no issuer":                   {with("iss", nil), careline.CodeUnauthenticated},
		"another issuer":              {with("iss", "https://accounts.google.com.evil.example"), careline.CodeUnauthenticated},
		"issuer over http":            {with("iss", "http://accounts.google.com"), careline.CodeUnauthenticated},
		"verified by text":            {with("email_verified", "true"), careline.CodeUnauthenticated},
		"another audience":            {with("aud", "https://other.example.org"), careline.CodeForbidden},
		"audience that begins so":     {with("aud", pushAudience+"/x"), careline.CodeForbidden},
		"no audience":                 {with("aud", nil), careline.CodeForbidden},
		"another service account":     {with("email", "x@careline-test.iam.gserviceaccount.com"), careline.CodeForbidden},
		"no service account":          {with("email", nil), careline.CodeForbidden},
		"address not verified":        {with("email_verified", false), careline.CodeForbidden},
		"nothing said of the address": {with("email_verified", nil), careline.CodeForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 2 { // the second time from what was kept, if it was
				err := v.Verify(t.Context(), tt.token)
				if (err == nil) != (tt.want == "") || (err != nil && careline.CodeOf(err) != tt.want) {
					t.Errorf("Verify = %v; want %q", err, tt.want)
				}
				if err != nil && len(tt.token) > 20 && strings.Contains(err.Error(), tt.token) {
					t.Error("the error quotes the token")
				}
			}
		})
	}
}

func TestPushVerifierThroughOutageAndRotation(t *testing.T) {
	t.Parallel()
	c := newClock()
	first, second := rsaKey(t, "first"), rsaKey(t, "second")
	i := newIssuer(t, first)
	v := pushVerifier(t, i, c)
	verify := func(what string, k signer, want careline.Code) {
		t.Helper()
		err := v.Verify(t.Context(), sign(t, k, pushClaims(c, jwt.MapClaims{"jti": what})))
		if (err == nil) != (want == "") || (err != nil && careline.CodeOf(err) != want) {
			t.Errorf("%s: %v; want %q", what, err, want)
		}
	}
	i.down.Store(true)
	if err := v.Warm(t.Context()); err == nil {
		t.Error("keys were fetched from an issuer that is down")
	}
	verify("no keys yet", first, careline.CodeUnavailable)
	i.down.Store(false)
	c.forward(auth.KeysRetryAfter)
	verify("keys fetched", first, "")
	i.down.Store(true)
	c.forward(24 * time.Hour)
	verify("outage, known key", first, "")
	c.forward(auth.KeysRetryAfter)
	verify("outage, unknown key", second, careline.CodeUnavailable)
	i.down.Store(false)
	i.rotate(first, second)
	c.forward(auth.KeysRetryAfter)
	verify("new key", second, "")
	old := sign(t, first, pushClaims(c, nil))
	if err := v.Verify(t.Context(), old); err != nil {
		t.Error(err)
	}
	i.rotate(second)
	c.forward(auth.KeysFreshFor)
	if err := v.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := v.Verify(t.Context(), old); careline.CodeOf(err) != careline.CodeUnauthenticated || err == nil {
		t.Errorf("a token of a key that was taken back: %v", err)
	}
}

func TestAPushTokenEndsThoughItWasGood(t *testing.T) {
	t.Parallel()
	c := newClock()
	k := rsaKey(t, "k")
	v := pushVerifier(t, newIssuer(t, k), c)
	token := sign(t, k, pushClaims(c, nil))
	for _, step := range []struct {
		forward time.Duration
		good    bool
	}{{0, true}, {time.Hour - time.Second, true}, {20 * time.Second, true}, {15 * time.Second, false}} {
		c.forward(step.forward)
		if err := v.Verify(t.Context(), token); (err == nil) != step.good {
			t.Errorf("at %v: %v", c.now(), err)
		}
	}
}

// TestAGoodTokenIsVerifiedOnce counts what a verification costs: its allocations.
func TestAGoodTokenIsVerifiedOnce(t *testing.T) {
	c := newClock()
	k := rsaKey(t, "k")
	v := pushVerifier(t, newIssuer(t, k), c)
	token := sign(t, k, pushClaims(c, nil))
	if err := v.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { _ = v.Verify(context.Background(), token) }); n > 2 {
		t.Errorf("%v allocations for a token that is known", n)
	}
}

func TestNewPushChecksItsSettings(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]auth.PushConfig{
		"no audience": {Email: "e"}, "no account": {Audience: "a"}, "no URL": {Audience: "a", Email: "e", KeysURL: "certs"},
		"another scheme": {Audience: "a", Email: "e", KeysURL: "ftp://x/certs"},
	} {
		if _, err := auth.NewPush(cfg); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	asked := ""
	client := &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		asked = r.URL.String()
		w := httptest.NewRecorder()
		w.WriteHeader(http.StatusTeapot)
		return w.Result(), nil
	})}
	v, err := auth.NewPush(auth.PushConfig{Audience: "a", Email: "e", HTTP: client})
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Warm(t.Context()); err == nil || asked != auth.GoogleKeysURL {
		t.Errorf("keys were asked of %q: %v", asked, err)
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func BenchmarkPush(b *testing.B) {
	c := newClock()
	k := rsaKey(b, "k")
	v := pushVerifier(b, newIssuer(b, k), c)
	token := sign(b, k, pushClaims(c, nil))
	b.Run("known", func(b *testing.B) {
		for b.Loop() {
			if err := v.Verify(context.Background(), token); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("new", func(b *testing.B) {
		tokens := make([]string, 1000)
		for n := range tokens {
			tokens[n] = sign(b, k, pushClaims(c, jwt.MapClaims{"jti": fmt.Sprint(n)}))
		}
		n := 0
		for b.Loop() {
			if err := v.Verify(context.Background(), tokens[n%len(tokens)]); err != nil {
				b.Fatal(err)
			}
			n++
		}
	})
}
