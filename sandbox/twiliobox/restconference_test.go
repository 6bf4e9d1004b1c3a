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

// The console shows rooms and who is in them.
func TestRoomsOnTheConsole(t *testing.T) {
	t.Parallel()
	inRoom(t, []string{`participantLabel="a"`, ""}, func(w *world, sids []string) {
		w.rest("POST", "/Conferences/ward/Participants/a.json", "Hold=true&Muted=true", nil)
		w.add("To", "+447700900801", "Label", "i")
		pass(3 * time.Second)
		type someone struct {
			CallSid, Label, Who, Status string
			Muted, Held                 bool
		}
		var got struct {
			Rooms []struct {
				Name, Status, Reason string
				Participants         []someone
			}
		}
		if code := w.do("GET", "/sandbox/v1/rooms", nil, &got); code != http.StatusOK || len(got.Rooms) != 1 {
			t.Fatalf("%d %+v", code, got)
		}
		room := got.Rooms[0]
		room.Participants[2].CallSid = ""
		want := []someone{{sids[0], "a", "client:clinician_7f3a", "connected", true, true}, {sids[1], "", "client:clinician_7f3a", "connected", false, false}, {"", "i", "+447700900801", "ringing", false, false}}
		if diff := cmp.Diff(want, room.Participants); diff != "" || room.Name != "ward" || room.Status != "in-progress" {
			t.Errorf("%s %+v", diff, room)
		}
		w.rest("POST", "/Conferences/"+w.conferences("")[0].SID+".json", "Status=completed", nil)
		pass(time.Second)
		w.do("GET", "/sandbox/v1/rooms", nil, &got)
		if room := got.Rooms[0]; room.Status != "completed" || room.Reason != "conference-ended-via-api" || len(room.Participants) != 0 {
			t.Errorf("%+v", room)
		}
	})
}
