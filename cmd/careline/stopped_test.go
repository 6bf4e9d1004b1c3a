package main

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"perci.health/careline/sandbox"
)

// stopsAt is a context that ends when it is looked at for the n-th time.
type stopsAt struct {
	context.Context

	stop context.CancelFunc
	left atomic.Int64
}

func newStopsAt(t *testing.T, n int64) *stopsAt {
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	s := &stopsAt{Context: ctx, stop: stop}
	s.left.Store(n)
	return s
}

func (s *stopsAt) looked() {
	if s.left.Add(-1) == 0 {
		s.stop()
	}
}

func (s *stopsAt) Done() <-chan struct{} { s.looked(); return s.Context.Done() }

func (s *stopsAt) Err() error { s.looked(); return s.Context.Err() }

// TestServeStoppedWhileItStarts: a service that is told to stop before it serves, at
// whichever step, stops without an error, and leaves its address and its store to the next.
func TestServeStoppedWhileItStarts(t *testing.T) {
	t.Parallel()
	w, err := sandbox.Start(t.Context(), sandbox.Config{Pace: pace})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})

	for name, set := range map[string]map[string]string{
		"sqlite":   {},
		"postgres": {"DATABASE_URL": newDatabase(t)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &system{t: t, world: w, log: new(lockedBuffer), dir: t.TempDir(), set: set}
			ln, err := listen("127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			address := ln.Addr().String()
			s.url = "http://" + address
			c, err := readConfig(s.setting)
			if err != nil {
				t.Fatal(err)
			}

			for n, served := int64(0), false; !served; n++ {
				ctx := newStopsAt(t, n)
				if n == 0 {
					ctx.stop()
				}

				out, ended := new(lockedBuffer), make(chan error, 1)
				go func() { ended <- serve(ctx, c, ln, out) }()
				eventually(t, "the service to serve or to stop", func() bool {
					served = strings.Contains(out.String(), `"serving"`)
					return served || len(ended) > 0
				})
				ctx.stop()

				if err := <-ended; err != nil {
					t.Fatalf("stopped at look %d: %v", n, err)
				}
				if ln, err = listen(address); err != nil {
					t.Fatal(err)
				}
			}
			if err := ln.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
