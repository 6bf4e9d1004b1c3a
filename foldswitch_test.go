package careline_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"perci.health/careline"
)

// switched is the n-th command of the log for somebody in a call of three, asked for so
// many seconds after noon.
func switched(n int, act careline.RoomAct, label string, at int) careline.CallEvent {
	e := wished(fmt.Sprintf("%s/%d", act, n), careline.KindPartyAsked, seconds(at), careline.RoomSaid{Act: act, Label: label})
	e.Seq = int64(n)
	return e
}

// doneAt is that the command was carried out.
func doneAt(asked careline.CallEvent, at int) careline.CallEvent {
	e := answer(asked.ID, "", "")
	e.At = noon.Add(seconds(at))
	return e
}

// Who is on hold, and muted, is told by what careline asked for and was carried out, and
// by the reports only where it asked for nothing.
func TestFoldOfWhoIsOnHold(t *testing.T) {
	t.Parallel()
	const member = careline.LabelMember
	hold, unhold := switched(1, careline.ActHold, member, 70), switched(2, careline.ActUnhold, member, 80)
	again := switched(3, careline.ActHold, member, 90)
	mute, unmute := switched(4, careline.ActMute, member, 70), switched(5, careline.ActUnmute, member, 80)
	behind := switched(2, careline.ActUnhold, member, 60) // by a clock that is behind
	report := func(n int, act careline.RoomAct) careline.CallEvent {
		return inRoom(n, act, member, child, seconds(70+n))
	}

	for name, test := range map[string]struct {
		told         []careline.CallEvent
		held, muted  bool
		sinceSeconds int
	}{
		"asked for":                          {[]careline.CallEvent{hold}, false, false, 0},
		"answered, and not reported":         {[]careline.CallEvent{hold, doneAt(hold, 71)}, true, false, 71},
		"reported, and not answered":         {[]careline.CallEvent{hold, report(5, careline.ActHold)}, true, false, 75},
		"answered, and reported later":       {[]careline.CallEvent{hold, doneAt(hold, 71), report(5, careline.ActHold)}, true, false, 71},
		"to be taken off it":                 {[]careline.CallEvent{hold, doneAt(hold, 71), unhold}, true, false, 71},
		"taken off it, and not reported":     {[]careline.CallEvent{hold, doneAt(hold, 71), report(5, careline.ActHold), unhold, doneAt(unhold, 81)}, false, false, 0},
		"taken off it, and then told of":     {[]careline.CallEvent{hold, doneAt(hold, 71), unhold, doneAt(unhold, 81), report(20, careline.ActHold)}, false, false, 0},
		"on it again, and told of the rest":  {[]careline.CallEvent{hold, doneAt(hold, 71), unhold, doneAt(unhold, 81), again, doneAt(again, 91), report(25, careline.ActUnhold)}, true, false, 91},
		"asked for twice":                    {[]careline.CallEvent{hold, doneAt(hold, 71), again, doneAt(again, 91)}, true, false, 71},
		"in vain":                            {[]careline.CallEvent{hold, answer(hold.ID, "too-late", "")}, false, false, 0},
		"in vain, and yet reported":          {[]careline.CallEvent{hold, answer(hold.ID, "too-late", ""), report(5, careline.ActHold)}, true, false, 75},
		"taken off it in vain":               {[]careline.CallEvent{hold, doneAt(hold, 71), unhold, answer(unhold.ID, "too-late", "")}, true, false, 71},
		"by a clock that is behind":          {[]careline.CallEvent{hold, doneAt(hold, 71), behind, doneAt(behind, 81)}, false, false, 0},
		"nobody asked":                       {[]careline.CallEvent{report(5, careline.ActHold)}, true, false, 75},
		"muted, and not reported":            {[]careline.CallEvent{mute, doneAt(mute, 71)}, false, true, 0},
		"unmuted, and not reported":          {[]careline.CallEvent{mute, doneAt(mute, 71), report(5, careline.ActMute), unmute, doneAt(unmute, 81)}, false, false, 0},
		"one of two is not the other's":      {[]careline.CallEvent{hold, doneAt(hold, 71), unmute, doneAt(unmute, 81)}, true, false, 71},
		"and has left":                       {[]careline.CallEvent{hold, doneAt(hold, 71), mute, doneAt(mute, 71), report(9, careline.ActLeave)}, false, false, 0},
		"and was held, and the room is over": {[]careline.CallEvent{hold, doneAt(hold, 71), inRoom(9, careline.ActEnd, "", "", seconds(90))}, false, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, ok := foldedAnyhow(t, with(ofThree(), test.told...)...).Party(member)
			since := time.Time{}
			if test.sinceSeconds > 0 {
				since = noon.Add(seconds(test.sinceSeconds))
			}
			if !ok || p.Held != test.held || p.Muted != test.muted || !p.HeldAt.Equal(since) {
				t.Errorf("held %t since %s, muted %t", p.Held, p.HeldAt, p.Muted)
			}
		})
	}
}

// Whatever is reported, how often, in whatever order and with whatever gaps: the newest
// command that was carried out says who is on hold.
func TestFoldOfWhoIsOnHoldByTheNewestCommand(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		told := ofThree()
		held, known := false, false
		for n := range rapid.IntRange(1, 6).Draw(t, "commands") {
			act := rapid.SampledFrom([]careline.RoomAct{careline.ActHold, careline.ActUnhold}).Draw(t, "act")
			asked := switched(n+1, act, careline.LabelMember, 70+rapid.IntRange(0, 10).Draw(t, "by whose clock"))
			told = append(told, asked)
			switch rapid.SampledFrom([]string{"done", "in vain", "open"}).Draw(t, "what became of it") {
			case "done":
				told, held, known = append(told, doneAt(asked, 80+n)), act == careline.ActHold, true
			case "in vain":
				told = append(told, answer(asked.ID, "404", ""))
			}
		}
		for n := range rapid.IntRange(0, 6).Draw(t, "reports") {
			act := rapid.SampledFrom([]careline.RoomAct{careline.ActHold, careline.ActUnhold}).Draw(t, "reported")
			told = append(told, inRoom(5+n, act, careline.LabelMember, child, seconds(70+2*n)))
		}

		want := careline.Fold(told)
		if p, _ := want.Party(careline.LabelMember); known && p.Held != held {
			t.Fatalf("on hold %t", p.Held)
		}
		if diff := cmp.Diff(want, careline.Fold(shuffledTwice(t, told)), same); diff != "" {
			t.Fatalf("shuffled and doubled (-want +got):\n%s", diff)
		}
	})
}
