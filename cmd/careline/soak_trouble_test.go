package main

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// anyGauge is the backlog of one consumer.
var anyGauge = regexp.MustCompile(`(?m)^careline_backlog_(up|pending|dead)(\{consumer="[a-z]+"\})? (\S+)$`)

// trouble is one thing that goes wrong, or that an operator does, in the middle of
// the load. It is over when do returns.
type trouble struct {
	name string
	do   func()
}

// happenings are how often each trouble happened.
type happenings map[string]int

// cut is how many deliveries may have been cut off between the record's write and
// its note here: a generous bound, for an instance has 16 under way when it dies.
func (h happenings) cut(instances int) (deliveries int) {
	for name, times := range h {
		switch {
		case strings.Contains(name, "Postgres"), name == claimsCut:
			deliveries += 16 * times * instances // who loses a claim lets go of what is done under it
		case strings.Contains(name, "killed"), strings.Contains(name, "away"):
			deliveries += 16 * times
		}
	}
	return deliveries + 8*h[answersLost]
}

const (
	answersLost = "the health record's answers lost"
	claimsCut   = "the connections of the claims cut"
)

// trouble has everything happen in each round, in an order of chance, evenly
// spread over the script: by what was acknowledged and not by the clock, so that
// the load is there whenever something happens.
func (s *soak) trouble() {
	s.t.Helper()
	rounds := max(1, *soakCalls / *soakRound)
	for round := range rounds {
		list := s.troubles()
		s.chance.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		for n, one := range list {
			part := float64(round) + float64(n+1)/float64(len(list)+1)
			at := int(part / float64(rounds) * float64(len(s.load.script)))
			s.await(at - at%gust + gust/3) // in the middle of a gust
			one.do()
			s.happened[one.name]++
		}
	}
	s.t.Log("troubles:", slices.Sorted(maps.Keys(s.happened)))
}

func (s *soak) troubles() []trouble {
	list := []trouble{
		{"an instance killed", func() { s.kill(s.anyone(), 0) }},
		{"an instance killed, and away for a while", func() { s.kill(s.anyone(), 20) }},
		{"another instance killed", func() { s.kill(s.anyone(), 0) }},
		{"an instance restarted", s.restart},
		{"all instances killed", s.killAll},
		{"the health record down", s.outage},
		{"an instance killed while the health record is down", s.killInOutage},
		{answersLost, s.loseAnswers},
	}
	if s.box != nil {
		list = append(list,
			trouble{"Postgres killed", s.killPostgres},
			trouble{"Postgres and an instance killed", func() { s.kill(s.anyone(), 5); s.killPostgres() }},
		)
		for range *soakRestarts {
			list = append(list, trouble{"Postgres restarted", s.restartPostgres},
				trouble{claimsCut, func() { cutClaims(s.t, s.database) }})
		}
	}
	if s.topic != nil {
		list = append(list, trouble{"Pub/Sub away", s.restartTopic})
	}
	return list
}

func (s *soak) anyone() int { return s.chance.IntN(len(s.instances)) }

// kill kills an instance, which the balancer finds out by its requests that fail,
// and starts it again when so much more of the script is done; at once when it
// is the only one, for nothing is done without it.
func (s *soak) kill(n, away int) {
	s.t.Helper()
	s.instances[n].kill()
	if len(s.instances) > 1 {
		s.await(s.load.progress() + 3)
		s.load.set(n, "")
		s.await(s.load.progress() + away)
	}
	s.load.set(n, "")
	s.up(n)
}

func (s *soak) killAll() {
	s.t.Helper()
	for n, i := range s.instances {
		i.kill()
		s.load.set(n, "")
	}
	for n := range s.instances {
		s.up(n)
	}
}

// restart is a deployment: taken out of the balancer, stopped, started. What was
// on its way is still answered.
func (s *soak) restart() {
	s.t.Helper()
	n := s.anyone()
	s.load.set(n, "")
	s.instances[n].stop()
	s.up(n)
}

// faults replaces those of the health record. It is slow all the time: some requests
// it carries out late, of others the answer is late.
func (s *soak) faults(list ...map[string]any) {
	s.t.Helper()
	list = append([]map[string]any{}, list...)
	for _, after := range []bool{false, true} {
		if *soakTail > 0 {
			list = append(list, map[string]any{"kind": "tail", "path": "/Communication", "share": *soakTail / 2, "times": -1,
				"delayMs": soakSlow.Milliseconds(), "after": after, "seed": s.chance.Uint64() >> 12})
		}
	}
	s.system.put(s.system.fhirRoot()+"/sandbox/v1/faults", list)
}

// faultless has the health record work as it should.
func (s *soak) faultless() {
	s.t.Helper()
	s.system.put(s.system.fhirRoot()+"/sandbox/v1/faults", []map[string]any{})
}

func (s *soak) outage() {
	s.t.Helper()
	s.faults(map[string]any{"down": true})
	<-time.After(*soakOutage)
	s.faults()
}

func (s *soak) killInOutage() {
	s.t.Helper()
	s.faults(map[string]any{"down": true})
	s.kill(s.anyone(), 5)
	s.faults()
}

// loseAnswers lets the health record carry out some writes and drop their answers.
func (s *soak) loseAnswers() {
	s.t.Helper()
	s.faults(map[string]any{"method": "POST", "path": "/Communication", "times": 3, "status": 0, "after": true},
		map[string]any{"method": "PUT", "path": "/Communication", "times": 5, "status": 0, "after": true},
		map[string]any{"method": "PUT", "path": "/Communication", "times": 5, "status": 503})
}

func (s *soak) restartPostgres() {
	s.t.Helper()
	if err := s.box.Restart(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *soak) killPostgres() {
	s.t.Helper()
	if err := s.box.Kill(); err != nil {
		s.t.Fatal(err)
	}
	if err := s.box.Up(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}
