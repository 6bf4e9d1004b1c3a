package careline_test

import (
	"fmt"
	"hash/fnv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"perci.health/careline"
)

// whatever draws an event of a kind that the releases before legs kept, with as much
// in it as a report can say, whether or not that goes together. Like a real one it
// has an id of what it says.
func whatever(t *rapid.T) careline.CallEvent {
	text := func(name string, among ...string) string { return rapid.SampledFrom(among).Draw(t, name) }
	at := func(name string) time.Time {
		n := rapid.IntRange(-1, 4).Draw(t, name)
		if n < 0 {
			return time.Time{}
		}
		return noon.Add(time.Duration(n) * time.Second)
	}
	word := text("word", "", "queued", "initiated", "ringing", "answered", "in-progress", "completed", "busy", "failed", "no-answer", "canceled", "transferring")
	e := progress(rapid.IntRange(0, 3).Draw(t, "order"), word, 0)

	e.Kind = careline.Kind(text("kind", "requested", "refused", "progress", "progress", "progress", "dial-ended", "dial-ended", "clinician-leg", "machine-detection", "member-called"))
	e.Leg = text("leg", child, child, child, parent)
	e.MemberLeg = text("member's leg", child, child, parent, "")
	e.At, e.Kept = at("at"), at("kept")
	e.Direction = text("direction", "", "inbound", "outbound-dial", "outbound-api")
	e.Appointment = text("appointment", "", "a1", "a2")
	e.Seconds = careline.SecondsOf(rapid.IntRange(-1, 61).Draw(t, "seconds"))
	e.AnsweredBy = text("answered by", "", "", "human", "unknown", "machine_start", "fax")
	e.Recording = text("recording", "", "", "RE1", "RE2")
	e.EndedBy = careline.Side(text("ended by", "", "clinician", "member"))
	e.Failure = careline.Failure{
		Code: rapid.SampledFrom([]int{0, 0, 13227}).Draw(t, "code"),
		SIP:  rapid.SampledFrom([]int{0, 0, 404, 603}).Draw(t, "sip"),
	}

	switch e.Kind {
	case careline.KindRequested, careline.KindRefused:
		e.Leg = parent
		e.Request = careline.Request{
			Clinician: text("clinician", "dr-1", "dr-2", ""),
			Patient:   careline.Reference(text("patient", "Patient/p1", "")),
			Limit:     rapid.SampledFrom([]int{0, 60}).Draw(t, "limit"),
			Household: rapid.Bool().Draw(t, "household"),
			Names:     careline.Names{Patient: text("name", "", "Ellis")},
		}
		e.Request.To, _ = careline.DialledPhone(text("to", "", "+447700900142", "+447700900143"), "GB")
	case careline.KindDialEnded, careline.KindClinicianLeg, careline.KindMemberCalled:
		e.Leg = parent
	}
	if e.Kind == careline.KindRefused {
		e.Request.Refusal = careline.RefusedRate
	}
	if e.Kind != careline.KindDialEnded {
		e.MemberLeg = ""
	}
	e.LookedUp = rapid.IntRange(0, 3).Draw(t, "looked up") == 0

	sum := fnv.New64a()
	fmt.Fprintf(sum, "%+v %s %s", e, e.Request.To.E164(), e.Kept)
	e.ID = fmt.Sprintf("%x", sum.Sum64())
	return e
}

// changed names what a call with these events is told differently by on purpose
// since calls have legs; empty when nothing is. What is told of more than one of
// the member's legs is not here: no call of those releases had several.
func changed(events []careline.CallEvent) string {
	for _, e := range events {
		if e.Kind == careline.KindDialEnded && e.Status == careline.StatusInProgress {
			return "a Dial that was answered (Twilio says so of conferences): the clinician's leaving does not end the call"
		}
	}
	return ""
}

// Whatever the releases before legs kept of a call tells the same call.
func TestFoldOfOneMembersLegIsAsBefore(t *testing.T) {
	t.Parallel()
	seen := map[careline.Status]int{}
	rapid.Check(t, func(t *rapid.T) {
		call := rapid.SliceOfN(rapid.Custom(whatever), 0, 9)
		for _, events := range rapid.SliceOfN(call, 20, 20).Draw(t, "calls") {
			if changed(events) != "" {
				continue
			}
			got, want := careline.Fold(events), careline.FoldBefore(events)
			if diff := cmp.Diff(want, got, same, cmpopts.IgnoreFields(careline.Call{}, "Legs")); diff != "" {
				t.Fatalf("(-before +now):\n%s\nof %+v", diff, events)
			}
			if want.Recordable() != got.Recordable() || want.Live() != got.Live() || careline.SummaryBefore(want) != got.Summary() {
				t.Fatalf("recordable %v, live %v, %s", got.Recordable(), got.Live(), got.Summary())
			}
			seen[got.Status]++
		}
	})
	for _, s := range []careline.Status{careline.StatusRefused, careline.StatusRequested, careline.StatusRinging, careline.StatusInProgress, careline.StatusCompleted, careline.StatusBusy, careline.StatusCanceled} {
		if seen[s] == 0 {
			t.Errorf("no call that is %s was drawn: %v", s, seen)
		}
	}
}
