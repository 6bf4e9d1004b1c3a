package main

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"perci.health/careline/pubsub"
	"perci.health/careline/setup"
	"perci.health/careline/setup/clock"
	"perci.health/careline/setup/database"
	"perci.health/careline/setup/google"
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
	checks []setup.Check
	plan   func(context.Context, planned) (setup.Plan, error) // nil: there is nothing to set up
	close  func() error                                       // nil: nothing is held; changes are made before it
}

// planned is what an operator says about a plan.
type planned struct{ takeNumbers bool }

// parties are those that careline can depend on, in the order in which they are
// told and set up: who takes what another sends stands before it.
func parties() []party {
	return []party{
		{
			name:     "database",
			settings: []string{"DATABASE_URL"},
			open:     openDatabase,
		},
		{
			name:     "fhir",
			settings: []string{"FHIR_"},
			open:     openFHIR,
		},
		{
			name:     "issuer",
			settings: []string{"DESCOPE_", "SESSION_"},
			open:     openIssuer,
		},
		{
			name:     "pubsub",
			settings: []string{"PUBSUB_", "EVENTS", "FUNCTIONS_URL"},
			used:     throughPubSub,
			open:     openPubSub,
		},
		{
			name:     "twilio",
			settings: []string{"TWILIO_", "FUNCTIONS_URL", "ALLOWED_COUNTRIES", "NODE_ENV", "FUNCTIONS_EMULATOR"},
			open:     openTwilio,
		},
		{
			name:     "clock",
			settings: []string{"TWILIO_API_BASE_URL"},
			open:     openClock,
		},
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
	return &http.Client{Transport: transport, Timeout: setup.CheckTimeout}
}

// quiet are parts that neither log nor trace, for clients that a command uses.
func quiet(ctx context.Context) (*parts, error) {
	traces, err := telemetry.NewTraces(ctx, telemetry.TracesConfig{Version: version})
	return &parts{log: slog.New(slog.DiscardHandler), traces: traces, metrics: telemetry.NewMetrics()}, err
}

func openDatabase(_ context.Context, c config) (opened, error) {
	return opened{checks: database.Checks(c.database.Reveal())}, nil
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
	return opened{
		checks: client.Checks(),
		plan:   func(ctx context.Context, _ planned) (setup.Plan, error) { return client.Plan(ctx) },
	}, nil
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
	client, err := newTwilio(c, outward())
	if err != nil {
		return opened{}, err
	}

	account := accountSetup(c)
	return opened{
		checks: client.Checks(account),
		plan: func(ctx context.Context, says planned) (setup.Plan, error) {
			asked := account
			asked.TakeNumbers = says.takeNumbers
			return client.Plan(ctx, asked)
		},
	}, nil
}

// accountSetup is how the account has to be set up for these settings.
func accountSetup(c config) twilio.Setup {
	return twilio.Setup{
		PublicURL:      c.public.String(),
		APIKey:         c.twilio.apiKey,
		ApplicationSID: c.twilio.applicationSID,
		Number:         c.twilio.phoneNumber,
		Countries:      c.calls.policy.Regions,
		AuthToken:      c.twilio.authToken,
		SecondaryToken: c.twilio.authTokenSecondary,
		Unsigned:       !c.twilio.signatures,
		HTTP:           outward(),
		Recording:      c.features.recording != "",
		KeepRecordings: c.features.keep,
	}
}

func openPubSub(ctx context.Context, c config) (opened, error) {
	admin, err := google.NewAdmin(ctx, google.Config{
		Topic:        c.pubsub.at(),
		Pull:         c.pubsub.subscription,
		PushURL:      c.public.String() + pubsub.PathPush,
		PushEmail:    c.pubsub.serviceAccount,
		PushAudience: c.pubsub.audience,
		HTTP:         outward(),
	})
	if err != nil {
		return opened{}, err
	}

	return opened{
		checks: admin.Checks(),
		plan:   func(ctx context.Context, _ planned) (setup.Plan, error) { return admin.Plan(ctx) },
		close:  admin.Close,
	}, nil
}

// openClock compares our clock with that of Twilio, which judges our tokens.
func openClock(_ context.Context, c config) (opened, error) {
	return opened{checks: clock.Checks(c.twilio.baseURL, outward())}, nil
}
