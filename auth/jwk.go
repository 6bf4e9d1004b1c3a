package auth

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/MicahParks/jwkset"

	"perci.health/careline/base64url"
)

// key is one of the issuer's public keys, with the one algorithm it is for.
type key struct {
	id     string
	alg    string
	public any    // *rsa.PublicKey, *ecdsa.PublicKey or ed25519.PublicKey
	print  string // tells this key from another of the same id
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
	// What signs here is the key itself: certificates, or where there are some, are
	// not looked at, and nobody is asked for them.
	var told struct {
		KTY                       jwkset.KTY
		KID, CRV, N, E, X, Y, Use string
		ALG                       jwkset.ALG
	}
	if err := json.Unmarshal(entry, &told); err != nil {
		return key{}, fmt.Errorf("an entry that is no key: %w", err)
	}
	if told.KID == "" || told.Use != "" && told.Use != string(jwkset.UseSig) {
		return key{}, errors.New("a key without id, or not for signatures")
	}

	read, err := jwkset.NewJWKFromMarshal(jwkset.JWKMarshal{
		KTY: told.KTY,
		CRV: jwkset.CRV(told.CRV),
		N:   base64url.Mended(told.N),
		E:   base64url.Mended(told.E),
		X:   base64url.Mended(told.X),
		Y:   base64url.Mended(told.Y),
	}, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{})
	if err != nil {
		return key{}, unreadable(told.KTY, err)
	}

	allowed, err := algorithmsOf(read.Key())
	if err != nil {
		return key{}, err
	}
	alg := told.ALG.String()
	if alg == "" {
		alg = allowed[0]
	}
	if !slices.Contains(allowed, alg) {
		return key{}, fmt.Errorf("a key of type %s with algorithm %q", told.KTY, alg)
	}

	sum := sha256.Sum256([]byte(alg + "\x00" + told.CRV + "\x00" + told.N + "\x00" + told.E + "\x00" + told.X + "\x00" + told.Y))
	return key{
		id:     told.KID,
		alg:    alg,
		public: read.Key(),
		print:  string(sum[:]),
	}, nil
}

func unreadable(kty jwkset.KTY, err error) error {
	switch kty {
	case jwkset.KtyRSA, jwkset.KtyEC:
		return fmt.Errorf("an %s key: %w", kty, err)
	case jwkset.KtyOKP:
		return errors.New("an OKP key that is not Ed25519")
	}
	return fmt.Errorf("a key of type %q", kty)
}

// algorithmsOf are those that a public key may have, the first of them when the set
// names none.
func algorithmsOf(public any) ([]string, error) {
	switch k := public.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() < smallestRSA || k.E < 3 || k.E > math.MaxInt32 || k.E%2 == 0 {
			return nil, errors.New("an RSA key that is too short, or has no usable exponent")
		}
		return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}, nil
	case *ecdsa.PublicKey:
		return []string{map[int]string{256: "ES256", 384: "ES384", 521: "ES512"}[k.Curve.Params().BitSize]}, nil
	case ed25519.PublicKey:
		return []string{"EdDSA"}, nil
	}
	return nil, errors.New("an OKP key that is not Ed25519")
}
