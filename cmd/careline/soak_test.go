package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"perci.health/careline/sandbox"
	"perci.health/careline/sandbox/pgbox"
)

// The long form is make soak.
var (
	soakCalls  = flag.Int("soak.calls", 100, "calls in each run of TestSoak; 20000 make some 100,000 reports")
	soakSeed   = flag.Uint64("soak.seed", 0, "of the chances of TestSoak; 0: any")
	soakOutage = flag.Duration("soak.outage", 2*time.Second, "how long the health record is down in TestSoak")
	soakRate   = flag.Int("soak.rate", 500, "webhooks a second in TestSoak, so that a trouble hits a part of them and not all")
	soakRound  = flag.Int("soak.round", 2000, "calls in which every trouble of TestSoak happens once")

	soakRestarts = flag.Int("soak.restarts", 1, "how often Postgres restarts in each round of TestSoak, and how often the connections of the claims are cut")
	soakTail     = flag.Float64("soak.tail", 0.03, "the share of the requests about Communications for which the health record takes soak.slow")
	soakSlow     = flag.Duration("soak.slow", 6*time.Second, "how long those take; careline waits 10 s")
)

// Careline as it stands in production, in real processes behind a balancer, under
// load and in every kind of trouble: what was acknowledged is in the log, and the
// health record says of every call what was acknowledged of it, in one
// Communication, whose versions are the events in their order.
//
// A 200 to a dial result is the exception: Twilio wants TwiML there whatever
// became of the report (see twilio), so the log may lack one.
func TestSoak(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]soakKind{
		"one instance on SQLite":                 {instances: 1},
		"two instances on Postgres":              {instances: 2, postgres: true},
		"three instances on Postgres and PubSub": {instances: 3, postgres: true, pubsub: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newSoak(t, kind).run()
		})
	}
}

// soakKind is how the service stands.
type soakKind struct {
	instances int
	postgres  bool
	pubsub    bool
}

// soak is one run.
type soak struct {
	t         *testing.T
	kind      soakKind
	chance    *rand.Rand
	system    *system // to read and to trouble the health record
	load      *storm
	box       *pgbox.Box // nil with SQLite
	topic     *soakTopic // nil: EVENTS=local
	database  string
	instances []*service
	senders   map[string]string // by appointment, the clinician as the record names him
	happened  happenings
	began     time.Time
}

func newSoak(t *testing.T, kind soakKind) *soak {
	t.Helper()
	seed := *soakSeed
	for seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-soak.seed=%d", seed)
	world, err := sandbox.Start(t.Context(), sandbox.Config{Pace: pace})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := world.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &soak{t: t, kind: kind, chance: rand.New(rand.NewPCG(seed, 0)), happened: happenings{}, senders: map[string]string{},
		system: &system{t: t, world: world, dir: t.TempDir()}}
	for _, a := range world.Clinic.Appointments {
		s.senders[a.ID] = string(s.system.clinicianOf(a))
	}
	s.load = newStorm(t, world, *soakCalls, s.chance)
	s.openDatabase()
	s.load.public = "http://127.0.0.1:" + freePort(t)
	s.load.instances = make([]string, kind.instances)
	if kind.pubsub {
		s.topic = newSoakTopic(t, s.load)
	}
	for n := range kind.instances {
		s.instances = append(s.instances, s.newInstance(n))
	}
	return s
}

func (s *soak) openDatabase() {
	s.t.Helper()
	s.database = "file:" + filepath.Join(s.system.dir, "careline.db")
	if !s.kind.postgres {
		return
	}
	box, err := pgbox.Start(s.t.Context(), pgbox.Config{}) // its own: it will be killed
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if err := box.Close(); err != nil {
			s.t.Error(err)
		}
	})
	s.t.Logf("Postgres %s, from %s", box.Version(), box.Where())
	s.box = box
	if s.database, err = box.NewDatabase(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *soak) newInstance(n int) *service {
	port := freePort(s.t)
	level := "info"
	if *soakCalls > 1000 {
		level = "warn"
	}
	i := &service{t: s.t, url: "http://127.0.0.1:" + port, log: filepath.Join(s.system.dir, fmt.Sprintf("careline-%d.log", n))}
	i.env = append(s.system.world.Env(), "CARELINE_TEST_RUN=serve", "FUNCTIONS_URL="+s.load.public, "PORT="+port, "LISTEN_HOST=127.0.0.1",
		"DATABASE_URL="+s.database, "CALLS_PER_MINUTE=1000000", "CALLS_AT_ONCE=1000000", "LOG_LEVEL="+level)
	if s.topic != nil {
		i.env = append(i.env, s.topic.env()...)
	}
	s.t.Cleanup(i.bury)
	return i
}

func (s *soak) run() {
	s.t.Helper()
	s.began = time.Now()
	s.faults() // the tail
	for n := range s.instances {
		s.up(n)
	}
	ctx, cancel := context.WithCancel(s.t.Context())
	var running sync.WaitGroup
	s.t.Cleanup(func() { cancel(); s.load.release(); running.Wait() })
	running.Go(func() { s.load.run(ctx) })
	s.trouble()
	s.await(len(s.load.script))
	running.Wait()
	sent := time.Since(s.began)
	if s.topic != nil {
		s.arrive()
	}
	s.drain()
	s.faultless()
	s.t.Logf("%d webhooks sent in %v, delivered %v after", len(s.load.script), sent.Round(time.Millisecond), (time.Since(s.began) - sent).Round(time.Millisecond))
	s.settle()
	for n := range s.instances {
		s.load.set(n, "")
		s.instances[n].stop()
	}
	s.check()
}

// up starts an instance and tells the balancer.
func (s *soak) up(n int) {
	s.t.Helper()
	s.instances[n].start()
	s.load.set(n, s.instances[n].url)
}

// await waits for so much of the script, and fails when nothing moves any more.
func (s *soak) await(at int) {
	s.t.Helper()
	reached, before := s.load.after(at), -1
	stuck := time.NewTicker(patience + *soakOutage)
	defer stuck.Stop()
	for {
		select {
		case <-reached:
			return
		case <-stuck.C:
			now := s.load.progress()
			if now == before {
				s.t.Fatalf("stuck: %d of %d webhooks were acknowledged", now, len(s.load.script))
			}
			before = now
		}
	}
}

// drain waits until everything was delivered; nothing may have been given up.
func (s *soak) drain() {
	s.t.Helper()
	before, moved := "", time.Now()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for ; ; <-again.C {
		left := s.backlog()
		switch {
		case left == "":
			return
		case left != before:
			before, moved = left, time.Now()
		case time.Since(moved) > 5*time.Minute+patience: // the longest wait of a delivery, and some more
			s.t.Fatal("the backlog does not shrink: ", left)
		}
	}
}

// backlog is what an instance says of the deliveries that wait; "" when none does.
func (s *soak) backlog() string {
	s.t.Helper()
	body, err := s.instances[0].ask("/metrics")
	if err != nil {
		s.instances[0].alive()
		return err.Error()
	}
	var left []string
	for _, m := range anyGauge.FindAllStringSubmatch(string(body), -1) {
		switch name, value := m[1], m[3]; {
		case name == "up" && value != "1":
			return "not known"
		case name == "dead" && value != "0":
			s.t.Fatalf("dead letters: %s", m[0])
		case name == "pending" && value != "0":
			left = append(left, m[0])
		}
	}
	return strings.Join(left, ", ")
}
