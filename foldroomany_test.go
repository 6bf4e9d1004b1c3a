package careline_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"perci.health/careline"
)

// anyOfRoom draws an event of a room, or of what is recorded, with as much in it as one
// can say, whether or not that goes together.
func anyOfRoom(t *rapid.T) careline.CallEvent {
	text := func(name string, among ...string) string { return rapid.SampledFrom(among).Draw(t, name) }
	kinds := []careline.Kind{
		careline.KindRoomAsked, careline.KindMoved, careline.KindRoom, careline.KindRoom, careline.KindRoom, careline.KindPartyAsked, careline.KindPartyAnswered,
		careline.KindPartyLeft, careline.KindParty, careline.KindConsent, careline.KindRecordingAsked, careline.KindRecording, careline.KindRecordingKept, careline.KindRecordingGone,
	}
	e := progress(rapid.IntRange(0, 4).Draw(t, "order"), text("word", "", "ringing", "in-progress", "completed", "busy", "canceled"), seconds(rapid.IntRange(0, 5).Draw(t, "at")))
	e.Kind, e.Role = rapid.SampledFrom(kinds).Draw(t, "kind"), careline.Role(text("role", "", "clinician", "interpreter"))
	e.Leg = text("leg", parent, child, third, rejoined)
	e.Recording = text("recording", "", "RE1", "RE2")
	e.Seconds = careline.SecondsOf(rapid.IntRange(-1, 2).Draw(t, "seconds"))
	e.ID = text("id", "1", "2", "3", "4")
	e.Room = careline.RoomSaid{
		Conference: text("conference", "", "CF1", "CF2"),
		Act:        careline.RoomAct(text("act", "", "add", "hold", "unhold", "mute", "unmute", "remove", "rejoin", "end", "start", "join", "join", "leave", "fail")),
		Label:      text("label", "", careline.LabelClinician, careline.LabelMember, interpreter, "p4-clinician", "nonsense"),
		By:         text("by", "", "dr-1"),
		Answers:    text("answers", "", "1", "2", "3"),
		Failed:     text("failed", "", "", "404"),
		LegLives:   rapid.Bool().Draw(t, "leg lives"),
	}
	e.Consent = careline.Consent{Decision: careline.Decision(text("decision", "announced", "given", "declined", "withdrawn", "not-asked", "")), By: text("who decided", "key", "dr-1")}
	e.Sound = careline.RecordingSaid{
		Act:     careline.RecordingAct(text("recording act", "", "start", "pause", "resume", "stop", "withdraw")),
		State:   careline.RecordingState(text("state", "", "in-progress", "paused", "stopped", "completed", "absent")),
		Started: noon.Add(seconds(rapid.IntRange(0, 2).Draw(t, "started"))),
		By:      text("recorded by", "", "dr-1"),
		Answers: text("recording answers", "", "1", "2", "3"),
		Failed:  text("recording failed", "", "", "21220"),
		Media:   text("media", "", "m1", "m2"),
		Why:     text("why", "", "expired", "withdrawn"),
	}
	return e
}

// Whatever is told of rooms and recordings, in whatever order and however often, it is
// one call.
func TestFoldOfAnyRoom(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOfN(rapid.OneOf(rapid.Custom(anyOfRoom), rapid.Custom(anyOfRoom), rapid.Custom(anyLeg)), 0, 12).Draw(t, "events")
		want := careline.Fold(events)
		shuffled := shuffledTwice(t, events)
		if diff := cmp.Diff(want, careline.Fold(shuffled), same); diff != "" {
			t.Fatalf("shuffled and doubled (-want +got):\n%s", diff)
		}
		labels := map[string]bool{}
		for _, p := range want.Parties {
			if labels[p.Label] || p.Together && p.Outcome != "" || p.Held && !p.Together {
				t.Fatalf("it has the party %+v", p)
			}
			labels[p.Label] = true
		}
	})
}

func shuffledTwice(t *rapid.T, events []careline.CallEvent) []careline.CallEvent {
	all := slices.Concat(events, events)
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// story draws what happens to a call that moves to a room: whatever may be told after
// the move was asked for, as its cause was before.
func story(t *rapid.T) []careline.CallEvent {
	events := with(talking(), answer("room", "", ""), movedDial(), added(seconds(50)), answer("add", rapid.SampledFrom([]string{"", "21211"}).Draw(t, "added"), third))
	n := rapid.IntRange(0, 12).Draw(t, "reports")
	for i := range n {
		act := rapid.SampledFrom([]careline.RoomAct{"join", "join", "leave", "hold", "unhold", "mute", "unmute", "end", "start", "fail"}).Draw(t, "act")
		label := rapid.SampledFrom([]string{careline.LabelClinician, careline.LabelMember, interpreter, "p4-clinician"}).Draw(t, "label")
		leg := map[string]string{careline.LabelClinician: parent, careline.LabelMember: child, interpreter: third, "p4-clinician": rejoined}[label]
		e := inRoom(i+1, act, label, leg, seconds(40+2*i))
		e.Room.LegLives = rapid.Bool().Draw(t, "leg lives")
		events = append(events, e)
	}
	for i, word := range []string{"initiated", "ringing", rapid.SampledFrom([]string{"in-progress", "busy", "no-answer"}).Draw(t, "the interpreter"), "completed"} {
		events = append(events, joining(i, word, seconds(51+i)))
	}

	rejoin := wished("rejoin", careline.KindPartyAsked, seconds(60), careline.RoomSaid{Act: careline.ActRejoin, Label: "p4-clinician"})
	rejoin.Leg = rejoined
	remove := wished("remove", careline.KindPartyAsked, seconds(60), careline.RoomSaid{Act: careline.ActRemove, Label: rapid.SampledFrom([]string{interpreter, careline.LabelMember}).Draw(t, "removed")})
	end := wished("end", careline.KindPartyAsked, seconds(60), careline.RoomSaid{Act: careline.ActEnd})
	start := recordingAsked(careline.RecordStart, "", seconds(10))
	pause := recordingAsked(careline.RecordPause, "", seconds(20))
	return append(events, rejoin, remove, end, answer("end", "404", ""), start, done(start, "RE1", ""), pause, done(pause, "RE1", ""),
		sound("RE1", careline.RecordingCompleted, seconds(10), seconds(90)), soundKept("RE1", "m1"), consent(careline.ConsentWithdrawn, "dr-1", seconds(95)), soundGone("RE1", "withdrawn"),
		lasting(progress(3, "completed", seconds(100)), 95), hungUp(of("", dialEnded("completed", -1)), careline.SideMember), clinicianLeg("completed"))
}

// outcome is what of a call only the member's own leg may tell.
func outcome(c careline.Call) string {
	n, known := c.Seconds.Value()
	return fmt.Sprint(c.Status, c.Word, c.MemberLeg, c.Sent, c.Received, c.Ended, n, known, c.EndedBy, c.Failure, c.Declined, c.Summary())
}

// In whatever order, however often and with whatever gaps a room and a recording are
// told of, they make no outcome, and change none: that the member's own leg tells alone.
// A move was asked for, durably, before anything that came of it.
func TestFoldOfARoomMakesNoOutcome(t *testing.T) {
	t.Parallel()
	asked := roomAsked(seconds(40))
	for _, what := range []string{"over", "going on"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				events := slices.DeleteFunc(story(t), func(careline.CallEvent) bool { return rapid.IntRange(0, 2).Draw(t, "lost") == 0 })
				if what == "going on" {
					events = slices.DeleteFunc(events, func(e careline.CallEvent) bool { return e.Kind == careline.KindProgress && e.Status.Final() })
				}
				want := careline.Fold(with(events, asked))
				told := with([]careline.CallEvent{asked}, shuffledTwice(t, events)...)
				if diff := cmp.Diff(want, careline.Fold(told), same); diff != "" {
					t.Fatalf("shuffled and doubled (-want +got):\n%s", diff)
				}
				if what == "going on" && want.Final() {
					t.Fatalf("it is %s", want.Status)
				}
				for i := range told[1:] {
					before, after := careline.Fold(told[:i+1]), careline.Fold(told[:i+2])
					kind := told[i+1].Kind
					if of := kind != careline.KindProgress && kind != careline.KindDialEnded && kind != careline.KindClinicianLeg; of && before.Final() && outcome(before) != outcome(after) {
						t.Fatalf("of %s:\n%s\n%s", kind, outcome(before), outcome(after))
					}
				}
			})
		})
	}
}

// A plain call's sets are told as if there were neither rooms nor recordings: what is
// told of recordings adds nothing to how the call went.
func TestFoldOfWhatIsRecordedTellsNothingElse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOfN(rapid.Custom(whatever), 0, 9).Draw(t, "events")
		more := slices.DeleteFunc(rapid.SliceOfN(rapid.Custom(anyOfRoom), 0, 9).Draw(t, "more"), func(e careline.CallEvent) bool {
			return e.Kind != careline.KindConsent && e.Kind != careline.KindRecordingAsked && e.Kind != careline.KindRecording && e.Kind != careline.KindRecordingKept
		})
		for i := range more {
			more[i].Appointment = "" // that is whoever's who knows it
		}
		before, after := careline.Fold(events), careline.Fold(with(events, more...))
		after.Recordings, after.Consent = nil, careline.Consent{}
		after.At, before.At = time.Time{}, time.Time{}
		if before.Recording == "" {
			after.Recording = ""
		}
		if before.Key == "" {
			after.Key = ""
		}
		if diff := cmp.Diff(before, after, same); diff != "" {
			t.Fatalf("(-before +after):\n%s", diff)
		}
	})
}
