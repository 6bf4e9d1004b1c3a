package careline_test

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"perci.health/careline"
)

// bodied is an event with everything that a body holds drawn at random.
func bodied(t *rapid.T) careline.CallEvent {
	text := func(what string) string {
		return rapid.OneOf(rapid.Just(""), rapid.SampledFrom([]string{"CA1", "Zoë", "a \"b\" \\ <c>\n\x00", "\u2028"}), rapid.String()).Draw(t, what)
	}
	number := func(what string) int { return rapid.IntRange(0, 100_000).Draw(t, what) }
	phone := func(what string) careline.Phone {
		p, err := careline.StoredPhone(rapid.SampledFrom([]string{"", "+447700900123", "+442079460123"}).Draw(t, what))
		if err != nil {
			return careline.Phone{}
		}
		return p
	}

	e := careline.CallEvent{
		Call:        text("call"),
		Leg:         text("leg"),
		Role:        careline.Role(text("role")),
		Kind:        careline.Kind(text("kind")),
		Order:       number("order"),
		Status:      careline.Status(text("status")),
		Word:        text("word"),
		Direction:   text("direction"),
		MemberLeg:   text("member's leg"),
		Appointment: text("appointment"),
		Seconds:     careline.SecondsOf(rapid.IntRange(-1, 9999).Draw(t, "seconds")),
		AnsweredBy:  text("answered by"),
		Recording:   text("recording"),
		EndedBy:     careline.Side(text("ended by")),
		Failure:     careline.Failure{Code: number("code"), SIP: number("sip")},
		LookedUp:    rapid.Bool().Draw(t, "looked up"),
		Trace:       text("trace"),
		Note:        careline.CallNote{Outcome: careline.ClinicianOutcome(text("outcome")), Text: text("note"), By: text("by")},
		Request: careline.Request{
			Clinician: text("clinician"),
			Sender:    careline.Reference(text("sender")),
			Patient:   careline.Reference(text("patient")),
			Recipient: careline.Reference(text("recipient")),
			To:        phone("to"),
			CallerID:  phone("caller id"),
			Refusal:   careline.Refusal(text("refusal")),
			Names:     careline.Names{Sender: text("sender's name"), Relation: text("relation")},
			Household: rapid.Bool().Draw(t, "household"),
			Limit:     number("limit"),
		},
		Consent: careline.Consent{Decision: careline.Decision(text("decision")), By: text("who decided"), Text: text("what was announced")},
		Room: careline.RoomSaid{
			Conference: text("conference"),
			Act:        careline.RoomAct(text("act")),
			Label:      text("label"),
			Ref:        careline.Reference(text("ref")),
			Entry:      text("entry"),
			Name:       text("name"),
			To:         phone("dialled"),
			Identity:   text("identity"),
			By:         text("asked by"),
			Answers:    text("answers"),
			Failed:     text("failed"),
			LegLives:   rapid.Bool().Draw(t, "leg lives"),
			Reason:     text("reason"),
		},
		Sound: careline.RecordingSaid{
			Act:      careline.RecordingAct(text("recording act")),
			State:    careline.RecordingState(text("state")),
			Channels: number("channels"),
			By:       text("recorded by"),
			Answers:  text("recording answers"),
			Failed:   text("recording failed"),
			Media:    text("media"),
			Why:      text("why"),
			Whole:    rapid.Bool().Draw(t, "whole"),
		},
	}
	if rapid.Bool().Draw(t, "begun") {
		e.Sound.Started = time.UnixMicro(rapid.Int64Range(-1e15, 4e15).Draw(t, "started")).UTC()
	}
	if rapid.Bool().Draw(t, "timed") {
		e.At = time.UnixMicro(rapid.Int64Range(-1e15, 4e15).Draw(t, "at")).UTC()
	}
	if report := rapid.SliceOf(rapid.Byte()).Draw(t, "report"); len(report) > 0 {
		e.Report = report
	}
	return e
}

func sameEvent(got, want careline.CallEvent) string {
	return cmp.Diff(want, got, cmp.Comparer(func(a, b careline.Phone) bool { return a.E164() == b.E164() }),
		cmp.Comparer(func(a, b careline.Seconds) bool { return a == b }),
		cmp.Comparer(func(a, b careline.CallNote) bool { return a == b }))
}

func TestEventBodyComesBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := bodied(t)
		body := e.Body()
		got, err := careline.EventOf(body)
		if err != nil {
			t.Fatal(err)
		}
		if diff := sameEvent(got, e); diff != "" {
			t.Errorf("read back (-want +got):\n%s", diff)
		}
		if !bytes.Equal(got.Body(), body) {
			t.Errorf("written again it is\n%s\nfirst it was\n%s", got.Body(), body)
		}
	})
}

// Columns of the log, and what it leaves out, are no part of a body.
func TestEventBodyHoldsWhatWasSaid(t *testing.T) {
	t.Parallel()
	e := careline.CallEvent{
		Seq:     7,
		ID:      "an id",
		Call:    "CA1",
		Kind:    careline.KindProgress,
		Kept:    time.Unix(1_764_000_000, 0),
		Seconds: careline.SecondsOf(0),
		EndedBy: careline.SideMember,
		Failure: careline.Failure{SIP: 486},
		Report:  []byte("{}\n{}"),
	}
	const want = `{"call":"CA1","kind":"progress","seconds":0,"endedBy":"member","failure":{"sip":486}}` + "\n{}\n{}"
	if got := string(e.Body()); got != want {
		t.Errorf("the body is\n%s\nwant\n%s", got, want)
	}

	if got := string(careline.CallEvent{}.Body()); got != "{}\n" {
		t.Errorf("the body of nothing is %q", got)
	}
	newer := strings.Replace(want, `"call"`, `"conference":{"sid":"CF1"},"call"`, 1)
	got, err := careline.EventOf([]byte(newer))
	if err != nil || got.Call != "CA1" || string(got.Report) != "{}\n{}" {
		t.Errorf("of a newer release: %+v (error: %v)", got, err)
	}
	for _, bad := range []string{"", "{", `{"to":"07700"}`, "null x"} {
		if _, err := careline.EventOf([]byte(bad)); err == nil {
			t.Errorf("%q is an event", bad)
		}
	}
}

// A database that reads bodies (Postgres, for the release before) takes valid UTF-8 alone.
func TestEventBodyOfAnyText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`"`, `\`, `""`, `\\`, " ", "\x1f", "\x7f", "\xff", "Zo\xc3", "Zoë", "\u2028"} {
		body := careline.CallEvent{Word: text}.Body()
		got, err := careline.EventOf(body)
		if want := strings.ToValidUTF8(text, "\ufffd"); err != nil || got.Word != want || !utf8.Valid(body) {
			t.Errorf("of %q: %q, the body is %q (error: %v)", text, got.Word, body, err)
		}
	}
}

// What is zero is left out, of a request too.
func TestEventBodyOfARequestWithoutNames(t *testing.T) {
	t.Parallel()
	e := careline.CallEvent{Request: careline.Request{Clinician: "dr-1"}}
	if got := string(e.Body()); got != `{"clinician":"dr-1"}`+"\n" {
		t.Errorf("the body is %q", got)
	}
}

func FuzzEventOf(f *testing.F) {
	f.Add([]byte(`{"call":"CA1","at":1,"to":"+447700900123","names":{"sender":"Zoë"}}` + "\n{}"))
	f.Add([]byte(`{"word":"\u0000\ud800"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := careline.EventOf(body)
		if err != nil {
			return
		}
		again, err := careline.EventOf(e.Body())
		if err != nil {
			t.Fatal(err)
		}
		if diff := sameEvent(again, e); diff != "" {
			t.Errorf("read back (-want +got):\n%s", diff)
		}
	})
}

func BenchmarkEventBody(b *testing.B) {
	e := careline.CallEvent{
		Call:        "CA00000000000000000000000000000001",
		Leg:         "CA00000000000000000000000000000002",
		Kind:        careline.KindProgress,
		At:          time.Unix(1_764_000_000, 0),
		Order:       2,
		Status:      careline.StatusRinging,
		Word:        "ringing",
		Direction:   "outbound-dial",
		Appointment: "appointment-1",
		Report:      bytes.Repeat([]byte("x"), 600),
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = e.Body()
	}
}
