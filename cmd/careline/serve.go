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
	"time"

	"github.com/spf13/cobra"

	"perci.health/careline"
	"perci.health/careline/api"
	"perci.health/careline/calls"
	"perci.health/careline/telemetry"
	"perci.health/careline/twilio"
)

// serveCommand runs the service.
func serveCommand(from source) *cobra.Command {
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the service; settings come from the environment",
		Args:  noWords,
	}
	c.SetHelpFunc(func(c *cobra.Command, args []string) { // the text is long, and a service that starts has no use for it
		c.Long = c.Short + ".\n\n" + settingsHelp()
		c.Parent().HelpFunc()(c, args)
	})

	return withSettings(c, from, func(c *cobra.Command, from source, _ []string) error {
		read, err := readConfig(from.get)
		if err != nil {
			return err
		}

		ln, err := listen(read.address)
		if err != nil {
			return err
		}
		return serve(c.Context(), read, ln, c.OutOrStdout())
	})
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

	out, c.logForm = c.onScreen(out)
	lines := telemetry.Gather(out)
	defer func() { stopped = errors.Join(stopped, lines.Close()) }()

	p, err := assemble(ctx, c, lines)
	if err != nil && errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return shut(doors) // stopped before it served, which is no fault: nothing was begun
	}
	if err != nil {
		return errors.Join(err, shut(doors))
	}

	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	for _, run := range []func(context.Context){
		func(ctx context.Context) { logged(ctx, p.log, "relay", p.relayEvents) },
		p.live.Run,
		p.roomsLive.Run,
		func(ctx context.Context) {
			p.keeper.Run(ctx, func(err error) { p.log.Error("background", "part", "rooms", "err", err) })
		},
		func(ctx context.Context) {
			p.callbacks.Run(ctx, func(err error) { p.log.Error("background", "part", "callbacks", "err", err) })
		},
		func(ctx context.Context) {
			p.settler.Run(ctx, func(err error) { p.log.Error("background", "part", "settler", "err", err) })
		},
		func(ctx context.Context) {
			p.reconciler.Run(ctx, func(err error) { p.log.Error("background", "part", "reconciler", "err", err) })
		},
		func(ctx context.Context) {
			p.forgets.Run(ctx, func(err error) { p.log.Error("background", "part", "retention", "err", err) })
		},
		func(ctx context.Context) { logged(ctx, p.log, "recordings", p.recordings.relay.Run) },
		func(ctx context.Context) {
			p.recordings.sweep.Run(ctx, func(err error) { p.log.Error("background", "part", "recordings", "err", err) })
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
		Incoming:       c.features.conference,
	}

	return api.Config{
		Log:            p.log,
		Location:       c.location,
		Prefix:         c.public.Path,
		AllowedOrigins: c.origins,

		Session:      p.session.Session,
		Policy:       c.calls.policy,
		Visitor:      p.session.Visitor,
		Audit:        p.audit(c),
		Review:       p.review(c),
		Conference:   c.features.conference,
		Recording:    c.features.recording,
		Recordings:   &p.recordings.asked,
		Recorded:     p.fhir.Recorded,
		Mint:         minter.Mint,
		CallerID:     p.pool.Number,
		Appointments: p.fhir,
		Calls:        p.fhir,
		Note:         calls.Noter{Log: p.counted(), Now: time.Now}.Note,
		Owner:        p.store.Clinician,
		Shown:        p.directory.Shown,
		Looked:       p.looked,
		Live:         p.live,
		Rooms:        p.rooms,
		RoomsLive:    p.roomsLive,
		Available:    p.available,
		Callbacks:    p.callbacks,
		LiveFrom:     p.liveFrom,
		Newest:       p.store.Newest,

		Ready: []api.Check{
			{Name: "store", Probe: p.store.Ready},
			{Name: "fhir", Probe: p.fhir.Ready},
			{Name: "events", Probe: p.relaying},
		},
		Metrics: p.metrics.Handler(p.sources()),
		Observe: p.metrics.Request,
		Streams: func(by int) { p.streams.Add(int64(by)) },
		Span:    p.traces.Request,

		Web:   app,
		Mount: append(mounted(hooks), p.transport.routes()...),
		Apart: c.admin != "",
	}
}

// looked counts who looked at whom, and keeps it for the record where that is wanted.
func (p *parts) looked(ctx context.Context, l careline.Look) error {
	p.metrics.Look(l.What, l.Outcome)
	if p.looks == nil {
		return nil
	}
	return p.looks.Seen(ctx, l)
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

// audit is nil where nobody is an auditor.
func (p *parts) audit(c config) *calls.Audit {
	if c.session.auditor == "" {
		return nil
	}
	return &calls.Audit{Log: p.store}
}

// review is nil where nobody is a reviewer.
func (p *parts) review(c config) *calls.Review {
	if c.session.reviewer == "" {
		return nil
	}
	return &calls.Review{Log: p.store}
}

func (p *parts) liveFrom(ctx context.Context, clinician string) (int64, error) {
	return p.store.LiveSince(ctx, clinician, time.Now())
}
