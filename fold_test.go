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

const (
	parent = "CA00000000000000000000000000000001"
	child  = "CA00000000000000000000000000000002"
)

var noon = time.Date(2025, 11, 24, 12, 0, 0, 0, time.UTC)

var same = cmp.Options{cmp.Comparer(func(a, b careline.CallNote) bool { return a == b }), cmp.AllowUnexported(careline.Seconds{})}

func requested() careline.CallEvent {
	return careline.CallEvent{ID: parent + "/request", Call: parent, Leg: parent, Kind: careline.KindRequested, Appointment: "a1",
		Request: careline.Request{Clinician: "dr-1", Sender: "Practitioner/dr-1", Patient: "Patient/p1", Recipient: "Patient/p1"}}
}

func refused() careline.CallEvent {
	e := requested()
	e.Kind, e.Request.Refusal = careline.KindRefused, careline.RefusedRate
	return e
}

// progress is the carrier's n-th report on the member's leg, at noon + at.
func progress(n int, word string, at time.Duration) careline.CallEvent {
	status := careline.Status(word)
	if word == "answered" {
		status = careline.StatusInProgress
	}
	if word == "transferring" {
		status = careline.StatusUnknown
	}
	return careline.CallEvent{ID: fmt.Sprintf("%s/%d/%s", child, n, word), Call: parent, Leg: child, Kind: careline.KindProgress, Order: n,
		At: noon.Add(at), Status: status, Word: word, Direction: "outbound-dial", Appointment: "a1"}
}

func lasting(e careline.CallEvent, seconds int) careline.CallEvent {
	e.Seconds = careline.SecondsOf(seconds)
	return e
}

func dialEnded(word string, seconds int) careline.CallEvent {
	return careline.CallEvent{ID: parent + "/dial", Call: parent, Leg: parent, MemberLeg: child, Kind: careline.KindDialEnded,
		Status: careline.Status(word), Word: word, Seconds: careline.SecondsOf(seconds)}
}

func machine(who string) careline.CallEvent {
	return careline.CallEvent{ID: child + "/amd", Call: parent, Leg: child, Kind: careline.KindMachineDetection, AnsweredBy: who}
}

func clinicianLeg(word string) careline.CallEvent {
	return careline.CallEvent{ID: parent + "/0/" + word + "/parent", Call: parent, Leg: parent, Kind: careline.KindClinicianLeg,
		Status: careline.Status(word), Word: word, Direction: "inbound", At: noon.Add(time.Hour)}
}

// answered is a whole call of 180 s that somebody answered after 10 s.
func answered() []careline.CallEvent {
	return []careline.CallEvent{requested(), progress(0, "initiated", 0), progress(1, "ringing", 2*time.Second),
		progress(2, "in-progress", 10*time.Second), lasting(progress(3, "completed", 190*time.Second), 180),
		dialEnded("completed", 181), machine("human"), clinicianLeg("completed")}
}

func TestFoldTellsACall(t *testing.T) {
	t.Parallel()
	want := careline.Call{Key: parent, ClinicianLeg: parent, MemberLeg: child, Status: careline.StatusCompleted, Word: "completed",
		Direction: "outbound-dial", Clinician: "dr-1", Sender: "Practitioner/dr-1", Patient: "Patient/p1", Recipient: "Patient/p1",
		Appointment: "a1", Sent: noon, Received: noon.Add(10 * time.Second), Ended: noon.Add(190 * time.Second), At: noon.Add(190 * time.Second),
		Seconds: careline.SecondsOf(180), AnsweredBy: "human", ClinicianLeft: true, Legs: []careline.Leg{
			{
				ID:        parent,
				Role:      careline.RoleClinician,
				Status:    careline.StatusCompleted,
				Word:      "completed",
				Direction: "inbound",
				Sent:      noon.Add(time.Hour),
				Ended:     noon.Add(time.Hour),
			},
			{
				ID:         child,
				Role:       careline.RoleMember,
				Status:     careline.StatusCompleted,
				Word:       "completed",
				Direction:  "outbound-dial",
				Sent:       noon,
				Received:   noon.Add(10 * time.Second),
				Ended:      noon.Add(190 * time.Second),
				Seconds:    careline.SecondsOf(180),
				AnsweredBy: "human",
			},
		}}
	if diff := cmp.Diff(want, careline.Fold(answered()), same); diff != "" {
		t.Errorf("a whole call (-want +got):\n%s", diff)
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	type told struct {
		status     careline.Status
		word       string
		received   bool
		seconds    string
		answeredBy string
		live       bool
	}
	tests := map[string]struct {
		events []careline.CallEvent
		want   told
	}{
		"nothing":                          {nil, told{live: true, seconds: "unknown"}},
		"only asked for":                   {[]careline.CallEvent{requested()}, told{status: "requested", live: true, seconds: "unknown"}},
		"refused":                          {[]careline.CallEvent{refused()}, told{status: "refused", seconds: "unknown"}},
		"refused stays refused":            {[]careline.CallEvent{refused(), progress(0, "ringing", 0)}, told{status: "refused", seconds: "unknown"}},
		"ringing":                          {[]careline.CallEvent{requested(), progress(0, "initiated", 0), progress(1, "ringing", 1)}, told{status: "ringing", word: "ringing", live: true, seconds: "unknown"}},
		"answered, in the carrier's word":  {[]careline.CallEvent{requested(), progress(0, "answered", 0)}, told{status: "in-progress", word: "answered", received: true, live: true, seconds: "unknown"}},
		"busy":                             {[]careline.CallEvent{requested(), progress(0, "initiated", 0), lasting(progress(1, "busy", 1), 0)}, told{status: "busy", word: "busy", seconds: "0"}},
		"a late ringing reopens nothing":   {[]careline.CallEvent{requested(), lasting(progress(2, "no-answer", 0), 0), progress(1, "ringing", time.Hour)}, told{status: "no-answer", word: "no-answer", seconds: "0"}},
		"the first of two outcomes stands": {[]careline.CallEvent{progress(3, "failed", time.Hour), progress(2, "completed", time.Minute)}, told{status: "completed", word: "completed", seconds: "unknown"}},
		"received though it came late":     {[]careline.CallEvent{progress(3, "completed", time.Hour), progress(2, "in-progress", time.Minute)}, told{status: "completed", word: "completed", received: true, seconds: "unknown"}},
		"every report lost but the dial's": {[]careline.CallEvent{requested(), dialEnded("no-answer", -1)}, told{status: "no-answer", word: "no-answer", seconds: "unknown"}},
		"the leg knows better than dial":   {[]careline.CallEvent{dialEnded("completed", 3), progress(1, "busy", 0)}, told{status: "busy", word: "busy", seconds: "3"}},
		"a length only the dial knew":      {[]careline.CallEvent{dialEnded("completed", 7), progress(1, "completed", 0)}, told{status: "completed", word: "completed", seconds: "7"}},
		"the clinician left while it rang": {[]careline.CallEvent{requested(), progress(1, "ringing", 0), clinicianLeg("completed")},
			told{status: "canceled", word: "ringing", seconds: "unknown"}},
		"the clinician left before it rang": {[]careline.CallEvent{requested(), clinicianLeg("completed")}, told{status: "canceled", seconds: "unknown"}},
		"the clinician left the conversation": {[]careline.CallEvent{requested(), progress(2, "in-progress", 0), clinicianLeg("completed")},
			told{status: "completed", word: "in-progress", received: true, seconds: "unknown"}},
		"the member's outcome outranks that": {[]careline.CallEvent{requested(), clinicianLeg("completed"), progress(1, "busy", 0)},
			told{status: "busy", word: "busy", seconds: "unknown"}},
		"an unknown word is kept":       {[]careline.CallEvent{requested(), progress(0, "transferring", 0)}, told{word: "transferring", live: true, seconds: "unknown"}},
		"an unknown word moves nothing": {[]careline.CallEvent{progress(1, "ringing", 1), progress(0, "transferring", 2)}, told{status: "ringing", word: "ringing", live: true, seconds: "unknown"}},
		"detection after the end":       {[]careline.CallEvent{progress(1, "completed", 0), machine("machine_start")}, told{status: "completed", word: "completed", seconds: "unknown", answeredBy: "machine_start"}},
		"somebody knows better than unknown": {[]careline.CallEvent{machine("unknown"), machine("human")},
			told{live: true, seconds: "unknown", answeredBy: "human"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := careline.Fold(test.events)
			got := told{c.Status, c.Word, !c.Received.IsZero(), "unknown", c.AnsweredBy, c.Live()}
			if n, known := c.Seconds.Value(); known {
				got.seconds = fmt.Sprint(n)
			}
			if got != test.want {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

// lookedUp is an event of the carrier's own record of the member's leg.
func lookedUp(word string, at time.Duration) careline.CallEvent {
	e := progress(0, word, at)
	e.ID, e.Appointment, e.LookedUp = careline.ReconciledID(child, e.Status), "", true
	return e
}

// record is the whole of that record; each of its times is a second early.
func record() []careline.CallEvent {
	return []careline.CallEvent{lookedUp("initiated", -time.Second), lookedUp("in-progress", 9*time.Second), lasting(lookedUp("completed", 189*time.Second), 179)}
}

func TestFoldOfWhatWasLookedUp(t *testing.T) {
	t.Parallel()
	second := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Second) }
	clinicianLeft := clinicianLeg("completed")
	clinicianLeft.ID, clinicianLeft.LookedUp = careline.ReconciledID(parent, careline.StatusCompleted), true
	tests := map[string]struct {
		reported              []careline.CallEvent
		record                []careline.CallEvent
		status                careline.Status
		word                  string
		sent, received, ended time.Time
		seconds               int // -1: not known
	}{
		"every report was lost":                 {[]careline.CallEvent{requested()}, record(), "completed", "completed", second(-1), second(9), second(189), 179},
		"every report came after all":           {answered(), record(), "completed", "completed", second(0), second(10), second(190), 180},
		"only the end was lost":                 {answered()[:4], record(), "completed", "completed", second(0), second(10), second(189), 179},
		"only the beginning came":               {answered()[:2], record(), "completed", "completed", second(0), second(9), second(189), 179},
		"only that it waits to be dialled came": {[]careline.CallEvent{progress(0, "queued", 0)}, record(), "completed", "completed", second(0), second(9), second(189), 179},
		"only the answer came":                  {answered()[3:4], record(), "completed", "completed", second(-1), second(10), second(189), 179},
		"only the end came, and late":           {answered()[4:5], record(), "completed", "completed", second(-1), second(9), second(190), 180},
		"only the dial's outcome came":          {[]careline.CallEvent{requested(), dialEnded("completed", 181)}, record(), "completed", "completed", second(-1), second(9), second(189), 179},
		"nothing is answered before it is dialled": {answered()[:2], []careline.CallEvent{lookedUp("in-progress", -time.Second), lasting(lookedUp("completed", time.Second), 2)},
			"completed", "completed", second(0), second(0), second(1), 2},
		"the line was busy":  {[]careline.CallEvent{requested()}, []careline.CallEvent{lookedUp("initiated", time.Second), lasting(lookedUp("busy", 3*time.Second), 0)}, "busy", "busy", second(1), time.Time{}, second(3), 0},
		"nobody was dialled": {[]careline.CallEvent{requested()}, []careline.CallEvent{clinicianLeft}, "canceled", "", time.Time{}, time.Time{}, noon.Add(time.Hour), -1},
		"the answer is all that came, of a leg that Twilio has forgotten": {answered()[:4], []careline.CallEvent{clinicianLeft}, "completed", "in-progress", second(0), second(10), noon.Add(time.Hour), -1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events := slices.Concat(test.reported, test.record)
			got := careline.Fold(events)
			if got.Status != test.status || got.Word != test.word || got.Seconds != careline.SecondsOf(test.seconds) || !got.Reconciled {
				t.Errorf("%s, %q, %v, reconciled is %v", got.Status, got.Word, got.Seconds, got.Reconciled)
			}
			times, want := []time.Time{got.Sent, got.Received, got.Ended}, []time.Time{test.sent, test.received, test.ended}
			if diff := cmp.Diff(want, times); diff != "" {
				t.Errorf("sent, received, ended (-want +got):\n%s", diff)
			}
			if careline.Fold(test.reported).Reconciled {
				t.Error("nothing was looked up, and it says so")
			}
			dice := rand.New(rand.NewPCG(1, 2))
			for range 500 {
				dice.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
				if again := careline.Fold(events); !cmp.Equal(again, got, same) {
					t.Fatalf("in another order (-want +got):\n%s", cmp.Diff(got, again, same))
				}
			}
		})
	}
}

// Every order of a call's eight reports gives the same call: all 40,320 of them.
func TestFoldIgnoresOrder(t *testing.T) {
	t.Parallel()
	events := answered()
	want := careline.Fold(events)
	orders := 0
	permute(events, 0, func(order []careline.CallEvent) {
		orders++
		if got := careline.Fold(order); !cmp.Equal(got, want, same) {
			t.Fatalf("order %v (-want +got):\n%s", order, cmp.Diff(want, got, same))
		}
	})
	if orders != 40320 {
		t.Errorf("tried %d orders, want 8! = 40320", orders)
	}
}

func permute(events []careline.CallEvent, from int, visit func([]careline.CallEvent)) {
	if from == len(events) {
		visit(events)
		return
	}
	for i := from; i < len(events); i++ {
		events[from], events[i] = events[i], events[from]
		permute(events, from+1, visit)
		events[from], events[i] = events[i], events[from]
	}
}

// anyEvent draws reports that contradict each other as much as they can.
func anyEvent(t *rapid.T) careline.CallEvent {
	words := []string{"queued", "initiated", "ringing", "answered", "in-progress", "completed", "busy", "failed", "no-answer", "canceled", "transferring"}
	n := rapid.IntRange(0, 4).Draw(t, "order")
	at := time.Duration(rapid.IntRange(0, 5).Draw(t, "at")) * time.Second
	word := rapid.SampledFrom(words).Draw(t, "word")
	var e careline.CallEvent
	switch rapid.IntRange(0, 6).Draw(t, "kind") {
	case 0:
		e = requested()
		e.Request.Clinician = rapid.SampledFrom([]string{"dr-1", "dr-2"}).Draw(t, "clinician")
	case 1:
		e = dialEnded(word, n)
	case 2:
		e = machine(rapid.SampledFrom([]string{"human", "unknown", "machine_start"}).Draw(t, "who"))
	case 3:
		e = clinicianLeg(word)
	case 4:
		e = noted(rapid.SampledFrom([]careline.ClinicianOutcome{careline.CameToMessage, careline.CameToOther, ""}).Draw(t, "came to"), rapid.SampledFrom([]string{"", "A", "B"}).Draw(t, "text"), at)
	default:
		e = lasting(progress(n, word, at), rapid.IntRange(-1, 3).Draw(t, "seconds"))
	}
	if rapid.IntRange(0, 3).Draw(t, "looked up") == 0 && (e.Kind == careline.KindProgress || e.Kind == careline.KindClinicianLeg) {
		e.ID, e.LookedUp = careline.ReconciledID(e.Leg, e.Status), true
	}
	if rapid.IntRange(0, 9).Draw(t, "timeless") == 0 {
		e.At = time.Time{}
	}
	e.Recording = rapid.SampledFrom([]string{"", "", "RE1", "RE2"}).Draw(t, "recording")
	e.EndedBy = rapid.SampledFrom([]careline.Side{"", "", careline.SideClinician, careline.SideMember}).Draw(t, "ended by")
	e.Failure.SIP = rapid.SampledFrom([]int{0, 0, 404, 603}).Draw(t, "sip")
	e.Kept = noon.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "kept")) * time.Second)
	if e.Kind == careline.KindProgress && rapid.IntRange(0, 3).Draw(t, "under the key") == 0 {
		e.Leg, e.Direction = parent, rapid.SampledFrom([]string{"", "inbound", "outbound-api"}).Draw(t, "direction")
	}
	return e
}

func TestFoldProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOfN(rapid.Custom(anyEvent), 0, 12).Draw(t, "events")
		want := careline.Fold(events)
		shuffled := slices.Concat(events, events) // every report twice
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if got := careline.Fold(shuffled); !cmp.Equal(got, want, same) {
			t.Fatalf("shuffled and doubled (-want +got):\n%s", cmp.Diff(want, got, same))
		}
		// A clinician who leaves a room is told of as one before the leaving is (here a
		// dial result is all that tells so): what was inferred from the leaving alone
		// is no outcome, and a room is the one thing that takes it back.
		final := false
		slices.SortStableFunc(shuffled, func(a, b careline.CallEvent) int { return leavesRoom(b) - leavesRoom(a) })
		for i := range shuffled {
			now := careline.Fold(shuffled[:i+1]).Final()
			if final && !now {
				t.Fatalf("event %d reopened the call: %+v", i, shuffled[i])
			}
			final = now
		}
		if !want.Received.IsZero() && want.Received.Before(want.Sent) {
			t.Fatalf("received %v before sent %v", want.Received, want.Sent)
		}
	})
}

// leavesRoom is 1 for a dial result that says that the clinician was in a room.
func leavesRoom(e careline.CallEvent) int {
	if e.Kind == careline.KindDialEnded && e.Status == careline.StatusInProgress {
		return 1
	}
	return 0
}

// FuzzFold reads reports from bytes, four each, and asks of any of them what
// the property test asks: it finds a comparison that forgets a field.
func FuzzFold(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 4, 3, 2, 1, 4, 1, 9, 200}, uint64(1))
	f.Add([]byte{4, 5, 1, 0, 4, 5, 1, 9, 1, 6, 0, 0, 2, 0, 1, 0}, uint64(7))
	f.Fuzz(func(t *testing.T, data []byte, seed uint64) {
		var events []careline.CallEvent
		for ; len(data) >= 4 && len(events) < 16; data = data[4:] {
			events = append(events, eventOf([4]byte(data)))
		}
		want := careline.Fold(events)
		shuffled := slices.Concat(events, events)
		random := rand.New(rand.NewPCG(seed, 0))
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if got := careline.Fold(shuffled); !cmp.Equal(got, want, same) {
			t.Fatalf("(-want +got):\n%s", cmp.Diff(want, got, same))
		}
	})
}

func eventOf(b [4]byte) careline.CallEvent {
	words := []string{"queued", "initiated", "ringing", "answered", "in-progress", "completed", "busy", "failed", "no-answer", "canceled", "transferring"}
	word := words[int(b[1])%len(words)]
	var e careline.CallEvent
	switch b[0] % 7 {
	case 0:
		e = requested()
		e.Request.Sender = careline.Reference(fmt.Sprint("Practitioner/", b[1]%3))
	case 1:
		e = dialEnded(word, int(b[2])-1)
	case 2:
		e = machine([]string{"human", "unknown", "fax"}[b[1]%3])
	case 3:
		e = clinicianLeg(word)
	case 6:
		e = noted(careline.ClinicianOutcome(word), fmt.Sprint(b[2]%3), time.Duration(b[3]%8)*time.Second)
	default:
		e = lasting(progress(int(b[2]%4), word, time.Duration(b[3]%8)*time.Second), int(b[3]>>4)-1)
	}
	if b[3]&8 != 0 {
		e.At = time.Time{}
	}
	if b[2]&16 != 0 {
		e.ID, e.Recording, e.Appointment = fmt.Sprint(b[3]), fmt.Sprint("RE", b[3]), fmt.Sprint("a", b[1])
	}
	return e
}
