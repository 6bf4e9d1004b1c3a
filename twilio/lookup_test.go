package twilio_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/twilio"
)

const (
	lookedUpSID = "CA00000000000000000000000000000001"
	memberSID   = "CA00000000000000000000000000000002"
)

// resource is a Call as Twilio's REST API writes it.
func resource(sid, parent, status, start, end, duration string) string {
	null := func(s string) string {
		if s == "" {
			return "null"
		}
		return `"` + s + `"`
	}
	return fmt.Sprintf(`{"sid":%q,"parent_call_sid":%s,"status":%q,"direction":"outbound-dial","start_time":%s,"end_time":%s,"duration":%s,"answered_by":null}`,
		sid, null(parent), status, null(start), null(end), null(duration))
}

const (
	at1000 = "Mon, 24 Nov 2025 10:00:00 +0000"
	at1010 = "Mon, 24 Nov 2025 10:00:10 +0000"
	at1310 = "Mon, 24 Nov 2025 10:03:10 +0000"
)

// placed is the events as those of a leg that has no parent.
func placed(events ...careline.CallEvent) []careline.CallEvent {
	for i := range events {
		e := &events[i]
		e.ID, e.LookedUp, e.Leg, e.Direction = careline.ReconciledID(lookedUpSID, e.Status), true, lookedUpSID, "outbound-api"
	}
	return events
}

func TestLookup(t *testing.T) {
	t.Parallel()
	ten := time.Date(2025, 11, 24, 10, 0, 0, 0, time.UTC)
	leg := func(s careline.Status, after time.Duration) careline.CallEvent {
		return careline.CallEvent{ID: memberSID + "/" + string(s) + "/reconciled", Call: lookedUpSID, Leg: memberSID, Kind: careline.KindProgress,
			At: ten.Add(after), Status: s, Word: string(s), Direction: "outbound-dial", LookedUp: true}
	}
	ended := func(s careline.Status, after time.Duration, seconds int) careline.CallEvent {
		e := leg(s, after)
		e.Seconds = careline.SecondsOf(seconds)
		return e
	}
	left := careline.CallEvent{ID: lookedUpSID + "/completed/reconciled", Call: lookedUpSID, Leg: lookedUpSID, Kind: careline.KindClinicianLeg,
		At: ten.Add(10 * time.Second), Status: careline.StatusCompleted, Word: "completed", Direction: "outbound-dial", LookedUp: true}
	app := func(e careline.CallEvent) careline.CallEvent {
		e.Kind = careline.KindRingLeg
		return e
	}
	tests := map[string]struct {
		legs, own string // own empty: Twilio does not know it
		want      []careline.CallEvent
		over      bool
		code      careline.Code
	}{
		"answered, begun at the dialling": {legs: resource(memberSID, lookedUpSID, "completed", at1000, at1310, "180"), over: true,
			want: []careline.CallEvent{leg("initiated", 0), leg("in-progress", 10*time.Second), ended("completed", 190*time.Second, 180)}},
		"dialled to a clinician's app": {legs: strings.Replace(resource(memberSID, lookedUpSID, "busy", "", at1000, "0"), "{", `{"to":"client:dr-1",`, 1), over: true,
			want: []careline.CallEvent{app(ended("busy", 0, 0))}},
		"answered, begun at the answer": {legs: resource(memberSID, lookedUpSID, "completed", at1010, at1310, "179"), over: true,
			want: []careline.CallEvent{leg("in-progress", 10*time.Second), ended("completed", 190*time.Second, 179)}},
		"a length longer than from beginning to end": {legs: resource(memberSID, lookedUpSID, "completed", at1010, at1310, "181"), over: true,
			want: []careline.CallEvent{leg("in-progress", 10*time.Second), ended("completed", 190*time.Second, 181)}},
		"busy": {legs: resource(memberSID, lookedUpSID, "busy", at1000, at1010, "0"), over: true,
			want: []careline.CallEvent{leg("initiated", 0), ended("busy", 10*time.Second, 0)}},
		"never dialled, and without any time": {legs: resource(memberSID, lookedUpSID, "canceled", "", "", ""), over: true,
			want: []careline.CallEvent{func() careline.CallEvent { e := leg("canceled", 0); e.At = time.Time{}; return e }()}},
		"goes on":                      {legs: resource(memberSID, lookedUpSID, "in-progress", at1000, "", "")},
		"a word that is new to us":     {legs: resource(memberSID, lookedUpSID, "transferring", at1000, at1310, "180")},
		"over, and its length to come": {legs: resource(memberSID, lookedUpSID, "completed", at1000, at1310, "")},
		"over, and its end to come":    {legs: resource(memberSID, lookedUpSID, "completed", at1000, "", "180")},
		"one leg of two goes on":       {legs: resource(memberSID, lookedUpSID, "busy", at1000, at1010, "0") + "," + resource(memberSID, lookedUpSID, "ringing", at1010, "", "")},
		"the clinician left before":    {own: resource(lookedUpSID, "", "completed", at1000, at1010, "10"), over: true, want: []careline.CallEvent{left}},
		"the API placed it": {own: strings.Replace(resource(lookedUpSID, "", "completed", at1000, at1310, "180"), "outbound-dial", "outbound-api", 1), over: true,
			want: placed(leg("initiated", 0), leg("in-progress", 10*time.Second), ended("completed", 190*time.Second, 180))},
		"the API places it":             {own: strings.Replace(resource(lookedUpSID, "", "ringing", at1000, "", ""), "outbound-dial", "outbound-api", 1)},
		"nobody is dialled yet":         {own: resource(lookedUpSID, "", "in-progress", at1000, "", "")},
		"a call that Twilio knows not":  {code: careline.CodeNotFound},
		"a key that is no call's, ever": {code: careline.CodeInvalid},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := client(t, twilio.ClientConfig{HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				switch {
				case strings.HasSuffix(r.URL.Path, "/Calls.json") && r.URL.Query().Get("ParentCallSid") == lookedUpSID:
					return answer(200, `{"next_page_uri":null,"calls":[`+test.legs+`]}`)
				case strings.HasSuffix(r.URL.Path, "/Calls/"+lookedUpSID+".json") && test.own != "":
					return answer(200, test.own)
				}
				return answer(404, `{"code":20404}`)
			})}})
			key := lookedUpSID
			if test.code == careline.CodeInvalid {
				key = "not a call"
			}
			got, over, err := c.Lookup(t.Context(), key)
			if careline.CodeOf(err) != test.code && (err != nil || test.code != "") {
				t.Fatalf("%v, want code %q", err, test.code)
			}
			seconds := cmp.Comparer(func(a, b careline.Seconds) bool { return a == b })
			if diff := cmp.Diff(test.want, got, seconds); diff != "" || over != test.over {
				t.Errorf("over is %v, events (-want +got):\n%s", over, diff)
			}
			for _, e := range got {
				if !e.Reconciled() {
					t.Errorf("%s does not say that it was looked up", e.ID)
				}
			}
		})
	}
}

func TestLookupSaysWhenTwilioDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 401, 403, 410} {
		c := client(t, twilio.ClientConfig{HTTP: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return answer(status, `{}`) })}})
		_, over, err := c.Lookup(t.Context(), lookedUpSID)
		if code := careline.CodeOf(err); code == careline.CodeNotFound || code == careline.CodeInvalid || err == nil || over {
			t.Errorf("%d: %v (over is %v), which would be taken for Twilio not knowing the call", status, err, over)
		}
	}
}

// Twilio limits the requests of an account that are under way at once; one that is refused is safe to repeat (error 20429).
func TestLookupWaitsWhileTwilioRefusesForTooMany(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		crowded time.Duration // how long Twilio refuses
		cut     time.Duration // when the caller goes
		over    bool
		least   time.Duration // it took so long, give or take chance
		most    time.Duration
		tries   int // at most
	}{
		"for a moment":         {crowded: 5 * time.Second, cut: time.Hour, over: true, least: 5 * time.Second, most: 25 * time.Second, tries: 9},
		"for good":             {crowded: time.Hour, cut: time.Hour, least: 15 * time.Second, most: 50 * time.Second, tries: 15},
		"and the process ends": {crowded: time.Hour, cut: 2 * time.Second, least: 2 * time.Second, most: 2 * time.Second, tries: 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began, tries := time.Now(), 0
				c := client(t, twilio.ClientConfig{HTTP: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
					tries++
					if time.Since(began) < test.crowded {
						return answer(429, `{"code":20429,"message":"Too Many Requests","status":429}`)
					}
					return answer(200, `{"next_page_uri":null,"calls":[`+resource(memberSID, lookedUpSID, "busy", at1000, at1010, "0")+`]}`)
				})}})
				ctx, stop := context.WithTimeout(t.Context(), test.cut)
				defer stop()
				_, over, err := c.Lookup(ctx, lookedUpSID)
				if over != test.over || !over && careline.CodeOf(err) != careline.CodeUnavailable {
					t.Errorf("over: %v, error: %v", over, err)
				}
				if took := time.Since(began); took < test.least || took > test.most || tries > test.tries {
					t.Errorf("%d requests in %v, want %d at most, and %v to %v", tries, took, test.tries, test.least, test.most)
				}
			})
		})
	}
}
