package calls_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"perci.health/careline"
)

// recordedCall is a call of three as whoever draws what happens in it knows it, and what
// is to be recorded of it then.
type recordedCall struct {
	*studio
	n      int
	leg    string // that the clinician is on; empty: on none
	member bool   // is in the room
	held   bool

	wanted, byHand, withdrawn bool
}

// what can happen next, by its name.
func (c *recordedCall) what() map[string]func() {
	return map[string]func(){
		"start":    func() { c.wanted, c.byHand = c.member, false; c.told(wish(careline.RecordStart, c.n)) },
		"stop":     func() { c.wanted = false; c.told(wish(careline.RecordStop, c.n)) },
		"pause":    func() { c.byHand = true; c.told(wish(careline.RecordPause, c.n)) },
		"resume":   func() { c.byHand = false; c.told(wish(careline.RecordResume, c.n)) },
		"withdraw": func() { c.withdrawn = true; c.told(consent(careline.ConsentWithdrawn, "dr-1")) },
		"hold":     func() { c.holds(true) },
		"unhold":   func() { c.holds(false) },
		"reports":  c.reports,

		"the member leaves":        c.leaves,
		"the member comes back":    c.comesBack,
		"the clinician drops":      c.drops,
		"the clinician comes back": c.rejoins,
	}
}

func (c *recordedCall) holds(on bool) {
	if !c.member {
		return
	}
	act := careline.ActUnhold
	if on {
		act = careline.ActHold
	}
	c.held = on
	c.told(inRoom(c.n, act, "p2-member", "CB1"))
}

func (c *recordedCall) leaves() {
	if c.member {
		c.member, c.held, c.wanted = false, false, false
		c.told(inRoom(c.n, careline.ActLeave, "p2-member", "CB1"))
	}
}

func (c *recordedCall) comesBack() {
	if !c.member {
		c.member = true
		c.told(inRoom(c.n, careline.ActJoin, "p2-member", "CB1"))
	}
}

// drops ends the clinician's leg, and what is recorded of it.
func (c *recordedCall) drops() {
	if c.leg == "" {
		return
	}
	c.told(inRoom(c.n, careline.ActLeave, c.label(), c.leg))
	c.leg = ""
	c.endWithLegs()
}

func (c *recordedCall) rejoins() {
	if c.leg == "" {
		c.leg = fmt.Sprintf("CA%d", c.n)
		c.told(inRoom(c.n, careline.ActJoin, c.label(), c.leg))
	}
}

func (c *recordedCall) label() string {
	if c.leg == "CA1" {
		return careline.LabelClinician
	}
	return "p" + c.leg[2:] + "-clinician"
}

// check compares what the carrier has with what is to be.
func (c *recordedCall) check(t *rapid.T) {
	going := 0
	for _, one := range c.takes {
		running := !one.deleted && (one.state == careline.RecordingRunning || one.state == careline.RecordingPaused)
		switch {
		case c.withdrawn && !one.deleted:
			t.Fatalf("%s is %s, and was taken back", one.sid, one.state)
		case !running:
			continue
		case !c.wanted, one.leg != c.leg:
			t.Fatalf("%s is %s, and nobody wants it", one.sid, one.state)
		case (c.held || c.byHand) != (one.state == careline.RecordingPaused):
			t.Fatalf("%s is %s", one.sid, one.state)
		}
		going++
	}
	if going > 1 {
		t.Fatalf("%d recordings go on at once: %v", going, c.takes)
	}
	if going == 0 && c.wanted && c.leg != "" && !c.withdrawn && !c.held && !c.byHand {
		t.Fatalf("nothing is recorded: %v", c.takes)
	}
}

// TestRecordingKeeperWhateverHappens: of a call of three is recorded what is wanted, on
// the leg that the clinician is on, and only while the member is there. What is wanted is
// not wanted any more once they have left, though they come back. The process may be
// killed meanwhile at any step.
func TestRecordingKeeperWhateverHappens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		c := &recordedCall{studio: newStudio(t, roomOfThree()...), leg: "CA1", member: true}
		c.told(consent(careline.ConsentGiven, "dr-1"))
		for range rapid.IntRange(1, 40).Draw(r, "how much happens") {
			c.n = len(c.events) + 10
			c.now = noon.Add(time.Duration(c.n) * time.Second)
			what := c.what()
			what[rapid.SampledFrom(slices.Sorted(maps.Keys(what))).Draw(r, "what")]()

			c.step, c.cut, c.after = 0, rapid.IntRange(0, 4).Draw(r, "killed at"), rapid.Bool().Draw(r, "after it")
			err := c.settle(false)
			if err != nil && !errors.Is(err, errCut) {
				r.Fatal(err)
			}
			if err != nil {
				c.cut = 0
				must(t, c.settle(false))
			}
			c.check(r)
		}
	})
}
