package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"perci.health/careline/sandbox"
)

// patience is how long a test waits for what must come; nothing depends on how
// much of it is used. It is longer than a new process takes to look for what nobody
// reported to the one before: on a slow machine it starts when Twilio's tries are over.
const patience = 8 * time.Minute

// pace makes a sandbox call of a minute take a fraction of a second.
const pace = 0.002

// system is the whole of careline as `careline demo` runs it: the sandbox, and
// the service through serve itself.
type system struct {
	t     *testing.T
	world *sandbox.World
	url   string
	log   *lockedBuffer
	dir   string
	set   map[string]string
	stop  func()
}

// newSystem starts a system; set adds settings or replaces the usual ones.
func newSystem(t *testing.T, set map[string]string) *system {
	t.Helper()
	return newSystemAt(t, pace, set)
}

// newSystemAt starts a system whose calls go at a pace of their own.
func newSystemAt(t *testing.T, pace float64, set map[string]string) *system {
	t.Helper()
	w, err := sandbox.Start(t.Context(), sandbox.Config{Pace: pace})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &system{t: t, world: w, log: new(lockedBuffer), dir: t.TempDir(), set: set}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the service's log:\n%s", s.log)
		}
	})
	s.start()
	return s
}

// start runs the service until stop, or the test's end.
func (s *system) start() {
	s.t.Helper()
	ln, err := listen("127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	s.url = "http://" + ln.Addr().String()
	c, err := readConfig(s.setting)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.world.SetApp(c.public.String()); err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- serve(ctx, c, ln, s.log) }()
	var once sync.Once
	s.stop = func() {
		once.Do(func() {
			cancel()
			if err := <-served; err != nil {
				s.t.Error("serve:", err)
			}
		})
	}
	s.t.Cleanup(s.stop)
}

func (s *system) setting(name string) string {
	if v, ok := s.set[name]; ok {
		return strings.ReplaceAll(v, "{service}", s.url)
	}
	d := demo{world: s.world, dir: s.dir, url: s.url}
	return d.setting(name)
}

// call places a call of the appointment's clinician and returns its key.
func (s *system) call(a sandbox.Appointment, to string) string {
	s.t.Helper()
	key, err := s.world.Place(s.t.Context(), sandbox.Ask{Practitioner: a.Practitioner, Appointment: a.ID, To: to})
	if err != nil {
		s.t.Fatal(err)
	}
	return key
}

// reaching is the clinic's appointment whose member has the number.
func (s *system) reaching(number string) sandbox.Appointment {
	s.t.Helper()
	for _, a := range s.world.Clinic.Appointments {
		for _, m := range s.world.Clinic.Members {
			if m.ID == a.Patient && has(m, number) {
				return a
			}
		}
	}
	s.t.Fatalf("the clinic has no appointment that reaches %s", number)
	return sandbox.Appointment{}
}

func has(m sandbox.Member, number string) bool {
	phones := m.Phones
	for _, r := range m.Relatives {
		phones = append(phones, r.Phones...)
	}
	for _, p := range phones {
		if p.Number == number {
			return true
		}
	}
	return false
}

// communication is what the tests read of one version.
type communication struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Meta   struct {
		VersionID string `json:"versionId"`
	} `json:"meta"`
	Identifier []struct {
		System, Value string
	} `json:"identifier"`
	StatusReason *struct {
		Coding []struct{ System, Code string }
		Text   string
	} `json:"statusReason"`
	Received  string `json:"received"`
	Extension []struct {
		URL       string
		Extension []struct {
			URL           string
			ValueString   string
			ValueDateTime string
			ValueInteger  *int
		}
	} `json:"extension"`
	Payload []struct{ ContentString string } `json:"payload"`
	raw     json.RawMessage
}

// says is a sub-extension's value as text; empty when it is not there.
func (c communication) says(name string) string {
	for _, outer := range c.Extension {
		for _, e := range outer.Extension {
			switch {
			case e.URL != name:
			case e.ValueInteger != nil:
				return fmt.Sprint(*e.ValueInteger)
			default:
				return e.ValueString + e.ValueDateTime
			}
		}
	}
	return ""
}

// text is what viewers show of it.
func (c communication) text() string {
	if len(c.Payload) == 0 {
		return ""
	}
	return c.Payload[0].ContentString
}

// record is every version of a call's Communication, oldest first, once until
// says so. There must never be two Communications for a call.
func (s *system) record(key string, until func([]communication) bool) []communication {
	s.t.Helper()
	var versions []communication
	eventually(s.t, "the record of call "+key, func() bool {
		found := s.search("Communication?identifier=" + url.QueryEscape("https://www.twilio.com/|"+key))
		if len(found) > 1 {
			s.t.Fatalf("%d Communications for one call", len(found))
		}
		if len(found) == 0 {
			return false
		}
		versions = s.search("Communication/" + found[0].ID + "/_history")
		for i, j := 0, len(versions)-1; i < j; i, j = i+1, j-1 {
			versions[i], versions[j] = versions[j], versions[i]
		}
		return until(versions)
	})
	return versions
}

// final is when the newest version says that the call is over.
func final(versions []communication) bool {
	last := versions[len(versions)-1]
	return last.Status == "completed" || last.Status == "not-done"
}

func (s *system) search(query string) []communication {
	s.t.Helper()
	var bundle struct {
		Entry []struct{ Resource json.RawMessage }
	}
	body := s.get(s.world.FHIRURL+"/"+query, s.fhirToken())
	if err := json.Unmarshal(body, &bundle); err != nil {
		s.t.Fatal(err)
	}
	var found []communication
	for _, e := range bundle.Entry {
		c := communication{raw: e.Resource}
		if err := json.Unmarshal(e.Resource, &c); err != nil {
			s.t.Fatal(err)
		}
		found = append(found, c)
	}
	return found
}

func (s *system) fhirToken() string {
	s.t.Helper()
	res, err := http.PostForm(s.world.FHIRTokenURL, url.Values{"grant_type": {"client_credentials"},
		"client_id": {s.world.FHIRClientID}, "client_secret": {s.world.FHIRClientSecret}})
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&token); err != nil || token.AccessToken == "" {
		s.t.Fatalf("log in to the health record: %s %v", res.Status, err)
	}
	return token.AccessToken
}

func (s *system) get(address, bearer string) []byte {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		s.t.Fatalf("GET %s: %s %s %v", address, res.Status, body, err)
	}
	return body
}

// put sends JSON to a box's own switchboard, such as its fault injection.
func (s *system) put(address string, body any) {
	s.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPut, address, bytes.NewReader(text))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		text, _ := io.ReadAll(res.Body)
		s.t.Fatalf("PUT %s: %s %s", address, res.Status, text)
	}
}

// session is a signed-in clinician's session token.
func (s *system) session(practitioner string) string {
	s.t.Helper()
	token, err := s.world.Issuer().Session(practitioner)
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

// fhirRoot is the health record's server, above its FHIR endpoint.
func (s *system) fhirRoot() string { return strings.TrimSuffix(s.world.FHIRURL, "/fhir/R4") }

// eventually waits for what must come, and fails the test when it does not.
func eventually(t *testing.T, what string, come func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !come() {
		select {
		case <-again.C:
		case <-deadline.C:
			t.Fatalf("waited %v in vain for %s", patience, what)
		}
	}
}

// lockedBuffer takes the service's log, which may still grow while it is read.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestMain lets the test binary be careline itself, for tests that need a
// process to kill or to measure.
func TestMain(m *testing.M) {
	switch what := os.Getenv("CARELINE_TEST_RUN"); what {
	case "":
		status := m.Run()
		closeServers()
		os.Exit(status)
	case "bare", "floor":
		run := map[string]func(context.Context) error{"bare": runBare, "floor": runFloor}[what]
		if err := run(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	default:
		os.Args = append(os.Args[:1], strings.Fields(what)...)
		main()
	}
}

func decode(t *testing.T, text []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}
