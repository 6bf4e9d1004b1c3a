package calls_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// roomy is a call with a real log and a real record, of which the test is the relay.
type roomy struct {
	*bench
	record theRecord
	filer  calls.Projector
	n      int
}

func newRoomy(t *testing.T) *roomy {
	t.Helper()
	r := &roomy{bench: newBench(t), record: newRecord(t)}
	r.filer = calls.Projector{Log: r.log, Chart: r.record.chart(t), Now: r.clock}
	r.keep(careline.CallEvent{Kind: careline.KindRequested, Leg: "CA1", Appointment: "a1", Request: careline.Request{
		Clinician: "dr-1",
		Sender:    "Practitioner/dr-1",
		Patient:   "Patient/p1",
		Recipient: "Patient/p1",
	}})
	r.keep(r.leg(careline.KindProgress, "CA2", careline.StatusInProgress))
	r.relay()
	return r
}

// keep has events kept, in their order.
func (r *roomy) keep(events ...careline.CallEvent) {
	r.t.Helper()
	for _, e := range events {
		r.n++
		e.ID, e.Call = fmt.Sprint("event/", r.n), "CA1"
		if e.At.IsZero() {
			e.At = r.clock()
		}
		if _, _, err := r.log.Append(r.t.Context(), e); err != nil {
			r.t.Fatal(err)
		}
	}
}

func (r *roomy) leg(kind careline.Kind, leg string, s careline.Status) careline.CallEvent {
	return careline.CallEvent{Kind: kind, Leg: leg, Status: s, Word: string(s)}
}

func (r *roomy) told(n int, act careline.RoomAct, label, leg string) careline.CallEvent {
	kind := careline.KindRoom
	if act == careline.ActLeave {
		kind = careline.KindPartyLeft
	}
	return careline.CallEvent{Kind: kind, Leg: leg, Order: n, Room: careline.RoomSaid{Conference: "CF1", Act: act, Label: label}}
}

// moves are the reports of a call that goes on in a room, and of whoever is dialled into it.
func (r *roomy) moves() []careline.CallEvent {
	family := r.leg(careline.KindParty, "CA3", careline.StatusInProgress)
	family.Role, family.Room.Label = careline.RoleFamily, "p3-family"
	return []careline.CallEvent{
		{Kind: careline.KindRoomAsked, Leg: "CA1"},
		r.leg(careline.KindMoved, "CA1", careline.StatusCompleted),
		r.told(1, careline.ActJoin, careline.LabelMember, "CA2"),
		r.told(2, careline.ActJoin, careline.LabelClinician, "CA1"),
		r.told(3, careline.ActStart, "", ""),
		{Kind: careline.KindPartyAsked, Leg: "CA1", Room: careline.RoomSaid{Act: careline.ActAdd, Label: "p3-family", Ref: "RelatedPerson/r1"}},
		family,
		r.told(4, careline.ActJoin, "p3-family", "CA3"),
	}
}

// relay delivers what is due, as the relay does, and counts those that were put off.
func (r *roomy) relay() (putOff int) {
	r.t.Helper()
	held, ok, err := r.log.Claim(r.t.Context(), "chart", "CA1")
	if !ok || err != nil {
		r.t.Fatalf("claimed: %v, %v", ok, err)
	}
	defer func() {
		if err := r.log.Release(r.t.Context(), "chart", "CA1"); err != nil {
			r.t.Error(err)
		}
	}()

	for {
		d, ok, err := r.log.Next(held, "chart", "CA1", r.clock())
		if err != nil {
			r.t.Fatal(err)
		}
		if !ok {
			return putOff
		}
		if d.Attempts != 0 {
			r.t.Errorf("the delivery of %s was tried %d times", d.Event.Kind, d.Attempts)
		}
		filed, err := r.filer.Handle(held, d)
		var later interface{ PutOff() time.Time }
		switch {
		case err == nil:
			err = r.log.Done(held, d, filed)
		case errors.As(err, &later):
			putOff++
			d.Attempts--
			err = r.log.Retry(held, d, later.PutOff(), err.Error())
		}
		if err != nil {
			r.t.Fatal(err)
		}
	}
}

// versions are the labels of who is in each version of the record, the newest last.
func (r *roomy) versions() (all []string) {
	r.t.Helper()
	ids := r.record.live(r.t)
	if len(ids) != 1 {
		r.t.Fatalf("the record has %v", ids)
	}
	recorded, err := r.record.client.Recorded(r.t.Context(), ids[0])
	if err != nil {
		r.t.Fatal(err)
	}
	for _, v := range slices.Backward(recorded.Versions) {
		who := string(v.Call.Status)
		for _, p := range v.Call.Parties {
			who += " " + p.Label
			if p.Outcome != "" {
				who += ":" + p.Outcome
			}
		}
		all = append(all, who)
	}
	return all
}

func (r *roomy) want(what string, putOff int, versions ...string) {
	r.t.Helper()
	if n := r.relay(); n != putOff {
		r.t.Errorf("%s: %d were put off, want %d", what, n, putOff)
	}
	if got := r.versions(); !slices.Equal(got, versions) {
		r.t.Errorf("%s: the versions are %q, want %q", what, got, versions)
	}
}

const (
	begun      = "requested"
	talking    = "in-progress"
	threeOfUs  = "in-progress p1-clinician p2-member p3-family"
	twoOfThree = "in-progress p1-clinician p2-member p3-family:left"
)

// A room of three is told in a dozen reports: they are one version, and those of the next
// moment another. Who is on hold, or cannot be heard, is none.
func TestProjectorSharesAVersionOfARoom(t *testing.T) {
	t.Parallel()
	r := newRoomy(t)
	moves := r.moves()
	r.want("before", 0, begun, talking)

	r.keep(moves[:2]...)
	r.want("a room is asked for: nothing for the record", 0, begun, talking)
	r.keep(moves[2])
	r.want("one has joined", 1, begun, talking)
	r.forward(time.Second)
	r.keep(moves[3:]...)
	r.want("all have, a second later: the first waits still", 0, begun, talking)
	r.forward(time.Second)
	r.want("two seconds after the first", 0, begun, talking, threeOfUs)

	r.forward(time.Minute)
	r.keep(r.told(5, careline.ActHold, careline.LabelMember, "CA2"), r.told(6, careline.ActMute, careline.LabelClinician, "CA1"))
	r.want("on hold", 0, begun, talking, threeOfUs)
	r.keep(r.told(7, careline.ActUnhold, careline.LabelMember, "CA2"))
	r.want("not any more", 0, begun, talking, threeOfUs)

	r.keep(r.told(8, careline.ActLeave, "p3-family", "CA3"))
	r.want("one leaves", 1, begun, talking, threeOfUs)
	r.forward(2 * time.Second)
	r.want("and two seconds have passed", 0, begun, talking, threeOfUs, twoOfThree)
}

// What tells how the call went waits for nothing that is not put off already, and takes
// with it what is.
func TestProjectorSharesAVersionWithTheOutcome(t *testing.T) {
	t.Parallel()
	r := newRoomy(t)
	r.keep(r.moves()...)
	r.want("all have joined at once", 1, begun, talking)
	r.forward(time.Second)
	r.keep(r.leg(careline.KindProgress, "CA2", careline.StatusCompleted))
	r.want("the member has left", 0, begun, talking)
	r.forward(time.Second)
	r.want("two seconds after the first", 0, begun, talking, "completed p1-clinician p2-member:left p3-family")

	r.keep(r.told(9, careline.ActEnd, "", ""))
	r.want("the room ends", 1, begun, talking, "completed p1-clinician p2-member:left p3-family")
	r.forward(2 * time.Second)
	r.want("and that is told of a call that is over", 0, begun, talking, "completed p1-clinician p2-member:left p3-family",
		"completed p1-clinician:left p2-member:left p3-family:left")
}

// A process that ends at any point between two of these leaves it to the next, which has
// the log alone.
func TestProjectorSharesAVersionWhoeverFilesIt(t *testing.T) {
	t.Parallel()
	for died := range 4 {
		r := newRoomy(t)
		for i, e := range r.moves() {
			r.keep(e)
			if i%2 == died%2 {
				r.relay()
			}
			if i == 2*died {
				r.filer.Chart = r.record.chart(t) // another process: it remembers nothing
			}
			r.forward(200 * time.Millisecond)
		}
		r.forward(2 * time.Second)
		r.want(fmt.Sprint("died after ", died), 0, begun, talking, threeOfUs)
	}
}

// Each of what is recorded is a version of its own, also of a call that is over.
func TestProjectorFilesRecordingsOfACallThatIsOver(t *testing.T) {
	t.Parallel()
	r := newRoomy(t)
	r.keep(r.leg(careline.KindProgress, "CA2", careline.StatusCompleted))
	r.want("it is over", 0, begun, talking, "completed")
	r.keep(
		careline.CallEvent{Kind: careline.KindRecording, Leg: "CA1", Recording: "RE1", Sound: careline.RecordingSaid{State: careline.RecordingCompleted}},
		careline.CallEvent{Kind: careline.KindRecordingKept, Leg: "CA1", Recording: "RE1", Sound: careline.RecordingSaid{Media: "m1"}},
		careline.CallEvent{Kind: careline.KindConsent, Leg: "CA1", Consent: careline.Consent{Decision: careline.ConsentWithdrawn, By: "dr-1"}},
		careline.CallEvent{Kind: careline.KindRecordingGone, Leg: "CA1", Recording: "RE1", Sound: careline.RecordingSaid{Why: "withdrawn"}},
	)
	r.relay()

	recorded, err := r.record.client.Recorded(t.Context(), r.record.live(t)[0])
	if err != nil {
		t.Fatal(err)
	}
	history := recorded.Versions
	if n := len(history); n != 7 {
		t.Errorf("the record has %d versions, want 7", n)
	}
	for i, v := range history[:5] {
		if v.Call.Status != careline.StatusCompleted || i < 4 && v.Call.Recording != "RE1" || i < 2 && v.Call.Consent.Decision != careline.ConsentWithdrawn {
			t.Errorf("%d from the newest: %s, %q, %q", i, v.Call.Status, v.Call.Recording, v.Call.Consent.Decision)
		}
	}
}

// A delivery of which it is not known whether another waits behind it is not let go for one.
func TestProjectorSharesNothingItCannotBeCertainOf(t *testing.T) {
	t.Parallel()
	r := newRoomy(t)
	r.keep(r.moves()...)
	events, err := r.log.Events(t.Context(), "CA1")
	if err != nil {
		t.Fatal(err)
	}
	r.forward(time.Minute)
	filed, err := r.filer.Handle(t.Context(), careline.Delivery{Consumer: "chart", Event: events[4]})
	if err != nil || filed.Seq != events[4].Seq {
		t.Errorf("filed %+v, %v", filed, err)
	}
}
