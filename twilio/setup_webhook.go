package twilio

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"perci.health/careline/credential"
	"perci.health/careline/setup"
)

// How Webhooks answers the requests of this check. A test holds it to that.
const (
	answerUnsigned = "This request was not signed by Twilio for this address."
	answerOther    = "This report is about another account."
	answerNotKept  = "The report cannot be understood, so it was not kept."
)

// webhooks asks our own public URL as Twilio does: with a report that is well
// signed and names no call, so that it is refused as soon as its signature was
// accepted, and nothing is kept; and with one that is signed wrongly.
func (i inspection) webhooks(ctx context.Context) setup.Finding {
	said, err := i.report(ctx, i.AuthToken)
	if err != nil {
		return i.unreached(err)
	}
	if found := i.signedAnswer(said); found.Verdict != setup.VerdictGood {
		return found
	}
	if !i.SecondaryToken.IsZero() {
		said, err := i.report(ctx, i.SecondaryToken)
		if err != nil {
			return i.unreached(err)
		}
		if said.is(http.StatusForbidden, answerUnsigned) {
			return setup.Fault("The service refuses what is signed with TWILIO_AUTH_TOKEN_SECONDARY.", "Restart the service with that setting before the token is rotated.")
		}
	}
	said, err = i.report(ctx, credential.NewSecret(rand.Text()))
	if err != nil {
		return i.unreached(err)
	}

	return gathered("Our public URL answers what Twilio signs, and refuses what it did not sign.", i.forgedAnswer(said), i.seenFromOutside())
}

// report sends a status report without a call, signed with token.
func (i inspection) report(ctx context.Context, token credential.Secret) (said, error) {
	address := i.PublicURL + PathCallStatus
	form := url.Values{"AccountSid": {i.account}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return said{}, fmt.Errorf("request to the public URL: %w", err)
	}

	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	r.Header.Set("User-Agent", "careline-doctor")
	r.Header.Set(SignatureHeader, sign(token, address, form))
	// Twilio would follow a redirect, but lose the report on the way.
	own := *i.HTTP
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := own.Do(r)
	if err != nil {
		return said{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	return said{response.StatusCode, string(text), response.Header.Get("Location")}, err
}

// sign is the signature of a form of which every parameter has one value (Twilio,
// usage/security).
func sign(token credential.Secret, address string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(token.Reveal()))
	mac.Write([]byte(address))
	var names []string
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		mac.Write([]byte(name + form.Get(name)))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// said is what stands at our public URL answered.
type said struct {
	status   int
	text     string
	location string
}

func (s said) is(status int, text string) bool {
	return s.status == status && strings.HasPrefix(s.text, text)
}

const checkPublic = "Check FUNCTIONS_URL: it must lead to careline itself, with the path under which it is published."

func (i inspection) signedAnswer(s said) setup.Finding {
	switch {
	case s.is(http.StatusBadRequest, answerNotKept):
		return setup.Good("")
	case s.is(http.StatusForbidden, answerUnsigned):
		return setup.Fault("The service refuses what is signed with TWILIO_AUTH_TOKEN for FUNCTIONS_URL.",
			"Its TWILIO_AUTH_TOKEN or FUNCTIONS_URL is another than here: restart it with these settings. If they are the same, something in front of it changes the path.")
	case s.is(http.StatusForbidden, answerOther):
		return setup.Fault("The service at FUNCTIONS_URL serves another Twilio account.", "Check FUNCTIONS_URL and the service's TWILIO_ACCOUNT_SID.")
	case s.status >= 300 && s.status < 400:
		return setup.Fault("FUNCTIONS_URL is redirected to "+origin(s.location)+": Twilio follows, and loses the report on the way.", "Set FUNCTIONS_URL to where the redirect leads, then run careline provision.")
	case s.status == http.StatusUnauthorized || s.status == http.StatusForbidden:
		return setup.Fault(fmt.Sprintf("Something before the service answers HTTP %d: Twilio cannot log in there.", s.status), "Let everybody reach the service: it checks Twilio's signature itself. On Cloud Run allow unauthenticated invocations.")
	case s.status == http.StatusNotFound || s.status == http.StatusMethodNotAllowed:
		return setup.Fault(fmt.Sprintf("FUNCTIONS_URL answers, but has nothing for Twilio's reports: HTTP %d.", s.status), checkPublic)
	case s.status >= 500:
		return setup.Fault(fmt.Sprintf("The service does not work: HTTP %d.", s.status), "See the service's log, and its /readyz.")
	}

	return setup.Fault(fmt.Sprintf("Another service answers at FUNCTIONS_URL: HTTP %d.", s.status), checkPublic)
}

// origin is as much of a URL as may be shown.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "another path"
	}
	return u.Scheme + "://" + u.Host
}

func (i inspection) forgedAnswer(s said) setup.Finding {
	switch {
	case s.status == http.StatusForbidden:
		return setup.Good("")
	case i.Unsigned:
		return setup.Doubt("The service does not check signatures.", "That is for development on one machine: unset NODE_ENV and FUNCTIONS_EMULATOR everywhere else.")
	}
	return setup.Fault(fmt.Sprintf("The service takes reports that Twilio did not sign: HTTP %d. Anybody can forge a call's history.", s.status), "Unset NODE_ENV and FUNCTIONS_EMULATOR, and restart the service.")
}

// seenFromOutside is whether Twilio can do what was just done from here.
func (i inspection) seenFromOutside() setup.Finding {
	u, err := url.Parse(i.PublicURL)
	if err != nil || inside(i.base.Hostname()) {
		return setup.Good("") // a Twilio of this machine or network reaches what is on it
	}
	switch {
	case inside(u.Hostname()):
		return setup.Doubt("FUNCTIONS_URL is on this machine or a private network, which Twilio cannot reach.", "Publish the service, for a trial through a tunnel, and set FUNCTIONS_URL to its public URL.")
	case u.Scheme != "https":
		return setup.Doubt("FUNCTIONS_URL is not https: telephone numbers go through the internet for everybody to read.", "Publish the service with TLS, and set FUNCTIONS_URL to its https URL.")
	}
	return setup.Good("")
}

// inside reports whether a host is one that the internet does not reach.
func inside(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && (ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast())
}
