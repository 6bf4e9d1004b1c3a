package twiliobox_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type conference struct {
	SID, Status, Region string
	FriendlyName        string `json:"friendly_name"`
	Reason              string `json:"reason_conference_ended"`
}

type inRoomNow struct {
	CallSid string `json:"call_sid"`
	Conf    string `json:"conference_sid"`
	Label   string
	Status  any
	Muted   bool
	Hold    bool
	Ends    bool   `json:"end_conference_on_exit"`
	Waited  string `json:"queue_time"`
	Code    int
}

func (w *world) conferences(query string) (all []conference) {
	w.t.Helper()
	var list struct{ Conferences []conference }
	if code := w.rest("GET", "/Conferences.json"+query, "", &list); code != http.StatusOK {
		w.t.Fatalf("list: %d", code)
	}
	return list.Conferences
}

func (w *world) people(room string) (labels []string) {
	w.t.Helper()
	var list struct{ Participants []inRoomNow }
	if code := w.rest("GET", "/Conferences/"+room+"/Participants.json", "", &list); code != http.StatusOK {
		w.t.Fatalf("participants: %d", code)
	}
	for _, p := range list.Participants {
		labels = append(labels, p.Label+" "+fmt.Sprint(p.Status))
	}
	slices.Sort(labels)
	return labels
}

// Rooms and who is in them, by REST.
func TestConferences(t *testing.T) {
	t.Parallel()
	inRoom(t, []string{`participantLabel="a" region="ie1"`, `participantLabel="b"`}, func(w *world, sids []string) {
		all := w.conferences("?FriendlyName=ward&Status=in-progress")
		if len(all) != 1 || all[0].FriendlyName != "ward" || all[0].Region != "ie1" || len(w.conferences("?Status=init")) != 0 || len(w.conferences("?FriendlyName=x")) != 0 {
			t.Fatalf("%+v", all)
		}
		sid := all[0].SID
		if diff := cmp.Diff([]string{"a connected", "b connected"}, w.people(sid)); diff != "" {
			t.Error(diff)
		}
		for _, tt := range []struct {
			method, path, form string
			want               int
		}{
			{"GET", "/Conferences/" + sid + ".json", "", 200},
			{"GET", "/Conferences/CF00000000000000000000000000000009.json", "", 404},
			{"GET", "/Conferences/nowhere/Participants.json", "", 404},
			{"GET", "/Conferences/" + sid + "/Participants/a.json", "", 200},
			{"GET", "/Conferences/ward/Participants/" + sids[1] + ".json", "", 200},
			{"GET", "/Conferences/ward/Participants/c.json", "", 404},
			{"POST", "/Conferences/ward/Participants/c.json", "Muted=true", 404},
			{"POST", "/Conferences/ward/Participants/a.json", "HoldUrl=/x", 400},
			{"DELETE", "/Conferences/ward/Participants/c.json", "", 404},
			{"POST", "/Conferences/" + sid + ".json", "Status=init", 400},
			{"POST", "/Conferences/" + sid + ".json", "AnnounceUrl=/x", 400},
		} {
			if got := w.rest(tt.method, tt.path, tt.form, nil); got != tt.want {
				t.Errorf("%s %s %s: %d, want %d", tt.method, tt.path, tt.form, got, tt.want)
			}
		}
		w.rest("POST", "/Conferences/"+sid+".json", "Status=completed", nil)
		pass(time.Second)
		left := w.report("participant-leave")
		if left.get("ReasonParticipantLeft") != "conference_ended_via_api" || left.get("ParticipantCallStatus") != "completed" || w.state(sids[0]) != "completed" || w.state(sids[1]) != "completed" {
			t.Errorf("%v", left.form)
		}
		if over := w.report("conference-end"); over.get("ReasonConferenceEnded") != "conference-ended-via-api" || over.form.Has("CallSidEndingConference") {
			t.Errorf("%v", over.form)
		}
		var one conference
		w.rest("GET", "/Conferences/"+sid+".json", "", &one)
		if one.Status != "completed" || one.Reason != "conference-ended-via-api" || len(w.people(sid)) != 0 {
			t.Errorf("%+v with %v", one, w.people(sid))
		}
		if got := w.rest("POST", "/Conferences/"+sid+"/Participants.json", url.Values{"From": {ours}, "To": {member}}.Encode(), nil); got != http.StatusNotFound {
			t.Errorf("into a room that is over: %d", got)
		}
	})
}

// What is changed of somebody in a room, and reported.
func TestParticipantChanges(t *testing.T) {
	t.Parallel()
	inRoom(t, []string{`participantLabel="a"`, `participantLabel="b"`}, func(w *world, sids []string) {
		change := func(form string, want inRoomNow) {
			t.Helper()
			var got inRoomNow
			code := w.rest("POST", "/Conferences/ward/Participants/a.json", form, &got)
			pass(100 * time.Millisecond)
			got = inRoomNow{Muted: got.Muted, Hold: got.Hold, Ends: got.Ends}
			if code != http.StatusOK || got != want {
				t.Errorf("%s: %d %+v", form, code, got)
			}
		}
		change("Muted=true", inRoomNow{Muted: true})
		change("Muted=true", inRoomNow{Muted: true})
		change("Hold=true&EndConferenceOnExit=true", inRoomNow{Muted: true, Hold: true, Ends: true})
		change("Muted=false&BeepOnExit=false", inRoomNow{Hold: true, Ends: true})
		change("Hold=false&EndConferenceOnExit=false", inRoomNow{})
		change("Coaching=true&CallSidToCoach="+sids[1], inRoomNow{})
		if got := w.report("participant-modify").get("Coaching"); got != "true" {
			t.Errorf("Coaching %s", got)
		}
		if got := w.report("participant-hold"); got.get("Hold") != "true" || got.get("Muted") != "true" {
			t.Errorf("hold %v", got.form)
		}
		if got := w.rest("DELETE", "/Conferences/ward/Participants/b.json", "", nil); got != http.StatusNoContent {
			t.Errorf("remove: %d", got)
		}
		pass(time.Second)
		if left := w.report("participant-leave"); left.get("ReasonParticipantLeft") != "participant_updated_via_api" || left.get("ParticipantCallStatus") != "completed" || w.state(sids[1]) != "completed" {
			t.Errorf("leave %v", left.form)
		}
		w.wantReports("1 participant-join a", "2 participant-join b", "3 conference-start", "4 participant-mute a", "5 participant-hold a", "6 participant-modify a",
			"7 participant-unmute a", "8 participant-modify a", "9 participant-unhold a", "10 participant-modify a", "11 participant-modify a", "12 participant-leave b")
	})
}

// An announcement to one and to all, its end, and one that cannot be.
func TestAnnouncements(t *testing.T) {
	t.Parallel()
	inRoom(t, []string{`participantLabel="a"`, `participantLabel="b"`}, func(w *world, sids []string) {
		w.pages["/news"] = xmlPage(`<Response><Say>Please stay on the line</Say></Response>`)
		w.pages["/bad"] = xmlPage(`<Response><Dial>+447700900142</Dial></Response>`)
		announce := func(path, page string) seen {
			w.rest("POST", path, "AnnounceUrl="+url.QueryEscape(base+page), nil)
			pass(10 * time.Second)
			return w.at("/room")[len(w.at("/room"))-1]
		}
		got := announce("/Conferences/ward/Participants/a.json", "/news")
		if got.get("StatusCallbackEvent") != "announcement-end" || got.get("CallSid") != sids[0] || got.get("AnnounceUrl") != base+"/news" {
			t.Errorf("to one: %v", got.form)
		}
		got = announce("/Conferences/"+w.conferences("")[0].SID+".json", "/news")
		if got.get("StatusCallbackEvent") != "announcement-end" || got.form.Has("CallSid") {
			t.Errorf("to all: %v", got.form)
		}
		if a, b := w.said(sids[0]), w.said(sids[1]); len(a) != 2 || len(b) != 1 || b[0] != "say Please stay on the line" {
			t.Errorf("heard %v and %v", a, b)
		}
		got = announce("/Conferences/ward/Participants/b.json", "/bad")
		if got.get("StatusCallbackEvent") != "announcement-fail" || got.get("ReasonAnnouncementFailed") == "" || !slices.Equal(w.call(sids[1]).codes(), []int{13238}) {
			t.Errorf("a bad one: %v %v", got.form, w.call(sids[1]).Notices)
		}
	})
}

// add dials somebody into the room.
func (w *world) add(form ...string) (made inRoomNow, code int) {
	w.t.Helper()
	values := url.Values{"From": {ours}, "To": {member}, "StatusCallback": {base + "/status?AppointmentId=abc"}}
	for i := 0; i+1 < len(form); i += 2 {
		values[form[i]] = append(values[form[i]], form[i+1])
	}
	if len(values["To"]) > 1 {
		values["To"] = values["To"][1:]
	}
	code = w.rest("POST", "/Conferences/ward/Participants.json", values.Encode(), &made)
	return made, code
}

var allEvents = []string{"StatusCallbackEvent", "initiated", "StatusCallbackEvent", "ringing", "StatusCallbackEvent", "answered", "StatusCallbackEvent", "completed"}

// Somebody is dialled into a room, answers, and goes.
func TestAddParticipant(t *testing.T) {
	t.Parallel()
	inRoom(t, []string{`participantLabel="a"`}, func(w *world, _ []string) {
		made, code := w.add(append([]string{"Label", "i", "EarlyMedia", "false", "EndConferenceOnExit", "true"}, allEvents...)...)
		if code != http.StatusCreated || made.Status != "queued" || made.Label != "i" || !made.Ends {
			t.Fatalf("%d %+v", code, made)
		}
		pass(2 * time.Second)
		if diff := cmp.Diff([]string{"a connected", "i ringing"}, w.people("ward")); diff != "" {
			t.Error(diff)
		}
		pass(5 * time.Second)
		w.wantReports("1 participant-join a", "2 participant-join i", "3 conference-start")
		pass(15 * time.Second) // it hangs up after twelve
		if diff := cmp.Diff([]string{"0 initiated", "1 ringing", "2 in-progress", "3 completed"}, statuses(w.at("/status"))); diff != "" {
			t.Error(diff)
		}
		last := w.at("/status")[3]
		if last.get("Direction") != "outbound-api" || last.form.Has("ParentCallSid") || last.get("CallSid") != made.CallSid || last.get("CallDuration") != "12" {
			t.Errorf("%v", last.form)
		}
		w.report("conference-end")
	})
}

// Nobody answers, the number is busy, or it is taken back: reported, and the room
// goes on.
func TestAddParticipantFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, to, status, last string }{
		{"no answer", "+447700900487", "no-answer", "no-answer"},
		{"busy", "+447700900486", "busy", "busy"},
		{"failed", "+447700900404", "failed", "failed"},
		{"removed", "+447700900800", "canceled", "canceled"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inRoom(t, []string{`participantLabel="a"`}, func(w *world, sids []string) {
				made, _ := w.add("To", tt.to, "Label", "i", "Timeout", "10")
				pass(3 * time.Second)
				if tt.name == "removed" {
					w.rest("DELETE", "/Conferences/ward/Participants/"+made.CallSid+".json", "", nil)
				}
				pass(20 * time.Second)
				left := w.report("participant-leave")
				if left.get("ReasonParticipantLeft") != "participant_add_failed" || left.get("ParticipantCallStatus") != tt.status || left.get("CallSid") != made.CallSid {
					t.Errorf("%v", left.form)
				}
				if got := w.one("/status").get("CallStatus"); got != tt.last {
					t.Errorf("its own report: %s", got)
				}
				if w.state(sids[0]) != "in-progress" {
					t.Error("the room ended")
				}
			})
		})
	}
}

// The REST API dials one a second, and makes the room of a name.
func TestAddParticipantsOneASecond(t *testing.T) {
	t.Parallel()
	inWorld(t, "", func(w *world) {
		room := []string{"ConferenceStatusCallback", base + "/room?call=1", "ConferenceStatusCallbackEvent", "start end join leave"}
		for i, label := range []string{"a", "b", "c"} {
			to := []string{"+447700900801", "+447700900802", "+447700900803"}[i]
			if _, code := w.add(append([]string{"To", to, "Label", label}, room...)...); code != http.StatusCreated {
				t.Fatalf("add: %d", code)
			}
		}
		if got, code := w.add("Label", "c"); code != http.StatusBadRequest || got.Code != 16025 {
			t.Errorf("a label twice: %d, %+v", code, got)
		}
		pass(500 * time.Millisecond)
		if diff := cmp.Diff([]string{"a connecting", "b queued", "c queued"}, w.people("ward")); diff != "" {
			t.Error(diff)
		}
		if all := w.conferences(""); len(all) != 1 || all[0].Status != "init" {
			t.Errorf("%+v", all)
		}
		var c inRoomNow
		w.rest("GET", "/Conferences/ward/Participants/c.json", "", &c)
		if c.Waited != "2000" {
			t.Errorf("queue_time %s", c.Waited)
		}
		pass(time.Second)
		if diff := cmp.Diff([]string{"a ringing", "b connecting", "c queued"}, w.people("ward")); diff != "" {
			t.Error(diff)
		}
		pass(5 * time.Second)
		for _, to := range []string{"+447700900801", "+447700900802"} {
			w.do("POST", "/sandbox/v1/phones/"+to+"/answer", nil, nil)
			pass(100 * time.Millisecond)
		}
		w.wantReports("1 participant-join a", "2 participant-join b", "3 conference-start")
		w.rest("POST", "/Conferences/"+w.conferences("")[0].SID+".json", "Status=completed", nil)
		pass(time.Second)
		w.report("conference-end")
		if v := w.at("/status"); len(v) != 3 {
			t.Errorf("%d legs ended, want 3", len(v))
		}
	})
}

func TestAddParticipantRefusals(t *testing.T) {
	t.Parallel()
	inWorld(t, "", func(w *world) {
		for _, tt := range []struct {
			name, value string
			code        int
		}{
			{"To", "", 21201}, {"To", "07700900142", 21211}, {"To", "sip:a@b", 21211}, {"From", "", 21213}, {"From", "+447700900001", 21210},
			{"Timeout", "4", 20001}, {"TimeLimit", "0", 20001}, {"Label", "a/b", 20001}, {"MaxParticipants", "0", 20001},
			{"StatusCallback", "/x", 21205}, {"StatusCallbackEvent", "sung", 21205}, {"ConferenceStatusCallbackEvent", "sung", 21205},
		} {
			form := url.Values{"From": {ours}, "To": {member}}
			form.Set(tt.name, tt.value)
			var got struct{ Code int }
			if status := w.rest("POST", "/Conferences/ward/Participants.json", form.Encode(), &got); status != http.StatusBadRequest || got.Code != tt.code {
				t.Errorf("%s=%s: %d, code %d", tt.name, tt.value, status, got.Code)
			}
		}
		if len(w.conferences("")) != 0 {
			t.Error("a refused one made a room")
		}
	})
}
