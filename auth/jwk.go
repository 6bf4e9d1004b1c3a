package auth

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// key is one of the issuer's public keys, with the one algorithm it is for.
type key struct {
	id     string
	alg    string
	public any    // *rsa.PublicKey, *ecdsa.PublicKey or ed25519.PublicKey
	print  string // tells this key from another of the same id
}

// jwk is a JSON Web Key (RFC 7517, section 4; RFC 7518, section 6; RFC 8037).
type jwk struct {
	Kty, Kid, Use, Alg, Crv string
	N, E, X, Y              string
}

// algorithms are those that a key of the set may have. None is symmetric: with
// a public key for a secret anybody could sign (RFC 8725, section 2.1).
func algorithms() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
}

// smallestRSA is in bits (RFC 7518, section 3.3).
const smallestRSA = 2048

// parseKeys reads a JWK Set. Keys of a kind that we do not know, for another use,
// or with a member of another type than it should have, are passed over (RFC 7517,
// section 5); a set without one usable key is an error.
func parseKeys(body []byte) (map[string]key, error) {
	var set struct{ Keys []json.RawMessage }
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, fmt.Errorf("this is not a JWK set: %w", err)
	}
	keys := map[string]key{}
	var unusable error
	for _, entry := range set.Keys {
		k, err := readKey(entry)
		if err != nil {
			unusable = err
			continue
		}
		keys[k.id] = k
	}
	if len(keys) == 0 {
		return nil, errors.Join(errors.New("the JWK set holds no usable key"), unusable)
	}
	return keys, nil
}

func readKey(entry []byte) (key, error) {
	var j jwk
	if err := json.Unmarshal(entry, &j); err != nil {
		return key{}, fmt.Errorf("an entry that is no key: %w", err)
	}
	return j.key()
}

// decoded reads base64url as issuers write it: RFC 7518 leaves the padding out,
// some do not, and some write the other alphabet.
func decoded(text string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(text, "=")))
}

// coordinate is a number of size bytes. RFC 7518, section 6.2.1.2, has it filled
// up with zero bytes; some leave them out, or write one more.
func coordinate(text string, size int) ([]byte, error) {
	raw, err := decoded(text)
	if err != nil {
		return nil, err
	}
	n := new(big.Int).SetBytes(raw)
	if len(raw) == 0 || n.BitLen() > 8*size {
		return nil, fmt.Errorf("a coordinate of %d bytes", len(raw))
	}
	return n.FillBytes(make([]byte, size)), nil
}

func (j jwk) key() (key, error) {
	if j.Kid == "" || (j.Use != "" && j.Use != "sig") {
		return key{}, errors.New("a key without id, or not for signatures")
	}
	public, usual, allowed, err := j.public()
	if err != nil {
		return key{}, err
	}
	alg := j.Alg
	if alg == "" {
		alg = usual
	}
	if !slices.Contains(allowed, alg) {
		return key{}, fmt.Errorf("a key of type %s with algorithm %q", j.Kty, alg)
	}
	sum := sha256.Sum256([]byte(alg + "\x00" + j.Crv + "\x00" + j.N + "\x00" + j.E + "\x00" + j.X + "\x00" + j.Y))
	return key{id: j.Kid, alg: alg, public: public, print: string(sum[:])}, nil
}

// public is the key itself, the algorithm it has when the set names none, and
// those it may have.
func (j jwk) public() (public any, usual string, allowed []string, err error) {
	switch j.Kty {
	case "RSA":
		public, err = j.rsa()
		return public, "RS256", algorithms()[:6], err
	case "EC":
		public, usual, err = j.ecdsa()
		return public, usual, []string{usual}, err
	case "OKP":
		x, err := decoded(j.X)
		if err != nil || j.Crv != "Ed25519" || len(x) != ed25519.PublicKeySize {
			return nil, "", nil, errors.New("an OKP key that is not Ed25519")
		}
		return ed25519.PublicKey(x), "EdDSA", []string{"EdDSA"}, nil
	}
	return nil, "", nil, fmt.Errorf("a key of type %q", j.Kty)
}

func (j jwk) rsa() (*rsa.PublicKey, error) {
	n, errN := decoded(j.N)
	e, errE := decoded(j.E)
	if err := errors.Join(errN, errE); err != nil {
		return nil, fmt.Errorf("an RSA key: %w", err)
	}
	public := &rsa.PublicKey{N: new(big.Int).SetBytes(n)}
	exponent := new(big.Int).SetBytes(e)
	if public.N.BitLen() < smallestRSA || !exponent.IsInt64() || exponent.BitLen() > 31 || exponent.Int64() < 3 || exponent.Bit(0) == 0 {
		return nil, errors.New("an RSA key that is too short, or has no usable exponent")
	}
	public.E = int(exponent.Int64())
	return public, nil
}

func (j jwk) ecdsa() (*ecdsa.PublicKey, string, error) {
	curves := map[string]struct {
		curve elliptic.Curve
		alg   string
	}{"P-256": {elliptic.P256(), "ES256"}, "P-384": {elliptic.P384(), "ES384"}, "P-521": {elliptic.P521(), "ES512"}}
	c, ok := curves[j.Crv]
	if !ok {
		return nil, "", fmt.Errorf("an EC key on the curve %q", j.Crv)
	}
	size := (c.curve.Params().BitSize + 7) / 8
	x, errX := coordinate(j.X, size)
	y, errY := coordinate(j.Y, size)
	if err := errors.Join(errX, errY); err != nil {
		return nil, "", fmt.Errorf("an EC key: %w", err)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(c.curve, slices.Concat([]byte{4}, x, y))
	if err != nil {
		return nil, "", fmt.Errorf("an EC key: %w", err)
	}
	return public, c.alg, nil
}
