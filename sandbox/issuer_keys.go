package sandbox

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"sync"

	"github.com/golang-jwt/jwt/v5"
)

// keyBits is RFC 7518 section 3.3's least size of an RS256 key.
const keyBits = 2048

// keyRing holds the key that signs and the one before it.
type keyRing struct {
	mu   sync.Mutex
	keys []signingKey // newest first, at most two
}

type signingKey struct {
	id      string
	private *rsa.PrivateKey
}

// jwks is a JWK set (RFC 7517 section 5) of RSA signature keys.
type jwks struct {
	Keys []jwk `json:"keys"`
}

type jwk struct {
	KeyID    string `json:"kid"`
	Type     string `json:"kty"`
	Use      string `json:"use"`
	Alg      string `json:"alg"`
	Modulus  string `json:"n"`
	Exponent string `json:"e"`
}

func newKeyRing() (*keyRing, error) {
	ring := &keyRing{}
	if err := ring.rotate(); err != nil {
		return nil, err
	}
	return ring, nil
}

func (k *keyRing) rotate() error {
	private, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return fmt.Errorf("make an RSA key: %w", err)
	}
	id := make([]byte, 12)
	rand.Read(id) // never fails: crypto/rand's contract since Go 1.24
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys = append([]signingKey{{id: "SK2" + hex.EncodeToString(id), private: private}}, k.keys[:min(len(k.keys), 1)]...)
	return nil
}

func (k *keyRing) current() signingKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.keys[0]
}

// verifier finds the key that signed a token.
func (k *keyRing) verifier(token *jwt.Token) (any, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, key := range k.keys {
		if key.id == token.Header["kid"] {
			return &key.private.PublicKey, nil
		}
	}
	return nil, errors.New("no such key")
}

func (k *keyRing) public() jwks {
	k.mu.Lock()
	defer k.mu.Unlock()
	set := jwks{}
	for _, key := range k.keys {
		set.Keys = append(set.Keys, jwk{
			KeyID:    key.id,
			Type:     "RSA",
			Use:      "sig",
			Alg:      "RS256",
			Modulus:  base64.RawURLEncoding.EncodeToString(key.private.N.Bytes()),
			Exponent: base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.private.E)).Bytes()),
		})
	}
	return set
}
