package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"perci.health/careline"
)

// Bounds of the readiness checks.
const (
	readyWithin = 2 * time.Second
	readyFor    = time.Second // how long a finding stands, so that asking often costs others nothing
)

type readyJSON struct {
	Status string      `json:"status"` // ready or unavailable
	Checks []checkJSON `json:"checks"`
}

type checkJSON struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	TookMS int64  `json:"tookMs"`
}

// alive says that the process answers, and nothing else.
func (s *server) alive(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, struct {
		Status string `json:"status"`
	}{"ok"})
}

// ready says whether all that the service needs is there, each by name; why not
// is in the log.
func (s *server) ready(w http.ResponseWriter, r *http.Request) error {
	found := s.probes.look(r.Context())
	answer, status := readyJSON{Status: "ready", Checks: make([]checkJSON, 0, len(found))}, http.StatusOK
	for _, f := range found {
		answer.Checks = append(answer.Checks, checkJSON{Name: f.name, OK: f.err == nil, TookMS: f.took.Milliseconds()})
		if f.err != nil {
			careline.Note(r.Context(), slog.Any("check_"+f.name, f.err))
			answer.Status, status = "unavailable", http.StatusServiceUnavailable
			w.Header().Set("Retry-After", comeAgain(nil))
		}
	}

	return writeJSON(w, status, answer)
}

// metrics is whatever handler was given for it.
func (s *server) metrics(w http.ResponseWriter, r *http.Request) error {
	if s.cfg.Metrics == nil {
		return notFound(w, r)
	}
	s.cfg.Metrics.ServeHTTP(w, r)
	return nil
}

// probes runs the checks, all at once, and remembers what it found.
type probes struct {
	checks []Check
	now    func() time.Time

	mu    sync.Mutex // held while the checks run: those who ask meanwhile get the same
	found []finding
	at    time.Time
}

type finding struct {
	name string
	err  error
	took time.Duration
}

func newProbes(checks []Check, now func() time.Time) *probes {
	return &probes{checks: checks, now: now}
}

func (p *probes) look(ctx context.Context) []finding {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.at.IsZero() && p.now().Sub(p.at) < readyFor {
		return p.found
	}

	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyWithin)
	defer cancel()

	found := make([]finding, len(p.checks))
	var all sync.WaitGroup
	for i, c := range p.checks {
		all.Go(func() { found[i] = c.run(ctx, p.now) })
	}
	all.Wait()

	p.found, p.at = found, p.now()
	return found
}

// run ends with ctx even if the probe does not.
func (c Check) run(ctx context.Context, now func() time.Time) finding {
	began, done := now(), make(chan error, 1)
	go func() { done <- c.Probe(ctx) }()

	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		err = errors.New("no answer in time")
	}
	return finding{name: c.Name, err: err, took: now().Sub(began)}
}
