package twiliobox_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"perci.health/careline/sandbox/twiliobox"
)

// arrived are the callbacks to a path as they came: "ringing", with "!" when
// the signature is wrong.
func arrived(all []seen) (got []string) {
	for _, s := range all {
		mark := ""
		if !s.signed {
			mark = "!"
		}
		got = append(got, s.get("CallStatus")+mark)
	}
	return got
}

func TestFaults(t *testing.T) {
	t.Parallel()
	next := func(faults ...string) map[string]any {
		var list []map[string]string
		for _, f := range faults {
			event, fault, _ := strings.Cut(f, " ")
			list = append(list, map[string]string{"event": event, "fault": fault})
		}
		return map[string]any{"next": list}
	}
	tests := []struct {
		name   string
		faults map[string]any
		want   []string
	}{
		{"none", map[string]any{}, []string{"initiated", "ringing", "in-progress", "completed"}},
		{"drop all", map[string]any{"drop": 1}, nil},
		{"drop some", map[string]any{"drop": 1, "only": []string{"initiated", "answered"}}, []string{"ringing", "completed"}},
		{"duplicate all", map[string]any{"duplicate": 1}, []string{"initiated", "initiated", "ringing", "ringing", "in-progress", "in-progress", "completed", "completed"}},
		{"reorder all", map[string]any{"reorder": 1}, []string{"completed", "initiated", "ringing", "in-progress"}},
		{"reorder one", map[string]any{"reorder": 1, "only": []string{"ringing"}}, []string{"initiated", "in-progress", "ringing", "completed"}},
		{"bad signature", map[string]any{"badSignature": 1}, []string{"initiated!", "ringing!", "in-progress!", "completed!"}},
		{"late ringing", next("ringing delay"), []string{"initiated", "ringing", "in-progress", "completed"}},
		{"very late ringing", map[string]any{"delayMs": 30000, "only": []string{"ringing"}}, []string{"initiated", "in-progress", "completed", "ringing"}},
		{"drop the next completed", next("completed drop"), []string{"initiated", "ringing", "in-progress"}},
		{"one of each", next("initiated duplicate", "ringing reorder", "answered badSignature"), []string{"initiated", "initiated", "in-progress!", "ringing", "completed"}},
		{"any", next(" drop", " drop"), []string{"in-progress", "completed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, dialTo(member, "", ""), func(w *world) {
				if tt.name != "none" {
					w.box.SetApplication(appSID, base+"/voice", "")
				}
				if code := w.do("PUT", "/sandbox/v1/faults", tt.faults, nil); code != http.StatusOK {
					t.Fatal(code)
				}
				w.connect(nil)
				pass(2 * time.Minute)
				all := w.at("/status")
				if diff := cmp.Diff(tt.want, arrived(all)); diff != "" {
					t.Error(diff)
				}
				if tt.name == "duplicate all" && all[0].header.Get("I-Twilio-Idempotency-Token") != all[1].header.Get("I-Twilio-Idempotency-Token") {
					t.Error("the two of a pair have different idempotency tokens")
				}
				if tt.name == "late ringing" && all[1].at.Sub(all[0].at) != 3*time.Second {
					t.Errorf("ringing came %v after initiated, want 1 s and the 2 s of delay", all[1].at.Sub(all[0].at))
				}
				var left twiliobox.Faults
				w.do("GET", "/sandbox/v1/faults", nil, &left)
				if len(left.Next) != 0 {
					t.Errorf("left over: %v", left.Next)
				}
			})
		})
	}
}

func TestFaultsAreRefusedWhenWrong(t *testing.T) {
	t.Parallel()
	inWorld(t, "", func(w *world) {
		for _, body := range []map[string]any{
			{"drop": 1.5}, {"reorder": -1}, {"only": []string{"busy"}}, {"next": []map[string]string{{"fault": "explode"}}},
			{"next": []map[string]string{{"event": "x", "fault": "drop"}}}, {"delayMs": -1}, {"dorp": 1},
		} {
			if code := w.do("PUT", "/sandbox/v1/faults", body, nil); code != http.StatusBadRequest {
				t.Errorf("%v: %d", body, code)
			}
		}
	})
}

// The same seed and the same calls meet the same faults; another seed others.
func TestFaultsAreRepeatable(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) (got []string) {
		synctest.Test(t, func(t *testing.T) {
			c := config()
			c.Seed = seed
			w := newWorld(t, c)
			w.pages["/voice"] = xmlPage(dialTo(member, "", ""))
			w.do("PUT", "/sandbox/v1/faults", map[string]any{"drop": 0.3, "duplicate": 0.3, "reorder": 0.3, "badSignature": 0.3}, nil)
			for range 8 {
				w.connect(nil)
				pass(time.Minute)
			}
			w.close()
			got = arrived(w.at("/status"))
		})
		return got
	}
	first := run(1)
	if diff := cmp.Diff(first, run(1)); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(first, run(2)) {
		t.Error("another seed, the same faults")
	}
	if whole := 8 * 4; len(first) == whole || len(first) == 0 {
		t.Errorf("%d of %d arrived", len(first), whole)
	}
}

// Twilio, webhooks connection overrides: what is tried again, how often, when.
func TestPostmanTriesAgain(t *testing.T) {
	t.Parallel()
	refused := func(int, *http.Request) error { return errors.New("connection refused") }
	once := func(n int, r *http.Request) error {
		if n == 1 {
			return refused(n, r)
		}
		return nil
	}
	silent := func(_ int, r *http.Request) error {
		<-r.Context().Done()
		return r.Context().Err()
	}
	tests := []struct {
		name, fragment string
		connect        func(int, *http.Request) error
		status         int
		hangs          bool
		tries          int
		code           int
		takes          time.Duration
	}{
		{"good", "", nil, 204, false, 1, 0, 0},
		{"refused: once more", "", refused, 0, false, 2, 11205, 0},
		{"refused the first time", "", once, 204, false, 2, 0, 0},
		{"connect timeout: 5 s, twice", "", silent, 0, false, 2, 11205, 10 * time.Second},
		{"503 is not repeated", "", nil, 503, false, 1, 15003, 0},
		{"404 is not repeated", "", nil, 404, false, 1, 15003, 0},
		{"silence is not repeated", "", nil, 0, true, 1, 11200, 15 * time.Second},
		{"rc=3 for 5xx", "#rc=3&rp=5xx", nil, 503, false, 4, 15003, 0},
		{"rc=3 without rp is for connecting", "#rc=3", nil, 503, false, 1, 15003, 0},
		{"rc=5 refused", "#rc=5", refused, 0, false, 6, 11205, 0},
		{"rc=0", "#rc=0", refused, 0, false, 1, 11205, 0},
		{"rc out of range", "#rc=6", refused, 0, false, 2, 11205, 0},
		{"4xx", "#rc=2&rp=4xx,5xx", nil, 404, false, 3, 15003, 0},
		{"all", "#rc=2&rp=all", nil, 404, false, 3, 15003, 0},
		{"rt", "#rc=2&rt=1000&rp=rt", nil, 0, true, 3, 11200, 3 * time.Second},
		{"ct", "#ct=100&rc=2", silent, 0, false, 3, 11205, 300 * time.Millisecond},
		{"total", "#ct=10000&rc=5", silent, 0, false, 2, 11205, 15 * time.Second},
		{"tt", "#tt=1000", nil, 0, true, 1, 11200, time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body := `<Response><Dial callerId="` + ours + `"><Number statusCallback="/status?a=1` + strings.ReplaceAll(tt.fragment, "&", "&amp;") + `">+447700900486</Number></Dial></Response>`
			inWorld(t, body, func(w *world) {
				w.box.SetApplication(appSID, base+"/voice", "")
				tries, last := 0, time.Time{}
				w.dead = func(_ int, r *http.Request) error {
					if r.URL.Path != "/status" {
						return nil
					}
					tries++
					if tt.connect == nil {
						return nil
					}
					return tt.connect(tries, r)
				}
				w.pages["/status"] = func(rw http.ResponseWriter, r *http.Request) {
					if tt.hangs {
						<-r.Context().Done()
						return
					}
					rw.WriteHeader(tt.status)
				}
				events := w.box.Events(w.t.Context())
				began, tokens := time.Time{}, map[string]bool{}
				go func() {
					for e := range events {
						if e.Webhook == nil || e.Webhook.Path != "/status" {
							continue
						}
						if e.Type == "webhook.request" && began.IsZero() {
							began = e.Time
						}
						last = e.Time
						tokens[e.Webhook.Token] = true
						if strings.Contains(e.Webhook.URL, "#") {
							t.Error("the fragment was sent")
						}
					}
				}()
				sid := w.connect(nil)
				pass(time.Minute)
				if tries != tt.tries || len(tokens) != 1 || last.Sub(began) != tt.takes {
					t.Errorf("%d tries with %d tokens in %v; want %d, 1, %v", tries, len(tokens), last.Sub(began), tt.tries, tt.takes)
				}
				var want []int
				if tt.code != 0 {
					want = []int{tt.code}
				}
				if diff := cmp.Diff(want, w.call(sid).codes()); diff != "" {
					t.Error(diff)
				}
				for _, s := range w.at("/status") {
					if !s.signed || s.get("a") != "1" {
						t.Error("signed", s.signed, s.url)
					}
				}
			})
		})
	}
}

// Twilio signs an https URL without its port, and never the credentials, which
// it sends only when asked.
func TestPostmanSendsCredentialsAndSignsWithoutPort(t *testing.T) {
	t.Parallel()
	inWorld(t, "", func(w *world) {
		w.box.SetApplication(appSID, "https://user:pass@app.example:8443/private?x=1#rc=1", "")
		w.pages["/private"] = func(rw http.ResponseWriter, r *http.Request) {
			if user, pass, _ := r.BasicAuth(); user != "user" || pass != "pass" {
				rw.Header().Set("WWW-Authenticate", `Basic realm="x"`)
				rw.WriteHeader(http.StatusUnauthorized)
				return
			}
			xmlPage(`<Response><Hangup/></Response>`)(rw, r)
		}
		w.connect(nil)
		pass(time.Second)
		all := w.at("/private")
		if len(all) != 2 || all[0].header.Get("Authorization") != "" || all[1].header.Get("Authorization") == "" {
			t.Fatalf("%d requests", len(all))
		}
		form := url.Values{}
		for name, values := range all[1].form {
			if name != "x" {
				form[name] = values
			}
		}
		if got := all[1].header.Get("X-Twilio-Signature"); got != twiliobox.Signature(authToken, "https://app.example/private?x=1", form) {
			t.Error("signed over another URL than https://app.example/private?x=1")
		}
	})
}

// A slow receiver sees its callbacks overlap, in the order they were made.
func TestDeliverToASlowReceiver(t *testing.T) {
	t.Parallel()
	inWorld(t, dialTo(member, "", ""), func(w *world) {
		w.pages["/status"] = func(http.ResponseWriter, *http.Request) { <-time.After(10 * time.Second) }
		w.connect(nil)
		pass(2 * time.Minute)
		all := w.at("/status")
		if diff := cmp.Diff([]string{"initiated", "ringing", "in-progress", "completed"}, arrived(all)); diff != "" {
			t.Fatal(diff)
		}
		if d := all[3].at.Sub(all[0].at); d != 16*time.Second {
			t.Errorf("completed came %v after initiated", d)
		}
	})
}

func TestCloseGivesUpInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, config())
		w.pages["/voice"] = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
		w.connect(nil)
		pass(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		began := time.Now()
		if err := w.box.Close(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 2*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		if err := w.box.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestEventsTellEverything(t *testing.T) {
	t.Parallel()
	inWorld(t, dialTo("+447700900486", "", ""), func(w *world) {
		w.pages["/result"] = xmlPage(`<Response><Say>The member is busy.</Say></Response>`)
		w.do("PUT", "/sandbox/v1/faults", map[string]any{"next": []map[string]string{{"event": "completed", "fault": "drop"}}}, nil)
		var all []twiliobox.Event
		ctx, stop := context.WithCancel(w.t.Context())
		defer stop()
		events := w.box.Events(ctx)
		go func() {
			for e := range events {
				all = append(all, e)
			}
		}()
		sid := w.connect(nil)
		pass(time.Minute)
		var got []string
		for i, e := range all {
			line := e.Type + " " + string(e.Status) + e.Fault + e.Kind
			if e.Webhook != nil {
				line += e.Webhook.Path
			}
			got = append(got, strings.TrimSpace(line))
			if e.ID != all[0].ID+int64(i) || (e.CallSID != sid && e.ParentCallSID != sid && e.Webhook == nil) {
				t.Errorf("%+v", e)
			}
		}
		want := []string{
			"call.state ringing", "webhook.request /voice", "webhook.answer /voice", "call.state initiated", "webhook.request /status", "webhook.answer /status",
			"call.state busy", "fault drop", "webhook.request /result", "webhook.answer /result", "call.state in-progress", "speech say",
			"call.state completed", "webhook.request /parent", "webhook.answer /parent",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		i := slices.IndexFunc(all, func(e twiliobox.Event) bool { return e.Type == "webhook.answer" })
		if a := all[i].Webhook; a.StatusCode != 200 || !strings.Contains(a.Body, "<Dial") || a.Parameters["CallSid"][0] != sid {
			t.Errorf("%+v", a)
		}
	})
}
