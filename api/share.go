package api

import (
	"net/http"
	"sync"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// The share of what is everybody's that one person may take: a session that leaked
// must not keep the others out, nor use up the health record's quota.
const (
	// StreamsEach is how many streams one person keeps open: more tabs than anybody
	// follows, and a few that a laptop left behind when it was closed.
	StreamsEach = 10
	// readsEach is how many readings one person has under way. Tabs that are all
	// told of a change ask at the same time, and the record may be slow.
	readsEach = 16
	// readsPerMinute is what one person may read in the long run, after as many at
	// once. A reading costs the record some 60 units, and Medplum grants
	// 50 000 a minute: who reads without end takes three tenths of them.
	readsPerMinute = 240
)

// shares counts what each person has open.
type shares struct {
	mu   sync.Mutex
	open map[string]int
}

// take reports whether the person may have one more, and counts it.
func (s *shares) take(person string, most int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[person] >= most {
		return false
	}
	if s.open == nil {
		s.open = map[string]int{}
	}
	s.open[person]++
	return true
}

func (s *shares) giveBack(person string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[person]--; s.open[person] <= 0 {
		delete(s.open, person)
	}
}

// readings bounds what each person reads.
type readings struct {
	now   shares
	often *calls.Attempts
}

// reading is a handler that reads the health record, or the whole log, for a person.
func (s *server) reading(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		person, err := person(r)
		if err != nil {
			return err
		}
		if !s.reads.now.take(person, readsEach) {
			return tooMany("You have many pages loading at once. Please wait a few seconds; the page asks again by itself.")
		}
		defer s.reads.now.giveBack(person)
		if !s.reads.often.Another(person) {
			return tooMany("You have asked for many pages in a short time. Please wait a few seconds, then try again.")
		}
		return h(w, r)
	}
}

func tooMany(sentence string) error { return careline.NewError(codeTooMany, sentence, nil) }
