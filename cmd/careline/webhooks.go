package main

import (
	"context"
	"math"
	"time"

	"perci.health/careline"
	"perci.health/careline/api"
	"perci.health/careline/calls"
	"perci.health/careline/credential"
	"perci.health/careline/store"
	"perci.health/careline/telemetry"
	"perci.health/careline/twilio"
)

// soundTestsPerMinute is for each person, in the long run and at once: a test lasts ten
// seconds, so nobody who listens to them comes near.
const soundTestsPerMinute = 6

// hooks are the routes that Twilio asks, with what they lead to.
func (p *parts) hooks(c config) twilio.Webhooks {
	starter := calls.Starter{
		Appointments: p.directory.Appointment,
		CallerID:     p.pool.Number,
		Log:          p.counted(),
		Attempts:     calls.NewAttempts(c.calls.policy.PerMinute, time.Now),
		Rations:      calls.NewRations(p.store, time.Now),
		Policy:       c.calls.policy,
		Limit:        c.calls.longest,
		Now:          func() time.Time { return time.Now().In(c.location) },
		Rejoin:       p.rejoin(c),
	}
	if p.recordings.on {
		starter.Consents = &p.recordings.consents
	}
	soundTests := calls.NewPace(soundTestsPerMinute, time.Now)

	return twilio.Webhooks{
		Verifier:         p.signed,
		AccountSID:       c.twilio.accountSID,
		ApplicationSID:   c.twilio.applicationSID,
		PublicURL:        c.public.String(),
		Start:            p.refusals(starter.Start),
		SoundTest:        soundTests.Another,
		Keep:             p.keep,
		Rooms:            p.roomHooks(c),
		Announcement:     p.announcement(c),
		Trace:            p.traces.Traceparent,
		Region:           c.calls.policy.Regions[0],
		DialTimeout:      c.calls.ringFor,
		TimeLimit:        c.calls.longest,
		MachineDetection: c.calls.machineDetection,
		Overrides:        twilio.DefaultOverrides,
		Greeting: twilio.Greeting{
			Organisation: c.greeting.organisation,
			Words:        c.greeting.words,
			Voice:        c.greeting.voice,
			Language:     c.greeting.language,
		},
	}
}

// mounted puts Twilio's routes among the service's own, without its limit of a
// body: theirs bound themselves what they read, and speak when it is too much.
func mounted(w twilio.Webhooks) (routes []api.Route) {
	for _, r := range w.Routes() {
		routes = append(routes, api.Route{
			Method:  r.Method,
			Path:    r.Path,
			Handler: r.Handler,
			Who:     "twilio",
			Limit:   math.MaxInt64,
		})
	}
	return routes
}

// newVerifier checks Twilio's signatures; nil, which checks nothing, only where the
// settings allow it.
func newVerifier(c config) (*twilio.Verifier, error) {
	if !c.twilio.signatures {
		return nil, nil
	}
	tokens := []credential.Secret{c.twilio.authToken}
	if !c.twilio.authTokenSecondary.IsZero() {
		tokens = append(tokens, c.twilio.authTokenSecondary)
	}
	return twilio.NewVerifier(c.public.String(), tokens...)
}

// refusals is start, counting whom it refuses.
func (p *parts) refusals(start func(context.Context, calls.Ask) (calls.Answer, error)) func(context.Context, calls.Ask) (calls.Answer, error) {
	return func(ctx context.Context, ask calls.Ask) (calls.Answer, error) {
		answer, err := start(ctx, ask)
		if refused, ok := answer.(calls.Refuse); ok && err == nil {
			p.metrics.Refused(refused.Why)
		}
		return answer, err
	}
}

// counted is the store, counting the events that it keeps.
type counted struct {
	store.Store
	metrics *telemetry.Metrics
}

func (p *parts) counted() counted { return counted{p.store, p.metrics} }

func (c counted) Append(ctx context.Context, e careline.CallEvent) (careline.CallEvent, bool, error) {
	kept, repeated, err := c.Store.Append(ctx, e)
	c.count(kept, repeated, err)
	return kept, repeated, err
}

func (c counted) AppendFor(ctx context.Context, consumer string, e careline.CallEvent) (careline.CallEvent, bool, error) {
	kept, repeated, err := c.Store.AppendFor(ctx, consumer, e)
	c.count(kept, repeated, err)
	return kept, repeated, err
}

func (c counted) AppendAll(ctx context.Context, besides func(careline.CallEvent) string, all ...careline.CallEvent) ([]careline.CallEvent, []bool, error) {
	kept, repeated, err := c.Store.AppendAll(ctx, besides, all...)
	for i, e := range kept {
		c.count(e, repeated[i], err)
	}
	return kept, repeated, err
}

func (c counted) Admit(ctx context.Context, e careline.CallEvent, may func(careline.Load) careline.Refusal) (careline.CallEvent, bool, error) {
	kept, repeated, err := c.Store.Admit(ctx, e, may)
	c.count(kept, repeated, err)
	return kept, repeated, err
}

// count counts an event once, when it is kept.
func (c counted) count(kept careline.CallEvent, repeated bool, err error) {
	if err == nil && !repeated {
		c.metrics.EventKept(kept.Kind)
	}
}
