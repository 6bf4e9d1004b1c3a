package relay_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"perci.health/careline"
	"perci.health/careline/relay"
)

// TestMemorySaysWhatTheQueueSays has all that can happen to calls and their
// deliveries happen in any order, news told late included, and holds each delivery
// against the one that the queue would have given.
func TestMemorySaysWhatTheQueueSays(t *testing.T) {
	t.Parallel()
	fromMemory, unfiled, known := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		t.Repeat(map[string]func(*rapid.T){
			"":        w.check,
			"keep":    w.keep,
			"tell":    w.tell,
			"deliver": w.deliver,
			"refile":  func(t *rapid.T) { w.refile(drawCall(t), rapid.Bool().Draw(t, "whole")) },
			"revive":  func(*rapid.T) { w.revive() },
			"erase":   w.forget,
			"sweep":   w.sweep,
			"restart": func(t *rapid.T) { w.restart() },
		})
		fromMemory += w.fromMemory
		unfiled += w.unfiled
		known += w.known
	})
	if fromMemory == 0 || unfiled == 0 || known == 0 {
		t.Errorf("%d deliveries came from memory, %d of calls that were called unfiled; the events of calls were known %d times", fromMemory, unfiled, known)
	}
}

// world is a ledger, the memory before it, and a worker.
type world struct {
	*ledger
	memory interface {
		relay.Queue
		Take([]careline.News)
		Known(call string, newest int64) ([]careline.CallEvent, bool)
		Held() (calls, bytes int)
		Reckoned() (calls, bytes int)
	}
	asked      map[string]bool // calls whose filing was begun
	erased     map[string]bool
	fromMemory int
	unfiled    int
	known      int
}

func newWorld(*rapid.T) *world {
	w := &world{ledger: newLedger(), asked: map[string]bool{}, erased: map[string]bool{}}
	w.restart()
	return w
}

// restart forgets what was in memory, and what had not been told.
func (w *world) restart() {
	w.untold = nil
	w.memory = relay.NewMemory(w.ledger)
}

func drawCall(t *rapid.T) string {
	return fmt.Sprint("call-", rapid.IntRange(0, 3).Draw(t, "call"))
}

// keep has an event kept: of a call's own leg, of a leg of it, or of one whose call
// is not known.
func (w *world) keep(t *rapid.T) {
	call := drawCall(t)
	leg := rapid.SampledFrom([]string{call, "leg of " + call, "other leg of " + call}).Draw(t, "leg")
	if leg != call && rapid.IntRange(0, 3).Draw(t, "named") == 0 {
		call = ""
	}
	kind := careline.KindProgress
	if leg == call && rapid.Bool().Draw(t, "asks") {
		kind = careline.KindRequested
	}
	w.ledger.keep(kind, call, leg)
	if rapid.IntRange(0, 3).Draw(t, "told at once") > 0 {
		w.tellAll()
	}
}

func (w *world) tellAll() {
	w.memory.Take(w.untold)
	w.untold = nil
}

// tell tells some of what was not told yet.
func (w *world) tell(t *rapid.T) {
	n := rapid.IntRange(0, len(w.untold)).Draw(t, "news")
	w.memory.Take(w.untold[:n])
	w.untold = slices.Delete(w.untold, 0, n)
}

func (w *world) sweep(t *rapid.T) {
	if _, _, err := w.memory.Due(t.Context(), "chart", w.now, 100); err != nil {
		t.Fatal(err)
	}
}

// forget erases a call. One that begins under its key anew is none that the record
// cannot have: nobody gives out a key twice.
func (w *world) forget(t *rapid.T) {
	call := drawCall(t)
	w.erase(call)
	w.tellAll() // before anything else of it is kept
	w.erased[call] = true
}

// deliver has a worker take one delivery, and end it in one of the ways there are.
// While the queue is read, and while the delivery is handled, more is kept.
func (w *world) deliver(t *rapid.T) {
	ctx, call := t.Context(), drawCall(t)
	if rapid.IntRange(0, 4).Draw(t, "of a leg") == 0 {
		call = "leg of " + call
	}
	defer func() {
		if err := w.memory.Release(ctx, "chart", call); err != nil {
			t.Fatal(err)
		}
	}()
	w.reading = func() {
		if rapid.IntRange(0, 2).Draw(t, "meanwhile") == 0 {
			w.keep(t)
		}
	}
	reads, certain := w.reads, len(w.untold) == 0
	want, waits := w.next("chart", call, w.now)
	d, ok, err := w.memory.Next(ctx, "chart", call, w.now)
	w.reading = nil
	if err != nil {
		t.Fatal(err)
	}
	if ok && w.reads == reads {
		w.fromMemory++
	}
	if certain || w.reads > reads {
		sameDelivery(t, d, ok, want, waits)
	}
	if ok {
		w.end(t, d)
	}
}

// everyField compares what is not exported too.
var everyField = cmp.Exporter(func(reflect.Type) bool { return true })

// sameDelivery compares what memory gave with what the queue would have.
func sameDelivery(t *rapid.T, got careline.Delivery, ok bool, want careline.Delivery, waits bool) {
	t.Helper()
	if ok != waits {
		t.Fatalf("a delivery: %v, want %v (%v)", ok, waits, want.Event.ID)
	}
	if ok {
		known := *got.Known
		known.Unfiled = false
		got.Known, known.Events = &known, withoutReports(known.Events)
		want.Known.Events = withoutReports(want.Known.Events)
	}
	if diff := cmp.Diff(want, got, everyField); diff != "" {
		t.Fatalf("the delivery (-the queue's +memory's):\n%s", diff)
	}
}

func withoutReports(events []careline.CallEvent) []careline.CallEvent {
	events = slices.Clone(events)
	for i := range events {
		events[i].Report = nil
	}
	return events
}

func (w *world) end(t *rapid.T, d careline.Delivery) {
	ctx := t.Context()
	if d.Known.Unfiled && !w.erased[d.Event.Call] && (w.asked[d.Event.Call] || d.Known.Filing != careline.Filing{Call: d.Event.Call}) {
		t.Fatalf("%s was tried before, and is called unfiled: %+v", d.Event.Call, d.Known.Filing)
	}
	if d.Known.Unfiled {
		w.unfiled++
	}
	recordable := rapid.Bool().Draw(t, "recordable")
	if recordable {
		w.asked[d.Event.Call] = true
		if !d.Known.Unfiled {
			w.tried(d.Event.Call)
		}
	}
	if rapid.IntRange(0, 2).Draw(t, "while it is handled") == 0 {
		w.keep(t)
	}

	var err error
	switch how := rapid.SampledFrom([]string{"done", "done", "done", "done", "retry", "bury", "cut off"}).Draw(t, "end"); {
	case how == "cut off":
	case how == "retry":
		err = w.memory.Retry(ctx, d, w.now.Add(time.Millisecond), "no luck")
	case how == "bury":
		err = w.memory.Bury(ctx, d, "never")
	case recordable && (d.Known.Unfiled || rapid.IntRange(0, 4).Draw(t, "overtaken") > 0):
		filed := careline.Filing{Call: d.Event.Call, ID: "c-" + d.Event.Call, Version: fmt.Sprint(w.seq), Seq: d.Event.Seq, Tried: true}
		err = w.memory.Done(ctx, d, filed)
	default:
		err = w.memory.Done(ctx, d, careline.Filing{})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// check holds whatever was done: what memory takes up is what it says, and what it knows of
// a call is all that the log has.
func (w *world) check(t *rapid.T) {
	for call, r := range w.rows {
		events, ok := w.memory.Known(call, w.seq)
		if !ok || w.erased[call] {
			continue
		}
		w.known++
		if diff := cmp.Diff(withoutReports(r.events), events, everyField); diff != "" {
			t.Fatalf("%s (-the log's +memory's):\n%s", call, diff)
		}
	}

	calls, bytes := w.memory.Held()
	wantCalls, wantBytes := w.memory.Reckoned()
	if calls != wantCalls || bytes != wantBytes {
		t.Fatalf("%d calls, %d bytes are held, and %d, %d are reckoned with", wantCalls, wantBytes, calls, bytes)
	}
}

// TestMemoryAsksTheQueueWhenInDoubt names the doubts one by one.
func TestMemoryAsksTheQueueWhenInDoubt(t *testing.T) {
	t.Parallel()
	keep := func(w *world) { w.ledger.keep(careline.KindRequested, "A", "A") }
	take := func(t *testing.T, w *world) careline.Delivery {
		t.Helper()
		d, ok, err := w.memory.Next(t.Context(), "chart", "A", w.now)
		if err != nil || !ok {
			t.Fatal("no delivery", err)
		}
		return d
	}
	for name, tt := range map[string]struct {
		doubt func(t *testing.T, w *world)
		want  int // readings of the queue
	}{
		"none": {func(*testing.T, *world) {}, 0},
		"some news was lost": {func(_ *testing.T, w *world) {
			keep(w)
			w.untold = nil
			keep(w)
		}, 1},
		"it failed": {func(t *testing.T, w *world) {
			if err := w.memory.Retry(t.Context(), take(t, w), w.now, "no luck"); err != nil {
				t.Fatal(err)
			}
		}, 1},
		"it was cut off": {func(t *testing.T, w *world) {
			take(t, w)
			if err := w.memory.Release(t.Context(), "chart", "A"); err != nil {
				t.Fatal(err)
			}
		}, 1},
		"the queue says that more is due": {func(t *testing.T, w *world) {
			if err := w.memory.Done(t.Context(), take(t, w), careline.Filing{}); err != nil {
				t.Fatal(err)
			}
			w.refile("A", true)
			w.untold = nil
			if _, _, err := w.memory.Due(t.Context(), "chart", w.now, 1); err != nil {
				t.Fatal(err)
			}
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(nil)
			keep(w)
			w.tellAll()
			tt.doubt(t, w)
			w.tellAll()
			d := take(t, w)
			same(t, "readings of the queue", w.reads, tt.want)
			same(t, "called unfiled", d.Known.Unfiled, tt.want == 0)
			if err := w.memory.Done(t.Context(), d, careline.Filing{}); err != nil {
				t.Fatal(err)
			}
			keep(w)
			w.tellAll()
			same(t, "called unfiled afterwards", take(t, w).Known.Unfiled, tt.want == 0)
		})
	}
}

// TestMemoryIsBounded: what is beyond is the queue's to give out.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	l := newLedger()
	m := relay.NewMemory(l)
	const calls = 2 * relay.HeldCalls
	for n := range calls {
		l.keep(careline.KindRequested, fmt.Sprint("call-", n), fmt.Sprint("call-", n))
	}
	m.Take(l.untold)
	if held, bytes := m.Held(); held < relay.HeldCalls/2 || held > relay.HeldCalls || bytes > relay.HeldBytes {
		t.Errorf("%d calls in %d bytes are held", held, bytes)
	}
	for n := range calls { // and every one is given out all the same
		call := fmt.Sprint("call-", n)
		d, ok, err := m.Next(t.Context(), "chart", call, l.now)
		if err != nil || !ok || d.Event.Call != call {
			t.Fatalf("%s: %v, %v", call, ok, err)
		}
		if err := m.Done(t.Context(), d, careline.Filing{}); err != nil {
			t.Fatal(err)
		}
	}
	if l.reads == 0 || l.reads > calls-relay.HeldCalls/2 {
		t.Errorf("the queue was read %d times for %d calls", l.reads, calls)
	}
	if held, _ := m.Held(); held > relay.HeldCalls {
		t.Errorf("%d calls are held", held)
	}
}

// TestMemoryKeepsThoseThatGoOn: calls that have ended make room first, though others
// are idle for longer.
func TestMemoryKeepsThoseThatGoOn(t *testing.T) {
	t.Parallel()
	l := newLedger()
	m := relay.NewMemory(l)
	tell := func(kind careline.Kind, call string) {
		t.Helper()
		l.keep(kind, call, call)
		m.Take(l.untold)
		l.untold = nil

		d, ok, err := m.Next(t.Context(), "chart", call, l.now)
		if err != nil || !ok {
			t.Fatalf("%s: %v, %v", call, ok, err)
		}
		if err := m.Done(t.Context(), d, careline.Filing{}); err != nil {
			t.Fatal(err)
		}
	}

	tell(careline.KindRequested, "goes on")
	for n := range 2 * relay.HeldCalls {
		tell(careline.KindRefused, fmt.Sprint("over-", n))
	}
	tell(careline.KindMachineDetection, "goes on")
	same(t, "readings of the queue", l.reads, 0)
}
