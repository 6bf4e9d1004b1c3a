package credential

import (
	"errors"
	"strings"
)

// Why a request bears no token. They are compared with ==.
var (
	ErrNoBearer  = errors.New("there is no Authorization header")
	ErrNotBearer = errors.New("the Authorization header is not one bearer token")
)

// Bearer is the one token of a request's Authorization headers, given as they came
// (RFC 6750, section 2.1); empty when nothing stands after the scheme. The error is
// ErrNoBearer without such a header, and ErrNotBearer when there are several, or it
// has another scheme.
func Bearer(authorization []string) (string, error) {
	if len(authorization) == 0 {
		return "", ErrNoBearer
	}

	scheme, token, _ := strings.Cut(authorization[0], " ")
	if len(authorization) > 1 || !strings.EqualFold(scheme, "Bearer") {
		return "", ErrNotBearer
	}

	return strings.Trim(token, " "), nil
}
