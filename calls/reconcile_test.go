package calls_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
)

// carrier is what Twilio would tell of calls; it notes who was asked for.
type carrier struct {
	mu    sync.Mutex
	tell  map[string]func() ([]careline.CallEvent, bool, error)
	asked []string
	busy  int // how many are asked for at once, and were at most
	most  int
}

func (c *carrier) lookUp(_ context.Context, call string) ([]careline.CallEvent, bool, error) {
	c.mu.Lock()
	c.asked = append(c.asked, call)
	c.busy++
	c.most = max(c.most, c.busy)
	tell := c.tell[call]
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.busy--
		c.mu.Unlock()
	}()
	if tell == nil {
		return nil, false, careline.NewError(careline.CodeUnavailable, "Twilio cannot answer.", nil)
	}
	return tell()
}

func (c *carrier) took() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	asked := c.asked
	c.asked = nil
	slices.Sort(asked)
	return asked
}

func goesOn() ([]careline.CallEvent, bool, error) { return nil, false, nil }

func unknown() ([]careline.CallEvent, bool, error) {
	return nil, false, careline.NewError(careline.CodeNotFound, "Twilio knows no such call.", nil)
}

// ended is the record of a call's member leg.
func ended(call string, at time.Time) func() ([]careline.CallEvent, bool, error) {
	leg := "leg of " + call
	event := func(s careline.Status, at time.Time) careline.CallEvent {
		return careline.CallEvent{ID: careline.ReconciledID(leg, s), LookedUp: true, Call: call, Leg: leg, Kind: careline.KindProgress, At: at, Status: s, Word: string(s)}
	}
	end := event(careline.StatusCompleted, at.Add(time.Minute))
	end.Seconds = careline.SecondsOf(60)
	return func() ([]careline.CallEvent, bool, error) {
		return []careline.CallEvent{event(careline.StatusInProgress, at), end}, true, nil
	}
}

// bench is a reconciler of a real store, whose clock is moved by hand.
type bench struct {
	calls.Reconciler
	*carrier
	t        *testing.T
	log      store.Store
	mu       sync.Mutex
	now      time.Time
	outcomes map[string]int
	waiting  int
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, now: noon, outcomes: map[string]int{}, carrier: &carrier{tell: map[string]func() ([]careline.CallEvent, bool, error){}}}
	log, err := sqlite.Open(t.Context(), store.Config{URL: "file:" + filepath.Join(t.TempDir(), "log.db"), Consumers: []string{"chart"}, Now: b.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	b.log = log
	b.Reconciler = calls.Reconciler{Log: log, LookUp: b.lookUp, Now: b.clock, Waiting: func(n int) { b.waiting = n },
		Observe: func(outcome string) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.outcomes[outcome]++
		}}
	return b
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) forward(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func (b *bench) request(keys ...string) {
	b.t.Helper()
	for _, key := range keys {
		b.keep(careline.CallEvent{ID: key + "/request", Call: key, Leg: key, Kind: careline.KindRequested, Appointment: "a1",
			Request: careline.Request{Clinician: "dr-1", Patient: "Patient/p1"}})
	}
}

func (b *bench) keep(e careline.CallEvent) {
	b.t.Helper()
	if _, _, err := b.log.Append(b.t.Context(), e); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) call(key string) careline.Call {
	b.t.Helper()
	events, err := b.log.Events(b.t.Context(), key)
	if err != nil {
		b.t.Fatal(err)
	}
	return careline.Fold(events)
}

// look makes a sweep, and returns who was asked for.
func (b *bench) look() []string {
	b.t.Helper()
	if err := b.Look(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	return b.took()
}

func (b *bench) wantLook(what string, want ...string) {
	b.t.Helper()
	if got := b.look(); !slices.Equal(got, want) {
		b.t.Errorf("%s: %v were looked up, want %v", what, got, want)
	}
}

func TestReconcilerCompletesWhatNobodyReported(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.request("CA1", "CA2")
	b.tell["CA1"], b.tell["CA2"] = ended("CA1", noon.Add(10*time.Second)), goesOn
	b.wantLook("too early")
	b.forward(careline.LookAfter)
	b.wantLook("when it is time", "CA1", "CA2")
	got := b.call("CA1")
	if got.Status != careline.StatusCompleted || !got.Reconciled || got.MemberLeg != "leg of CA1" || got.Seconds != careline.SecondsOf(60) ||
		!got.Received.Equal(noon.Add(10*time.Second)) || !got.Ended.Equal(noon.Add(70*time.Second)) || got.Clinician != "dr-1" {
		t.Errorf("completed as %+v", got)
	}
	if got := b.call("CA2"); got.Final() || got.Reconciled {
		t.Errorf("one that goes on is %+v", got)
	}
	if diff := cmp.Diff(map[string]int{calls.LookedUpCompleted: 1, calls.LookedUpGoesOn: 1}, b.outcomes); diff != "" || b.waiting != 2 {
		t.Errorf("%d waited, outcomes (-want +got):\n%s", b.waiting, diff)
	}
	// Its report that comes after all does no harm.
	b.keep(careline.CallEvent{ID: "leg of CA1/3/completed", Call: "CA1", Leg: "leg of CA1", Kind: careline.KindProgress, Order: 3,
		At: noon.Add(71 * time.Second), Status: careline.StatusCompleted, Word: "completed", Seconds: careline.SecondsOf(61)})
	if got := b.call("CA1"); got.Status != careline.StatusCompleted || got.Seconds != careline.SecondsOf(61) || !got.Reconciled {
		t.Errorf("with its late report: %+v", got)
	}
	b.forward(24 * time.Hour)
	b.tell["CA2"] = ended("CA2", noon)
	b.wantLook("a day later", "CA2")
	b.wantLook("nothing is left")
}

func TestReconcilerLooksAgainAtWhatGoesOn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.request("CA1")
	b.tell["CA1"] = goesOn
	b.forward(careline.LookAfter)
	b.wantLook("first", "CA1")
	var pauses []time.Duration
	for last := b.clock(); len(pauses) < 12; b.forward(30 * time.Second) {
		if len(b.look()) > 0 {
			pauses = append(pauses, b.clock().Sub(last))
			last = b.clock()
		}
	}
	for i, pause := range pauses {
		if pause < 2*time.Minute || pause > 5*time.Minute+30*time.Second || i > 0 && pause < pauses[i-1] {
			t.Errorf("looked again after %v: between two minutes and five, and never sooner than before", pauses)
			break
		}
	}
	if pauses[0] != 2*time.Minute || pauses[11] < 5*time.Minute {
		t.Errorf("looked again after %v", pauses)
	}
}

func TestReconcilerGivesUpOnCallsThatTwilioDoesNotKnow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.request("CA1")
	b.keep(careline.CallEvent{ID: "ringing", Call: "CA2", Leg: "leg", Kind: careline.KindProgress, Status: careline.StatusInProgress, Word: "in-progress", Appointment: "a1"})
	b.tell["CA1"], b.tell["CA2"] = unknown, unknown
	b.forward(careline.LookAfter)
	b.wantLook("first", "CA1", "CA2")
	if b.call("CA1").Final() {
		t.Error("given up at once, though Twilio's record may be late")
	}
	b.forward(4 * time.Hour)
	b.wantLook("after as long as a call can last", "CA1", "CA2")
	if got := b.call("CA1"); got.Status != careline.StatusCanceled || got.Word != "" || !got.Reconciled {
		t.Errorf("one that nobody answered is %+v", got)
	}
	if got := b.call("CA2"); got.Status != careline.StatusCompleted || !got.Reconciled {
		t.Errorf("one that was answered is %+v", got)
	}
	b.forward(24 * time.Hour)
	b.wantLook("nothing is left")
	if b.outcomes[calls.LookedUpUnknown] != 2 {
		t.Errorf("outcomes %v", b.outcomes)
	}
}

func TestReconcilerStopsLookingWhereNobodyWasDialled(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.request("CA1")
	b.tell["CA1"] = func() ([]careline.CallEvent, bool, error) {
		return []careline.CallEvent{{ID: careline.ReconciledID("CA1", careline.StatusCompleted), LookedUp: true, Call: "CA1", Leg: "CA1", Kind: careline.KindClinicianLeg,
			At: noon.Add(time.Second), Status: careline.StatusCompleted, Word: "completed"}}, true, nil
	}
	b.forward(careline.LookAfter)
	b.wantLook("first", "CA1")
	if got := b.call("CA1"); got.Status != careline.StatusCanceled || !got.Ended.Equal(noon.Add(time.Second)) || !got.Reconciled {
		t.Errorf("the clinician left before the dialling, and it is %+v", got)
	}
	b.forward(24 * time.Hour)
	b.wantLook("nothing is left")
}

func TestReconcilerOutlastsAnOutage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var keys []string
	for i := range 40 {
		key := fmt.Sprintf("CA%02d", i)
		keys = append(keys, key)
		b.request(key)
	}
	b.forward(careline.LookAfter)
	if err := b.Look(t.Context()); careline.CodeOf(err) != careline.CodeUnavailable {
		t.Errorf("an outage is told as %v", err)
	}
	if asked := len(b.took()); asked < 16 || asked > 32 {
		t.Errorf("%d calls were looked up while Twilio answered nobody, want 16 and those under way", asked)
	}
	for _, key := range keys {
		if b.call(key).Reconciled {
			t.Fatalf("%s was completed by an outage", key)
		}
		b.tell[key] = ended(key, noon)
	}
	b.forward(2 * time.Minute)
	b.wantLook("after the outage", keys...)
	for _, key := range keys {
		if !b.call(key).Final() {
			t.Errorf("%s was lost", key)
		}
	}
	if b.most > 16 {
		t.Errorf("%d calls were looked up at once", b.most)
	}
}

// One call that fails every time keeps no other from being looked at.
func TestReconcilerGoesOnPastOneThatFails(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.request("CA1", "CA2")
	b.tell["CA2"] = ended("CA2", noon)
	b.forward(careline.LookAfter)
	if err := b.Look(t.Context()); err == nil {
		t.Error("a failure is not told")
	}
	if b.took(); !b.call("CA2").Final() || b.outcomes[calls.LookedUpFailed] != 1 {
		t.Errorf("outcomes %v", b.outcomes)
	}
	b.wantLook("it is put off")
}

// Failures that come one by one are no outage.
func TestReconcilerGoesOnPastManyThatFail(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	sound := 0
	for i := range 60 {
		key := fmt.Sprintf("CA%02d", i)
		b.request(key)
		if i%3 > 0 {
			b.tell[key] = ended(key, noon)
			sound++
		}
	}
	b.forward(careline.LookAfter)
	if err := b.Look(t.Context()); err == nil {
		t.Error("failures are not told")
	}
	if b.outcomes[calls.LookedUpCompleted] != sound {
		t.Errorf("outcomes %v, want %d completed", b.outcomes, sound)
	}
}

func TestReconcilerIsAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.request("CA1")
	b.forward(careline.LookAfter)
	b.tell["CA1"] = func() ([]careline.CallEvent, bool, error) {
		b.tell["CA1"] = unknown // once only, whatever the other does
		b.request("CA3")
		b.forward(careline.LookAfter)
		if err := b.Look(t.Context()); err != nil { // another instance, while this one sweeps
			t.Error(err)
		}
		return ended("CA1", noon)()
	}
	b.wantLook("by one of two", "CA1")
	b.tell["CA3"] = goesOn
	b.wantLook("the claim was given back", "CA3")
}

func TestReconcilerIsCutOffAtAnyPoint(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.request("CA1")
	b.forward(careline.LookAfter)
	b.tell["CA1"] = ended("CA1", noon)
	sound := b.Log
	failing := &cutOff{Store: b.log}
	b.Log = failing
	for left := range 4 { // events, and the word that it need not be looked at again
		failing.left = left
		if err := b.Look(t.Context()); (err == nil) != (left == 3) {
			t.Errorf("cut off after %d writes: %v", left, err)
		}
		if left < 2 {
			b.forward(2 * time.Minute)
		}
	}
	b.Log = sound
	events, err := b.log.Events(t.Context(), "CA1")
	if err != nil || len(events) != 3 || !b.call("CA1").Final() {
		t.Errorf("%d events, want the request and two (error: %v)", len(events), err)
	}
}

// cutOff is a log that fails after some writes; to put a look off is none.
type cutOff struct {
	store.Store
	left int
}

func (c *cutOff) write() error {
	if c.left--; c.left < 0 {
		return errors.New("cut off")
	}
	return nil
}

func (c *cutOff) Append(ctx context.Context, e careline.CallEvent) (careline.CallEvent, bool, error) {
	if err := c.write(); err != nil {
		return e, false, err
	}
	return c.Store.Append(ctx, e)
}

func (c *cutOff) LookAgain(ctx context.Context, call string, at time.Time) error {
	if at.IsZero() {
		if err := c.write(); err != nil {
			return err
		}
	}
	return c.Store.LookAgain(ctx, call, at)
}

// silent is a log in which nothing is to be looked at.
type silent struct {
	calls.ReconcileLog
	err    error
	sweeps []time.Time
}

func (s *silent) Claim(ctx context.Context, _, _ string) (context.Context, bool, error) {
	return ctx, true, nil
}
func (s *silent) Release(context.Context, string, string) error      { return nil }
func (s *silent) LookAgain(context.Context, string, time.Time) error { return nil }
func (s *silent) Unsettled(context.Context, time.Time, int) ([]string, int, error) {
	s.sweeps = append(s.sweeps, time.Now())
	return nil, 0, s.err
}

func TestReconcilerSweepsSlowerWhileItFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, test := range []struct {
			err  error
			want []time.Duration
		}{
			{nil, []time.Duration{time.Minute, 2 * time.Minute, 3 * time.Minute, 4 * time.Minute}},
			{errors.New("down"), []time.Duration{time.Minute, 3 * time.Minute, 7 * time.Minute, 12 * time.Minute, 17 * time.Minute}},
		} {
			s := &silent{err: test.err}
			began, failures := time.Now(), 0
			ctx, stop := context.WithTimeout(t.Context(), test.want[len(test.want)-1]+time.Second)
			calls.Reconciler{Log: s, Now: time.Now}.Run(ctx, func(error) { failures++ })
			stop()
			var got []time.Duration
			for _, at := range s.sweeps {
				got = append(got, at.Sub(began))
			}
			if !slices.Equal(got, test.want) || failures > 0 != (test.err != nil) {
				t.Errorf("with %v: swept after %v, want %v", test.err, got, test.want)
			}
		}
	})
}
