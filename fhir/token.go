package fhir

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"perci.health/careline"
)

// How long a token is taken to be good.
const (
	// unsaidLife is of one whose life is not told, or not to be read: RFC 6749
	// only recommends expires_in (section 5.1). A 401 ends a shorter life, and a
	// new token is asked for well before the usual hour is over.
	unsaidLife   = 5 * time.Minute
	shortestLife = time.Second // of a shorter one no request would come in time
	longestLife  = 24 * time.Hour
)

// readToken reads the answer to a login that was granted. What it says besides the
// token is no reason to be without one.
func readToken(body []byte) (token string, life time.Duration, err error) {
	var answer map[string]json.RawMessage
	if json.Unmarshal(body, &answer) != nil {
		return "", 0, careline.NewError(careline.CodeUnavailable, "What answers at the login's address is no OAuth server. Check FHIR_TOKEN_URL.", nil)
	}
	if json.Unmarshal(answer["access_token"], &token) != nil || token == "" || strings.ContainsFunc(token, unsendable) {
		return "", 0, careline.NewError(careline.CodeUnavailable, "The health record's login was granted, but without a token that can be sent. If this stays so, ask its administrator why.", nil)
	}
	return token, lifeOf(answer["expires_in"]), nil
}

// unsendable reports whether a character cannot stand in a header (RFC 6750,
// section 2.1, lets fewer).
func unsendable(r rune) bool { return r <= ' ' || r > '~' }

// lifeOf reads expires_in, the seconds as a number (RFC 6749, section 5.1). Some
// servers write it as text, some as a decimal.
func lifeOf(told json.RawMessage) time.Duration {
	text := string(told)
	var quoted string
	if json.Unmarshal(told, &quoted) == nil {
		text = strings.TrimSpace(quoted)
	}

	seconds, err := strconv.ParseFloat(text, 64)
	if math.IsInf(seconds, 1) {
		return longestLife // too large for a number: ParseFloat says so, and means it
	}
	if err != nil || math.IsNaN(seconds) || seconds <= 0 {
		return unsaidLife
	}

	if seconds >= longestLife.Seconds() {
		return longestLife
	}

	return max(time.Duration(seconds*float64(time.Second)), shortestLife)
}

// oauthSentence is what to do about an OAuth error, and whether it is one that a
// person must mend. The codes are RFC 6749's, of section 5.2 (Medplum answers
// invalid_request to a wrong secret and an unknown client); by any other a server
// tells trouble of its own.
func oauthSentence(code string) (sentence string, persons bool) {
	switch code {
	case "invalid_client", "invalid_request", "invalid_grant", "access_denied":
		return "The health record refuses careline's login. Check FHIR_CLIENT_ID and FHIR_CLIENT_SECRET.", true
	case "unauthorized_client", "unsupported_grant_type", "invalid_scope":
		return "The health record does not let this client log in by itself. Have its administrator allow it the client-credentials grant.", true
	}
	return "", false
}
