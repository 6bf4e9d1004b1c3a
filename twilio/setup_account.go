package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"perci.health/careline/setup"
)

// apiKey asks for what serve itself asks for, the account's numbers, so that a
// key which may do that is enough.
func (i inspection) apiKey(ctx context.Context) setup.Finding {
	err := i.get(ctx, "/IncomingPhoneNumbers.json", url.Values{"PageSize": {"1"}}, nil)
	if err == nil {
		return setup.Good("The account answers to the API key.")
	}
	e, ok := errors.AsType[*APIError](err)
	switch {
	case !ok:
		return setup.Fault("Twilio could not be reached: "+cause(err)+".", "Check TWILIO_API_BASE_URL, TWILIO_REGION and TWILIO_EDGE, and this machine's way to the internet.").Blocking()
	case e.passing():
		return unasked(err)
	case e.Status == http.StatusNotFound:
		return setup.Fault("There is no such account at TWILIO_API_BASE_URL.", "Check TWILIO_ACCOUNT_SID and TWILIO_API_BASE_URL.")
	}
	return setup.Fault(fmt.Sprintf("Twilio refused the API key: HTTP %d, error %d.", e.Status, e.Code),
		"Check TWILIO_ACCOUNT_SID, TWILIO_API_KEY and TWILIO_API_SECRET, that the key is one of TWILIO_REGION, and that the account is not suspended.")
}

// authToken signs in with the auth token, and sees whether it is the one that
// Twilio signs with: a secondary token signs in as well, and signs nothing.
func (i inspection) authToken(ctx context.Context) setup.Finding {
	told, err := i.as(i.AuthToken).fetchAccount(ctx)
	if e, ok := errors.AsType[*APIError](err); ok && e.Status == http.StatusUnauthorized {
		if i.promoted(ctx) {
			return endRotation()
		}
		return setup.Fault("Twilio refused the auth token.", "Copy the primary auth token of this account and region from the Twilio Console into TWILIO_AUTH_TOKEN.")
	}
	if err != nil {
		return unasked(err)
	}

	switch {
	case told.Status != "active":
		return setup.Fault("The account is not active, but "+quoteWord(told.Status)+".", "See in the Twilio Console why, or ask Twilio's support.")
	case told.Primary.IsZero() || told.Primary.Equal(i.AuthToken):
	case told.Primary.Equal(i.SecondaryToken):
		return endRotation()
	default:
		return setup.Fault("The auth token is the account's, but not the one that Twilio signs with.", "Copy the primary auth token from the Twilio Console into TWILIO_AUTH_TOKEN.")
	}

	if told.Type == "Trial" {
		return setup.Doubt("It is a trial account: it calls verified numbers alone, and says so to whoever picks up.", "Upgrade the account before patients are called.")
	}

	return setup.Good("The account is active, and signs with this token.")
}

// promoted reports whether the secondary token has become the primary one, which
// ends the one before.
func (i inspection) promoted(ctx context.Context) bool {
	if i.SecondaryToken.IsZero() || i.SecondaryToken.Equal(i.AuthToken) {
		return false
	}
	told, err := i.as(i.SecondaryToken).fetchAccount(ctx)
	return err == nil && told.Status == "active" && (told.Primary.IsZero() || told.Primary.Equal(i.SecondaryToken))
}

func endRotation() setup.Finding {
	return setup.Doubt("Twilio signs with the token in TWILIO_AUTH_TOKEN_SECONDARY.", "End the rotation: put it into TWILIO_AUTH_TOKEN too.")
}

// quoteWord shows a word of Twilio's, if it is one.
func quoteWord(word string) string {
	if !isWord([]byte(word)) {
		return "in an unknown state"
	}
	return word
}

// accessTokens sees that the key which signs them is the account's. That its
// secret fits is what the API key's own check says; whether it is a Restricted
// key, which Twilio takes no access tokens from, the API does not tell.
func (i inspection) accessTokens(ctx context.Context) setup.Finding {
	err := i.as(i.AuthToken).fetchKey(ctx, i.APIKey)
	if err == nil {
		return setup.Good("The key that signs access tokens is the account's.")
	}
	e, ok := errors.AsType[*APIError](err)
	if !ok || e.passing() {
		return unasked(err)
	}
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return setup.Doubt("Whether the key is the account's could not be seen: Twilio tells that to the auth token alone, and refused it.", "See what the check twilio: auth token says.")
	case http.StatusNotFound:
		return setup.Fault("The account has no such API key: Twilio will refuse every access token (error 20103).", "Make a Standard key in the Twilio Console, in the account and region of TWILIO_ACCOUNT_SID, and set TWILIO_API_KEY and TWILIO_API_SECRET.")
	}
	return unasked(err)
}
