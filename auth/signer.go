package auth

import (
	"context"
	"errors"

	"github.com/golang-jwt/jwt/v5"

	"perci.health/careline"
)

var errAlgorithm = errors.New("the token's algorithm is not its key's") // RFC 8725, section 3.1

// parse checks a token's signature with the key that it names, and what p asks of
// its claims, which are read into claims. signer is that key, also when only the
// claims are at fault. An error of code unavailable says that the key cannot be
// had now; it is the key set's own.
//
// A signature that the key we have does not fit may be that of a newer key under
// the same id: the set is fetched once more, no more often than for ids unknown.
func (s *keySet) parse(ctx context.Context, p *jwt.Parser, token string, claims jwt.Claims) (signer key, err error) {
	signer, err = s.parseOnce(ctx, p, token, claims)
	if signer.public == nil || !errors.Is(err, jwt.ErrTokenSignatureInvalid) && !errors.Is(err, errAlgorithm) {
		return signer, err
	}

	changed, unknown := s.changed(ctx, signer)
	switch {
	case unknown != nil:
		return key{}, unknown
	case !changed:
		return key{}, err
	}

	return s.parseOnce(ctx, p, token, claims)
}

// parseOnce tries the key as the set has it. signer is the one that was tried.
func (s *keySet) parseOnce(ctx context.Context, p *jwt.Parser, token string, claims jwt.Claims) (signer key, err error) {
	var unavailable error
	_, err = p.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) {
		if _, marked := t.Header["crit"]; marked {
			return nil, errors.New("the token asks for an extension that is not understood here") // RFC 7515, section 4.1.11
		}

		kid, _ := t.Header["kid"].(string)
		k, err := s.find(ctx, kid)
		if careline.CodeOf(err) == careline.CodeUnavailable {
			unavailable = err
		}
		if err != nil {
			return nil, err
		}

		signer = k
		if t.Method.Alg() != k.alg {
			return nil, errAlgorithm
		}
		return k.public, nil
	})

	if unavailable != nil {
		return signer, unavailable
	}
	return signer, err
}
