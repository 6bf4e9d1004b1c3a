package twiliobox_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline/sandbox/media"
)

// reports are the callbacks to a path by whom they are of: "0 initiated, 1 ringing".
func reports(all []seen) map[string]string {
	of := map[string][]seen{}
	for _, s := range all {
		of[s.get("To")] = append(of[s.get("To")], s)
	}
	got := map[string]string{}
	for to, some := range of {
		got[to] = strings.Join(statuses(some), ", ")
	}
	return got
}

// Two clients and two telephones ring at once: the first to accept is joined, the
// others are told that it is over, and so is the application.
func TestParallelDialFirstToAccept(t *testing.T) {
	t.Parallel()
	number := `<Number statusCallback="/status" statusCallbackEvent="initiated ringing answered completed">`
	w := newWired(t, strings.Replace(unbridged(patient, clientNoun("dr_jones")+clientNoun("dr_smith")+clientNoun("dr_gone")+
		number+`+447700900801</Number>`+number+`+447700900486</Number>`), "<Dial", `<Dial answerOnBridge="true"`, 1))
	jones, smith := w.reachable("dr_jones"), w.reachable("dr_smith")
	caller := w.listening()
	theirs := caller.invite("TJS1", "")
	theirs.accept(caller.next("ringing").Payload.SDP)
	lost := jones.next("invite").Payload
	won := smith.next("invite").Payload
	if lost.Parameters["To"] != "client:dr_jones" || won.Parameters["To"] != "client:dr_smith" || lost.CallSID == won.CallSID {
		t.Errorf("%v %v", lost.Parameters, won.Parameters)
	}
	b := newBrowser(t)
	smith.send("answer", map[string]any{"callsid": won.CallSID, "sdp": b.answer(won.SDP)})
	if m := jones.next("cancel").Payload; m.CallSID != lost.CallSID {
		t.Errorf("cancel of %s", m.CallSID)
	}
	caller.next("answer")
	b.say(media.Tone(700))
	theirs.hears("who accepted", 700)
	jones.send("answer", map[string]any{"callsid": lost.CallSID, "sdp": newBrowser(t).answer(lost.SDP)})
	jones.next("hangup") // too late
	smith.send("hangup", map[string]any{"callsid": won.CallSID})
	caller.next("hangup")
	w.close()
	want := map[string]string{
		"client:dr_jones": "0 initiated, 1 ringing, 2 canceled",
		"client:dr_smith": "0 initiated, 1 ringing, 2 in-progress, 3 completed",
		"client:dr_gone":  "0 initiated, 1 no-answer",
		"+447700900801":   "0 initiated, 1 ringing, 2 canceled",
		"+447700900486":   "0 initiated, 1 busy",
	}
	if diff := cmp.Diff(want, reports(w.at("/status"))); diff != "" {
		t.Error(diff)
	}
	if got := w.one("/result"); got.get("DialCallStatus") != "completed" || got.get("DialCallSid") != won.CallSID || got.get("DialBridged") != "true" {
		t.Errorf("%v", got.form)
	}
}

// One after another, each for the whole time; nobody is rung before the one before is
// over.
func TestSequentialDial(t *testing.T) {
	t.Parallel()
	nouns, order := "", []string{"+447700900487", "+447700900603", member, "+447700900143"}
	for _, to := range order {
		nouns += `<Number statusCallback="/status" statusCallbackEvent="initiated ringing answered completed">` + to + `</Number>`
	}
	inWorld(t, unbridged(`timeout="5" sequential="true"`, nouns), func(w *world) {
		w.connect(nil)
		pass(2 * time.Minute)
		want := map[string]string{
			"+447700900487": "0 initiated, 1 ringing, 2 no-answer",
			"+447700900603": "0 initiated, 1 ringing, 2 busy",
			member:          "0 initiated, 1 ringing, 2 in-progress, 3 completed",
		}
		all := w.at("/status")
		if diff := cmp.Diff(want, reports(all)); diff != "" {
			t.Error(diff)
		}
		for _, s := range all {
			for _, other := range all {
				earlier := slices.Index(order, s.get("To")) < slices.Index(order, other.get("To"))
				if earlier && s.at.After(other.at) {
					t.Errorf("%s of %s comes after %s of %s", s.get("CallStatus"), s.get("To"), other.get("CallStatus"), other.get("To"))
				}
			}
		}
	})
}

// Browsers of one identity: what one of them does with a call, and what the others are
// told.
func TestBrowsersOfOneIdentity(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		do   func(p *softphone, sid string) // at the first
		told string                         // the second; nothing: it rings on
		want string                         // DialCallStatus, at the end
	}{
		{"reject", func(p *softphone, sid string) { p.send("reject", map[string]any{"callsid": sid}) }, "cancel", "busy"},
		{"ignore sends nothing", func(*softphone, string) {}, "", "completed"},
		{"its connection is lost", func(p *softphone, _ string) { _ = p.conn.CloseNow() }, "", "completed"},
		{"it unregisters", func(p *softphone, _ string) {
			p.send("register", map[string]any{"media": map[string]any{"audio": false}})
			p.next("offline")
		}, "", "completed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWired(t, toClient)
			one, two := w.reachable("dr_jones"), w.reachable("dr_jones")
			w.connect(nil)
			first, second := one.next("invite").Payload, two.next("invite").Payload
			tt.do(one, first.CallSID)
			if tt.told != "" {
				two.next(tt.told)
			} else {
				two.still(granted(t, "dr_jones", time.Hour, mayBoth))
				two.send("answer", map[string]any{"callsid": second.CallSID, "sdp": newBrowser(t).answer(second.SDP)})
				eventually(t, "answer", func() bool { return len(w.at("/status")) == 3 })
				two.send("hangup", map[string]any{"callsid": second.CallSID})
			}
			eventually(t, "result", func() bool { return len(w.at("/result")) == 1 })
			if got := w.one("/result").get("DialCallStatus"); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}
