package pubsub_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"perci.health/careline"
	"perci.health/careline/pubsub"
	"perci.health/careline/twilio"
)

// A report in which somebody wrote numbers, or nothing, where Twilio writes
// strings is the same event as Twilio's own.
func TestPushedDataWithNumbersAndNulls(t *testing.T) {
	t.Parallel()
	e := reportOf(t, 1, 2, "completed")
	form := string(e.Report)
	for name, data := range map[string]string{
		"numbers":      strings.Replace(form, `"SequenceNumber":"2"`, `"SequenceNumber":2`, 1),
		"decimals":     strings.Replace(form, `"SequenceNumber":"2"`, `"SequenceNumber":2.0`, 1),
		"null":         strings.Replace(form, `{`, `{"ForwardedFrom":null,"Aaa":[null],`, 1),
		"null in list": strings.Replace(form, `{`, `{"ForwardedFrom":[null],`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if data == form {
				t.Fatalf("nothing was changed in %s", form)
			}
			got := newArrivals()
			resp := post(&pubsub.Push{Verify: anybody, Inbox: got.inbox(), Fail: fail}, wrapped(messageOf(t, e).Attributes, []byte(data), nil))
			same(t, "status", resp.StatusCode, http.StatusNoContent)
			sameEvents(t, got.events, []careline.CallEvent{e})
		})
	}
}

// What Pub/Sub never sends is kept for an operator at once: a refusal would have
// it come again until it is a dead letter.
func TestOddMessagesAreStraysAtOnce(t *testing.T) {
	t.Parallel()
	e := reportOf(t, 1, 2, "completed")
	good := messageOf(t, e).Attributes
	report := append(bytes.TrimSuffix(bytes.Clone(e.Report), []byte("}")), `,"Odd":"??>>~~"}`...)
	set := func(name string, value any) func(message, body map[string]any) {
		return func(message, _ map[string]any) { message[name] = value }
	}
	for name, tt := range map[string]struct {
		change    func(message, body map[string]any)
		data, why string
	}{
		"base64url":            {set("data", base64.URLEncoding.EncodeToString(report)), string(report), "base64url"},
		"base64url unpadded":   {set("data", base64.RawURLEncoding.EncodeToString(append(report, ' '))), string(report) + " ", "base64url"},
		"no base64":            {set("data", "{}"), "{}", "base64"},
		"data a number":        {set("data", 7), "7", "base64"},
		"data an object":       {set("data", map[string]any{"CallSid": "x"}), `{"CallSid":"x"}`, "base64"},
		"attributes a list":    {set("attributes", []string{"x"}), string(e.Report), "attributes"},
		"an attribute a map":   {set("attributes", map[string]any{"type": map[string]int{"a": 1}}), string(e.Report), "attributes"},
		"an attribute a digit": {set("attributes", map[string]any{"type": 1}), string(e.Report), "attributes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := newArrivals()
			resp := post(&pubsub.Push{Verify: anybody, Inbox: got.inbox(), Fail: fail}, wrapped(good, e.Report, tt.change))
			same(t, "status", resp.StatusCode, http.StatusNoContent)
			same(t, "outcomes", got.outcomes, map[string]int{pubsub.TakenStray: 1})
			if len(got.strays) != 1 {
				t.Fatal("no stray was kept")
			}
			same(t, "data", string(got.strays[0].Data), tt.data)
			if s := got.strays[0]; s.ID == "" || !strings.Contains(s.Why, tt.why) || strings.Contains(s.Why, "900123") {
				t.Errorf("stray %q because %q; want why to name %s", s.ID, s.Why, tt.why)
			}
		})
	}
	t.Run("read by an operator", func(t *testing.T) {
		t.Parallel()
		got := newArrivals()
		post(&pubsub.Push{Verify: anybody, Inbox: got.inbox(), Fail: fail}, wrapped(good, e.Report, set("data", base64.RawURLEncoding.EncodeToString(report))))
		form, err := twilio.FormFromJSON(report)
		if err != nil {
			t.Fatal(err)
		}
		want, err := twilio.Event(twilio.SubjectCallStatus, form)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := got.inbox().Read(got.strays[0]); err != nil || again.ID != want.ID {
			t.Errorf("read again: %q, %v; want %q", again.ID, err, want.ID)
		}
	})
	t.Run("the id a number", func(t *testing.T) {
		t.Parallel()
		got := newArrivals()
		resp := post(&pubsub.Push{Verify: anybody, Inbox: got.inbox(), Fail: fail}, wrapped(good, e.Report, set("messageId", 2070443601311540)))
		same(t, "status", resp.StatusCode, http.StatusNoContent)
		sameEvents(t, got.events, []careline.CallEvent{e})
	})
}

// endless is a body that goes on for as long as somebody reads it, and counts.
type endless struct{ read, most int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.read >= e.most {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), e.most-e.read))
	for i := range n {
		p[i] = 'x'
	}
	e.read += int64(n)
	return n, nil
}

func TestLargePushesAreRefusedUnread(t *testing.T) {
	t.Parallel()
	if pubsub.PushLimit > 1<<20 {
		t.Errorf("a push may have %d bytes; want at most 1 MB", pubsub.PushLimit)
	}
	const large = 10 << 20
	for name, tt := range map[string]struct{ length, most int64 }{
		"by its length":  {large, 0},
		"without length": {-1, 1<<20 + 4096},
	} {
		body := &endless{most: large}
		r := httptest.NewRequest(http.MethodPost, pubsub.PathPush, body)
		r.ContentLength = tt.length
		w := httptest.NewRecorder()
		got := newArrivals()
		(&pubsub.Push{Verify: anybody, Inbox: got.inbox(), Fail: fail}).ServeHTTP(w, r)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "too large") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		if body.read > tt.most {
			t.Errorf("%s: %d bytes of it were read; want %d at most", name, body.read, tt.most)
		}
		same(t, "outcomes", got.outcomes, map[string]int{})
	}
}

// BenchmarkLargePush tells what thirty pushes of 10 MB without a length cost at
// once; B/op is all that they allocate together.
func BenchmarkLargePush(b *testing.B) {
	got := newArrivals()
	push := &pubsub.Push{Verify: anybody, Inbox: got.inbox(), Fail: fail}
	b.ReportAllocs()
	for b.Loop() {
		done := make(chan int, 30)
		for range cap(done) {
			go func() {
				r := httptest.NewRequest(http.MethodPost, pubsub.PathPush, &endless{most: 10 << 20})
				r.ContentLength = -1
				w := httptest.NewRecorder()
				push.ServeHTTP(w, r)
				done <- w.Code
			}()
		}
		for range cap(done) {
			if code := <-done; code != http.StatusBadRequest {
				b.Fatal(code)
			}
		}
	}
}
