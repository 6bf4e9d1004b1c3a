package main

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"perci.health/careline"
	"perci.health/careline/events"
	"perci.health/careline/telemetry"
	"perci.health/careline/twilio"
)

// party is one that careline depends on.
type party struct {
	name     string            // the names of its checks begin with it
	settings []string          // beginnings of the names of the settings it is reached by
	used     func(config) bool // nil: always
	// open makes what asks it; nobody is asked yet.
	open func(context.Context, config) (opened, error)
}

// opened is a party that can be asked: what doctor checks, and how provision sets
// it up.
type opened struct {
	checks []careline.Check
	plan   func(context.Context, planned) ([]careline.Change, error) // nil: there is nothing to set up
	close  func() error                                              // nil: nothing is held; changes are made before it
}

// planned is what an operator says about a plan.
type planned struct{ takeNumbers bool }

// parties are those that careline can depend on, in the order in which they are
// told and set up: who takes what another sends stands before it.
func parties() []party {
	return []party{
		{name: "database", settings: []string{"DATABASE_URL"}, open: openDatabase},
		{name: "fhir", settings: []string{"FHIR_"}, open: openFHIR},
		{name: "issuer", settings: []string{"DESCOPE_", "SESSION_"}, open: openIssuer},
		{name: "pubsub", settings: []string{"PUBSUB_", "EVENTS", "FUNCTIONS_URL"}, used: throughPubSub, open: openPubSub},
		{name: "twilio", settings: []string{"TWILIO_", "FUNCTIONS_URL", "ALLOWED_COUNTRIES", "NODE_ENV", "FUNCTIONS_EMULATOR"}, open: openTwilio},
		{name: "clock", settings: []string{"TWILIO_API_BASE_URL"}, open: openClock},
	}
}

func throughPubSub(c config) bool { return c.pubsub.publish || c.pubsub.subscription != "" }

// needs reports whether the party is reached by a setting of this name.
func (p party) needs(setting string) bool {
	for _, beginning := range p.settings {
		if strings.HasPrefix(setting, beginning) {
			return true
		}
	}
	return false
}

// outward asks over connections of its own, so that a check sees what a new
// connection meets, and leaves none behind.
func outward() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true
	return &http.Client{Transport: transport, Timeout: checkTimeout}
}

// quiet are parts that neither log nor trace, for clients that a command uses.
func quiet(ctx context.Context) (*parts, error) {
	traces, err := telemetry.NewTraces(ctx, telemetry.TracesConfig{Version: version})
	return &parts{log: slog.New(slog.DiscardHandler), traces: traces, metrics: telemetry.NewMetrics()}, err
}

func openFHIR(ctx context.Context, c config) (opened, error) {
	p, err := quiet(ctx)
	if err != nil {
		return opened{}, err
	}
	client, err := newFHIR(c, p)
	if err != nil {
		return opened{}, err
	}
	return opened{checks: client.Checks(), plan: func(ctx context.Context, _ planned) ([]careline.Change, error) { return client.Plan(ctx) }}, nil
}

func openIssuer(ctx context.Context, c config) (opened, error) {
	p, err := quiet(ctx)
	if err != nil {
		return opened{}, err
	}
	verifier, err := newSession(c, p)
	if err != nil {
		return opened{}, err
	}
	return opened{checks: verifier.Checks()}, nil
}

func openTwilio(_ context.Context, c config) (opened, error) {
	client, setup, err := twilioSetup(c)
	if err != nil {
		return opened{}, err
	}
	return opened{checks: client.Checks(setup), plan: func(ctx context.Context, says planned) ([]careline.Change, error) {
		setup := setup
		setup.TakeNumbers = says.takeNumbers
		return client.Plan(ctx, setup)
	}}, nil
}

func twilioSetup(c config) (*twilio.Client, twilio.Setup, error) {
	setup := twilio.Setup{
		PublicURL:      c.public.String(),
		APIKey:         c.twilio.apiKey,
		ApplicationSID: c.twilio.applicationSID,
		Number:         c.twilio.phoneNumber,
		Countries:      c.calls.policy.Regions,
		AuthToken:      c.twilio.authToken,
		SecondaryToken: c.twilio.authTokenSecondary,
		Unsigned:       !c.twilio.signatures,
		HTTP:           outward(),
	}
	client, err := newTwilio(c, outward())
	return client, setup, err
}

func openPubSub(ctx context.Context, c config) (opened, error) {
	admin, err := events.NewAdmin(ctx, events.AdminConfig{
		Topic:        c.pubsub.at(),
		Pull:         c.pubsub.subscription,
		PushURL:      c.public.String() + events.PathPush,
		PushEmail:    c.pubsub.serviceAccount,
		PushAudience: c.pubsub.audience,
		HTTP:         outward(),
	})
	if err != nil {
		return opened{}, err
	}
	return opened{checks: admin.Checks(), close: admin.Close,
		plan: func(ctx context.Context, _ planned) ([]careline.Change, error) { return admin.Plan(ctx) }}, nil
}

// The clock may be this much wrong. Beyond a minute Twilio refuses our access
// tokens, which begin a minute before now; a few seconds already put the events of
// a call into a wrong order beside those of others.
const (
	clockDoubt = 5 * time.Second
	clockFault = time.Minute
)

// openClock compares our clock with that of Twilio, which judges our tokens.
func openClock(_ context.Context, c config) (opened, error) {
	return opened{checks: []careline.Check{{Name: "clock", Ask: func(ctx context.Context) careline.Finding {
		r, err := http.NewRequestWithContext(ctx, http.MethodHead, c.twilio.baseURL.String(), nil)
		if err != nil {
			return careline.Skipped("The clock was not looked at: TWILIO_API_BASE_URL cannot be asked.")
		}

		asked := time.Now()
		answer, err := outward().Do(r)
		if err != nil {
			return careline.Skipped("The clock was not looked at: Twilio, by whose clock it is judged, could not be reached.")
		}
		defer answer.Body.Close()

		theirs, err := http.ParseTime(answer.Header.Get("Date"))
		if err != nil {
			return careline.Skipped("The clock was not looked at: Twilio did not tell the time.")
		}
		return clockFinding(theirs, asked, time.Now())
	}}}}, nil
}

// clockFinding judges by a Date header, which leaves fractions of a second out.
func clockFinding(theirs, asked, answered time.Time) careline.Finding {
	off := time.Duration(0)
	switch late := theirs.Add(time.Second); {
	case asked.After(late):
		off = asked.Sub(late)
	case answered.Before(theirs):
		off = theirs.Sub(answered)
	}

	const keep = "Have this machine keep its clock by NTP."
	switch {
	case off > clockFault:
		return careline.Fault("The clock is "+off.Round(time.Second).String()+" off: tokens are refused, and times in the record are wrong.", keep)
	case off > clockDoubt:
		return careline.Doubt("The clock is "+off.Round(time.Second).String()+" off.", keep)
	}

	return careline.Good("The clock agrees with Twilio's.")
}
