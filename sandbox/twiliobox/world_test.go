package twiliobox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"perci.health/careline/sandbox/twiliobox"
)

const (
	account   = "AC00000000000000000000000000000001"
	authToken = "0123456789abcdef0123456789abcdef"
	apiKey    = "SK00000000000000000000000000000001"
	secret    = "a secret of the api key"
	appSID    = "AP00000000000000000000000000000001"
	numberSID = "PN00000000000000000000000000000001"
	ours      = "+442079460001"
	member    = "+447700900142"
	base      = "http://app.example"
)

// seen is a request that the application got.
type seen struct {
	url, path, method string
	form              url.Values
	header            http.Header
	signed            bool // properly, with our auth token
	at                time.Time
}

func (s seen) get(name string) string { return s.form.Get(name) }

// world is a box and the application it calls, inside a synctest bubble: the
// application is reached without a network, so time is the test's own.
type world struct {
	t   *testing.T
	box *twiliobox.Box

	mu    sync.Mutex
	seen  []seen
	pages map[string]http.HandlerFunc // by path
	dead  func(attempt int, r *http.Request) error
	tries int
}

func config() twiliobox.Config {
	return twiliobox.Config{
		AccountSID: account, AuthToken: authToken, APIKey: apiKey, APISecret: secret, Seed: 7,
		Applications: []twiliobox.Application{{SID: appSID, FriendlyName: "web", VoiceURL: base + "/voice", StatusCallback: base + "/parent"}},
		Numbers: []twiliobox.Number{{SID: numberSID, PhoneNumber: ours, FriendlyName: "London",
			VoiceURL: base + "/incoming", StatusCallback: base + "/number"}},
	}
}

// inWorld runs a test in a bubble and closes the box after it.
func inWorld(t *testing.T, twiml string, test func(*world)) {
	t.Helper()
	inWorldOf(t, config(), func(w *world) {
		w.pages["/voice"] = xmlPage(twiml)
		test(w)
	})
}

// inWorldOf is inWorld for an account that is set up otherwise.
func inWorldOf(t *testing.T, c twiliobox.Config, test func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, c)
		test(w)
		w.close()
	})
}

func newWorld(t *testing.T, c twiliobox.Config) *world {
	t.Helper()
	w := &world{t: t, pages: map[string]http.HandlerFunc{}}
	c.HTTPClient = &http.Client{Transport: w}
	box, err := twiliobox.New(c)
	if err != nil {
		t.Fatal(err)
	}
	w.box = box
	return w
}

func (w *world) close() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := w.box.Close(ctx); err != nil {
		w.t.Errorf("close: %v", err)
	}
}

func xmlPage(body string) http.HandlerFunc { return page("text/xml", body) }

func page(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		io.WriteString(w, body)
	}
}

// RoundTrip is the network: connect, ask, answer.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.tries++
	tries, dead := w.tries, w.dead
	w.mu.Unlock()
	if dead != nil {
		if err := dead(tries, r); err != nil {
			return nil, err
		}
	}
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	rec := httptest.NewRecorder()
	w.serve(rec, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return rec.Result(), nil
}

func (w *world) serve(rec http.ResponseWriter, r *http.Request) {
	full := r.URL.String()
	if err := r.ParseForm(); err != nil {
		w.t.Error(err)
	}
	s := seen{url: full, path: r.URL.Path, method: r.Method, form: r.Form, header: r.Header, at: time.Now()}
	s.signed = r.Header.Get("X-Twilio-Signature") == twiliobox.Signature(authToken, full, r.PostForm)
	w.mu.Lock()
	w.seen = append(w.seen, s)
	h := w.pages[r.URL.Path]
	w.mu.Unlock()
	if h != nil {
		h(rec, r)
		return
	}
	rec.WriteHeader(http.StatusNoContent)
}

// at returns the requests to a path, in order of arrival.
func (w *world) at(path string) []seen {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.seen), func(s seen) bool { return s.path != path })
}

// one returns the only request to a path.
func (w *world) one(path string) seen {
	w.t.Helper()
	all := w.at(path)
	if len(all) != 1 {
		w.t.Fatalf("%d requests to %s, want 1", len(all), path)
	}
	return all[0]
}

// pass lets d go by and everything due in it happen.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (w *world) do(method, path string, body any, into any) int {
	w.t.Helper()
	var reader io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			w.t.Fatal(err)
		}
		reader = bytes.NewReader(raw)
	}
	rec := httptest.NewRecorder()
	w.box.Handler().ServeHTTP(rec, httptest.NewRequest(method, path, reader))
	if into != nil {
		if err := json.Unmarshal(rec.Body.Bytes(), into); err != nil {
			w.t.Fatalf("%s %s: %v in %s", method, path, err, rec.Body)
		}
	}
	return rec.Code
}

func claims() jwt.MapClaims {
	now := time.Now()
	return jwt.MapClaims{
		"iss": apiKey, "sub": account, "jti": apiKey + "-1", "iat": now.Unix(), "nbf": now.Add(-time.Minute).Unix(), "exp": now.Add(time.Hour).Unix(),
		"grants": map[string]any{"identity": "clinician_7f3a", "voice": map[string]any{"outgoing": map[string]any{"application_sid": appSID}}},
	}
}

func sign(t testing.TB, c jwt.MapClaims, key string, header map[string]any) string {
	t.Helper()
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, c)
	token.Header["cty"] = "twilio-fpa;v=1"
	for name, value := range header {
		token.Header[name] = value
	}
	s, err := token.SignedString([]byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// connect places a call as the SDK does and returns the parent's sid.
func (w *world) connect(params map[string]string) string {
	w.t.Helper()
	var out struct{ CallSid string }
	code := w.do("POST", "/sandbox/v1/connect", map[string]any{"token": sign(w.t, claims(), secret, nil), "params": params}, &out)
	if code != http.StatusCreated || !strings.HasPrefix(out.CallSid, "CA") {
		w.t.Fatalf("connect: %d %q", code, out.CallSid)
	}
	return out.CallSid
}

type notice struct {
	Code           int
	Level, Message string
}

type callView struct {
	SID, Status string
	Legs        []struct {
		SID, ParentCallSid, Status, To, From, AnsweredBy string
		SipResponseCode, DurationSeconds                 int
		States                                           []struct{ Status string }
		Media                                            *struct{ PacketsIn, LongestGapMs int }
	}
	Transcript []struct{ CallSid, Kind, Text, Voice, Language string }
	Notices    []notice
}

func (w *world) call(sid string) callView {
	w.t.Helper()
	var v callView
	if code := w.do("GET", "/sandbox/v1/calls/"+sid, nil, &v); code != http.StatusOK {
		w.t.Fatalf("call: %d", code)
	}
	return v
}

func (v callView) codes() (codes []int) {
	for _, n := range v.Notices {
		codes = append(codes, n.Code)
	}
	return codes
}

// heard is what was said in the call, sentence by sentence.
func (v callView) heard() string {
	var words []string
	for _, u := range v.Transcript {
		words = append(words, u.Text)
	}
	return strings.Join(words, " ")
}

// statuses are the callbacks to a path by SequenceNumber: "0 initiated".
func statuses(all []seen) (got []string) {
	for _, s := range all {
		got = append(got, s.get("SequenceNumber")+" "+s.get("CallStatus"))
	}
	slices.Sort(got)
	return got
}

// patient has a Dial ring for as long as Twilio lets it, for a test that does
// something at the phone meanwhile: at a fast pace even that is but seconds.
const patient = `timeout="600"`

// dialTo is the usual TwiML of these tests.
func dialTo(number, dialAttrs, numberAttrs string) string {
	return `<Response><Dial callerId="` + ours + `" answerOnBridge="true" action="/result" ` + dialAttrs + `>` +
		`<Number statusCallback="/status?AppointmentId=abc" statusCallbackEvent="initiated ringing answered completed" ` + numberAttrs + `>` + number + `</Number></Dial></Response>`
}
