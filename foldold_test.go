package careline_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
)

// oldEvent is an event as the first releases kept it.
type oldEvent struct {
	ID, Call, Leg, MemberLeg, Word, Direction, Appointment, AnsweredBy, Recording string
	Kind                                                                          careline.Kind
	Status                                                                        careline.Status
	At, Kept                                                                      time.Time
	Order                                                                         int
	Seconds                                                                       *int
	Clinician                                                                     string
	Sender, Patient, Recipient                                                    careline.Reference
	Refusal                                                                       careline.Refusal
}

func (o oldEvent) event() careline.CallEvent {
	e := careline.CallEvent{ID: o.ID, Call: o.Call, Leg: o.Leg, MemberLeg: o.MemberLeg, Word: o.Word, Direction: o.Direction, Appointment: o.Appointment,
		AnsweredBy: o.AnsweredBy, Recording: o.Recording, Kind: o.Kind, Status: o.Status, At: o.At, Kept: o.Kept, Order: o.Order,
		Request: careline.Request{Clinician: o.Clinician, Sender: o.Sender, Patient: o.Patient, Recipient: o.Recipient, Refusal: o.Refusal}}
	e.LookedUp = strings.HasSuffix(e.ID, "/reconciled") // as the migration of the log says of them
	if o.Seconds != nil {
		e.Seconds = careline.SecondsOf(*o.Seconds)
	}
	return e
}

// oldTelling is a call in the fields that the first releases knew.
func oldTelling(c careline.Call) string {
	at := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.UTC().Format(time.RFC3339Nano)
	}
	seconds := "-"
	if n, known := c.Seconds.Value(); known {
		seconds = fmt.Sprint(n)
	}
	return strings.Join([]string{
		"key " + c.Key, "clinician's leg " + c.ClinicianLeg, "member's leg " + c.MemberLeg, "status " + string(c.Status), "word " + c.Word,
		"direction " + c.Direction, "clinician " + c.Clinician, "people " + string(c.Sender+" "+c.Patient+" "+c.Recipient), "appointment " + c.Appointment,
		"refusal " + string(c.Refusal), "sent " + at(c.Sent), "received " + at(c.Received), "ended " + at(c.Ended), "seconds " + seconds,
		"answered by " + c.AnsweredBy, "recording " + c.Recording,
		fmt.Sprint("clinician left ", c.ClinicianLeft, ", reconciled ", c.Reconciled, ", recordable ", c.Recordable()),
	}, "\n") + "\n"
}

// The logs of the first releases tell the same calls. Each paragraph of the file is
// the name of a log, its events, and the call as release 1 told it; "now" begins a
// line that this release tells otherwise, on purpose.
func TestOldLogsTellTheSameCalls(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/oldlogs.txt")
	if err != nil {
		t.Fatal(err)
	}
	logs := strings.Split(strings.TrimSpace(string(text)), "\n\n")
	if len(logs) < 12 {
		t.Fatalf("%d logs", len(logs))
	}
	for _, log := range logs {
		name, rest, _ := strings.Cut(log, "\n")
		var events []careline.CallEvent
		var want string
		for line := range strings.Lines(rest + "\n") {
			now, changed := strings.CutPrefix(line, "now ")
			switch {
			case strings.HasPrefix(line, "{"):
				var o oldEvent
				if err := json.Unmarshal([]byte(line), &o); err != nil {
					t.Fatal(err)
				}
				events = append(events, o.event())
			case changed:
				before := strings.LastIndex(strings.TrimSuffix(want, "\n"), "\n") + 1
				want = want[:before] + now
			default:
				want += line
			}
		}
		if diff := cmp.Diff(want, oldTelling(foldedAnyhow(t, events...))); diff != "" {
			t.Errorf("%s (-release 1 +now):\n%s", name, diff)
		}
	}
}
