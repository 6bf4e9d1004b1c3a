package pubsub_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/auth"
	"perci.health/careline/pubsub"
	"perci.health/careline/sandbox/pubsubbox"
	googlesetup "perci.health/careline/setup/google"
)

func anybody(context.Context, string) error { return nil }

// fail answers as the service does, as far as Google looks.
func fail(w http.ResponseWriter, _ *http.Request, err error) {
	status, known := map[careline.Code]int{
		careline.CodeInvalid: http.StatusBadRequest, careline.CodeUnauthenticated: http.StatusUnauthorized,
		careline.CodeForbidden: http.StatusForbidden, careline.CodeUnavailable: http.StatusServiceUnavailable,
	}[careline.CodeOf(err)]
	if !known {
		status = http.StatusInternalServerError
	}
	said := "no error of careline's"
	if e, ok := errors.AsType[*careline.Error](err); ok {
		said = e.Message
	}
	http.Error(w, said, status)
}

// wrapped is the body of a push as Google sends it.
func wrapped(attributes map[string]string, data []byte, changes func(message, body map[string]any)) []byte {
	message := map[string]any{"attributes": attributes, "data": base64.StdEncoding.EncodeToString(data), "messageId": "2070443601311540",
		"message_id": "2070443601311540", "publishTime": "2026-06-01T10:15:42.749Z", "publish_time": "2026-06-01T10:15:42.749Z", "orderingKey": sid(1)}
	body := map[string]any{"message": message, "subscription": "projects/p/subscriptions/careline-twilio", "deliveryAttempt": 1}
	if changes != nil {
		changes(message, body)
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return text
}

func post(h http.Handler, body []byte, header ...string) *http.Response {
	r := httptest.NewRequest(http.MethodPost, pubsub.PathPush, bytes.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func TestAPushIsAnsweredWhenItIsKept(t *testing.T) {
	t.Parallel()
	got := newArrivals()
	e := reportOf(t, 1, 2, "completed")
	resp := post(&pubsub.Push{Verify: anybody, Inbox: got.inbox(), Fail: fail}, wrapped(messageOf(t, e).Attributes, e.Report, nil))
	same(t, "status", resp.StatusCode, http.StatusNoContent)
	sameEvents(t, got.events, []careline.CallEvent{e})
	same(t, "outcomes", got.outcomes, map[string]int{pubsub.TakenKept: 1})
}

func TestWhatAPushIsAnswered(t *testing.T) {
	t.Parallel()
	e := reportOf(t, 1, 2, "completed")
	good := messageOf(t, e).Attributes
	with := func(name, value string) map[string]string {
		all := map[string]string{name: value}
		for k, v := range good {
			if k != name {
				all[k] = v
			}
		}
		return all
	}
	drop := func(name string) func(message, body map[string]any) {
		return func(message, body map[string]any) { delete(message, name); delete(body, name) }
	}
	for name, tt := range map[string]struct {
		body    []byte
		want    int
		outcome string
		says    string // in the answer, or in the stray's reason
	}{
		"good":                {wrapped(good, e.Report, nil), 204, pubsub.TakenKept, ""},
		"only the old id":     {wrapped(good, e.Report, drop("messageId")), 204, pubsub.TakenKept, ""},
		"only the new id":     {wrapped(good, e.Report, drop("message_id")), 204, pubsub.TakenKept, ""},
		"no delivery attempt": {wrapped(good, e.Report, drop("deliveryAttempt")), 204, pubsub.TakenKept, ""},
		"no trace":            {wrapped(with("googclient_traceparent", ""), e.Report, nil), 204, pubsub.TakenKept, ""},
		"another source":      {wrapped(with("source", "crm"), e.Report, nil), 204, pubsub.TakenKept, ""},

		"another type":     {wrapped(with("type", "invoice"), e.Report, nil), 204, pubsub.TakenStray, `its type is "invoice"`},
		"another version":  {wrapped(with("version", "2.0"), e.Report, nil), 204, pubsub.TakenStray, `its version is "2.0"`},
		"another subtype":  {wrapped(with("subtype", "Recording"), e.Report, nil), 204, pubsub.TakenStray, `subtype "Recording"`},
		"no subtype":       {wrapped(with("subtype", ""), e.Report, nil), 204, pubsub.TakenStray, "no subtype"},
		"no attributes":    {wrapped(nil, e.Report, nil), 204, pubsub.TakenStray, `its type is ""`},
		"no data":          {wrapped(good, nil, drop("data")), 204, pubsub.TakenStray, "JSON object"},
		"data no JSON":     {wrapped(good, []byte("CallSid=1"), nil), 204, pubsub.TakenStray, "JSON object"},
		"data a list":      {wrapped(good, []byte("[]"), nil), 204, pubsub.TakenStray, "JSON object"},
		"data of objects":  {wrapped(good, []byte(`{"CallSid":{}}`), nil), 204, pubsub.TakenStray, "JSON object"},
		"CallSid a number": {wrapped(good, []byte(`{"CallSid":1}`), nil), 204, pubsub.TakenStray, "CallSid"},
		"no CallSid":       {wrapped(good, []byte(`{"CallStatus":"ringing"}`), nil), 204, pubsub.TakenStray, "CallSid"},
		"spoilt CallSid":   {wrapped(good, []byte(`{"CallSid":"CA1"}`), nil), 204, pubsub.TakenStray, "CallSid"},

		"empty":              {nil, 400, "", "not a Pub/Sub message"},
		"no JSON":            {[]byte("hello"), 400, "", "not a Pub/Sub message"},
		"more behind it":     {append(wrapped(good, e.Report, nil), '{'), 400, "", "not a Pub/Sub message"},
		"null":               {[]byte("null"), 400, "", "payload unwrapping"},
		"a list":             {[]byte("[]"), 400, "", "not a Pub/Sub message"},
		"unwrapped":          {e.Report, 400, "", "switch payload unwrapping off"},
		"no message":         {wrapped(good, e.Report, drop("message")), 400, "", "payload unwrapping"},
		"no subscription":    {wrapped(good, e.Report, drop("subscription")), 400, "", "payload unwrapping"},
		"no id":              {wrapped(good, e.Report, func(m, _ map[string]any) { delete(m, "messageId"); delete(m, "message_id") }), 400, "", "no messageId"},
		"data not in base64": {wrapped(good, e.Report, func(m, _ map[string]any) { m["data"] = "{}" }), 204, pubsub.TakenStray, "not in base64"},
		"attributes a list":  {wrapped(good, e.Report, func(m, _ map[string]any) { m["attributes"] = []string{"x"} }), 204, pubsub.TakenStray, "attributes"},
		"attribute a number": {wrapped(good, e.Report, func(m, _ map[string]any) { m["attributes"] = map[string]any{"type": 1} }), 204, pubsub.TakenStray, "attributes"},
		"too large":          {bytes.Repeat([]byte("x"), pubsub.PushLimit+1), 400, "", "too large"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := newArrivals()
			resp := post(&pubsub.Push{Verify: anybody, Inbox: got.inbox(), Fail: fail}, tt.body)
			same(t, "status", resp.StatusCode, tt.want)
			want := map[string]int{}
			if tt.outcome != "" {
				want[tt.outcome] = 1
			}
			same(t, "outcomes", got.outcomes, want)
			text, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			if tt.outcome == pubsub.TakenStray {
				same(t, "stray id", got.strays[0].ID, "2070443601311540")
				text = []byte(got.strays[0].Why)
			}
			if !strings.Contains(string(text), tt.says) || strings.Contains(string(text), "900123") {
				t.Errorf("it says %q", text)
			}
		})
	}
}

func TestAPushThatCannotBeKeptComesAgain(t *testing.T) {
	t.Parallel()
	e := reportOf(t, 1, 2, "completed")
	good := messageOf(t, e).Attributes
	got := newArrivals()
	got.breaks(unavailable(errors.New("disk full")))
	push := &pubsub.Push{Verify: anybody, Inbox: got.inbox(), Fail: fail}
	same(t, "a report", post(push, wrapped(good, e.Report, nil)).StatusCode, http.StatusServiceUnavailable)
	same(t, "a stray", post(push, wrapped(nil, e.Report, nil)).StatusCode, http.StatusServiceUnavailable)
	same(t, "outcomes", got.outcomes, map[string]int{pubsub.TakenFailed: 2})
	same(t, "strays", len(got.strays), 0)
	inbox := got.inbox()
	inbox.Understand = func(string, []byte) (careline.CallEvent, error) {
		return careline.CallEvent{}, unavailable(errors.New("busy"))
	}
	got.breaks(nil)
	same(t, "not to be told", post(&pubsub.Push{Verify: anybody, Inbox: inbox, Fail: fail}, wrapped(good, e.Report, nil)).StatusCode, http.StatusServiceUnavailable)
	same(t, "strays", len(got.strays), 0)
}

// TestAPushIsAnsweredBeforeItsDeadline has the database hang.
func TestAPushIsAnsweredBeforeItsDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := reportOf(t, 1, 2, "completed")
		inbox := newArrivals().inbox()
		inbox.Append = func(ctx context.Context, _ careline.CallEvent) error { <-ctx.Done(); return ctx.Err() }
		began := time.Now()
		resp := post(&pubsub.Push{Verify: anybody, Inbox: inbox, Fail: fail}, wrapped(messageOf(t, e).Attributes, e.Report, nil))
		same(t, "status", resp.StatusCode, http.StatusServiceUnavailable)
		same(t, "took", time.Since(began), 8*time.Second)
	})
}

func TestTheSpanOfAPushIsInTheReportsTrace(t *testing.T) {
	t.Parallel()
	e, got := reportOf(t, 1, 2, "completed"), newArrivals()
	inbox := got.inbox()
	var saw []string
	inbox.Span = func(ctx context.Context, traceparent string) (context.Context, func(error)) {
		saw = append(saw, traceparent)
		return context.WithValue(ctx, answerKey{}, "span"), func(err error) { saw = append(saw, fmt.Sprint(err)) }
	}
	inbox.Append = func(ctx context.Context, _ careline.CallEvent) error {
		if ctx.Value(answerKey{}) != "span" {
			t.Error("not in the span")
		}
		return nil
	}
	post(&pubsub.Push{Verify: anybody, Inbox: inbox, Fail: fail}, wrapped(messageOf(t, e).Attributes, e.Report, nil))
	same(t, "span", saw, []string{trace, "<nil>"})
}

func TestOnlyPostIsAnswered(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	(&pubsub.Push{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, pubsub.PathPush, nil))
	same(t, "status", w.Code, http.StatusMethodNotAllowed)
}

// TestPushGoesByTheToken checks tokens as the service does, against a key set over
// http.
func TestPushGoesByTheToken(t *testing.T) {
	t.Parallel()
	issuer, err := pubsubbox.NewIssuer(pushEmail, pushAudience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { issuer.Close() })
	stranger, err := pubsubbox.NewIssuer(pushEmail, pushAudience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stranger.Close() })
	verifier, err := auth.NewPush(auth.PushConfig{Audience: pushAudience, Email: pushEmail, KeysURL: issuer.KeysURL()})
	if err != nil {
		t.Fatal(err)
	}
	if err := verifier.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	token := func(i *pubsubbox.Issuer, changes map[string]any) string {
		text, err := i.Token(now, changes)
		if err != nil {
			t.Fatal(err)
		}
		return "Bearer " + text
	}
	good := token(issuer, nil)
	for name, tt := range map[string]struct {
		header []string
		want   int
	}{
		"good":                 {[]string{"Authorization", good}, 204},
		"iss without https":    {[]string{"Authorization", token(issuer, map[string]any{"iss": "accounts.google.com"})}, 204},
		"none":                 {nil, 401},
		"empty":                {[]string{"Authorization", "Bearer "}, 401},
		"another scheme":       {[]string{"Authorization", "Basic " + good[7:]}, 401},
		"twice":                {[]string{"Authorization", good, "Authorization", good}, 401},
		"not a token":          {[]string{"Authorization", "Bearer x.y.z"}, 401},
		"over":                 {[]string{"Authorization", token(issuer, map[string]any{"exp": now.Unix() - 60})}, 401},
		"signed by a stranger": {[]string{"Authorization", token(stranger, nil)}, 401},
		"another issuer":       {[]string{"Authorization", token(issuer, map[string]any{"iss": "https://evil.example"})}, 401},
		"another audience":     {[]string{"Authorization", token(issuer, map[string]any{"aud": "https://other.example"})}, 403},
		"another account":      {[]string{"Authorization", token(issuer, map[string]any{"email": "x@y.iam.gserviceaccount.com"})}, 403},
		"not verified":         {[]string{"Authorization", token(issuer, map[string]any{"email_verified": false})}, 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := newArrivals()
			e := reportOf(t, 1, 0, "ringing")
			resp := post(&pubsub.Push{Verify: verifier.Verify, Inbox: got.inbox(), Fail: fail}, wrapped(messageOf(t, e).Attributes, e.Report, nil), tt.header...)
			same(t, "status", resp.StatusCode, tt.want)
			same(t, "kept", len(got.events) == 1, tt.want == 204)
		})
	}
	unreachable, err := auth.NewPush(auth.PushConfig{Audience: pushAudience, Email: pushEmail, KeysURL: "http://127.0.0.1:1/certs"})
	if err != nil {
		t.Fatal(err)
	}
	resp := post(&pubsub.Push{Verify: unreachable.Verify, Inbox: newArrivals().inbox(), Fail: fail}, nil, "Authorization", good)
	same(t, "without keys", resp.StatusCode, http.StatusServiceUnavailable)
}

// TestPushRedeliveredWhileTheFirstIsRunning has Google lose patience: the same message
// comes ten times at once, and later again.
func TestPushRedeliveredWhileTheFirstIsRunning(t *testing.T) {
	t.Parallel()
	log := chartLog(t)
	got := newArrivals()
	inbox := got.inbox()
	var arrived sync.WaitGroup
	arrived.Add(10)
	inbox.Append = func(ctx context.Context, e careline.CallEvent) error {
		arrived.Done() // none is kept before all are on their way
		arrived.Wait()
		_, _, err := log.Append(ctx, e)
		return err
	}
	push := &pubsub.Push{Verify: anybody, Inbox: inbox, Fail: fail}
	e := reportOf(t, 1, 2, "completed")
	body := wrapped(messageOf(t, e).Attributes, e.Report, nil)
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { same(t, "status", post(push, body).StatusCode, http.StatusNoContent) })
	}
	wg.Wait()
	arrived.Add(1)
	same(t, "status", post(push, body).StatusCode, http.StatusNoContent)
	kept, err := log.Events(t.Context(), e.Call)
	if err != nil || len(kept) != 1 {
		t.Errorf("%d events (error: %v)", len(kept), err)
	}
	pending, _, _, err := log.Backlog(t.Context(), "chart")
	if err != nil || pending != 1 {
		t.Errorf("%d deliveries (error: %v)", pending, err)
	}
}

// TestAStrayIsKeptInTheStore is the wiring of the service.
func TestAStrayIsKeptInTheStore(t *testing.T) {
	t.Parallel()
	log := chartLog(t)
	inbox := newArrivals().inbox()
	inbox.KeepStray = log.KeepStray
	push := &pubsub.Push{Verify: anybody, Inbox: inbox, Fail: fail}
	body := wrapped(map[string]string{"type": "invoice"}, []byte{0, 255}, nil)
	for range 2 {
		same(t, "status", post(push, body).StatusCode, http.StatusNoContent)
	}
	strays, err := log.Strays(t.Context())
	if err != nil || len(strays) != 1 {
		t.Fatalf("%d strays (error: %v)", len(strays), err)
	}
	same(t, "data", strays[0].Data, []byte{0, 255})
	same(t, "attributes", strays[0].Attributes, map[string]string{"type": "invoice"})
}

// TestPubSubPushes has the Pub/Sub that is installed push by itself. Where none can,
// `make test` names this test at its end as left out: see `used` in the Makefile.
func TestPubSubPushes(t *testing.T) {
	t.Parallel()
	box := shared.start(t)
	if !box.Pushes() {
		t.Log("left out: " + t.Name() + ": " + strings.Join(box.LeftOut(), "; "))
		return
	}
	got := newArrivals()
	broken := true
	var mu sync.Mutex
	push := &pubsub.Push{Verify: anybody, Inbox: got.inbox(), Fail: fail} // the emulator's pushes bear no token
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		away := broken
		broken = false
		mu.Unlock()
		if away {
			w.WriteHeader(http.StatusServiceUnavailable) // so it comes again
			return
		}
		push.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	topic := topicOf(t, box.Endpoint())
	admin := newAdmin(t, googlesetup.Config{Topic: topic, PushURL: server.URL + pubsub.PathPush, PushEmail: pushEmail, PushAudience: pushAudience})
	provision(t, admin)
	publisher := newPublisher(t, topic)
	var want []careline.CallEvent
	for n, status := range []string{"initiated", "ringing", "in-progress", "completed"} {
		e := reportOf(t, 1, n, status)
		want = append(want, e)
		if err := publisher.Publish(t.Context(), messageOf(t, e)); err != nil {
			t.Fatal(err)
		}
	}
	stray := pubsub.Message{Attributes: map[string]string{"type": "invoice"}, Data: []byte("x")}
	if err := publisher.Publish(t.Context(), stray); err != nil {
		t.Fatal(err)
	}
	got.until(t, "all arrive", func() bool { return len(distinct(got.events)) == 4 && len(got.strays) > 0 })
	got.mu.Lock()
	defer got.mu.Unlock()
	var first []careline.CallEvent // what was repeated, and all behind it, comes again
	for _, e := range got.events {
		if !slices.ContainsFunc(first, func(a careline.CallEvent) bool { return a.ID == e.ID }) {
			first = append(first, e)
		}
	}
	sameEvents(t, first, want)
}

// TestPushedWithTokens has the pusher deliver what the outbox published, with
// tokens that the service checks, through an outage and a change of keys.
func TestPushedWithTokens(t *testing.T) {
	t.Parallel()
	topic, _ := pulled(t, shared.start(t))
	publisher, got, log := newPublisher(t, topic), newArrivals(), chartLog(t)
	issuer, err := pubsubbox.NewIssuer(pushEmail, pushAudience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { issuer.Close() })
	verifier, err := auth.NewPush(auth.PushConfig{Audience: pushAudience, Email: pushEmail, KeysURL: issuer.KeysURL()})
	if err != nil {
		t.Fatal(err)
	}
	inbox := got.inbox()
	inbox.Append = func(ctx context.Context, e careline.CallEvent) error {
		_, _, err := log.Append(ctx, e)
		return errors.Join(err, got.append(ctx, e))
	}
	server := httptest.NewServer(&pubsub.Push{Verify: verifier.Verify, Inbox: inbox, Fail: fail})
	t.Cleanup(server.Close)
	statuses := map[int]int{} // under the lock of got
	count := func(_ string, _, status int) {
		got.mu.Lock()
		statuses[status]++
		got.mu.Unlock()
		got.tell()
	}
	pusher := &pubsubbox.Pusher{Endpoint: topic.Emulator, Subscription: subscriptionPath(topic, "careline-pull"), URL: server.URL, Token: issuer.Bearer(),
		LeastPause: time.Millisecond, MostPause: 20 * time.Millisecond, Observe: count}
	got.breaks(errors.New("database down"))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- pusher.Run(ctx) }()
	for c := range 10 {
		for n, status := range []string{"initiated", "ringing", "completed"} {
			if err := publisher.Publish(t.Context(), messageOf(t, reportOf(t, c, n, status))); err != nil {
				t.Fatal(err)
			}
		}
	}
	got.until(t, "some fail", func() bool { return got.outcomes[pubsub.TakenFailed] > 3 })
	got.breaks(nil)
	got.until(t, "all arrive", func() bool { return len(distinct(got.events)) == 30 })
	// An event is here before its answer is there, and the end of Run cuts answers off.
	got.until(t, "all are answered", func() bool { return statuses[204] >= 30 })
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	delete(statuses, 0) // a redelivery that was cut off
	if statuses[503] < 4 || len(statuses) != 2 {
		t.Errorf("statuses: %v", statuses)
	}
	for c := range 10 {
		kept, err := log.Events(t.Context(), sid(c))
		if err != nil || len(kept) != 3 {
			t.Errorf("call %d has %d events (error: %v)", c, len(kept), err)
		}
	}
}

// TestWhatTheLogWillNeverKeepIsAStray: Google would deliver it again for days.
func TestWhatTheLogWillNeverKeepIsAStray(t *testing.T) {
	t.Parallel()
	got := newArrivals()
	inbox := got.inbox()
	inbox.Append = func(context.Context, careline.CallEvent) error {
		return careline.NewError(careline.CodeInvalid, "It has a name of 5000 bytes.", nil)
	}
	e := reportOf(t, 1, 2, "completed")
	resp := post(&pubsub.Push{Verify: anybody, Inbox: inbox, Fail: fail}, wrapped(messageOf(t, e).Attributes, e.Report, nil))
	same(t, "status", resp.StatusCode, http.StatusNoContent)
	same(t, "outcomes", got.outcomes, map[string]int{pubsub.TakenStray: 1})
	if len(got.strays) != 1 || string(got.strays[0].Data) != string(e.Report) {
		t.Errorf("strays: %v", got.strays)
	}
}
