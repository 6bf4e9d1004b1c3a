package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"perci.health/careline"
)

// tokenAnswer is what the apps that exist read; its envelope is theirs.
type tokenAnswer struct {
	Status string    `json:"status"`
	Data   tokenData `json:"data"`
}

type tokenData struct {
	Token      string `json:"token"`
	Identity   string `json:"identity"`
	FromNumber string `json:"fromNumber"`
}

// token gives a clinician what the calling SDK needs. The number comes first: a
// token is not made for a call that could not show one.
func (s *server) token(w http.ResponseWriter, r *http.Request) error {
	practitioner, err := clinician(r)
	if err != nil {
		return err
	}
	identity, err := identityFor(r, practitioner)
	if err != nil {
		return err
	}

	number, err := s.cfg.CallerID(r.Context())
	if err == nil && number.IsZero() {
		err = errors.New("the pool gave an empty number")
	}
	if err != nil {
		return careline.Because(careline.CodeUnavailable, careline.ReasonNoCallerID, err)
	}

	token, err := s.cfg.Mint(identity)
	if err != nil {
		return careline.NewError(careline.CodeInternal, "Calling could not be set up. Please tell your IT team.", fmt.Errorf("make an access token: %w", err))
	}

	return writeToken(w, tokenData{
		Token:      token,
		Identity:   identity,
		FromNumber: number.E164(),
	})
}

// writeToken is writeJSON of a token's answer, put together by hand: nothing in it
// has to be escaped, and every app asks for one before each call.
func writeToken(w http.ResponseWriter, d tokenData) error {
	if !asIs(d.Token) || !asIs(d.Identity) || !asIs(d.FromNumber) {
		return writeJSON(w, http.StatusOK, tokenAnswer{Status: "success", Data: d})
	}

	body := make([]byte, 0, 96+len(d.Token)+len(d.Identity)+len(d.FromNumber))
	body = append(body, `{"status":"success","data":{"token":"`...)
	body = append(append(body, d.Token...), `","identity":"`...)
	body = append(append(body, d.Identity...), `","fromNumber":"`...)
	body = append(append(body, d.FromNumber...), `"}}`...)
	return writeBody(w, http.StatusOK, body)
}

// asIs reports whether a text stands for itself in what encoding/json writes: the
// letters of tokens, identities and numbers do.
func asIs(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z':
		case c == '-', c == '_', c == '.', c == '+':
		default:
			return false
		}
	}
	return true
}

// identityFor reads the platform from the body, which may be empty, as it is in
// the apps that exist: {"platform": "web" | "mobile"}.
func identityFor(r *http.Request, practitioner string) (string, error) {
	var body []byte
	var err error
	if r.Body != http.NoBody {
		body, err = io.ReadAll(r.Body)
	}
	if err != nil {
		return "", fmt.Errorf("read the request: %w", err)
	}

	var ask struct {
		Platform string `json:"platform"`
	}
	if len(body) > 0 {
		err = json.Unmarshal(body, &ask)
	}

	switch {
	case err != nil:
		return "", careline.NewError(careline.CodeInvalid, `The request's body is not JSON. Send none, or {"platform":"mobile"}.`, err)
	case ask.Platform == "" || ask.Platform == "web":
		return careline.WebIdentity(practitioner), nil
	case ask.Platform != "mobile":
		return "", careline.NewError(careline.CodeInvalid, `The platform must be "web" or "mobile".`, nil)
	}

	identity, ok := careline.MobileIdentity(practitioner)
	if !ok {
		return "", careline.NewError(careline.CodeInvalid, "Your practitioner id cannot be used on a mobile phone. Please call from the web app.", nil)
	}
	return identity, nil
}
