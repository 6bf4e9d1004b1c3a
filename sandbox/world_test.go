package sandbox_test

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline/sandbox"
)

var day = time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)

func startWorld(t *testing.T, change func(*sandbox.Config)) *sandbox.World {
	t.Helper()
	cfg := sandbox.Config{Clinic: sandbox.NewClinic(day), Pace: 0.001}
	if change != nil {
		change(&cfg)
	}
	world, err := sandbox.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := world.Close(); err != nil {
			t.Error(err)
		}
	})
	return world
}

// startApp gives the world a stand-in app.
func startApp(t *testing.T, world *sandbox.World) *standIn {
	t.Helper()
	app := newStandIn(world)
	t.Cleanup(app.Close)
	if err := world.SetApp(app.URL + "/"); err != nil {
		t.Fatal(err)
	}
	return app
}

// until polls for what another goroutine does soon.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(30 * time.Second)
	for !done() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("waited in vain for: %s", what)
		}
	}
}

// Not parallel: it counts goroutines.
func TestWorldStartsAndLeavesNothingBehind(t *testing.T) {
	http.DefaultClient.CloseIdleConnections()
	before := ours()
	world, err := sandbox.Start(t.Context(), sandbox.Config{Clinic: sandbox.NewClinic(day), Pace: 0.01})
	if err != nil {
		t.Fatal(err)
	}
	// An open stream and a ringing call must not hold it up.
	stream, err := http.Get(world.ConsoleURL + "/console/v1/events")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	app := newStandIn(world)
	defer app.Close()
	if err := world.SetApp(app.URL); err != nil {
		t.Fatal(err)
	}
	a := world.Clinic.Appointments[8]
	if _, err := world.Place(t.Context(), sandbox.Ask{Practitioner: a.Practitioner, Appointment: a.ID, To: "+447700900801"}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := world.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, one := range []string{world.TwilioURL, world.FHIRURL, world.IssuerURL, world.ConsoleURL} {
		u, _ := url.Parse(one)
		l, err := net.Listen("tcp", u.Host)
		if err != nil {
			t.Errorf("the port of %s is still taken: %v", one, err)
			continue
		}
		l.Close()
	}
	until(t, "no goroutine of the sandbox", func() bool { return ours() <= before })
}

// ours counts goroutines that run the sandbox's code.
func ours() (n int) {
	buf := make([]byte, 1<<20)
	for _, one := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(one, "careline/sandbox.") || strings.Contains(one, "careline/sandbox/") {
			n++
		}
	}
	return n - 1 // the test's own
}

func TestStartFailsWholly(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, err = sandbox.Start(t.Context(), sandbox.Config{Ports: sandbox.Ports{Console: taken.Addr().(*net.TCPAddr).Port}})
	if err == nil || !strings.Contains(err.Error(), "console") {
		t.Errorf("got %v, want an error that names the console's port", err)
	}
	if _, err := sandbox.Start(t.Context(), sandbox.Config{AppURL: "not a url"}); err == nil {
		t.Error("an unusable AppURL was taken")
	}
}

func TestEnvAndSecrets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keep := func(c *sandbox.Config) { c.DataDir = dir }
	first, again, other := startWorld(t, keep), startWorld(t, keep), startWorld(t, nil)
	if first.AuthToken != again.AuthToken || first.FHIRClientSecret != again.FHIRClientSecret {
		t.Error("DataDir does not keep the secrets")
	}
	if first.AuthToken == other.AuthToken || first.APISecret == other.APISecret {
		t.Error("two worlds share secrets")
	}
	shapes := map[string]string{
		"TWILIO_ACCOUNT_SID": `^AC[0-9a-f]{32}$`, "TWILIO_AUTH_TOKEN": `^[0-9a-f]{32}$`, "TWILIO_API_KEY": `^SK[0-9a-f]{32}$`,
		"TWILIO_API_SECRET": `^[0-9a-f]{32}$`, "TWILIO_TWIML_APP_SID": `^AP[0-9a-f]{32}$`, "TWILIO_API_BASE_URL": `^http://127\.0\.0\.1:\d+$`,
		"TWILIO_SIGNALLING_URL": `^ws://127\.0\.0\.1:\d+/signal$`,
		"FHIR_BASE_URL":         `/fhir/R4$`, "FHIR_TOKEN_URL": `/oauth2/token$`, "FHIR_CLIENT_ID": `.`, "FHIR_CLIENT_SECRET": `.`,
		"DESCOPE_PROJECT_ID": `^P2\w{26}$`, "DESCOPE_BASE_URL": `^http://127`,
	}
	got := map[string]string{}
	for _, line := range first.Env() {
		name, value, _ := strings.Cut(line, "=")
		got[name] = value
		if shape, ok := shapes[name]; !ok || !regexp.MustCompile(shape).MatchString(value) {
			t.Errorf("%s has a value of the wrong shape", name)
		}
	}
	if len(got) != len(shapes) {
		t.Errorf("%d settings, want %d", len(got), len(shapes))
	}
}

func TestEveryServerRefusesForeignHosts(t *testing.T) {
	t.Parallel()
	world := startWorld(t, nil)
	for _, base := range []string{world.TwilioURL, world.FHIRURL, world.IssuerURL, world.ConsoleURL} {
		req, _ := http.NewRequest(http.MethodGet, base+"/", nil)
		req.Host = "rebound.example"
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusMisdirectedRequest {
			t.Errorf("%s: %s", base, resp.Status)
		}
	}
}

func TestScriptedCallerRingsTheMember(t *testing.T) {
	t.Parallel()
	world := startWorld(t, nil)
	app := startApp(t, world)
	a := world.Clinic.Appointments[0]
	sid, err := world.Place(t.Context(), sandbox.Ask{Practitioner: a.Practitioner, Appointment: a.ID, To: "+447700900142"})
	if err != nil {
		t.Fatal(err)
	}
	var call struct {
		Legs []struct{ To, Status, Direction, Caller string }
	}
	until(t, "the member's leg to end", func() bool {
		getJSON(t, world.TwilioURL+"/sandbox/v1/calls/"+sid, &call)
		return len(call.Legs) == 2 && call.Legs[1].Status == "completed"
	})
	type leg struct{ Caller, To string }
	want := []leg{{"client:" + a.Practitioner, "+447700900142"}, {world.Numbers[0], "+447700900142"}}
	got := []leg{{call.Legs[0].Caller, "+447700900142"}, {call.Legs[1].Caller, call.Legs[1].To}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	app.mu.Lock()
	defer app.mu.Unlock()
	if len(app.bearers) != 1 {
		t.Errorf("the app was asked %d times for a token, want once, with a session", len(app.bearers))
	}
}

func TestScriptedCallerSaysWhatWentWrong(t *testing.T) {
	t.Parallel()
	world := startWorld(t, nil)
	app := startApp(t, world)
	ask := sandbox.Ask{Practitioner: "stranger", Appointment: "a", To: "+447700900142"}
	if _, err := world.Place(t.Context(), ask); err == nil || !strings.Contains(err.Error(), "could not sign in") {
		t.Errorf("a stranger: %v", err)
	}
	ask.Practitioner = world.Clinic.Clinicians[0].ID
	app.Close()
	if _, err := world.Place(t.Context(), ask); err == nil || !strings.Contains(err.Error(), "the app gave no access token: nobody answers") {
		t.Errorf("no app: %v", err)
	}
	refusing := newRefusing(t)
	if err := world.SetApp(refusing); err != nil {
		t.Fatal(err)
	}
	_, err := world.Place(t.Context(), ask)
	if err == nil || !strings.Contains(err.Error(), "No phone number is available (HTTP 503)") {
		t.Errorf("a refusing app: %v", err)
	}
}

func TestPlaceWithoutAnApp(t *testing.T) {
	t.Parallel()
	world := startWorld(t, nil)
	// The TwiML App has no Voice URL then, so Twilio itself ends the call; that
	// it was made at all shows that the token was good.
	sid, err := world.Place(t.Context(), sandbox.Ask{Practitioner: world.Clinic.Clinicians[0].ID, Appointment: "a", To: "+447700900142"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(sid, "CA") {
		t.Errorf("call %q", sid)
	}
}

// lockedText is written and read by several.
type lockedText struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestNarrate(t *testing.T) {
	t.Parallel()
	world := startWorld(t, nil)
	startApp(t, world)
	ctx, cancel := context.WithCancel(t.Context())
	var told lockedText
	ended := make(chan error, 1)
	go func() { ended <- world.Narrate(ctx, &told) }()
	wants := []string{"webhook  initiated", "webhook  voice", "record   Communication version 1", "Dial, Number", "completed",
		"status=completed; duration=", "spoken   say “…0999 is not on file"}
	missing := func() []string {
		text := told.String()
		return slices.DeleteFunc(slices.Clone(wants), func(want string) bool { return strings.Contains(text, want) })
	}
	a := world.Clinic.Appointments[0]
	again := time.NewTicker(time.Second)
	defer again.Stop()
	// Narrate tells what happens from its call on: what was over before, or began
	// before, is done again.
	for limit := time.After(time.Minute); len(missing()) > 0; {
		// The first number is refused aloud, by its full digits.
		for _, to := range []string{"+447700900999", "+447700900142"} {
			if _, err := world.Place(t.Context(), sandbox.Ask{Practitioner: a.Practitioner, Appointment: a.ID, To: to}); err != nil {
				t.Fatal(err)
			}
		}
		select {
		case <-again.C:
		case <-limit:
			t.Fatalf("not told: %q in\n%s", missing(), &told)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	text := told.String()
	if strings.Contains(text, "7700900") {
		t.Errorf("a whole number was told:\n%s", text)
	}
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if !regexp.MustCompile(`^\d\d:\d\d:\d\d\.\d{3}  \w+ +\S`).MatchString(line) {
			t.Errorf("not aligned: %q", line)
		}
	}
}
