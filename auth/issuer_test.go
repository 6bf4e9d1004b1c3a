package auth_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"perci.health/careline/auth"
)

const project = "P2TestProject0123456789abcd"

// issuer is a sign-in service that publishes its keys and signs what it is told.
type issuer struct {
	t       testing.TB
	server  *httptest.Server
	fetches atomic.Int64
	down    atomic.Bool
	hold    chan struct{} // when set, an answer waits for it

	mu   sync.Mutex
	keys []signer
	raw  []map[string]any // further entries of the set
}

type signer struct {
	kid     string
	method  jwt.SigningMethod
	private crypto.Signer
}

func newIssuer(t testing.TB, keys ...signer) *issuer {
	i := &issuer{t: t, keys: keys}
	i.server = httptest.NewServer(http.HandlerFunc(i.serve))
	t.Cleanup(i.server.Close)
	return i
}

func (i *issuer) serve(w http.ResponseWriter, r *http.Request) {
	i.fetches.Add(1)
	if i.hold != nil {
		<-i.hold
	}
	if i.down.Load() || r.URL.Path != "/v2/keys/"+project {
		http.Error(w, "down", http.StatusBadGateway)
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	set := append([]map[string]any{}, i.raw...)
	for _, k := range i.keys {
		set = append(set, jwkOf(k))
	}
	if err := json.NewEncoder(w).Encode(map[string]any{"keys": set}); err != nil {
		i.t.Error(err)
	}
}

func (i *issuer) rotate(keys ...signer) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = keys
}

func jwkOf(k signer) map[string]any {
	b64 := base64.RawURLEncoding.EncodeToString
	j := map[string]any{"kid": k.kid, "alg": k.method.Alg(), "use": "sig"}
	switch p := k.private.Public().(type) {
	case *rsa.PublicKey:
		maps.Copy(j, map[string]any{"kty": "RSA", "n": b64(p.N.Bytes()), "e": b64(big.NewInt(int64(p.E)).Bytes())})
	case *ecdsa.PublicKey:
		raw, err := p.Bytes()
		if err != nil {
			panic(err)
		}
		half := len(raw) / 2
		maps.Copy(j, map[string]any{"kty": "EC", "crv": p.Curve.Params().Name, "x": b64(raw[1 : 1+half]), "y": b64(raw[1+half:])})
	case ed25519.PublicKey:
		maps.Copy(j, map[string]any{"kty": "OKP", "crv": "Ed25519", "x": b64(p)})
	}
	return j
}

func ec(t testing.TB, kid string) signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signer{kid, jwt.SigningMethodES256, k}
}

func rsaKey(t testing.TB, kid string) signer {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return signer{kid, jwt.SigningMethodRS256, k}
}

func edKey(t testing.TB, kid string) signer {
	t.Helper()
	_, k, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signer{kid, jwt.SigningMethodEdDSA, k}
}

func sign(t testing.TB, k signer, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(k.method, claims)
	token.Header["kid"] = k.kid
	text, err := token.SignedString(k.private)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// clock is a time that a test moves.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := new(clock)
	c.at.Store(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.at.Load()).UTC() }
func (c *clock) forward(d time.Duration) { c.at.Add(int64(d)) }

func verifier(t testing.TB, i *issuer, c *clock) *auth.Verifier {
	t.Helper()
	v, err := auth.New(auth.Config{ProjectID: project, BaseURL: i.server.URL, PractitionerClaim: "medplumPractitionerId",
		ClinicianRole: "clinician", HTTP: i.server.Client(), Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// claims are those of a good session, with changes; a nil value takes one away.
func (c *clock) claims(changes jwt.MapClaims) jwt.MapClaims {
	now := c.now().Unix()
	all := jwt.MapClaims{"iss": project, "sub": "U2user", "drn": "DS", "iat": now, "exp": now + 600,
		"roles": []string{"clinician"}, "medplumPractitionerId": practitioner}
	for k, v := range changes {
		all[k] = v
		if v == nil {
			delete(all, k)
		}
	}
	return all
}

const practitioner = "0d8cb9b7-6e1c-4a3a-9df5-6f8b7c0f7a11"

func request(header ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for _, h := range header {
		r.Header.Add("Authorization", h)
	}
	return r
}

func base64URL(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
func base64Std(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

func modulus(k signer) []byte { return k.private.Public().(*rsa.PublicKey).N.Bytes() }
