package twilio_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/twilio"
)

const accountPath = "/2010-04-01/Accounts/" + account

func request(uri string, form url.Values) *http.Request {
	return httptest.NewRequest("POST", uri, strings.NewReader(form.Encode()))
}

// restful answers what is asked of it by path, and keeps what it was asked.
type restful struct {
	answers map[string]string // "METHOD path?query" → body; none: 404
	status  int               // of all answers; 0: 200
	asked   []string
}

func (r *restful) conferences(t *testing.T) twilio.Conferences {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		if err != nil {
			t.Error(err)
		}
		what := q.Method + " " + strings.TrimPrefix(q.URL.RequestURI(), accountPath)
		form, err := url.ParseQuery(string(body))
		if err != nil {
			t.Error(err)
		}
		if text := form.Encode(); text != "" {
			r.asked = append(r.asked, what+" "+text)
		} else {
			r.asked = append(r.asked, what)
		}
		if r.status != 0 {
			w.WriteHeader(r.status)
		}
		answer, known := r.answers[what]
		if !known && r.status == 0 {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return twilio.Conferences{Client: client(t, twilio.ClientConfig{BaseURL: server.URL}), PublicURL: publicURL, Overrides: "rc=3", TimeLimit: 2 * time.Hour}
}

func encoded(pairs ...string) string {
	form := url.Values{}
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		form.Add(name, value)
	}
	return form.Encode()
}

const (
	roomPath   = "/Conferences/" + room
	memberPath = roomPath + "/Participants/" + childSID + ".json"
	hooksURL   = publicURL + "/v1/twilio/webhooks/"
)

// What is asked of Twilio for a room.
func TestConferencesAsk(t *testing.T) {
	t.Parallel()
	interpreter := calls.Invitation{Who: careline.RoomSaid{Label: "p3-interpreter", To: phone(t, "+441614960301")}, Call: parentSID, From: phone(t, ours)}
	colleague := calls.Invitation{Who: careline.RoomSaid{Label: "p4-second-clinician", Identity: nurse}, Call: parentSID, From: phone(t, ours)}
	participant := func(to, label string) string {
		return "POST " + roomPath + "/Participants.json " + encoded("From="+ours, "To="+to, "Label="+label, "TimeLimit=7200", "Timeout=30", "EarlyMedia=false", "Beep=onEnter",
			"StartConferenceOnEnter=true", "EndConferenceOnExit=false", "JitterBufferSize=small",
			"StatusCallback="+hooksURL+"call-status?call="+parentSID+"&party="+label+"#rc=3",
			"StatusCallbackEvent=initiated", "StatusCallbackEvent=ringing", "StatusCallbackEvent=answered", "StatusCallbackEvent=completed",
			"ConferenceStatusCallback="+hooksURL+"conference?call="+parentSID+"#rc=3",
			"ConferenceStatusCallbackEvent=start", "ConferenceStatusCallbackEvent=end", "ConferenceStatusCallbackEvent=join", "ConferenceStatusCallbackEvent=leave",
			"ConferenceStatusCallbackEvent=mute", "ConferenceStatusCallbackEvent=hold", "ConferenceStatusCallbackEvent=modify")
	}
	add := func(who calls.Invitation) func(context.Context, twilio.Conferences) error {
		return func(ctx context.Context, c twilio.Conferences) error {
			leg, err := c.Add(ctx, room, who)
			if err == nil && leg != childSID {
				t.Errorf("the leg is %q", leg)
			}
			return err
		}
	}
	tests := map[string]struct {
		ask  func(context.Context, twilio.Conferences) error
		want string
	}{
		"move": {func(ctx context.Context, c twilio.Conferences) error {
			return c.Move(ctx, parentSID, childSID, "p2-member")
		},
			"POST /Calls/" + childSID + ".json " + encoded("Url="+publicURL+"/v1/twilio/conference?call="+parentSID+"&party=p2-member#rc=3", "Method=POST")},
		"add a telephone": {add(interpreter), participant("+441614960301", "p3-interpreter")},
		"add an app":      {add(colleague), participant("client:"+nurse+"?call="+parentSID, "p4-second-clinician")},
		"hold":            {func(ctx context.Context, c twilio.Conferences) error { return c.Hold(ctx, room, childSID, true) }, "POST " + memberPath + " Hold=true"},
		"unhold":          {func(ctx context.Context, c twilio.Conferences) error { return c.Hold(ctx, room, childSID, false) }, "POST " + memberPath + " Hold=false"},
		"mute":            {func(ctx context.Context, c twilio.Conferences) error { return c.Mute(ctx, room, childSID, true) }, "POST " + memberPath + " Muted=true"},
		"tell": {func(ctx context.Context, c twilio.Conferences) error {
			return c.Tell(ctx, room, childSID, calls.SaidStay)
		},
			"POST " + memberPath + " " + encoded("AnnounceUrl="+publicURL+"/v1/twilio/conference/said?say=stay#rc=3", "AnnounceMethod=POST")},
		"remove":  {func(ctx context.Context, c twilio.Conferences) error { return c.Remove(ctx, room, childSID) }, "DELETE " + memberPath},
		"end":     {func(ctx context.Context, c twilio.Conferences) error { return c.End(ctx, room) }, "POST " + roomPath + ".json Status=completed"},
		"hang up": {func(ctx context.Context, c twilio.Conferences) error { return c.HangUp(ctx, parentSID) }, "POST /Calls/" + parentSID + ".json Status=completed"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			what, _, _ := strings.Cut(strings.Replace(test.want, " ", "\x00", 1), " ")
			r := &restful{answers: map[string]string{strings.Replace(what, "\x00", " ", 1): `{"call_sid":"` + childSID + `"}`}}
			if err := test.ask(t.Context(), r.conferences(t)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{test.want}, r.asked); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What is not the same when it is asked twice is asked once; what is, again.
func TestConferencesAskOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ask   func(twilio.Conferences) error
		times int
	}{
		"move": {func(c twilio.Conferences) error { return c.Move(t.Context(), parentSID, childSID, "p2-member") }, 1},
		"add": {func(c twilio.Conferences) error {
			_, err := c.Add(t.Context(), room, calls.Invitation{Who: careline.RoomSaid{To: phone(t, member)}, From: phone(t, ours)})
			return err
		}, 1},
		"hold": {func(c twilio.Conferences) error { return c.Hold(t.Context(), room, childSID, true) }, 3},
	} {
		r := &restful{status: http.StatusInternalServerError}
		if err := test.ask(r.conferences(t)); careline.CodeOf(err) != careline.CodeUnavailable || len(r.asked) != test.times {
			t.Errorf("%s: asked %d times, %v", name, len(r.asked), err)
		}
	}
	gone := &restful{}
	if err := gone.conferences(t).Remove(t.Context(), room, childSID); err != nil {
		t.Errorf("one who is out already: %v", err)
	}
	over := &restful{status: http.StatusBadRequest, answers: map[string]string{"POST /Calls/" + childSID + ".json": `{"code":21220,"status":400}`}}
	if err := over.conferences(t).Move(t.Context(), parentSID, childSID, "p2-member"); careline.CodeOf(err) != careline.CodeNotFound {
		t.Errorf("a leg that is over: %v", err)
	}
}

func TestConferencesTellWhoIsIn(t *testing.T) {
	t.Parallel()
	list := "GET /Conferences.json?FriendlyName=" + parentSID + "&Status="
	r := &restful{answers: map[string]string{
		list + "in-progress": `{"conferences":[]}`,
		list + "init":        `{"conferences":[{"sid":"` + room + `"}]}`,
		"GET " + roomPath + "/Participants.json?PageSize=50": `{"participants":[{"call_sid":"` + childSID + `","label":"p2-member","hold":true,"muted":false}]}`,
	}}
	sid, all, err := r.conferences(t).In(t.Context(), parentSID)
	want := []calls.InRoom{{Leg: childSID, Label: "p2-member", Held: true}}
	if diff := cmp.Diff(want, all); diff != "" || err != nil || sid != room {
		t.Errorf("%s: %v %s", sid, err, diff)
	}

	none := &restful{answers: map[string]string{list + "in-progress": `{"conferences":[]}`, list + "init": `{"conferences":[]}`}}
	if sid, all, err := none.conferences(t).In(t.Context(), parentSID); err != nil || sid != "" || len(all) > 0 {
		t.Errorf("no room: %q %v %v", sid, all, err)
	}
}
