package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"

	"perci.health/careline"
)

// callKey is what any call's key looks like.
var callKey = regexp.MustCompile(`^[A-Za-z0-9]{1,64}$`)

// ownCall is a clinician, and the call of theirs that they ask something of.
func ownCall(r *http.Request) (practitioner, key string, err error) {
	if practitioner, err = clinician(r); err != nil {
		return "", "", err
	}
	if key = r.PathValue("key"); !callKey.MatchString(key) {
		return "", "", noSuchCall()
	}
	return practitioner, key, nil
}

func noSuchCall() error {
	return careline.Because(careline.CodeNotFound, careline.ReasonNoCall, nil)
}

func unreadable() error {
	return careline.NewError(careline.CodeInvalid, "This request cannot be read. Please load the page again.", errors.New("the body is not the JSON that is documented"))
}

// bodyIn reads a JSON object of known names into into, or answers bad. A name that is
// none of ours is refused: to pass over a misspelt one could do the opposite of what was
// meant. Causes do not quote the body.
func bodyIn(r *http.Request, into any, bad error) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return fmt.Errorf("read the request: %w", err)
	}

	read := json.NewDecoder(bytes.NewReader(body))
	read.DisallowUnknownFields()
	err = read.Decode(into)
	if _, after := read.Token(); err != nil || !errors.Is(after, io.EOF) || bytes.Equal(bytes.TrimSpace(body), []byte("null")) {
		return bad
	}
	return nil
}
