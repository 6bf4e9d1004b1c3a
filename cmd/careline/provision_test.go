package main

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline/sandbox/pubsubbox"
)

// plans is what provision says as JSON.
type plans struct{ Plan, Remaining []planLine }

type planLine struct {
	Party, Thing, Have, Want, By string
	Done                         bool
}

// provision runs the command with the system's settings and returns what it said.
func (s *system) provision(args ...string) (string, error) {
	s.t.Helper()
	var out bytes.Buffer
	err := typedOf(s.t.Context(), provisionCommand, s.setting, &out, args...)
	s.tellsNothing(out.String())
	return out.String(), err
}

func (s *system) plans(args ...string) (p plans) {
	s.t.Helper()
	text, err := s.provision(append([]string{"--json"}, args...)...)
	if err != nil {
		s.t.Fatal(err)
	}
	decode(s.t, []byte(text), &p)
	return p
}

// of leaves the lines of one party, and what a machine chose out of their names.
func (p plans) of(party string, s *system) (lines []planLine) {
	cut := strings.NewReplacer(s.url, "OURS", s.world.ApplicationSID, "AP…")
	for _, l := range p.Plan {
		if l.Party != party {
			continue
		}
		l.Thing, l.Have, l.Want = cut.Replace(l.Thing), cut.Replace(l.Have), cut.Replace(l.Want)
		if name, what, ok := strings.Cut(strings.TrimPrefix(l.Thing, "number PN"), " "); ok && len(name) == 32 {
			l.Thing = "number " + what
		}
		lines = append(lines, l)
	}
	return lines
}

// A blank account is set up by the plan, and the plan is empty then.
func TestProvisionFromBlankToGood(t *testing.T) {
	t.Parallel()
	s := newSystem(t, nil)
	if err := s.world.SetApp(""); err != nil {
		t.Fatal(err)
	}
	if e := s.examine(nil); e.err == nil {
		t.Fatal("a blank account passes")
	}
	const voice, report = "POST OURS/v1/twilio/incoming", "POST OURS/v1/twilio/webhooks/call-status#rc=3&rp=ct,rt,5xx"
	want := []planLine{
		{Party: "twilio", Thing: "TwiML App AP… voice URL", Want: "POST OURS/v1/twilio/outgoing", By: "careline"},
		{Party: "twilio", Thing: "TwiML App AP… status callback", Want: report, By: "careline"},
		{Party: "twilio", Thing: "number voice URL", Want: voice, By: "careline"},
		{Party: "twilio", Thing: "number status callback", Want: report, By: "careline"},
		{Party: "twilio", Thing: "number voice URL", Want: voice, By: "careline"},
		{Party: "twilio", Thing: "number status callback", Want: report, By: "careline"},
	}
	if diff := cmp.Diff(want, s.plans().of("twilio", s)); diff != "" {
		t.Error(diff)
	}
	if e := s.examine(nil, "--only", "twilio"); e.err == nil {
		t.Error("a plan alone changed something")
	}
	text, err := s.provision("--check")
	if err == nil || exitStatus(err) != 2 || !strings.Contains(text, "careline provision --apply\n") || !strings.Contains("\n"+text, "\ntwilio\n  TwiML App ") {
		t.Errorf("%v\n%s", err, text)
	}
	for i := range want {
		want[i].Done = true
	}
	applied := s.plans("--apply")
	if diff := cmp.Diff(want, applied.of("twilio", s)); diff != "" || len(applied.Remaining) != 0 {
		t.Error(diff, applied.Remaining)
	}
	if text, err := s.provision("--check"); err != nil || text != setUp+"\n" {
		t.Errorf("%v\n%s", err, text)
	}
	if text, err := s.provision("--apply"); err != nil || text != "Everything is set up as careline needs it.\n" {
		t.Errorf("%v\n%s", err, text)
	}
	if e := s.examine(nil, "--strict"); e.err != nil {
		t.Errorf("%+v", e)
	}
}

// A number that another service answers is left to it, until the operator says
// otherwise.
func TestProvisionLeavesOthersTheirNumbers(t *testing.T) {
	t.Parallel()
	s := provisioned(t)
	number := s.number()
	s.atTwilio(number, url.Values{"VoiceUrl": {"https://other.example/voice?token=swordfish"}, "VoiceMethod": {"GET"}})
	p := s.plans().of("twilio", s)
	if len(p) != 1 || p[0].By != "person" || p[0].Have != "voice URL GET https://other.example/voice?…" || !strings.Contains(p[0].Want, "--take-numbers") {
		t.Fatalf("%+v", p)
	}
	text, err := s.provision("--apply")
	if err != nil || !strings.HasPrefix(text, "What remains:\n\ntwilio\n  number PN") {
		t.Errorf("%v\n%s", err, text)
	}
	if verdict, _ := s.examine(nil).of(t, "twilio: numbers' webhooks"); verdict != "fault" {
		t.Errorf("the number was taken: %s", verdict)
	}
	if text, err := s.provision("--apply", "--take-numbers"); err != nil || strings.Contains(text, "What remains") {
		t.Errorf("%v\n%s", err, text)
	}
	if e := s.examine(nil, "--strict"); e.err != nil {
		t.Errorf("%+v", e)
	}
}

// alone has a number of its own, so that nobody but the test asks Twilio.
func alone() map[string]string { return map[string]string{"TWILIO_PHONE_NUMBER": "+442079460900"} }

// The first change that fails ends it; what was done stays done, and a second run
// does the rest.
func TestProvisionStopsAtAFailure(t *testing.T) {
	t.Parallel()
	s := newSystem(t, alone())
	if err := s.world.SetApp(""); err != nil {
		t.Fatal(err)
	}
	// The two questions of the plan are answered, the first change too, and the
	// second is refused.
	s.put(s.world.TwilioURL+"/sandbox/v1/faults", map[string]any{"rest": []int{0, 0, 0, 403}})
	text, err := s.provision("--apply")
	if err == nil || exitStatus(err) != 1 || !strings.Contains(err.Error(), "status callback: twilio answered 403") {
		t.Errorf("%v", err)
	}
	lines := slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return !strings.Contains(line, " twilio: ") })
	if len(lines) < 4 || !strings.HasPrefix(lines[0], "done    twilio: TwiML App") || !strings.HasPrefix(lines[1], "failed  twilio: TwiML App") || !strings.HasPrefix(lines[2], "not yet twilio: number") {
		t.Errorf("told:\n%s", text)
	}
	if text, err := s.provision("--apply"); err != nil || strings.Count(text, "done  ") < 3 {
		t.Errorf("%v\n%s", err, text)
	}
	if e := s.examine(nil, "--strict"); e.err != nil {
		t.Errorf("%+v", e)
	}
}

func TestProvisionSaysWhatItCannot(t *testing.T) {
	t.Parallel()
	s := newSystem(t, alone())
	s.put(s.world.TwilioURL+"/sandbox/v1/faults", map[string]any{"rest": []int{401}})
	if _, err := s.provision(); err == nil || !strings.HasPrefix(err.Error(), "nothing was changed: fetch the TwiML App: ") {
		t.Error(err)
	}
	if _, err := s.provision("--apply", "--check"); err == nil {
		t.Error("--apply with --check was taken")
	}
	var out bytes.Buffer
	if err := typedOf(t.Context(), provisionCommand, s.with(map[string]string{"FUNCTIONS_URL": ""}), &out); err == nil || !strings.Contains(err.Error(), "FUNCTIONS_URL is required") {
		t.Error(err)
	}
	unknown := s.with(map[string]string{"TWILIO_TWIML_APP_SID": "AP" + strings.Repeat("0", 32), "TWILIO_PHONE_NUMBER": "+442079460999"})
	if err := typedOf(t.Context(), provisionCommand, unknown, &out, "--json"); err != nil {
		t.Fatal(err)
	}
	var p plans
	if err := json.Unmarshal(out.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	if got := p.of("twilio", s); len(got) != 2 || got[0].By != "person" || got[1].By != "person" {
		t.Errorf("%+v", got)
	}
}

// The way over Pub/Sub is set up as well, and before Twilio sends anything.
func TestProvisionPubSub(t *testing.T) {
	t.Parallel()
	box, err := pubsubbox.StartFake()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	s := newSystem(t, alone())
	if err := s.world.SetApp(""); err != nil {
		t.Fatal(err)
	}
	get := s.with(map[string]string{"EVENTS": "pubsub", "PUBSUB_PROJECT": "careline-test", "PUBSUB_EMULATOR_HOST": box.Endpoint(),
		"PUBSUB_PUSH_AUDIENCE": "https://careline.example", "PUBSUB_PUSH_SERVICE_ACCOUNT": "push@careline-test.iam.gserviceaccount.com"})
	check := func(want string) {
		t.Helper()
		var out bytes.Buffer
		_ = typedOf(t.Context(), doctorCommand, get, &out, "--json", "--only", "pubsub") // the verdicts are what is looked at
		var e examination
		decode(t, out.Bytes(), &e)
		if verdict, says := e.of(t, "pubsub: subscription"); verdict != want {
			t.Errorf("%s: %s", verdict, says)
		}
	}
	check("fault")
	var out bytes.Buffer
	if err := typedOf(t.Context(), provisionCommand, get, &out, "--apply", "--json"); err != nil {
		t.Fatal(err)
	}
	var p plans
	decode(t, out.Bytes(), &p)
	first := slices.IndexFunc(p.Plan, func(l planLine) bool { return l.Party == "pubsub" })
	if first < 0 || !p.Plan[first].Done || p.Plan[len(p.Plan)-1].Party != "twilio" {
		t.Errorf("%+v", p.Plan)
	}
	for _, left := range p.Remaining {
		if left.By != "person" || left.Party != "pubsub" {
			t.Errorf("%+v", left)
		}
	}
	check("good")
}
