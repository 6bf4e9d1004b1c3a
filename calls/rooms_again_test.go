package calls_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/store"
)

// A second clinician who left and was brought in again is the one who is there now.
func TestRoomsOfASecondClinicianWhoIsBroughtInAgain(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	for _, label := range []string{"p3-second-clinician", "p4-second-clinician"} {
		if _, err := h.rooms.Add(t.Context(), "dr-1", parentLeg, calls.KindClinician, "dr-2"); err != nil {
			t.Fatal(err)
		}
		h.look()
		h.x.pick(label)
		h.look()
		seen, err := h.rooms.Participants(t.Context(), calls.Asker{Clinician: "dr-2"}, parentLeg)
		if err != nil || seen.Self != label {
			t.Fatalf("they are %q, not %s: %v", seen.Self, label, err)
		}
		if err := h.rooms.Remove(t.Context(), "dr-2", parentLeg, label); err != nil {
			t.Fatal(err)
		}
		h.look()
	}
	if h.seats() != both {
		t.Errorf("in the room: %s", h.seats())
	}
}

// A hold that is taken back before it was carried out is not carried out after it.
func TestRoomsHoldThatIsTakenBack(t *testing.T) {
	t.Parallel()
	h := added(t)
	change := func(to calls.Wanted) {
		t.Helper()
		if _, err := h.rooms.Change(t.Context(), "dr-1", parentLeg, "p2-member", to); err != nil {
			t.Fatal(err)
		}
	}
	change(calls.Wanted{Hold: yes()})
	change(calls.Wanted{Hold: no()})
	h.pass(5 * time.Second)
	if h.x.held[childLeg] {
		t.Error("held, though that was taken back")
	}

	h.x.faults["hold"] = told(503, 0)
	change(calls.Wanted{Hold: yes()})
	h.look()
	delete(h.x.faults, "hold")
	change(calls.Wanted{Hold: no()})
	h.pass(10 * time.Second)
	if h.x.held[childLeg] {
		t.Error("held, though that was taken back while Twilio did not answer")
	}
}

// Whoever still rings when all have left the room is not left ringing into nothing.
func TestRoomsOverWhileSomebodyRings(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.add()
	h.x.end(childLeg, "completed")
	h.x.end(parentLeg, "completed")
	h.pass(3 * time.Second)
	if leg := h.x.made[interprets]; !over(h.x.legs[leg]) {
		t.Errorf("the interpreter's telephone is %s; asked %q", h.x.legs[leg], h.x.asked)
	}
}

// No report of the room comes: the conversation goes on all the same.
func TestRoomsNobodyReportsTheJoins(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.deaf = true
	if _, err := h.rooms.Change(t.Context(), "dr-1", parentLeg, "p2-member", calls.Wanted{Muted: yes()}); err != nil {
		t.Fatal(err)
	}
	h.pass(10 * time.Minute)
	if h.seats() != both {
		t.Errorf("in the room: %s; asked %q", h.seats(), h.x.asked)
	}
}

// Of an answer that another instance has lost, this one looks first too.
func TestRoomsLookBeforeTheyAskOnTwoInstances(t *testing.T) {
	t.Parallel()
	h := added(t)
	asking := h.keeper
	h.restart() // another instance, which has to do with the call too
	asking.Only, h.keeper.Only = false, false
	h.x.faults["add"] = dropped(true)
	who, err := h.rooms.Add(t.Context(), "dr-1", parentLeg, calls.KindRelated, "d1")
	if err != nil {
		t.Fatal(err)
	}
	events := h.events()
	asking.Changed([]careline.News{{Event: events[len(events)-1]}})
	h.silent["CA00000000000000000000000000000101"] = true
	h.look()
	delete(h.x.faults, "add")
	if _, err := asking.Look(t.Context(), parentLeg); err != nil {
		t.Fatal(err)
	}
	if n := h.times("add"); n != 2 {
		t.Errorf("%s was dialled %d times; asked %q", who.Label, n-1, h.x.asked)
	}
}

// What the carrier refuses of somebody who is there is not told as that they are gone.
func TestRoomsChangeThatIsRefused(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 503} {
		h := added(t)
		h.x.faults["hold"] = told(status, 20001)
		h.rooms.Wait = func(context.Context, string, int64) { h.pass(31 * time.Second) }
		done, err := h.rooms.Change(t.Context(), "dr-1", parentLeg, "p2-member", calls.Wanted{Hold: yes()})
		if h.reason(err) != careline.ReasonMoveFailed {
			t.Errorf("%d: %t, %v", status, done, err)
		}
	}
}

// claimer is a log that tells what was claimed.
type claimer struct {
	store.Store
	claimed []string
}

func (c *claimer) Claim(ctx context.Context, consumer, call string) (context.Context, bool, error) {
	c.claimed = append(c.claimed, call)
	return c.Store.Claim(ctx, consumer, call)
}

// Of the plain calls of other instances nothing is claimed.
func TestKeeperLooksAtAPlainCallOfAnotherInstance(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	log := &claimer{Store: h.log}
	h.keeper.Log, h.keeper.Only = log, false
	if next := h.look(); !next.IsZero() || len(log.claimed) > 0 {
		t.Errorf("next %v, claimed %q", next, log.claimed)
	}
	h.add()
	if len(log.claimed) == 0 || h.seats() != both {
		t.Errorf("claimed %q; in the room: %s", log.claimed, h.seats())
	}
}

// A supervisor who saw a call go on is told that it is over, and nothing of one that was
// over before.
func TestRoomsLiveTellsASupervisorTheEnd(t *testing.T) {
	t.Parallel()
	h := added(t)
	live := calls.NewRoomsLive(h.rooms, h.keeper)
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	go live.Run(ctx)

	told := make(chan careline.RoomState)
	go func() {
		_ = live.Follow(ctx, calls.Asker{Clinician: "dr-9", Supervisor: true}, func(s calls.Seen) error {
			told <- s.Call.Room
			return nil
		})
	}()
	if first := <-told; first != careline.RoomOpen {
		t.Fatalf("first told of a room that is %q", first)
	}
	h.x.close()
	live.Changed([]string{parentLeg})
	select {
	case last := <-told:
		if last != careline.RoomOver {
			t.Errorf("told of a room that is %q", last)
		}
	case <-time.After(time.Minute):
		t.Error("the end was not told")
	}
}

// A call that is over is forgotten: the keeper looks no more.
func TestKeeperForgetsACallThatIsOver(t *testing.T) {
	t.Parallel()
	h := added(t)
	if h.look().IsZero() {
		t.Fatal("an open room is not looked at again")
	}
	h.x.close()
	h.pass(2 * time.Second)
	if next := h.look(); !next.IsZero() {
		t.Errorf("looked at again in %s", next.Sub(h.clock()))
	}
}

// A leg that one instance has sent on its way to the room is not sent again by another,
// which sees it in no room; only when it has not come in time.
func TestRoomsMoveOnceOnTwoInstances(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	asked := h.keeper
	h.kept[childLeg], h.kept[parentLeg] = true, true // on their way
	asked.Only = false
	h.add()
	h.restart() // the other
	h.keeper.Only = false
	h.pass(4 * time.Second)
	if h.times("move") != 1 {
		t.Errorf("asked %q", h.x.asked)
	}
	h.kept[childLeg], h.kept[parentLeg] = false, false
	h.pass(2 * time.Second)
	if h.times("move") != 2 || h.seats() != both {
		t.Errorf("in the room: %s; asked %q", h.seats(), h.x.asked)
	}
}

// together has everybody who asks read the log before any of them writes to it, once.
type together struct {
	calls.RoomsLog
	n     int
	mu    sync.Mutex
	reads int
	all   chan struct{}
}

func (g *together) Events(ctx context.Context, call string) ([]careline.CallEvent, error) {
	events, err := g.RoomsLog.Events(ctx, call)
	g.mu.Lock()
	g.reads++
	if g.reads == g.n {
		close(g.all)
	}
	g.mu.Unlock()
	<-g.all
	return events, err
}

// Two pages of one clinician come back at once, and a third person is added: each has a
// label of their own, and whoever asks again for a leg has the same.
func TestRejoinOfTwoAtOnce(t *testing.T) {
	t.Parallel()
	h := added(t)
	legs := []string{"CA00000000000000000000000000000077", "CA00000000000000000000000000000078"}
	log := &together{RoomsLog: mortal{h.log, h}, n: 5, all: make(chan struct{})}
	rooms := *h.rooms
	rooms.Log = log

	var mu sync.Mutex
	labels := map[string]map[string]bool{}
	has := func(leg, label string) {
		mu.Lock()
		defer mu.Unlock()
		if labels[label] == nil {
			labels[label] = map[string]bool{}
		}
		labels[label][leg] = true
	}
	var all sync.WaitGroup
	for _, leg := range append(legs, legs...) { // Twilio asks for each twice
		all.Go(func() {
			answer, err := rooms.Rejoin(t.Context(), calls.Ask{Call: leg, Clinician: "dr-1", Join: parentLeg})
			join, ok := answer.(calls.Join)
			if !ok || err != nil {
				t.Errorf("%+v, %v", answer, err)
			}
			has(leg, join.Label)
		})
	}
	all.Go(func() {
		who, err := rooms.Add(t.Context(), "dr-1", parentLeg, calls.KindRelated, "d1")
		if err != nil {
			t.Error(err)
		}
		n, _, _ := careline.ReadLabel(who.Label)
		has("the daughter", careline.LabelOf(n, careline.RoleClinician))
	})
	all.Wait()

	if len(labels) != 3 {
		t.Errorf("they have the labels %v", labels)
	}
	for label, legs := range labels {
		if len(legs) != 1 {
			t.Errorf("%s is %v", label, legs)
		}
	}
}
