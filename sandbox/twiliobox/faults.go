package twiliobox

import (
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
)

// Faults says what goes wrong with status callbacks. Each probability is tried
// separately for every delivery, from Config.Seed, the order of calls and the
// event's place in its call: the same calls meet the same faults.
type Faults struct {
	Drop         float64 `json:"drop"`         // 0-1: never sent, though it counts in SequenceNumber
	Duplicate    float64 `json:"duplicate"`    // 0-1: sent twice with one idempotency token
	Reorder      float64 `json:"reorder"`      // 0-1: sent after the leg's next one; the last has none
	BadSignature float64 `json:"badSignature"` // 0-1: signed with a wrong token
	DelayMillis  int     `json:"delayMs"`      // added to every delivery, wall clock; others may overtake it
	// Only names the events concerned: initiated, ringing, answered, completed,
	// amd, recording-in-progress, recording-completed, recording-absent, and those
	// of rooms (conference-start, participant-join…). Empty means all.
	Only []string `json:"only,omitempty"`
	// Next are faults for single deliveries, used up from the front; an entry
	// waits for its event. They do not heed Only.
	Next []NextFault `json:"next,omitempty"`
	// REST are HTTP statuses that the REST API answers with in place of its own,
	// used up from the front: 401, 403, 429 or 500 to 599, or 0 for an answer as it
	// should be.
	REST []int `json:"rest,omitempty"`
	// Redirect is what becomes of redirects of live calls, used up from the front:
	// "404" and "500" are answered so and not done, "done-500" is done and answered
	// with 500, "lost" is done and its answer never comes, "" is as it should be.
	Redirect []string `json:"redirect,omitempty"`
	// Frozen are the identities of clients whose browsers are registered, and ring for
	// as long as they may, but neither show a call nor answer: as a page does that hangs.
	Frozen []string `json:"frozen,omitempty"`

	Recordings RecordingFaults `json:"recordings,omitzero"`
}

// NextFault is a fault for the next delivery of Event (any, when empty). Fault
// is drop, duplicate, delay (by DelayMillis, or 2000 ms when that is 0), reorder
// or badSignature.
type NextFault struct {
	Event string `json:"event,omitempty"`
	Fault string `json:"fault"`
	// After is for reorder: the event after which it is sent, in place of the next.
	After string `json:"after,omitempty"`
}

const usualDelay = 2000 // milliseconds of a one-shot delay

var (
	callbackEvents = []string{"initiated", "ringing", "answered", "completed"}
	faultNames     = []string{"drop", "duplicate", "delay", "reorder", "badSignature"}
)

// check returns every fault of f in one error, or nil.
func (f Faults) check() error {
	var wrong []error
	for name, p := range map[string]float64{"drop": f.Drop, "duplicate": f.Duplicate, "reorder": f.Reorder, "badSignature": f.BadSignature} {
		if !(p >= 0 && p <= 1) {
			wrong = append(wrong, fmt.Errorf("%s must be between 0 and 1", name))
		}
	}

	if f.DelayMillis < 0 || f.DelayMillis > 600_000 {
		wrong = append(wrong, errors.New("delayMs must be between 0 and 600000"))
	}
	known := append([]string{"amd"}, callbackEvents...)
	known = append(known, slices.Sorted(maps.Keys(roomReports))...)
	for _, event := range recordingEvents {
		known = append(known, "recording-"+event)
	}
	for _, event := range f.Only {
		if !slices.Contains(known, event) {
			wrong = append(wrong, fmt.Errorf("only: %q is none of %v", event, known))
		}
	}

	for _, n := range f.Next {
		for _, event := range []string{n.Event, n.After} {
			if event != "" && !slices.Contains(known, event) {
				wrong = append(wrong, fmt.Errorf("next: event %q is none of %v", event, known))
			}
		}
		if !slices.Contains(faultNames, n.Fault) {
			wrong = append(wrong, fmt.Errorf("next: fault %q is none of %v", n.Fault, faultNames))
		}
	}

	for _, status := range f.REST {
		if _, known := restFaults[status]; !known && status != 0 && (status < 500 || status > 599) {
			wrong = append(wrong, fmt.Errorf("rest: %d is none of 0, 401, 403, 429 and 500 to 599", status))
		}
	}

	for _, word := range f.Redirect {
		if !slices.Contains(redirectFaults, word) {
			wrong = append(wrong, fmt.Errorf("redirect: %q is none of %q", word, redirectFaults))
		}
	}

	wrong = append(wrong, f.Recordings.check()...)
	return errors.Join(wrong...)
}

// gremlin decides what goes wrong.
type gremlin struct {
	seed   uint64
	mu     sync.Mutex
	faults Faults
}

// misfortune is what happens to one delivery.
type misfortune struct {
	drop, duplicate, reorder, badSignature bool
	delayMillis                            int
	after                                  string // the event that a reordered one waits for, or any
}

func (g *gremlin) get() Faults {
	g.mu.Lock()
	defer g.mu.Unlock()
	f := g.faults
	f.Only, f.Next, f.REST = slices.Clone(f.Only), slices.Clone(f.Next), slices.Clone(f.REST)
	f.Redirect, f.Frozen = slices.Clone(f.Redirect), slices.Clone(f.Frozen)
	f.Recordings = f.Recordings.clone()
	return f
}

func (g *gremlin) set(f Faults) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults = f
}

// strike decides for one delivery; place is what makes it this one and no other.
func (g *gremlin) strike(event, place string) misfortune {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, n := range g.faults.Next {
		if n.Event == "" || n.Event == event {
			g.faults.Next = slices.Delete(slices.Clone(g.faults.Next), i, i+1)
			return n.misfortune(g.faults.DelayMillis)
		}
	}

	if len(g.faults.Only) > 0 && !slices.Contains(g.faults.Only, event) {
		return misfortune{}
	}
	hash := fnv.New64a()
	hash.Write([]byte(event + " " + place))
	dice := rand.New(rand.NewPCG(g.seed, hash.Sum64()))
	return misfortune{
		drop:         dice.Float64() < g.faults.Drop,
		duplicate:    dice.Float64() < g.faults.Duplicate,
		reorder:      dice.Float64() < g.faults.Reorder,
		badSignature: dice.Float64() < g.faults.BadSignature,
		delayMillis:  g.faults.DelayMillis,
	}
}

func (n NextFault) misfortune(delay int) misfortune {
	if delay == 0 {
		delay = usualDelay
	}
	switch n.Fault {
	case "drop":
		return misfortune{drop: true}
	case "duplicate":
		return misfortune{duplicate: true}
	case "reorder":
		return misfortune{reorder: true, after: n.After}
	case "badSignature":
		return misfortune{badSignature: true}
	}
	return misfortune{delayMillis: delay}
}

// restFaults are Twilio's own error codes for statuses that have one.
var restFaults = map[int]*restError{
	http.StatusUnauthorized:    errRestLogin,
	http.StatusForbidden:       restFault(http.StatusForbidden, 20003, "Permission denied"),
	http.StatusTooManyRequests: restFault(http.StatusTooManyRequests, 20429, "Too Many Requests"),
}

// restFault is what the next REST request is answered with; nil: as it should be.
func (g *gremlin) restFault() *restError {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.faults.REST) == 0 {
		return nil
	}
	status := g.faults.REST[0]
	g.faults.REST = slices.Clone(g.faults.REST[1:])
	if known, ok := restFaults[status]; ok || status == 0 {
		return known
	}
	return restFault(status, 20500, "The sandbox was told to fail")
}

// freezes says whether the browsers of an identity hang.
func (g *gremlin) freezes(identity string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Contains(g.faults.Frozen, identity)
}

// names lists what m does, for the console.
func (m misfortune) names() (names []string) {
	for name, on := range map[string]bool{"drop": m.drop, "duplicate": m.duplicate, "reorder": m.reorder, "badSignature": m.badSignature, "delay": m.delayMillis > 0} {
		if on {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
