package auth

import (
	"context"
	"errors"

	"github.com/golang-jwt/jwt/v5"

	"perci.health/careline"
)

// parse checks a token's signature with the key that it names, and what p asks of
// its claims, which are read into claims. signer is that key, also when only the
// claims are at fault. An error of code unavailable says that the key cannot be
// had now; it is the key set's own.
func (s *keySet) parse(ctx context.Context, p *jwt.Parser, token string, claims jwt.Claims) (signer key, err error) {
	var unavailable error
	_, err = p.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		k, err := s.find(ctx, kid)
		if careline.CodeOf(err) == careline.CodeUnavailable {
			unavailable = err
		}
		if err != nil {
			return nil, err
		}
		if t.Method.Alg() != k.alg {
			return nil, errors.New("the token's algorithm is not its key's") // RFC 8725, section 3.1
		}
		signer = k
		return k.public, nil
	})
	if unavailable != nil {
		return signer, unavailable
	}
	return signer, err
}
