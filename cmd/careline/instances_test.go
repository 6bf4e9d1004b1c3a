package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"perci.health/careline/sandbox/pgbox"
	"perci.health/careline/sandbox/pubsubbox"
)

// shared is a server for all tests of this package, started when the first asks.
type shared[T io.Closer] struct {
	start func(context.Context) (T, error)

	mu      sync.Mutex
	started bool
	box     T
	err     error
}

func (s *shared[T]) get(t *testing.T) T {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.started {
		s.started = true
		s.box, s.err = s.start(context.Background())
	}
	if s.err != nil {
		t.Fatal(s.err)
	}
	return s.box
}

// close ends it; what it says does not matter any more.
func (s *shared[T]) close() {
	if s.started && s.err == nil {
		_ = s.box.Close()
	}
}

// Each test has a database, or a project, of its own in them.
var (
	postgresServer = shared[*pgbox.Box]{start: func(ctx context.Context) (*pgbox.Box, error) { return pgbox.Start(ctx, pgbox.Config{}) }}
	sharedPubSub   = shared[*pubsubbox.Box]{start: pubsubbox.Start}
)

func closeServers() {
	postgresServer.close()
	sharedPubSub.close()
}

// newDatabase is the URL of an empty Postgres database.
func newDatabase(t *testing.T) string {
	t.Helper()
	url, err := postgresServer.get(t).NewDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// beside is one more instance of the service, with the same settings; Twilio asks
// it from now on.
func (s *system) beside() *system {
	s.t.Helper()
	other := &system{t: s.t, world: s.world, log: new(lockedBuffer), dir: s.t.TempDir(), set: s.set}
	s.t.Cleanup(func() {
		if s.t.Failed() {
			s.t.Logf("the other service's log:\n%s", other.log)
		}
	})
	other.start()
	return other
}

// listening is a clinician's browser that is connected to an instance: told
// closes when it has been told the text.
func (s *system) listening(practitioner, text string) (told <-chan struct{}) {
	s.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	s.t.Cleanup(stop)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/bff_clinical/v1/calls/events", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.session(practitioner))
	res, err := http.DefaultClient.Do(r)
	if err != nil || res.StatusCode != http.StatusOK {
		s.t.Fatal(res, err)
	}
	heard := make(chan struct{})
	go func() {
		defer res.Body.Close()
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if strings.Contains(lines.Text(), text) {
				close(heard)
				return
			}
		}
	}()
	return heard
}

// A browser hears of a call from the instance it is connected to, whichever
// instance Twilio talks to, and the call is recorded once.
func TestServeOnTwoInstances(t *testing.T) {
	t.Parallel()
	first := newSystem(t, map[string]string{"DATABASE_URL": newDatabase(t)})
	second := first.beside()
	a := first.reaching(answers)
	told := first.listening(a.Practitioner, `"status":"completed"`)
	key := second.call(a, answers)
	versions := second.record(key, final)
	eventually(t, "the browser to hear of the end", func() bool {
		select {
		case <-told:
			return true
		default:
			return false
		}
	})
	if !strings.Contains(second.log.String(), "call-status") {
		t.Error("the second instance was not asked by Twilio: the test proves nothing")
	}
	if last := versions[len(versions)-1]; last.says("callStatus") != "completed" || len(last.Identifier) != 2 {
		t.Errorf("ended as %s", last.raw)
	}
	second.logTellsNobody(first)
}
