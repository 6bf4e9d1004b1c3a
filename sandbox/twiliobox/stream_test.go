package twiliobox_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"perci.health/careline/sandbox/twiliobox"
)

// Over real sockets: a call, and its story read as server-sent events by
// somebody who comes late.
func TestOverTheNetwork(t *testing.T) {
	t.Parallel()
	w := &world{t: t, pages: map[string]http.HandlerFunc{}}
	finished := make(chan struct{})
	app := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.URL.Scheme, r.URL.Host = "http", r.Host
		w.serve(rw, r)
		if r.URL.Path == "/parent" {
			close(finished)
		}
	}))
	defer app.Close()
	c := config()
	c.Pace = 0.001
	c.Applications[0].VoiceURL, c.Applications[0].StatusCallback = app.URL+"/voice", app.URL+"/parent"
	box, err := twiliobox.New(c)
	if err != nil {
		t.Fatal(err)
	}
	w.box = box
	w.pages["/voice"] = xmlPage(dialTo(member, "", ""))
	w.connect(map[string]string{"To": member})
	<-finished
	w.close()
	for _, s := range w.seen {
		if !s.signed {
			t.Errorf("%s is not signed", s.path)
		}
	}
	if got := len(statuses(w.at("/status"))); got != 4 {
		t.Errorf("%d status callbacks", got)
	}

	late := httptest.NewServer(box.Handler())
	defer late.Close()
	for _, from := range []int64{0, 5} {
		if first := firstEvent(t, late.URL, from); first.ID != from+1 {
			t.Errorf("after %d came %d", from, first.ID)
		}
	}
}

func firstEvent(t *testing.T, origin string, after int64) (e twiliobox.Event) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", origin+"/sandbox/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Last-Event-ID", jsonInt(int(after)))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			if err := json.Unmarshal([]byte(data), &e); err != nil {
				t.Fatal(err)
			}
			return e
		}
	}
	t.Fatal("no event")
	return e
}

func TestPhones(t *testing.T) {
	t.Parallel()
	inWorld(t, dialTo("+447700900800", "", ""), func(w *world) {
		for _, body := range []map[string]any{{"outcome": "explode"}, {"outcome": "answer", "ringSeconds": -1}, {"outcome": "answer", "answeredBy": "dog"}, {}} {
			if code := w.do("PUT", "/sandbox/v1/phones/"+member, body, nil); code != http.StatusBadRequest {
				t.Errorf("%v: %d", body, code)
			}
		}
		for path, want := range map[string]int{"/phones/+15005550006/answer": 400, "/phones/" + member + "/answer": 409, "/calls/CA0/hangup": 404, "/calls/CA0": 404} {
			method := "POST"
			if !strings.HasSuffix(path, "answer") && !strings.HasSuffix(path, "hangup") {
				method = "GET"
			}
			if code := w.do(method, "/sandbox/v1"+path, nil, nil); code != want {
				t.Errorf("%s: %d, want %d", path, code, want)
			}
		}
		w.do("PUT", "/sandbox/v1/phones/"+member, map[string]any{"outcome": "busy"}, nil)
		w.connect(nil)
		pass(2 * time.Second)
		var out struct {
			Phones []struct{ Number, Outcome, State, CallSid string }
			Rules  []struct{ LastDigits, Outcome string }
		}
		w.do("GET", "/sandbox/v1/phones", nil, &out)
		if len(out.Phones) != 2 || out.Phones[0].Outcome != "busy" || out.Phones[1].State != "ringing" || out.Phones[1].Outcome != "manual" || len(out.Rules) != 9 {
			t.Errorf("%+v", out)
		}
		w.do("POST", "/sandbox/v1/phones/+447700900800/answer", nil, nil)
		w.do("GET", "/sandbox/v1/phones", nil, &out)
		if out.Phones[1].State != "in-call" {
			t.Errorf("%+v", out.Phones[1])
		}
		var calls struct{ Calls []callView }
		w.do("GET", "/sandbox/v1/calls", nil, &calls)
		if len(calls.Calls) != 1 || calls.Calls[0].Status != "in-progress" || len(calls.Calls[0].Legs) != 2 {
			t.Errorf("%+v", calls)
		}
	})
}
