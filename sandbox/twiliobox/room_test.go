package twiliobox_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// roomOf is TwiML that leads into a room whose reports go to /room.
func roomOf(attrs string) string {
	return `<Response><Dial action="/left" timeLimit="600"><Conference statusCallback="/room?call=1" ` +
		`statusCallbackEvent="start end join leave mute hold modify announcement" ` + attrs + `>ward</Conference></Dial></Response>`
}

// inRoom runs a test with the sids of a room's people, each come by a call of their
// own; the attributes are those of each one's Conference noun.
func inRoom(t *testing.T, attrs []string, test func(w *world, sids []string)) {
	t.Helper()
	inWorld(t, "", func(w *world) {
		w.pages["/left"] = xmlPage(`<Response><Say>You have left</Say></Response>`)
		test(w, w.enter(attrs...))
	})
}

// enter has people come into the room one by one.
func (w *world) enter(attrs ...string) (sids []string) {
	w.t.Helper()
	for _, a := range attrs {
		w.publish("/voice", roomOf(a))
		sids = append(sids, w.connect(nil))
		pass(time.Second)
	}
	return sids
}

// reports are what /room was told: "1 participant-join a", by SequenceNumber.
func (w *world) reports() (got []string) {
	w.t.Helper()
	all := w.at("/room")
	slices.SortStableFunc(all, func(a, b seen) int { return len(a.get("SequenceNumber")) - len(b.get("SequenceNumber")) })
	for _, s := range all {
		if !s.signed || !strings.HasPrefix(s.get("ConferenceSid"), "CF") || s.get("FriendlyName") != "ward" || s.get("AccountSid") != account || s.get("Timestamp") == "" || s.get("call") != "1" {
			w.t.Errorf("report %+v", s)
		}
		got = append(got, strings.TrimSpace(s.get("SequenceNumber")+" "+s.get("StatusCallbackEvent")+" "+s.get("ParticipantLabel")))
	}
	return got
}

func (w *world) wantReports(want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.reports()); diff != "" {
		w.t.Errorf("reports (-want +got):\n%s", diff)
	}
}

// report is the newest of an event.
func (w *world) report(event string) seen {
	w.t.Helper()
	all := w.at("/room")
	for _, s := range slices.Backward(all) {
		if s.get("StatusCallbackEvent") == event {
			return s
		}
	}
	w.t.Fatalf("no %s in %v", event, w.reports())
	return seen{}
}

func (w *world) end(sid string) {
	w.t.Helper()
	if code := w.do("POST", "/sandbox/v1/calls/"+sid+"/hangup", nil, nil); code != http.StatusOK {
		w.t.Fatalf("hang up: %d", code)
	}
	pass(time.Second)
}

// A room from the first who comes to the last who goes, as it is reported.
func TestRoom(t *testing.T) {
	t.Parallel()
	attrs := []string{`participantLabel="a" startConferenceOnEnter="false"`, `participantLabel="b" muted="true" startConferenceOnEnter="false"`, `participantLabel="c"`}
	inRoom(t, attrs, func(w *world, sids []string) {
		w.wantReports("1 participant-join a", "2 participant-join b", "3 participant-join c", "4 conference-start")
		joined := w.at("/room")[1]
		want := map[string]string{"CallSid": sids[1], "Muted": "true", "Hold": "false", "Coaching": "false", "EndConferenceOnExit": "false", "StartConferenceOnEnter": "false"}
		for name, value := range want {
			if got := joined.get(name); got != value {
				t.Errorf("join: %s=%q, want %q", name, got, value)
			}
		}
		w.end(sids[0])
		left := w.report("participant-leave")
		if left.get("ParticipantCallStatus") != "completed" || left.get("ReasonParticipantLeft") != "participant_hung_up" || left.get("CallSid") != sids[0] {
			t.Errorf("leave %v", left.form)
		}
		w.end(sids[1])
		w.end(sids[2])
		w.wantReports("1 participant-join a", "2 participant-join b", "3 participant-join c", "4 conference-start",
			"5 participant-leave a", "6 participant-leave b", "7 participant-leave c", "8 conference-end")
		over := w.report("conference-end")
		if over.get("ReasonConferenceEnded") != "last-participant-left" || over.get("CallSidEndingConference") != sids[2] || over.get("ParticipantLabelEndingConference") != "c" || over.get("Reason") == "" || over.form.Has("CallSid") {
			t.Errorf("end %v", over.form)
		}
		action := w.at("/left")[0]
		if action.get("DialCallStatus") != "answered" || action.get("CallStatus") != "completed" || action.form.Has("DialCallSid") || action.form.Has("DialCallDuration") {
			t.Errorf("action %v", action.form)
		}
		first := over.get("ConferenceSid")
		w.enter(`participantLabel="d"`)
		if next := w.report("participant-join"); next.get("ConferenceSid") == first || next.get("SequenceNumber") != "1" {
			t.Errorf("the name again: the same room, or its numbers: %v", next.form)
		}
	})
}

// One whose leaving ends the room, but not while he is on hold.
func TestRoomEndsOnExit(t *testing.T) {
	t.Parallel()
	for _, held := range []bool{false, true} {
		t.Run(fmt.Sprint(held), func(t *testing.T) {
			t.Parallel()
			inRoom(t, []string{`participantLabel="a" endConferenceOnExit="true"`, `participantLabel="b"`}, func(w *world, sids []string) {
				if held {
					w.rest("POST", "/Conferences/ward/Participants/a.json", "Hold=true", nil)
				}
				w.end(sids[0])
				if held {
					if people := w.people("ward"); len(people) != 1 || len(w.said(sids[1])) != 0 {
						t.Errorf("the room of one who was on hold ended: %v", people)
					}
					return
				}
				left := w.report("participant-leave")
				if left.get("ReasonParticipantLeft") != "moderator_ended_conference" || left.get("ParticipantCallStatus") != "in-progress" || left.get("ParticipantLabel") != "b" {
					t.Errorf("leave %v", left.form)
				}
				if over := w.report("conference-end"); over.get("ReasonConferenceEnded") != "participant-with-end-conference-on-exit-left" || over.get("CallSidEndingConference") != sids[0] {
					t.Errorf("end %v", over.form)
				}
				if said := w.said(sids[1]); !slices.Contains(said, "say You have left") {
					t.Errorf("the other's Dial did not go on: %v", said)
				}
			})
		})
	}
}

// A label that is taken, a room that is full: on with the next verb. Bad values warn.
func TestRoomRefusals(t *testing.T) {
	t.Parallel()
	inRoom(t, []string{`participantLabel="a"`}, func(w *world, _ []string) {
		next := func(attrs string) callView {
			w.publish("/voice", strings.Replace(roomOf(attrs), "</Response>", "<Say>Next</Say></Response>", 1))
			sid := w.connect(nil)
			pass(3 * time.Second)
			return w.call(sid)
		}
		for attrs, code := range map[string]int{`participantLabel="a"`: 16025, `maxParticipants="1"`: 0} {
			v := next(attrs)
			if len(v.Transcript) != 1 || v.Transcript[0].Text != "Next" || !slices.Equal(v.codes(), []int{code}) {
				t.Errorf("%s: %+v", attrs, v)
			}
		}
		w.publish("/wait", `<Response><Pause length="60"/></Response>`) // it may be asked for, or not any more
		v := next(`muted="x" beep="x" startConferenceOnEnter="x" endConferenceOnExit="x" maxParticipants="251" waitMethod="PUT" waitUrl="/wait" ` +
			`trim="x" jitterBufferSize="huge" coach="CA1" record="record-from-start" eventCallbackUrl="/x" frob="1"`)
		codes := v.codes()
		slices.Sort(codes)
		if diff := cmp.Diff([]int{0, 0, 0, 12200, 12200, 12200, 12200, 13230, 13231, 13232, 13234, 13235, 13240}, codes); diff != "" {
			t.Errorf("%s\n%+v", diff, v.Notices)
		}
	})
}

// The Dial's time limit holds in a room.
func TestRoomTimeLimit(t *testing.T) {
	t.Parallel()
	inRoom(t, []string{"", ""}, func(w *world, sids []string) {
		pass(10*time.Minute - 1500*time.Millisecond)
		if w.state(sids[0]) != "completed" && len(w.said(sids[0])) != 1 {
			t.Errorf("after the limit: %s, %v", w.state(sids[0]), w.said(sids[0]))
		}
		if got := w.one("/left"); got.get("CallSid") != sids[0] || got.get("DialCallStatus") != "answered" {
			t.Errorf("action %v", got.form)
		}
	})
}

// A two-party call becomes a room: the child is redirected, the action answered with
// the same room.
func TestRoomOutOfADial(t *testing.T) {
	t.Parallel()
	midCall(t, func(w *world, parent, child string) {
		w.pages["/result"] = func(rw http.ResponseWriter, r *http.Request) {
			label := `participantLabel="p1"`
			if r.FormValue("DialCallSid") == "" {
				xmlPage(`<Response><Hangup/></Response>`)(rw, r)
				return
			}
			xmlPage(strings.ReplaceAll(roomOf(label), "/left", "/result"))(rw, r)
		}
		w.pages["/conference"] = xmlPage(roomOf(`participantLabel="p2"`))
		w.rest("POST", "/Calls/"+child+".json", "Url="+url.QueryEscape(base+"/conference"), nil)
		pass(2 * time.Second)
		got := w.reports()
		if len(got) != 3 || got[2] != "3 conference-start" {
			t.Fatalf("reports %v", got)
		}
		w.end(parent)
		if w.state(child) != "in-progress" {
			t.Errorf("the member is alone in the room, and %s", w.state(child))
		}
		// A participant is taken out alive.
		w.rest("POST", "/Calls/"+child+".json", "Url="+url.QueryEscape(base+"/elsewhere"), nil)
		pass(2 * time.Second)
		left := w.report("participant-leave")
		if left.get("ReasonParticipantLeft") != "participant_updated_via_api" || left.get("ParticipantCallStatus") != "in-progress" {
			t.Errorf("leave %v", left.form)
		}
		if diff := cmp.Diff([]string{"say Somewhere else", "pause 60"}, w.said(child)); diff != "" {
			t.Error(diff)
		}
	})
}

// What is heard while one waits is asked for, once or for as long as it redirects to
// itself; what cannot be had keeps one out.
func TestRoomWait(t *testing.T) {
	t.Parallel()
	inWorld(t, "", func(w *world) {
		w.pages["/wait"] = xmlPage(`<Response><Play>x.mp3</Play><Redirect/></Response>`)
		w.pages["/once"] = xmlPage(`<Response><Say>Please wait</Say></Response>`)
		w.pages["/bad"] = xmlPage(`<Response><Gather/></Response>`)
		w.pages["/left"] = xmlPage(`<Response><Say>Out</Say><Pause length="60"/></Response>`)
		sids := w.enter(`waitUrl="/wait"`)
		pass(31 * time.Second)
		asked := w.at("/wait")
		if len(asked) != 7 || asked[0].get("CallSid") != sids[0] || !strings.HasPrefix(asked[0].get("ConferenceSid"), "CF") || asked[0].method != "POST" {
			t.Fatalf("asked %d times", len(asked))
		}
		sids = append(sids, w.enter(`waitUrl="/once" waitMethod="GET"`)...)
		pass(30 * time.Second)
		if len(w.at("/wait")) != 7 || len(w.at("/once")) != 1 {
			t.Errorf("waited on: %d and %d", len(w.at("/wait")), len(w.at("/once")))
		}
		for _, sid := range sids {
			w.end(sid)
		}
		before := len(w.at("/left"))
		out := w.enter(`waitUrl="/bad"`)[0]
		if got := w.at("/left"); len(got) != before+1 || got[before].get("DialCallStatus") != "failed" {
			t.Errorf("the one who cannot wait is not out: %d", len(got))
		}
		if codes := w.call(out).codes(); !slices.Equal(codes, []int{13238}) {
			t.Errorf("notices %v", codes)
		}
	})
}

// Reports get lost, late, doubled and crossed.
func TestRoomFaults(t *testing.T) {
	t.Parallel()
	inWorld(t, "", func(w *world) {
		for _, wrong := range []map[string]any{{"next": []any{map[string]any{"event": "participant-sing", "fault": "drop"}}}, {"only": []string{"x"}},
			{"next": []any{map[string]any{"event": "participant-join", "fault": "reorder", "after": "x"}}}} {
			if code := w.do("PUT", "/sandbox/v1/faults", wrong, nil); code != http.StatusBadRequest {
				t.Errorf("%v: %d", wrong, code)
			}
		}
		w.do("PUT", "/sandbox/v1/faults", map[string]any{"next": []any{
			map[string]any{"event": "participant-join", "fault": "drop"},
			map[string]any{"event": "participant-join", "fault": "reorder", "after": "participant-leave"},
			map[string]any{"event": "conference-start", "fault": "duplicate"},
			map[string]any{"event": "participant-mute", "fault": "delay"},
		}}, nil)
		sids := w.enter(`participantLabel="a"`, `participantLabel="b"`)
		w.rest("POST", "/Conferences/ward/Participants/a.json", "Muted=true", nil)
		synctest.Wait()
		w.rest("POST", "/Conferences/ward/Participants/b.json", "Hold=true", nil)
		synctest.Wait()
		w.end(sids[1])
		pass(5 * time.Second)
		var got []string
		for _, s := range w.at("/room") {
			got = append(got, s.get("SequenceNumber")+" "+s.get("StatusCallbackEvent"))
		}
		want := []string{"3 conference-start", "3 conference-start", "5 participant-hold", "6 participant-leave", "2 participant-join", "4 participant-mute"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("in order of arrival (-want +got):\n%s", diff)
		}
	})
}
