package calls_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

func (l *log) Events(context.Context, string) ([]careline.CallEvent, error) { return l.events, l.err }

func (l *log) Filing(_ context.Context, call string) (careline.Filing, error) {
	l.filing.Call = call
	return l.filing, l.err
}

func (l *log) SaveFiling(ctx context.Context, f careline.Filing) error {
	if err := cmp.Or(l.err, ctx.Err()); err != nil {
		return err
	}
	l.filing, l.saved = f, append(l.saved, f)
	return nil
}

// chart notes what it was asked to file.
type chart struct {
	filed  []careline.Call
	given  []careline.Filing
	err    error
	stored bool // with err: it may have been stored all the same

	meanwhile func() // what happens before it finds another version than it expects; nil: it does not
}

func (c *chart) File(ctx context.Context, call careline.Call, f careline.Filing, again func(context.Context) (careline.Call, error)) (careline.Filing, error) {
	if c.meanwhile != nil {
		c.meanwhile()
		var err error
		if call, err = again(ctx); err != nil {
			return f, err
		}
	}
	c.filed, c.given = append(c.filed, call), append(c.given, f)
	if c.err != nil {
		f.Tried = f.Tried || c.stored
		return f, c.err
	}
	f.ID, f.Version = "comm-1", fmt.Sprint("v", len(c.filed))
	return f, nil
}

func aCall(l *log) {
	for i, word := range []string{"initiated", "ringing", "in-progress", "completed"} {
		if i == 0 {
			_, _, _ = l.Append(context.Background(), careline.CallEvent{ID: "CA1/request", Call: "CA1", Leg: "CA1", Kind: careline.KindRequested, Appointment: "a1",
				Request: careline.Request{Clinician: "dr-1", Sender: "Practitioner/dr-1", Patient: "Patient/p1", Recipient: "Patient/p1"}})
		}
		_, _, _ = l.Append(context.Background(), careline.CallEvent{ID: "CA2/" + word, Call: "CA1", Leg: "CA2", Kind: careline.KindProgress, Order: i,
			Status: careline.Status(word), Word: word, At: noon.Add(time.Duration(i) * time.Second), Appointment: "a1"})
	}
}

func projector(t *testing.T, l *log, c *chart) calls.Projector {
	t.Helper()
	return calls.Projector{Log: l, Chart: c, Appointments: starter(t, l).Appointments}
}

func deliver(p calls.Projector, events []careline.CallEvent) error {
	for _, e := range events {
		if err := handle(p, careline.Delivery{Event: e}); err != nil {
			return err
		}
	}
	return nil
}

// handle saves what was filed with the end of the delivery, as the relay does.
func handle(p calls.Projector, d careline.Delivery) error {
	filed, err := p.Handle(context.Background(), d)
	if err != nil || filed == (careline.Filing{}) {
		return err
	}
	return p.Log.SaveFiling(context.Background(), filed)
}

func TestProjectorFilesOneVersionAnEvent(t *testing.T) {
	t.Parallel()
	l, c := new(log), new(chart)
	aCall(l)
	if err := deliver(projector(t, l, c), l.events); err != nil {
		t.Fatal(err)
	}
	var told []careline.Status
	for _, call := range c.filed {
		told = append(told, call.Status)
	}
	if fmt.Sprint(told) != "[requested initiated ringing in-progress completed]" {
		t.Errorf("filed %v", told)
	}
	if c.given[0].Tried || c.given[0].ID != "" || c.given[1].ID != "comm-1" || c.given[4].Version != "v4" {
		t.Errorf("given %+v", c.given)
	}
	if l.filing.Seq != 5 || l.filing.Version != "v5" {
		t.Errorf("left at %+v", l.filing)
	}
}

func TestProjectorBelievesWhatADeliveryBrings(t *testing.T) {
	t.Parallel()
	l, c := new(log), new(chart)
	aCall(l)
	known := careline.Known{Events: l.events, Filing: careline.Filing{Call: "CA1", ID: "comm-9", Version: "v9", Seq: 1, Tried: true}}
	l.events = nil // asked now, the log would tell nothing
	for _, e := range known.Events[:2] {
		if err := handle(projector(t, l, c), careline.Delivery{Event: e, Known: &known}); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.given) != 1 || c.given[0].ID != "comm-9" || c.filed[0].Word != "initiated" {
		t.Errorf("given %+v, filed %+v", c.given, c.filed)
	}
}

func TestProjectorMarksTheFirstFilingBeforeItBegins(t *testing.T) {
	t.Parallel()
	l, c := new(log), &chart{err: errors.New("the answer was lost"), stored: true}
	aCall(l)
	p := projector(t, l, c)
	if err := deliver(p, l.events[:1]); err == nil {
		t.Fatal("a lost answer is no success")
	}
	if len(l.saved) != 1 || !l.saved[0].Tried || l.saved[0].ID != "" || l.saved[0].Seq != 0 {
		t.Fatalf("saved before the answer: %+v", l.saved)
	}
	c.err = nil
	if err := deliver(p, l.events[:1]); err != nil || !c.given[1].Tried {
		t.Errorf("second try was given %+v, %v; it must look for what the first may have made", c.given[1], err)
	}
}

// TestProjectorMarksWhatItLookedForToo: a report came before its request, its
// Communication was made, and the process died on it. When the request is there,
// nothing but the mark tells that something was made.
func TestProjectorMarksWhatItLookedForToo(t *testing.T) {
	t.Parallel()
	l, c := new(log), &chart{err: errors.New("the answer was lost"), stored: true}
	aCall(l)
	request := l.events[0]
	l.events = l.events[1:]
	p := projector(t, l, c)
	if err := deliver(p, l.events[:1]); err == nil {
		t.Fatal("a lost answer is no success")
	}
	c.err = nil
	first := l.events[0]
	request.Seq = l.events[len(l.events)-1].Seq + 1
	l.events = append(l.events, request)
	if err := deliver(p, []careline.CallEvent{first}); err != nil || !c.given[1].Tried {
		t.Errorf("second try was given %+v, %v; it must look for what the first may have made", c.given[1], err)
	}
}

func TestProjectorNeedNotLookForWhatWasNeverStored(t *testing.T) {
	t.Parallel()
	l, c := new(log), &chart{err: errors.New("nobody was there")}
	aCall(l)
	p := projector(t, l, c)
	if err := deliver(p, l.events[:1]); err == nil || l.filing.Tried {
		t.Fatalf("%v, left at %+v", err, l.filing)
	}
	c.err = nil
	if err := deliver(p, l.events[:1]); err != nil || c.given[1].Tried {
		t.Errorf("second try was given %+v, %v", c.given[1], err)
	}
}

// Of a call that did not begin here somebody else may have filed something.
func TestProjectorLooksForACallThatBeganElsewhere(t *testing.T) {
	t.Parallel()
	l, c := new(log), new(chart)
	aCall(l)
	l.events = l.events[1:]
	if err := deliver(projector(t, l, c), l.events[:1]); err != nil || !c.given[0].Tried {
		t.Errorf("given %+v, %v", c.given, err)
	}
}

func TestProjectorIsSafeToRepeat(t *testing.T) {
	t.Parallel()
	l, c := new(log), new(chart)
	aCall(l)
	p := projector(t, l, c)
	if err := errors.Join(deliver(p, l.events), deliver(p, l.events)); err != nil {
		t.Fatal(err)
	}
	if len(c.filed) != 5 {
		t.Errorf("filed %d times for 5 events given twice", len(c.filed))
	}
}

func TestProjectorCompletesACallItDidNotStart(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		appointment string
		want        careline.Call
		err         bool
	}{
		"from the appointment": {"a1", careline.Call{Appointment: "a1", Sender: "Practitioner/dr-1", Patient: "Patient/p1", Recipient: "Patient/p1"}, false},
		"which does not exist": {"a2", careline.Call{}, false},
		"or cannot be read":    {"down", careline.Call{}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, c := new(log), new(chart)
			_, _, _ = l.Append(t.Context(), careline.CallEvent{ID: "x", Call: "CA1", Leg: "CA2", Kind: careline.KindProgress, Status: careline.StatusRinging, Word: "ringing", Appointment: test.appointment})
			err := deliver(projector(t, l, c), l.events)
			if (err != nil) != test.err {
				t.Fatal(err)
			}
			if test.err {
				return
			}
			got := c.filed[0]
			if got.Appointment != test.want.Appointment || got.Sender != test.want.Sender || got.Patient != test.want.Patient || got.Recipient != test.want.Recipient {
				t.Errorf("filed %+v", got)
			}
		})
	}
}

// A call that the REST API placed was asked for elsewhere: it is filed for the
// people of the appointment that its reports name, and looked for first.
func TestProjectorFilesACallThatTheAPIPlaced(t *testing.T) {
	t.Parallel()
	l, c := new(log), new(chart)
	for i, word := range []string{"initiated", "completed"} {
		_, _, _ = l.Append(t.Context(), careline.CallEvent{ID: "CA2/" + word, Call: "CA2", Leg: "CA2", Kind: careline.KindProgress, Order: i, At: noon,
			Status: careline.Status(word), Word: word, Direction: "outbound-api", Appointment: "a1"})
	}
	p := projector(t, l, c)
	p.Appointments = func(context.Context, string) (careline.Appointment, error) {
		a := clinic(t)
		a.Patients[0].Name = "Axel Oak"
		return a, nil
	}
	if err := deliver(p, l.events); err != nil || len(c.filed) != 2 {
		t.Fatalf("filed %+v, %v", c.filed, err)
	}
	got := c.filed[1]
	if got.Sender != "Practitioner/dr-1" || got.Patient != "Patient/p1" || got.Recipient != "Patient/p1" || got.Appointment != "a1" ||
		got.MemberLeg != "CA2" || got.ClinicianLeg != "" || got.Names.Patient != "Axel Oak" || got.Names.Recipient != "Axel Oak" {
		t.Errorf("filed %+v", got)
	}
	if !c.given[0].Tried || c.given[0].ID != "" || c.given[1].ID != "comm-1" {
		t.Errorf("given %+v", c.given)
	}
}

func TestProjectorWaitsWithAReportThatStandsAlone(t *testing.T) {
	t.Parallel()
	l, c := new(log), new(chart)
	_, _, _ = l.Append(t.Context(), careline.CallEvent{ID: "x", Call: "CA2", Leg: "CA2", Kind: careline.KindMachineDetection, AnsweredBy: "human", Appointment: "a1"})
	if err := deliver(projector(t, l, c), l.events); err != nil || len(c.filed) != 0 {
		t.Errorf("filed %+v, %v", c.filed, err)
	}
}

// TestProjectorTellsACallAnew: another instance may have had it meanwhile.
func TestProjectorTellsACallAnew(t *testing.T) {
	t.Parallel()
	l, c := new(log), new(chart)
	aCall(l)
	end := l.events[4]
	known := careline.Known{Events: slices.Clone(l.events[1:]), Filing: careline.Filing{Call: "CA1", ID: "comm-1", Version: "v1", Seq: 1, Tried: true}}
	p := projector(t, l, c)

	c.meanwhile = func() { l.filing = careline.Filing{Call: "CA1", ID: "comm-1", Version: "v9", Seq: 5, Tried: true} }
	if err := handle(p, careline.Delivery{Event: l.events[2], Known: &known}); err != nil || len(c.filed)+len(l.saved) > 0 {
		t.Errorf("filed %+v and saved %+v over what another has filed (error: %v)", c.filed, l.saved, err)
	}
	c.meanwhile = func() { l.filing.Seq = 4 }
	if err := handle(p, careline.Delivery{Event: end, Known: &known}); err != nil {
		t.Fatal(err)
	}
	if len(c.filed) != 1 || c.filed[0].Patient != "Patient/p1" || c.filed[0].Clinician != "dr-1" || l.filing.Seq != 5 {
		t.Errorf("filed %+v, left at %+v, want what the log says now", c.filed, l.filing)
	}
	c.meanwhile = func() { l.events = nil }
	known.Filing.Seq, l.filing.Seq = 1, 1
	if err := handle(p, careline.Delivery{Event: end, Known: &known}); careline.CodeOf(err) != careline.CodeConflict {
		t.Errorf("error %v of a call that is gone, want a conflict", err)
	}
}
