package twilio_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/twilio"
)

const recordingsOf = "/2010-04-01/Accounts/" + account + "/Calls/" + parentSID + "/Recordings"

// api is a server in Twilio's place, which answers one request after the other.
type api struct {
	asked   []string
	answers []string // "status body"
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	a.asked = append(a.asked, strings.TrimPrefix(r.Method+" "+r.URL.Path+"?"+r.URL.Query().Encode(), "")+" "+form.Encode())
	status, text := 500, ""
	if len(a.answers) > 0 {
		_, _ = fmt.Sscanf(a.answers[0], "%d", &status)
		_, text, _ = strings.Cut(a.answers[0], " ")
		a.answers = a.answers[1:]
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

func recordings(t *testing.T, answers ...string) (*twilio.Client, *api) {
	a := &api{answers: answers}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return client(t, twilio.ClientConfig{BaseURL: server.URL}), a
}

func recordingJSON(status string) string {
	return `{"sid":"` + recordingSID + `","call_sid":"` + parentSID + `","status":"` + status + `","date_created":"Mon, 01 Jun 2026 10:15:42 +0000","error_code":null,"encryption_details":null}`
}

func TestStartRecording(t *testing.T) {
	t.Parallel()
	c, a := recordings(t, "201 "+recordingJSON("in-progress"))
	got, err := c.StartRecording(t.Context(), parentSID, twilio.RecordingCallback(publicURL, parentSID))
	if err != nil || got.Sid != recordingSID || got.Leg != parentSID || got.State != careline.RecordingRunning || got.Over() {
		t.Errorf("%+v, %v", got, err)
	}
	want := "POST " + recordingsOf + ".json? RecordingChannels=dual&RecordingStatusCallback=" + url.QueryEscape(publicURL+"/v1/twilio/webhooks/recording?call="+parentSID+"#rc=3&rp=ct,rt,5xx") +
		"&RecordingStatusCallbackEvent=in-progress+completed+absent&Trim=do-not-trim"
	if !slices.Equal(a.asked, []string{want}) {
		t.Errorf("asked %v\nwant %s", a.asked, want)
	}

	for answer, want := range map[string]struct {
		code   careline.Code
		reason careline.Reason
	}{
		`400 {"code":21220}`: {careline.CodeConflict, careline.ReasonNotInProgress},
		`404 {"code":20404}`: {careline.CodeConflict, careline.ReasonNotInProgress},
		`401 {"code":20003}`: {careline.CodeRejected, ""},
		`503 `:               {careline.CodeUnavailable, ""},
		`201 {"sid":"x"}`:    {careline.CodeUnavailable, ""},
	} {
		c, a := recordings(t, answer)
		_, err := c.StartRecording(t.Context(), parentSID, "x")
		if careline.CodeOf(err) != want.code || reasonIn(err) != want.reason || len(a.asked) != 1 {
			t.Errorf("%s: %v, asked %d times", answer, err, len(a.asked))
		}
	}
	if _, err := c.StartRecording(t.Context(), "CA1", "x"); careline.CodeOf(err) != careline.CodeInvalid {
		t.Error(err)
	}
}

func reasonIn(err error) careline.Reason {
	for ; err != nil; err = unwrapped(err) {
		if e, ok := err.(*careline.Error); ok {
			return e.Reason
		}
	}
	return ""
}

func unwrapped(err error) error {
	if u, ok := err.(interface{ Unwrap() error }); ok {
		return u.Unwrap()
	}
	return nil
}

func TestChangeRecording(t *testing.T) {
	t.Parallel()
	const change, fetch = "POST " + recordingsOf + "/" + recordingSID + ".json?", "GET /2010-04-01/Accounts/" + account + "/Recordings/" + recordingSID + ".json?"
	for name, test := range map[string]struct {
		to      careline.RecordingState
		answers []string
		asked   []string
		over    bool
		code    careline.Code // "": none
	}{
		"pause":                 {careline.RecordingPaused, []string{"200 {}"}, []string{change + " PauseBehavior=silence&Status=paused"}, false, ""},
		"resume":                {careline.RecordingRunning, []string{"200 {}"}, []string{change + " Status=in-progress"}, false, ""},
		"stop, 408, not done":   {careline.RecordingStopped, []string{"408 {}", "200 " + recordingJSON("processing"), "200 {}"}, []string{change + " Status=stopped", fetch + " ", change + " Status=stopped"}, false, ""},
		"stop, 408, it is over": {careline.RecordingStopped, []string{"408 {}", "200 " + recordingJSON("completed")}, []string{change + " Status=stopped", fetch + " "}, true, ""},
		"408 for ever": {careline.RecordingStopped, []string{"408 {}", "200 " + recordingJSON("processing"), "408 {}", "200 " + recordingJSON("processing"), "408 {}", "200 " + recordingJSON("processing")},
			[]string{change + " Status=stopped", fetch + " ", change + " Status=stopped", fetch + " ", change + " Status=stopped", fetch + " "}, false, careline.CodeRejected},
		"refused, and over": {careline.RecordingPaused, []string{`400 {"code":21220}`, "200 " + recordingJSON("absent")}, []string{change + " PauseBehavior=silence&Status=paused", fetch + " "}, true, ""},
		"there is none":     {careline.RecordingStopped, []string{`404 {"code":20404}`}, []string{change + " Status=stopped"}, false, careline.CodeNotFound},
	} {
		c, a := recordings(t, test.answers...)
		over, err := c.ChangeRecording(t.Context(), parentSID, recordingSID, test.to)
		if over != test.over || (err != nil) != (test.code != "") || err != nil && test.code != careline.CodeRejected && careline.CodeOf(err) != test.code {
			t.Errorf("%s: over is %v, %v", name, over, err)
		}
		if !slices.Equal(a.asked, test.asked) {
			t.Errorf("%s: asked %q\nwant %q", name, a.asked, test.asked)
		}
	}
}

func TestDeleteRecording(t *testing.T) {
	t.Parallel()
	for answer, code := range map[string]careline.Code{
		"204 ": "", `404 {"code":20404}`: "", `409 {"code":20009}`: careline.CodeConflict, `400 {"code":1}`: careline.CodeConflict, `401 {"code":20003}`: careline.CodeRejected,
	} {
		c, a := recordings(t, answer)
		if err := c.DeleteRecording(t.Context(), recordingSID); (err == nil) != (code == "") || err != nil && careline.CodeOf(err) != code {
			t.Errorf("%s: %v", answer, err)
		}
		if want := "DELETE /2010-04-01/Accounts/" + account + "/Recordings/" + recordingSID + ".json? "; !slices.Equal(a.asked, []string{want}) {
			t.Errorf("asked %q", a.asked)
		}
	}
}

func TestListRecordings(t *testing.T) {
	t.Parallel()
	c, a := recordings(t, `200 {"recordings":[`+recordingJSON("processing")+`,`+recordingJSON("completed")+`]}`)
	all, err := c.ListRecordings(t.Context(), parentSID)
	if err != nil || len(all) != 2 || all[0].Over() || !all[1].Over() || a.asked[0] != "GET "+recordingsOf+".json?PageSize=1000 " {
		t.Errorf("%+v, %v, asked %q", all, err, a.asked)
	}

	made := time.Date(2026, 6, 1, 10, 15, 42, 0, time.UTC)
	for _, test := range []struct {
		from, to time.Time
		n        int
	}{{time.Time{}, made.Add(time.Second), 1}, {time.Time{}, made, 0}, {made, made.Add(time.Hour), 1}, {made.Add(time.Second), made.Add(time.Hour), 0}} {
		c, a := recordings(t, `200 {"recordings":[`+recordingJSON("completed")+`,`+recordingJSON("deleted")+`]}`)
		between, err := c.Recordings(t.Context(), test.from, test.to)
		if err != nil || len(between) != test.n || !strings.Contains(a.asked[0], "DateCreated%3C="+url.QueryEscape(test.to.Format(time.RFC3339))) || strings.Contains(a.asked[0], "DateCreated%3E") == test.from.IsZero() {
			t.Errorf("%+v, %v, asked %q", between, err, a.asked)
		}
	}
}

// TestSound: what is no sound is not taken for it.
func TestSound(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		mono, part string
		status     int
		header     http.Header
		body       string
		code       careline.Code
		reason     careline.Reason
	}{
		"two channels":                          {"", "", 200, http.Header{"Content-Type": {"audio/mpeg"}}, "sound", "", ""},
		"one channel":                           {"yes", "", 200, http.Header{"Content-Type": {"audio/mpeg"}}, "sound", "", ""},
		"a part":                                {"", "bytes=1-2", 206, http.Header{"Content-Type": {"audio/mpeg"}, "Content-Range": {"bytes 1-2/5"}}, "ou", "", ""},
		"a part, of which it is not said which": {"", "bytes=1-2", 206, http.Header{"Content-Type": {"audio/mpeg"}}, "ou", careline.CodeRejected, ""},
		"beyond the end":                        {"", "bytes=9-", 416, http.Header{"Content-Range": {"bytes */5"}}, "", "", ""},
		"an XML error":                          {"", "", 200, http.Header{"Content-Type": {"text/xml"}}, "<RestException/>", careline.CodeRejected, ""},
		"nothing":                               {"", "", 200, http.Header{"Content-Type": {"audio/mpeg"}}, "", careline.CodeRejected, ""},
		"not made yet":                          {"", "", 404, nil, "", careline.CodeConflict, careline.ReasonNotReady},
		"a wrong key":                           {"", "", 401, nil, "", careline.CodeRejected, ""},
		"busy":                                  {"", "", 503, nil, "", careline.CodeUnavailable, ""},
		"elsewhere":                             {"", "", 307, http.Header{"Location": {"https://elsewhere.example/"}}, "", careline.CodeRejected, ""},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			user, pass, _ := r.BasicAuth()
			if user != key || pass != "topsecret" || r.URL.Path != "/2010-04-01/Accounts/"+account+"/Recordings/"+recordingSID+".mp3" || r.Header.Get("Range") != test.part {
				t.Errorf("%s: asked %s by %s, range %q", name, r.URL, user, r.Header.Get("Range"))
			}
			if test.mono != "" && r.URL.RawQuery != "" {
				http.Error(w, `{"code":16113}`, http.StatusBadRequest)
				return
			}
			if test.mono == "" && r.URL.RawQuery != "RequestedChannels=2" {
				t.Errorf("%s: asked %s", name, r.URL)
			}
			for k, v := range test.header {
				w.Header()[k] = v
			}
			w.WriteHeader(test.status)
			_, _ = io.WriteString(w, test.body)
		}))
		t.Cleanup(server.Close)
		s, err := client(t, twilio.ClientConfig{BaseURL: server.URL}).Sound(t.Context(), recordingSID, test.part)
		if test.code != "" {
			if careline.CodeOf(err) != test.code || test.reason != "" && reasonIn(err) != test.reason {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || s.Part != test.header.Get("Content-Range") || s.Beyond != (test.status == 416) {
			t.Errorf("%s: %+v, %v", name, s, err)
			continue
		}
		if s.Beyond {
			continue
		}
		heard, err := io.ReadAll(s.Body)
		if string(heard) != test.body || err != nil || s.Body.Close() != nil || s.Length != int64(len(test.body)) || s.Type != "audio/mpeg" {
			t.Errorf("%s: %q, %+v, %v", name, heard, s, err)
		}
	}
}
