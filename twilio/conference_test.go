package twilio_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/twilio"
)

const room = "CF00000000000000000000000000000001"

func roomForm(set ...string) url.Values {
	form := url.Values{
		"AccountSid": {account}, "ConferenceSid": {room}, "FriendlyName": {parentSID}, "SequenceNumber": {"4"}, "CallSid": {childSID},
		"StatusCallbackEvent": {"participant-join"}, "ParticipantLabel": {"p2-member"}, "Timestamp": {"Thu, 1 Jun 2017 20:48:32 +0000"}, "Hold": {"false"}, "Muted": {"false"},
	}
	for _, s := range set {
		name, value, _ := strings.Cut(s, "=")
		form.Set(name, value)
		if value == "" {
			form.Del(name)
		}
	}
	return form
}

// rooms answer as they are told.
type rooms struct {
	enter calls.Answer
	moved bool
	fail  error
	asked []string
}

func (r *rooms) Enter(_ context.Context, call, leg, label string) (calls.Answer, error) {
	r.asked = append(r.asked, "enter "+call+" "+leg+" "+label)
	return r.enter, r.fail
}

func (r *rooms) Moved(_ context.Context, call string) (calls.Answer, bool, error) {
	r.asked = append(r.asked, "moved "+call)
	return r.enter, r.moved, r.fail
}

// What Twilio tells of a room is kept as what it means, under the room's own count.
func TestEventOfAConference(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		set  []string
		kind careline.Kind
		want careline.RoomSaid
	}{
		"a join":                  {nil, careline.KindRoom, careline.RoomSaid{Act: careline.ActJoin, Label: "p2-member"}},
		"a start":                 {[]string{"StatusCallbackEvent=conference-start", "CallSid=", "ParticipantLabel="}, careline.KindRoom, careline.RoomSaid{Act: careline.ActStart}},
		"an end":                  {[]string{"StatusCallbackEvent=conference-end", "CallSid=", "ParticipantLabel=", "ReasonConferenceEnded=conference-ended-via-api"}, careline.KindRoom, careline.RoomSaid{Act: careline.ActEnd, Reason: "conference-ended-via-api"}},
		"a leave":                 {[]string{"StatusCallbackEvent=participant-leave", "ParticipantCallStatus=completed", "ReasonParticipantLeft=participant_hung_up"}, careline.KindPartyLeft, careline.RoomSaid{Act: careline.ActLeave, Label: "p2-member", Reason: "participant_hung_up"}},
		"taken elsewhere":         {[]string{"StatusCallbackEvent=participant-leave", "ParticipantCallStatus=in-progress", "ReasonParticipantLeft=participant_updated_via_api"}, careline.KindPartyLeft, careline.RoomSaid{Act: careline.ActLeave, Label: "p2-member", LegLives: true, Reason: "participant_updated_via_api"}},
		"could not be brought in": {[]string{"StatusCallbackEvent=participant-leave", "ParticipantCallStatus=busy", "ReasonParticipantLeft=participant_add_failed"}, careline.KindPartyLeft, careline.RoomSaid{Act: careline.ActFail, Label: "p2-member", Reason: "participant_add_failed"}},
		"on hold":                 {[]string{"StatusCallbackEvent=participant-hold"}, careline.KindRoom, careline.RoomSaid{Act: careline.ActHold, Label: "p2-member"}},
		"off hold":                {[]string{"StatusCallbackEvent=participant-unhold"}, careline.KindRoom, careline.RoomSaid{Act: careline.ActUnhold, Label: "p2-member"}},
		"muted":                   {[]string{"StatusCallbackEvent=participant-mute"}, careline.KindRoom, careline.RoomSaid{Act: careline.ActMute, Label: "p2-member"}},
		"not muted":               {[]string{"StatusCallbackEvent=participant-unmute"}, careline.KindRoom, careline.RoomSaid{Act: careline.ActUnmute, Label: "p2-member"}},
		"a word that is new":      {[]string{"StatusCallbackEvent=participant-sings"}, careline.KindRoom, careline.RoomSaid{Label: "p2-member"}},
		"a label of no form":      {[]string{"ParticipantLabel=Ann Example"}, careline.KindRoom, careline.RoomSaid{Act: careline.ActJoin}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t)
			a.wantStatus(a.post(twilio.PathConferenceStatus+"?call="+parentSID, roomForm(test.set...)), 200)
			e := a.kept[0]
			test.want.Conference = room
			if diff := cmp.Diff(test.want, e.Room, cmpopts.EquateComparable(careline.Phone{})); diff != "" {
				t.Error(diff)
			}
			if e.ID != room+"/4" || e.Call != parentSID || e.Kind != test.kind || e.Order != 4 || e.At.IsZero() {
				t.Errorf("kept %s as %s of %s, number %d", e.ID, e.Kind, e.Call, e.Order)
			}

			// On the way through a topic it stays what it is.
			form, err := twilio.FormFromJSON(e.Report)
			if err != nil {
				t.Fatal(err)
			}
			again, err := twilio.Event(twilio.SubjectOf(e.Kind), form)
			if err != nil || again.ID != e.ID || again.Room != e.Room || again.Call != e.Call {
				t.Errorf("came back as %+v, %v", again, err)
			}
		})
	}
}

// A report of a room that has no place in the log is refused; one of a call that nobody
// knows is kept.
func TestConferenceRefusesWhatIsNone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		uri    string
		form   url.Values
		status int
	}{
		"a call that nobody knows": {"?call=CA00000000000000000000000000000009", roomForm(), 200},
		"no call, but its name":    {"", roomForm(), 200},
		"no call at all":           {"", roomForm("FriendlyName=x", "CallSid="), 400},
		"no room":                  {"?call=" + parentSID, roomForm("ConferenceSid=x"), 400},
		"another account":          {"?call=" + parentSID, roomForm("AccountSid=AC00000000000000000000000000000009"), 403},
	} {
		a := newApp(t)
		if w := a.post(twilio.PathConferenceStatus+test.uri, test.form); w.Code != test.status || (test.status == 200) != (len(a.kept) == 1) {
			t.Errorf("%s: %d, %d kept", name, w.Code, len(a.kept))
		}
		a.fail = errors.New("disk full")
		if w := a.post(twilio.PathConferenceStatus+test.uri, test.form); test.status == 200 && w.Code != 503 {
			t.Errorf("%s, not kept: %d", name, w.Code)
		}
	}
}

// The Dial that ends because its call moves is no outcome, and takes the leg to the
// room; the one of a leg that comes from a room ends with it, whichever leg it is.
func TestDialResultOfACallThatMoves(t *testing.T) {
	t.Parallel()
	ended := func(sid string) url.Values {
		return url.Values{"AccountSid": {account}, "CallSid": {sid}, "CallStatus": {"in-progress"}, "DialCallStatus": {"completed"}, "DialCallSid": {childSID}}
	}
	join := calls.Join{Room: parentSID, Label: "p1-clinician"}
	hangup := head + "<Hangup/></Response>"
	tests := map[string]struct {
		rooms *rooms
		uri   string
		leg   string
		kind  careline.Kind
		call  string
		joins bool
	}{
		"rooms are off":            {nil, "", parentSID, careline.KindDialEnded, parentSID, false},
		"no room was asked for":    {&rooms{}, "", parentSID, careline.KindDialEnded, parentSID, false},
		"it moves":                 {&rooms{enter: join, moved: true}, "", parentSID, careline.KindMoved, parentSID, true},
		"its room is over already": {&rooms{moved: true}, "", parentSID, careline.KindMoved, parentSID, false},
		"nobody can be asked":      {&rooms{fail: errors.New("no log")}, "", parentSID, careline.KindDialEnded, parentSID, false},
		"from a room":              {&rooms{enter: join, moved: true}, "?call=" + parentSID, parentSID, careline.KindMoved, parentSID, false},
		"the member's, from it":    {&rooms{enter: join, moved: true}, "?call=" + parentSID, childSID, careline.KindMoved, parentSID, false},
		"from it, rooms off now":   {nil, "?call=" + parentSID, childSID, careline.KindMoved, parentSID, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t)
			if test.rooms != nil {
				a.hooks.Rooms = test.rooms
			}
			w := a.post(twilio.PathDialResult+test.uri, ended(test.leg))
			a.wantStatus(w, 200)
			if e := a.kept[0]; e.Kind != test.kind || e.Call != test.call || e.Leg != test.leg {
				t.Errorf("kept %s of %s, call %s", e.Kind, e.Leg, e.Call)
			}
			if got := w.Body.String(); test.joins != strings.Contains(got, `participantLabel="p1-clinician"`) || !test.joins && got != hangup {
				t.Error(got)
			}
			form, err := twilio.FormFromJSON(a.kept[0].Report)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := twilio.Event(twilio.SubjectDialResult, form); err != nil || again.Kind != test.kind || again.ID != a.kept[0].ID {
				t.Errorf("through a topic: %s, %v", again.Kind, err)
			}
		})
	}
}

// Nobody's parameter makes an outcome a move.
func TestAFormDoesNotSayThatACallMoves(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	a.wantStatus(a.post(twilio.PathDialResult, url.Values{
		"AccountSid": {account}, "CallSid": {parentSID}, "DialCallStatus": {"completed"}, "DialCallSid": {childSID}, "call": {parentSID},
	}), 200)
	if a.kept[0].Kind != careline.KindDialEnded {
		t.Errorf("kept as %s", a.kept[0].Kind)
	}
}

func TestConferenceTakesLegsIn(t *testing.T) {
	t.Parallel()
	const uri = twilio.PathConference + "?call=" + parentSID + "&party=p2-member"
	form := url.Values{"AccountSid": {account}, "CallSid": {childSID}, "CallStatus": {"in-progress"}}
	over := spoken(calls.RoomOver)
	tests := map[string]struct {
		rooms *rooms
		uri   string
		form  url.Values
		want  string
		asked int
	}{
		"joins":              {&rooms{enter: calls.Join{Room: parentSID, Label: "p2-member"}}, uri, form, `participantLabel="p2-member"`, 1},
		"is over":            {&rooms{enter: calls.Say{Text: calls.RoomOver}}, uri, form, over, 1},
		"cannot be asked":    {&rooms{fail: errors.New("no log")}, uri, form, spoken("This call could not go on. Please call again."), 1},
		"no call":            {&rooms{}, twilio.PathConference + "?party=p2-member", form, over, 0},
		"no party":           {&rooms{}, twilio.PathConference + "?call=" + parentSID, form, over, 0},
		"a party of no form": {&rooms{}, twilio.PathConference + "?call=" + parentSID + "&party=x", form, over, 0},
		"no leg":             {&rooms{}, uri, url.Values{"AccountSid": {account}}, over, 0},
		"another account":    {&rooms{}, uri, url.Values{"AccountSid": {"AC00000000000000000000000000000009"}, "CallSid": {childSID}}, spoken(careline.RefusedAccount.Sentence()), 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t)
			a.hooks.Rooms = test.rooms
			w := a.post(test.uri, test.form)
			a.wantStatus(w, 200)
			if !strings.Contains(w.Body.String(), test.want) || len(test.rooms.asked) != test.asked {
				t.Errorf("asked %q, answered %s", test.rooms.asked, w.Body)
			}
		})
	}

	a := newApp(t)
	if w := a.post(uri, form); w.Code != 404 {
		t.Errorf("where rooms are off: %d", w.Code)
	}
	if w := a.send(request(uri, form), "forged"); w.Code != 403 {
		t.Errorf("unsigned, where rooms are off: %d", w.Code)
	}
}

// What somebody in a room is told stands at an address of its own.
func TestSaid(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	for query, want := range map[string]string{
		"?say=stay":     ">Please stay on the line.</Say></Response>",
		"?say=recorded": ">This call is recorded.</Say></Response>",
		"?say=x":        "<Response></Response>",
		"":              "<Response></Response>",
	} {
		w := a.post(twilio.PathSaid+query, url.Values{"AccountSid": {account}})
		if a.wantStatus(w, 200); !strings.HasSuffix(w.Body.String(), want) {
			t.Errorf("%q: %s", query, w.Body)
		}
	}
}

// An app that comes back says to which call; one that says it in two ways comes back to
// none.
func TestOutgoingTellsWhichCallIsRejoined(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		set  []string
		want string
	}{
		"a new call": {nil, ""},
		"its call":   {[]string{parentSID}, parentSID},
		"two calls":  {[]string{parentSID, childSID}, "nobody"},
	} {
		a, form := newApp(t), outgoingForm()
		form["join"] = test.set
		a.wantStatus(a.post(twilio.PathOutgoing, form), 200)
		if a.asks[0].Join != test.want {
			t.Errorf("%s: %q", name, a.asks[0].Join)
		}
	}
}

// Only where people can be brought into calls may an app be rung.
func TestMintForAnAppThatCanBeRung(t *testing.T) {
	t.Parallel()
	for _, incoming := range []bool{false, true} {
		m := minter()
		m.Incoming = incoming
		token, err := m.Mint(nurse)
		if err != nil {
			t.Fatal(err)
		}
		_, claims := opened(t, token)
		voice := claims["grants"].(map[string]any)["voice"].(map[string]any)
		want := map[string]any{"outgoing": map[string]any{"application_sid": application}}
		if incoming {
			want["incoming"] = map[string]any{"allow": true}
		}
		if diff := cmp.Diff(want, voice); diff != "" {
			t.Error(diff)
		}
	}
}
