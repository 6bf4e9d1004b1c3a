package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/storetest"
)

// ledger holds the deliveries of a call and of its leg against a list of what waits.
// Under each key one delivery at a time is with somebody, as with claims.
type ledger struct {
	t         *testing.T
	store     store.Store
	call, leg string
	linked    bool
	kept      int
	ofLeg     []string // ids of what is kept under the leg's own key
	all       []string // ids of all else
	waits     map[string]bool
	dead      []careline.Delivery
	given     map[string]careline.Delivery // by the key
	did       []string
}

func (l *ledger) append(e careline.CallEvent, ofLeg bool) {
	l.kept++
	e.ID = fmt.Sprintf("%s/%d", l.call, l.kept)
	storetest.MustAppend(l.t, l.store, e)
	l.waits[e.ID] = true
	if ofLeg && !l.linked {
		l.ofLeg = append(l.ofLeg, e.ID)
	} else {
		l.all = append(l.all, e.ID)
	}
}

func (l *ledger) give(key string) {
	if _, given := l.given[key]; given {
		return
	}
	d, ok, err := l.store.Next(l.t.Context(), chart, key, late)
	if err != nil {
		l.t.Fatal(err)
	}
	if ok {
		l.given[key] = d
	}
}

// late is when everything is due.
var late = noon.AddDate(1, 0, 0)

func (l *ledger) end(key, how string) {
	d, given := l.given[key]
	if !given {
		return
	}
	delete(l.given, key)

	err := error(nil)
	switch how {
	case "done":
		err = l.store.Done(l.t.Context(), d, careline.Filing{})
		delete(l.waits, d.Event.ID)
	case "retry":
		err = l.store.Retry(l.t.Context(), d, late, "passing")
	case "bury":
		err = l.store.Bury(l.t.Context(), d, "never")
		delete(l.waits, d.Event.ID)
		l.dead = append(l.dead, d)
	}
	if err != nil {
		l.t.Fatal(err)
	}
}

// again has the whole call filed again, which nobody does while the call is with
// somebody.
func (l *ledger) again() {
	if _, given := l.given[l.call]; given || len(l.all) == 0 {
		return
	}
	if err := l.store.Refile(l.t.Context(), chart, l.call, true); err != nil {
		l.t.Fatal(err)
	}
	for _, id := range l.all {
		l.waits[id] = true
	}
	l.dead = slices.DeleteFunc(l.dead, func(d careline.Delivery) bool { return slices.Contains(l.all, d.Event.ID) })
}

func (l *ledger) revive() {
	if len(l.dead) == 0 {
		return
	}
	d := l.dead[0]
	l.dead = l.dead[1:]
	if err := l.store.Revive(l.t.Context(), chart, d.Event.Seq); err != nil {
		l.t.Fatal(err)
	}
	l.waits[d.Event.ID] = true
}

func (l *ledger) step(what int) {
	one := careline.CallEvent{Call: l.call, Leg: l.call, Kind: careline.KindClinicianLeg}
	switch what {
	case 0:
		l.append(one, false)
	case 1:
		l.append(careline.CallEvent{Leg: l.leg, Kind: careline.KindMachineDetection}, true)
	case 2:
		l.append(storetest.Progress(l.call, l.leg, l.kept, careline.StatusRinging), false)
		l.linked, l.all, l.ofLeg = true, append(l.all, l.ofLeg...), nil
	case 3, 4:
		l.give(l.call)
	case 5, 6:
		l.give(l.leg)
	case 7:
		l.end(l.call, "done")
	case 8:
		l.end(l.leg, "done")
	case 9:
		l.end(l.call, "retry")
	case 10:
		l.end(l.leg, "bury")
	case 11:
		l.again()
	case 12:
		l.revive()
	}
	l.did = append(l.did, fmt.Sprint(what))
}

// deliversWhatWaits: whatever is done with a call and its leg in whatever order, what
// waits is delivered, and nothing else.
func deliversWhatWaits(t *testing.T, open database) {
	s, _ := openWith(t, open)
	dice := rand.New(rand.NewPCG(rand.Uint64(), 0))
	for n := range 150 {
		l := &ledger{
			t:     t,
			store: s,
			call:  fmt.Sprint("CA", n),
			leg:   fmt.Sprint("CB", n),
			waits: map[string]bool{},
			given: map[string]careline.Delivery{},
		}
		for range 6 + dice.IntN(20) {
			l.step(dice.IntN(13))
		}

		got := append(storetest.Drain(t, s, l.call, late), storetest.Drain(t, s, l.leg, late)...)
		want := []string{}
		for id := range l.waits {
			want = append(want, id)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("after %v these wait: %v; delivered were %v", l.did, want, got)
		}
	}
}
