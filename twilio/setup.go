package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"perci.health/careline"
	"perci.health/careline/credential"
	"perci.health/careline/setup"
)

// Setup is how the account has to be set up for us.
type Setup struct {
	PublicURL      string // base of our URLs at Twilio, as Webhooks.PublicURL
	APIKey         string // SK…, which signs access tokens
	ApplicationSID string // AP…, the TwiML App of those tokens
	Number         careline.Phone
	Countries      []string // ISO 3166-1 alpha-2 codes of those we call

	AuthToken      credential.Secret // the account's own; Twilio signs webhooks with it
	SecondaryToken credential.Secret // while it is being rotated; may be empty
	Unsigned       bool              // signatures are not checked: development on one machine

	// Recording says that calls are recorded; recordings are kept for KeepRecordings.
	Recording      bool
	KeepRecordings time.Duration
	Now            func() time.Time // nil: time.Now

	// TakeNumbers lets a plan point numbers at us that call another service now.
	TakeNumbers bool

	HTTP *http.Client // asks our own public URL; nil: http.DefaultClient
}

// inspection is a Setup held against the account.
type inspection struct {
	*Client
	Setup
}

func (c *Client) inspect(s Setup) inspection {
	s.PublicURL = strings.TrimRight(s.PublicURL, "/")
	if s.HTTP == nil {
		s.HTTP = http.DefaultClient
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	return inspection{c, s}
}

// aboutKey is the check that others need. Its name is in scripts: never change it.
const aboutKey = "twilio: API key"

// Checks are the questions about the account and about what Twilio finds at our
// public URL. Two of them sign in with the auth token in place of the client's API
// key, which may not ask them.
func (c *Client) Checks(s Setup) []setup.Check {
	i := c.inspect(s)
	return append([]setup.Check{
		{Name: aboutKey, Ask: i.apiKey},
		{Name: "twilio: auth token", Needs: aboutKey, Ask: i.authToken},
		{Name: "twilio: access tokens", Needs: aboutKey, Ask: i.accessTokens},
		{Name: "twilio: TwiML App", Needs: aboutKey, Ask: i.app},
		{Name: "twilio: numbers", Needs: aboutKey, Ask: i.haveNumbers},
		{Name: "twilio: numbers' webhooks", Needs: aboutKey, Ask: i.numberHooks},
		{Name: "twilio: countries", Needs: aboutKey, Ask: i.countries},
		{Name: "twilio: webhooks", Ask: i.webhooks},
	}, i.recordingChecks()...)
}

// Plan is what has to change at the account: the TwiML App's and the numbers'
// webhooks, and nothing else. A number that asks another service now, or reports
// to one, is a change that nobody may make unless the Setup says TakeNumbers: it
// may serve people whom we know nothing of.
//
// The status callbacks end in DefaultOverrides. A voice URL may have connection
// overrides of its own, which are left as they are.
func (c *Client) Plan(ctx context.Context, s Setup) (setup.Plan, error) {
	i := c.inspect(s)
	changes, err := i.planApp(ctx)
	if err != nil {
		return nil, err
	}
	more, err := i.planNumbers(ctx)
	return append(changes, more...), err
}

// hook is a URL that Twilio asks, and how.
type hook struct{ url, method string }

// String is for people. It leaves out what may be a secret: another service's
// URL can hold a password or a token.
func (h hook) String() string {
	if h.url == "" {
		return ""
	}
	u, err := url.Parse(h.url)
	if err != nil {
		return "(a URL that cannot be read)"
	}
	u.User = nil
	if u.RawQuery != "" {
		u.RawQuery = "…"
	}
	return orPost(h.method) + " " + u.String()
}

// orPost is the method that Twilio uses where none is set.
func orPost(method string) string {
	if method == "" {
		return http.MethodPost
	}
	return method
}

func (i inspection) voiceHook(path string) hook { return hook{i.PublicURL + path, http.MethodPost} }

func (i inspection) statusHook() hook {
	return hook{i.PublicURL + PathCallStatus + "#" + DefaultOverrides, http.MethodPost}
}

// meets reports whether h is the hook wanted, whatever its connection overrides.
func (h hook) meets(wanted hook) bool {
	address, _, _ := strings.Cut(h.url, "#")
	same, _, _ := strings.Cut(wanted.url, "#")
	return address == same && orPost(h.method) == wanted.method
}

// foreign reports whether h asks somebody else. The voice URL that Twilio gives
// to every new number is a greeting of its own, which nobody misses.
func (i inspection) foreign(h hook) bool {
	return h.url != "" && !strings.HasPrefix(h.url, i.PublicURL+"/") && !strings.HasPrefix(h.url, "https://demo.twilio.com/")
}

// statusFault is what is wrong with a status callback: nothing, when the finding's
// verdict is good. Whose it is begins its sentence.
func (i inspection) statusFault(whose string, h hook) setup.Finding {
	switch {
	case h.meets(i.statusHook()) && h.url == i.statusHook().url:
		return setup.Good("")
	case h.meets(i.statusHook()):
		return setup.Doubt(whose+" status callback has other connection overrides than ours: a report that could not be kept may not be sent again.", provision)
	case h.url == "":
		return setup.Doubt(whose+" status callback is not set: the end of a call is known only once it is looked up.", provision)
	}
	return setup.Fault(whose+" status callback is not ours: "+h.String()+".", provision)
}

// provision is what to do about most of it.
const provision = "Run careline provision, and with --apply when you agree with its plan."

// gathered is several findings as one: the worst verdict, and every sentence of
// those that are not good. With none of these, good is what was found.
func gathered(good string, parts ...setup.Finding) setup.Finding {
	all := setup.Good("")
	for _, f := range parts {
		if f.Verdict == setup.VerdictGood {
			continue
		}
		if all.Verdict != setup.VerdictFault {
			all.Verdict = f.Verdict
		}
		all.Found = strings.TrimSpace(all.Found + " " + f.Found)
		if !strings.Contains(all.Do, f.Do) {
			all.Do = strings.TrimSpace(all.Do + " " + f.Do)
		}
	}

	if all.Verdict == setup.VerdictGood {
		return setup.Good(good)
	}

	return all
}

// unasked is the finding when Twilio did not answer the question.
func unasked(err error) setup.Finding {
	e, ok := errors.AsType[*APIError](err)
	switch {
	case ok && e.passing():
		return setup.Doubt(fmt.Sprintf("Twilio did not answer this: HTTP %d, error %d.", e.Status, e.Code), "Try again in a minute; if it stays so, see status.twilio.com.")
	case ok && (e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden):
		return setup.Fault(fmt.Sprintf("Twilio refused to answer this: HTTP %d, error %d.", e.Status, e.Code),
			"See what the check "+aboutKey+" says; if that one is good, the key is a Restricted one and lacks this permission: use a Standard key.")
	case ok:
		return setup.Fault(fmt.Sprintf("Twilio did not take the question: HTTP %d, error %d.", e.Status, e.Code), "Check TWILIO_ACCOUNT_SID and TWILIO_API_BASE_URL.")
	}
	return setup.Doubt("Twilio could not be asked: "+cause(err)+".", "See what the check "+aboutKey+" says.")
}

// cause is the innermost reason of a failed request; it holds no URL (see unreachable).
func cause(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer came in time"
	}
	if e, ok := errors.AsType[*careline.Error](err); ok && e.Err != nil {
		return e.Err.Error()
	}
	return err.Error()
}
