package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Bounds of a connection.
const (
	// GraceTime is how long requests may take to finish once the service stops.
	GraceTime = 20 * time.Second
	// readWithin bounds a request's arrival, against clients that trickle.
	readWithin = 30 * time.Second
	// writeWithin bounds an answer; streams renew it with every event.
	writeWithin = 30 * time.Second
	// idleFor is longer than the 600 s for which Google's load balancers keep a
	// connection, so that it is never us who close one that they are about to use.
	idleFor = 620 * time.Second
)

type stoppingKey struct{}

// Serve answers on ln with h until ctx ends, then accepts nothing more, tells
// streams to end, and lets requests finish within GraceTime. It returns nil if
// they all did. With a handler of New, what net/http has to say of connections
// goes to its Log.
func Serve(ctx context.Context, ln net.Listener, h http.Handler) error {
	base := context.WithValue(context.WithoutCancel(ctx), stoppingKey{}, ctx.Done())
	srv := &http.Server{
		Handler:           h,
		BaseContext:       func(net.Listener) context.Context { return base },
		ReadHeaderTimeout: readWithin / 3,
		ReadTimeout:       readWithin,
		WriteTimeout:      writeWithin,
		IdleTimeout:       idleFor,
		MaxHeaderBytes:    64 << 10,
	}

	if own, ok := h.(*server); ok && own.cfg.Log != nil {
		srv.ErrorLog = slog.NewLogLogger(own.cfg.Log.Handler(), slog.LevelWarn)
	}

	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()

	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}

	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), GraceTime)
	defer cancel()
	if err := srv.Shutdown(grace); err != nil {
		return errors.Join(fmt.Errorf("stop: some requests were cut off: %w", err), srv.Close())
	}
	return nil
}

// stopping closes when the service begins to stop; nil, which never does, for a
// request that did not come through Serve.
func stopping(ctx context.Context) <-chan struct{} {
	done, _ := ctx.Value(stoppingKey{}).(<-chan struct{})
	return done
}
