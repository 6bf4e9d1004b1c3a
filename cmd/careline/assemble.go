package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"perci.health/careline"
	"perci.health/careline/auth"
	"perci.health/careline/calls"
	"perci.health/careline/fhir"
	"perci.health/careline/pubsub"
	"perci.health/careline/relay"
	"perci.health/careline/store"
	"perci.health/careline/telemetry"
	"perci.health/careline/twilio"
)

// chart names the consumer that files calls in the health record. It is in the
// database: never change it.
const chart = "chart"

// parts are the pieces of the service, made by assemble and started by serve.
type parts struct {
	log        *slog.Logger
	traces     *telemetry.Traces
	metrics    *telemetry.Metrics
	store      store.Store
	relay      *relay.Relay
	live       *calls.Live
	callbacks  *calls.Callbacks
	looks      *calls.Looks // nil: who looked at whom is not kept
	settler    calls.Settler
	reconciler calls.Reconciler
	forgets    calls.Retention
	pool       *twilio.Pool
	fhir       *fhir.Client
	session    *auth.Verifier
	signed     *twilio.Verifier // nil: signatures are not checked
	directory  *calls.Directory
	rooms      *calls.Rooms
	roomsLive  *calls.RoomsLive
	keeper     *calls.Keeper
	available  func(ctx context.Context, clinician, device string, ready bool) error

	transport  transport
	recordings recordingParts

	assembled chan struct{} // closed when all of the above is made
	relays    atomic.Bool   // the relay is running
	streams   atomic.Int64  // open ones
}

// assemble makes the parts, from the inside out. Nothing runs yet, and nobody
// outside has been asked anything: a service starts though others are down.
func assemble(ctx context.Context, c config, out io.Writer) (*parts, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.logLevel)); err != nil {
		return nil, err
	}

	p := &parts{log: newLogger(out, level, c.logForm), metrics: telemetry.NewMetrics(), assembled: make(chan struct{})}
	p.metrics.Build(version)
	var err error
	if p.traces, err = telemetry.NewTraces(ctx, telemetry.TracesConfig{Export: c.traces, Version: version}); err != nil {
		return nil, err
	}

	if p.fhir, err = newFHIR(c, p); err != nil {
		return nil, err
	}
	filer, err := fhir.NewChart(p.fhir, c.fhir.strict)
	if err != nil {
		return nil, err
	}

	if p.session, err = newSession(c, p); err != nil {
		return nil, err
	}

	carrier, err := newTwilio(c, &http.Client{Transport: p.traces.Transport(nil, "twilio", p.metrics.Outbound)})
	if err != nil {
		return nil, err
	}
	p.pool = newPool(c, carrier)
	if p.signed, err = newVerifier(c); err != nil {
		return nil, err
	}

	p.directory = calls.NewDirectory(p.fhir.Appointment, time.Now)
	p.store, err = openLog(ctx, store.Config{
		URL:       c.database.Reveal(),
		Consumers: []string{chart},
		Outbound:  []string{pubsub.ForwardConsumer, calls.RecordingsConsumer},
		Committed: p.committed,
		Elsewhere: p.elsewhere,
	})
	if err != nil {
		return nil, err
	}

	p.live = calls.NewLive(p.store)
	atClinic := func() time.Time { return time.Now().In(c.location) }
	p.callbacks = calls.NewCallbacks(p.store, twilio.CallerOf, calls.NewDays(p.fhir.AppointmentsOn, atClinic), atClinic)
	if c.fhir.audit {
		p.looks = calls.NewLooks(p.counted(), time.Now)
	}
	newRooms(c, p, carrier)
	p.settler = calls.Settler{Log: p.store, Settle: filer.Settle, Now: time.Now}
	p.reconciler = calls.Reconciler{
		Log:     p.counted(),
		LookUp:  carrier.Lookup,
		Now:     time.Now,
		Observe: p.metrics.Lookup,
	}
	p.forgets = calls.Retention{
		Log:       p.store,
		Keep:      c.keep,
		Now:       time.Now,
		Forgotten: p.metrics.Forgotten,
	}

	newRecordings(c, p, carrier, filer)
	p.relay = newRelay(c, p, filer)
	if p.transport, err = newTransport(ctx, c, p); err != nil {
		return nil, errors.Join(err, p.store.Close())
	}

	close(p.assembled)
	return p, nil
}

// committed is told what this instance kept.
func (p *parts) committed(news []careline.News) {
	p.relay.Take(news)
	p.recordings.take(news)

	keys, rang := make([]string, len(news)), false
	for i, n := range news {
		keys[i] = n.Event.Call
		rang = rang || n.Event.Kind == careline.KindMemberCalled || n.Event.Asks()
	}
	p.live.Changed(keys)
	p.roomsTold(news, keys)
	if rang {
		p.callbacks.Changed()
	}
}

// elsewhere is told what another instance kept, and delivers: nobody but the
// browsers that are connected here needs to know, and none is before all is made.
func (p *parts) elsewhere(keys []string) {
	select {
	case <-p.assembled:
	default:
		return
	}
	p.callbacks.Changed()
	if keys == nil {
		p.live.Missed()
		p.keeper.Missed()
		p.roomsLive.Missed()
		return
	}
	p.live.Changed(keys)
	p.keeper.Elsewhere(keys)
	p.roomsLive.Changed(keys)
}

func newRelay(c config, p *parts, filer *fhir.Chart) *relay.Relay {
	projector := calls.Projector{
		Log:          p.store,
		Chart:        filer,
		Appointments: p.directory.Appointment,
		Exclusive:    p.store.Exclusive(),
		Now:          time.Now,
		Ended:        p.metrics.CallEnded,
	}
	projector.Recordings = recordedChart{filer, p.counted()}
	projector.Looks, projector.OnlyHeard = filer, !c.audited()

	return &relay.Relay{
		Queue:    p.store,
		Alone:    p.store.Exclusive(),
		Consumer: chart,
		Handle:   projector.Handle,
		Log:      p.log,
		Span:     p.traces.Delivery,
		Observe: func(outcome string, d careline.Delivery, took time.Duration) {
			p.metrics.Delivery(d.Consumer, outcome, took)
		},
	}
}
