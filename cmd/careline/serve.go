package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"perci.health/careline"
	"perci.health/careline/api"
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
	settler    calls.Settler
	reconciler calls.Reconciler
	forgets    calls.Retention
	pool       *twilio.Pool
	fhir       *fhir.Client
	session    *auth.Verifier
	signed     *twilio.Verifier // nil: signatures are not checked
	directory  *calls.Directory

	transport transport

	assembled chan struct{} // closed when all of the above is made
	relays    atomic.Bool   // the relay is running
}

// listen takes the address before anything else is made, so that a port in use
// is the first thing one hears of.
func listen(address string) (net.Listener, error) {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s, choose another PORT: %w", address, err)
	}
	return ln, nil
}

// serve runs the service on ln until ctx ends, then stops it: no request that
// was accepted is left without its answer, no event that was kept is lost. It
// logs to out. The demo and the tests run this very function.
func serve(ctx context.Context, c config, ln net.Listener, out io.Writer) (stopped error) {
	doors := []net.Listener{ln}
	if c.admin != "" {
		own, err := listenAdmin(c.admin)
		if err != nil {
			return errors.Join(err, ln.Close())
		}
		doors = append(doors, own)
	}

	lines := telemetry.Gather(out)
	defer func() { stopped = errors.Join(stopped, lines.Close()) }()

	p, err := assemble(ctx, c, lines)
	if err != nil {
		return errors.Join(err, shut(doors))
	}

	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	for _, run := range []func(context.Context){
		func(ctx context.Context) { logged(ctx, p.log, "relay", p.relayEvents) },
		p.live.Run,
		func(ctx context.Context) {
			p.settler.Run(ctx, func(err error) { p.log.Error("background", "part", "settler", "err", err) })
		},
		func(ctx context.Context) {
			p.reconciler.Run(ctx, func(err error) { p.log.Error("background", "part", "reconciler", "err", err) })
		},
		func(ctx context.Context) {
			p.forgets.Run(ctx, func(err error) { p.log.Error("background", "part", "retention", "err", err) })
		},
		func(ctx context.Context) { logged(ctx, p.log, "number pool", p.pool.Run) },
		func(ctx context.Context) { logged(ctx, p.log, "session keys", p.session.Warm) },
	} {
		running.Go(func() { run(background) })
	}
	for part, run := range p.transport.running() {
		running.Go(func() { logged(background, p.log, part, run) })
	}

	if p.signed == nil {
		p.log.Warn("signatures of webhooks are not checked: this is for development on one machine")
	}
	p.log.Info("serving", "address", ln.Addr().String(), "version", version)
	app, err := webApp(c)
	if err != nil {
		p.log.Warn("the web app is not served", "err", err)
	}

	err = p.answer(ctx, doors, p.routes(c, p.hooks(c), app))

	stop()
	running.Wait()
	err = errors.Join(err, p.transport.close(), p.store.Close())

	flush, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return errors.Join(err, p.traces.Stop(flush))
}

// logged runs a part beside the requests: what fails there concerns the operator
// and nobody who waits for an answer.
func logged(ctx context.Context, log *slog.Logger, part string, run func(context.Context) error) {
	if err := run(ctx); err != nil && ctx.Err() == nil {
		log.Error("background", "part", part, "err", err)
	}
}

// assemble makes the parts, from the inside out. Nothing runs yet, and nobody
// outside has been asked anything: a service starts though others are down.
func assemble(ctx context.Context, c config, out io.Writer) (*parts, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.logLevel)); err != nil {
		return nil, err
	}

	p := &parts{log: telemetry.NewLogger(out, level), metrics: telemetry.NewMetrics(), assembled: make(chan struct{})}
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
		Outbound:  []string{pubsub.ForwardConsumer},
		Committed: p.committed,
		Elsewhere: p.elsewhere,
	})
	if err != nil {
		return nil, err
	}

	p.live = calls.NewLive(p.store)
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

	p.relay = newRelay(p, filer)
	if p.transport, err = newTransport(ctx, c, p); err != nil {
		return nil, errors.Join(err, p.store.Close())
	}

	close(p.assembled)
	return p, nil
}

// committed is told what this instance kept.
func (p *parts) committed(news []careline.News) {
	p.relay.Take(news)

	keys := make([]string, len(news))
	for i, n := range news {
		keys[i] = n.Event.Call
	}
	p.live.Changed(keys)
}

// elsewhere is told what another instance kept, and delivers: nobody but the
// browsers that are connected here needs to know, and none is before all is made.
func (p *parts) elsewhere(keys []string) {
	select {
	case <-p.assembled:
	default:
		return
	}
	if keys == nil {
		p.live.Missed()
		return
	}
	p.live.Changed(keys)
}

func newRelay(p *parts, filer *fhir.Chart) *relay.Relay {
	projector := calls.Projector{
		Log:          p.store,
		Chart:        filer,
		Appointments: p.directory.Appointment,
		Exclusive:    p.store.Exclusive(),
	}

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

// handler is every route of the service, and the web app unless it is nil.
func (p *parts) handler(c config, hooks twilio.Webhooks, app http.Handler) http.Handler {
	return api.New(p.routes(c, hooks, app))
}

func (p *parts) routes(c config, hooks twilio.Webhooks, app http.Handler) api.Config {
	minter := twilio.Minter{
		AccountSID:     c.twilio.accountSID,
		APIKey:         c.twilio.apiKey,
		APISecret:      c.twilio.apiSecret,
		ApplicationSID: c.twilio.applicationSID,
		Region:         c.twilio.region,
		TTL:            c.twilio.tokenTTL,
	}

	return api.Config{
		Log:            p.log,
		Location:       c.location,
		Prefix:         c.public.Path,
		AllowedOrigins: c.origins,

		Session:      p.session.Session,
		Mint:         minter.Mint,
		CallerID:     p.pool.Number,
		Appointments: p.fhir,
		Calls:        p.fhir,
		Shown:        p.directory.Shown,
		Live:         p.live,
		LiveFrom:     p.liveFrom,
		Newest:       p.store.Newest,

		Ready: []api.Check{
			{Name: "store", Probe: p.store.Ready},
			{Name: "fhir", Probe: p.fhir.Ready},
			{Name: "events", Probe: p.relaying},
		},
		Metrics: p.metrics.Handler(p.sources()),
		Observe: p.metrics.Request,
		Span:    p.traces.Request,

		Web:   app,
		Mount: append(mounted(hooks), p.transport.routes()...),
		Apart: c.admin != "",
	}
}

// relayEvents runs the relay, and lets readiness see that it does.
func (p *parts) relayEvents(ctx context.Context) error {
	p.relays.Store(true)
	defer p.relays.Store(false)
	return p.relay.Run(ctx)
}

// relaying is readiness of the transport of events. A backlog does not count: an
// instance that waits for the health record still takes calls.
func (p *parts) relaying(context.Context) error {
	if !p.relays.Load() {
		return errors.New("the relay is not running")
	}
	return nil
}

func (p *parts) liveFrom(ctx context.Context, clinician string) (int64, error) {
	return p.store.LiveSince(ctx, clinician, time.Now())
}
