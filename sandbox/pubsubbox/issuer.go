package pubsubbox

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Issuer signs tokens as Google does for authenticated pushes, and publishes its
// keys over http on loopback.
type Issuer struct {
	email, audience string
	server          *http.Server
	url             string
	down            atomic.Bool
	fetches         atomic.Int64

	mu   sync.Mutex
	keys []signer // the last one signs
	made int
}

type signer struct {
	id      string
	private *rsa.PrivateKey
}

// NewIssuer starts an issuer of tokens in the name of a service account, for an
// audience. Close ends it.
func NewIssuer(email, audience string) (*Issuer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("issuer: %w", err)
	}
	i := &Issuer{email: email, audience: audience, url: "http://" + l.Addr().String() + "/oauth2/v3/certs"}
	i.server = &http.Server{Handler: http.HandlerFunc(i.serve), ReadHeaderTimeout: 10 * time.Second}
	if err := i.Rotate(false); err != nil {
		return nil, err
	}
	go func() { _ = i.server.Serve(l) }() // ends with Close
	return i, nil
}

// KeysURL is where the keys are, as PUBSUB_PUSH_ISSUER_KEYS_URL has it.
func (i *Issuer) KeysURL() string { return i.url }

// Close ends the issuer.
func (i *Issuer) Close() error { return i.server.Close() }

// SetDown makes the key set answer 503, or no more.
func (i *Issuer) SetDown(down bool) { i.down.Store(down) }

// Fetches is how often the key set was asked for.
func (i *Issuer) Fetches() int64 { return i.fetches.Load() }

// Rotate makes a new key, with which tokens are signed from now on. Tokens of the
// keys before it stay good if keep is set.
func (i *Issuer) Rotate(keep bool) error {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return fmt.Errorf("issuer: make a key: %w", err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if !keep {
		i.keys = nil
	}
	i.made++
	i.keys = append(i.keys, signer{id: fmt.Sprintf("key-%d", i.made), private: private})
	return nil
}

func (i *Issuer) serve(w http.ResponseWriter, _ *http.Request) {
	i.fetches.Add(1)
	if i.down.Load() {
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	}

	i.mu.Lock()
	defer i.mu.Unlock()

	set := map[string][]map[string]string{"keys": {}}
	for _, k := range i.keys {
		set["keys"] = append(set["keys"], map[string]string{
			"kty": "RSA", "alg": "RS256", "use": "sig", "kid": k.id, "n": encode(k.private.N.Bytes()),
			"e": encode(big.NewInt(int64(k.private.E)).Bytes()),
		})
	}

	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(set) // who asked has gone
}

// Token is a token with the claims that Google's have, good for an hour from now,
// with changes; a nil value takes a claim away.
func (i *Issuer) Token(now time.Time, changes map[string]any) (string, error) {
	claims := map[string]any{
		"iss": "https://accounts.google.com", "aud": i.audience, "azp": "113774264463038321964", "sub": "113774264463038321964",
		"email": i.email, "email_verified": true, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}

	for name, value := range changes {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}

	i.mu.Lock()
	key := i.keys[len(i.keys)-1]
	i.mu.Unlock()
	return key.sign(claims)
}

// sign makes a JWS in compact form (RFC 7515, section 7.1; RS256: RFC 7518,
// section 3.3).
func (k signer) sign(claims map[string]any) (string, error) {
	header, err := json.Marshal(map[string]string{"alg": "RS256", "kid": k.id, "typ": "JWT"})
	if err != nil {
		return "", fmt.Errorf("token: %w", err)
	}

	body, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("token: %w", err)
	}

	signed := encode(header) + "." + encode(body)
	sum := sha256.Sum256([]byte(signed))
	signature, err := k.private.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	return signed + "." + encode(signature), nil
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// Bearer gives out one token for as long as it is good, as Google does; it has the
// shape of a Pusher's Token.
func (i *Issuer) Bearer() func(context.Context) (string, error) {
	var mu sync.Mutex
	var token string
	var until time.Time

	return func(context.Context) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		now := time.Now()
		if now.Before(until) {
			return token, nil
		}

		made, err := i.Token(now, nil)
		if err != nil {
			return "", err
		}
		token, until = made, now.Add(50*time.Minute)
		return token, nil
	}
}
