package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"perci.health/careline/setup"
	"perci.health/careline/setup/database"
	"perci.health/careline/store"
)

// examination is what doctor says as JSON.
type examination struct {
	Checks []struct {
		Check, Verdict, Found, Do string
	}
	Summary map[string]int
	err     error
}

func (e examination) of(t *testing.T, name string) (verdict, text string) {
	t.Helper()
	for _, c := range e.Checks {
		if c.Check == name {
			return c.Verdict, c.Found + " " + c.Do
		}
	}
	t.Fatalf("there is no check %q in %+v", name, e.Checks)
	return "", ""
}

// examine runs doctor with the system's settings, of which set replaces some.
func (s *system) examine(set map[string]string, args ...string) examination {
	s.t.Helper()
	var out bytes.Buffer
	err := typedOf(s.t.Context(), doctorCommand, s.with(set), &out, append([]string{"--json"}, args...)...)
	e := examination{err: err}
	d := json.NewDecoder(&out)
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		s.t.Fatalf("%v, after %v", err, e.err)
	}
	s.tellsNothing(out.String())
	return e
}

func (s *system) with(set map[string]string) func(string) string {
	return func(name string) string {
		if v, ok := set[name]; ok {
			return v
		}
		return s.setting(name)
	}
}

// tellsNothing fails when a text holds a secret or a number of the world.
func (s *system) tellsNothing(text string) {
	s.t.Helper()
	for _, hidden := range append([]string{s.world.AuthToken, s.world.APISecret, s.world.FHIRClientSecret, "+4420", "+4477", "swordfish"}, s.world.Numbers...) {
		if strings.Contains(text, hidden) {
			s.t.Errorf("a secret or a number is told in:\n%s", text)
		}
	}
}

// atTwilio changes a resource of the account as its owner does in the Console.
func (s *system) atTwilio(path string, form url.Values) {
	s.t.Helper()
	if !strings.HasPrefix(path, "/v1/") {
		path = "/2010-04-01/Accounts/" + s.world.AccountSID + path
	}
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.world.TwilioURL+path, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(s.world.AccountSID, s.world.AuthToken)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		s.t.Fatalf("POST %s: %s", path, res.Status)
	}
}

func (s *system) app() string { return "/Applications/" + s.world.ApplicationSID + ".json" }

// number is the path of one of the account's numbers.
func (s *system) number() string {
	s.t.Helper()
	var list struct {
		Numbers []struct{ SID string } `json:"incoming_phone_numbers"`
	}
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.world.TwilioURL+"/2010-04-01/Accounts/"+s.world.AccountSID+"/IncomingPhoneNumbers.json", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r.SetBasicAuth(s.world.AccountSID, s.world.AuthToken)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&list); err != nil || len(list.Numbers) == 0 {
		s.t.Fatal(err, list)
	}
	return "/IncomingPhoneNumbers/" + list.Numbers[0].SID + ".json"
}

// provisioned is a system whose Twilio is set up by provision itself.
func provisioned(t *testing.T) *system {
	t.Helper()
	s := newSystem(t, nil)
	var out bytes.Buffer
	if err := typedOf(t.Context(), provisionCommand, s.setting, &out, "--apply"); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	return s
}

func TestDoctorFindsNothingWhereAllIsWell(t *testing.T) {
	t.Parallel()
	s := provisioned(t)
	e := s.examine(nil, "--strict")
	for _, c := range e.Checks {
		if c.Verdict != "good" || c.Found == "" || c.Do != "" {
			t.Errorf("%+v", c)
		}
	}
	if e.err != nil || len(e.Checks) < 11 || e.Summary["good"] != len(e.Checks) || len(e.Summary) != 4 {
		t.Errorf("%v, %d checks, %v", e.err, len(e.Checks), e.Summary)
	}
	var text bytes.Buffer
	if err := typedOf(t.Context(), doctorCommand, s.setting, &text); err != nil {
		t.Error(err)
	}
	if lines := strings.Split(strings.TrimSpace(text.String()), "\n"); len(lines) != len(e.Checks)+2 || !strings.HasPrefix(lines[0], "✓ settings ") || !strings.HasSuffix(lines[len(lines)-1], " good, 0 doubts, 0 faults, 0 skipped.") {
		t.Errorf("told:\n%s", &text)
	}
	s.stop() // so that every line is written
	if strings.Contains(s.log.String(), `"kind"`) {
		t.Error("the doctor's report was kept")
	}
}

const page = "/v1/DialingPermissions/BulkCountryUpdates"

func countries(entry string) url.Values { return url.Values{"UpdateRequest": {"[{" + entry + "}]"}} }

// Every check can fail: each line breaks one thing, and mends it again.
func TestDoctorFindsWhatIsBroken(t *testing.T) {
	t.Parallel()
	s := provisioned(t)
	const elsewhere = "https://swordfish:swordfish@other.example/voice?token=swordfish"
	away, home := url.Values{"VoiceUrl": {elsewhere}}, url.Values{"VoiceUrl": {s.url + "/v1/twilio/outgoing"}}
	number := s.number()
	tests := []struct {
		check, verdict, says string
		path                 string // at Twilio
		broken, mended       url.Values
		set                  map[string]string
	}{
		{check: "twilio: TwiML App", verdict: "fault", says: "POST https://other.example/voice?…. Run careline provision", path: s.app(), broken: away, mended: home},
		{check: "twilio: TwiML App", verdict: "fault", says: "GET http", path: s.app(), broken: url.Values{"VoiceMethod": {"GET"}}, mended: url.Values{"VoiceMethod": {"POST"}}},
		{check: "twilio: TwiML App", verdict: "fault", says: "voice URL is not set", path: s.app(), broken: url.Values{"VoiceUrl": {""}}, mended: home},
		{check: "twilio: TwiML App", verdict: "doubt", says: "status callback is not set", path: s.app(), broken: url.Values{"StatusCallback": {""}}, mended: s.reports()},
		{check: "twilio: TwiML App", verdict: "doubt", says: "connection overrides", path: s.app(), broken: url.Values{"StatusCallback": {s.url + "/v1/twilio/webhooks/call-status"}}, mended: s.reports()},
		{check: "twilio: TwiML App", verdict: "fault", says: "Other Twilio accounts", path: s.app(), broken: url.Values{"PublicApplicationConnectEnabled": {"true"}}, mended: url.Values{"PublicApplicationConnectEnabled": {"false"}}},
		{check: "twilio: numbers' webhooks", verdict: "fault", says: "its voice URL is not ours", path: number, broken: away, mended: url.Values{"VoiceUrl": {s.url + "/v1/twilio/incoming"}}},
		{check: "twilio: numbers' webhooks", verdict: "fault", says: "its status callback is not ours", path: number, broken: url.Values{"StatusCallback": {elsewhere}}, mended: s.reports()},
		{check: "twilio: numbers' webhooks", verdict: "fault", says: "which overrides its voice URL", path: number, broken: url.Values{"VoiceApplicationSid": {s.world.ApplicationSID}}, mended: url.Values{"VoiceApplicationSid": {""}}},
		{check: "twilio: numbers' webhooks", verdict: "fault", says: "SIP trunk", path: number, broken: url.Values{"TrunkSid": {"TK" + strings.Repeat("0", 32)}}, mended: url.Values{"TrunkSid": {""}}},
		{check: "twilio: countries", verdict: "fault", says: "may not call GB", path: page, broken: countries(`"iso_code":"GB"`), mended: countries(`"iso_code":"GB","low_risk_numbers_enabled":"true"`)},
		{check: "twilio: countries", verdict: "doubt", says: "high-risk numbers of GB", path: page, broken: countries(`"iso_code":"GB","low_risk_numbers_enabled":"true","high_risk_tollfraud_numbers_enabled":"true"`), mended: countries(`"iso_code":"GB","low_risk_numbers_enabled":"true"`)},
		{check: "twilio: countries", verdict: "fault", says: "may not call IE, FR", set: map[string]string{"ALLOWED_COUNTRIES": "GB,IE,FR"}},
		{check: "twilio: API key", verdict: "fault", says: "refused the API key: HTTP 401", set: map[string]string{"TWILIO_API_SECRET": "swordfish"}},
		{check: "twilio: API key", verdict: "fault", says: "no such account", set: map[string]string{"TWILIO_ACCOUNT_SID": "AC" + strings.Repeat("0", 32)}},
		{check: "twilio: API key", verdict: "fault", says: "could not be reached", set: map[string]string{"TWILIO_API_BASE_URL": "http://127.0.0.1:1"}},
		{check: "clock", verdict: "skipped", says: "could not be reached", set: map[string]string{"TWILIO_API_BASE_URL": "http://127.0.0.1:1"}},
		{check: "twilio: auth token", verdict: "fault", says: "refused the auth token", set: map[string]string{"TWILIO_AUTH_TOKEN": "swordfish"}},
		{check: "twilio: access tokens", verdict: "fault", says: "no such API key", set: map[string]string{"TWILIO_API_KEY": "SK" + strings.Repeat("0", 32)}},
		{check: "twilio: numbers", verdict: "fault", says: "TWILIO_PHONE_NUMBER is not a number of the account", set: map[string]string{"TWILIO_PHONE_NUMBER": "+442079460999"}},
		{check: "twilio: webhooks", verdict: "fault", says: "refuses what is signed with TWILIO_AUTH_TOKEN for", set: map[string]string{"TWILIO_AUTH_TOKEN": "swordfish"}},
		{check: "twilio: webhooks", verdict: "fault", says: "signed with TWILIO_AUTH_TOKEN_SECONDARY", set: map[string]string{"TWILIO_AUTH_TOKEN_SECONDARY": "swordfish"}},
		{check: "twilio: webhooks", verdict: "fault", says: "Nothing answers at FUNCTIONS_URL", set: map[string]string{"FUNCTIONS_URL": "http://127.0.0.1:1"}},
		{check: "twilio: webhooks", verdict: "fault", says: "another Twilio account", set: map[string]string{"TWILIO_ACCOUNT_SID": "AC" + strings.Repeat("0", 32)}},
		{check: "settings", verdict: "fault", says: "PORT must be a whole number", set: map[string]string{"PORT": "http"}},
		{check: "settings", verdict: "fault", says: "FHIR_TOKEN_URL, FHIR_CLIENT_ID, FHIR_CLIENT_SECRET must be set together", set: map[string]string{"FHIR_CLIENT_ID": ""}},
		{check: "twilio", verdict: "fault", says: "TWILIO_AUTH_TOKEN cannot be used", set: map[string]string{"TWILIO_AUTH_TOKEN": ""}},
		{check: "database", verdict: "fault", says: "folder of the database cannot be written", set: map[string]string{"DATABASE_URL": "file:/nonexistent/careline.db"}},
	}
	for _, test := range tests {
		t.Run(test.check+" "+test.says, func(t *testing.T) {
			if test.path != "" {
				s.atTwilio(test.path, test.broken)
				defer s.atTwilio(test.path, test.mended)
			}
			e := s.examine(test.set)
			verdict, says := e.of(t, test.check)
			if verdict != test.verdict || !strings.Contains(says, test.says) {
				t.Errorf("%s: %s", verdict, says)
			}
			if (e.err != nil) != (e.Summary["fault"] > 0) || e.err != nil && exitStatus(e.err) != 1 {
				t.Errorf("%v with %v", e.err, e.Summary)
			}
			if strict := s.examine(test.set, "--strict", "--only", test.check); (strict.err == nil) != (test.verdict == "skipped") {
				t.Errorf("strictly %v", strict.err)
			}
		})
	}
	if e := s.examine(nil); e.err != nil {
		t.Errorf("not mended: %+v", e)
	}
}

func (s *system) reports() url.Values {
	return url.Values{"StatusCallback": {s.url + "/v1/twilio/webhooks/call-status#rc=3&rp=ct,rt,5xx"}}
}

// With settings that cannot be used, those parties are asked that can be.
func TestDoctorGoesOn(t *testing.T) {
	t.Parallel()
	s := provisioned(t)
	e := s.examine(map[string]string{"DESCOPE_PROJECT_ID": "", "DATABASE_URL": "swordfish"})
	for name, want := range map[string]string{"settings": "fault", "database": "fault", "twilio: webhooks": "good"} {
		if got, text := e.of(t, name); got != want {
			t.Errorf("%s is %s: %s", name, got, text)
		}
	}
	for name, set := range map[string]map[string]string{
		"no project":  {"EVENTS": "pubsub", "PUBSUB_PUSH_AUDIENCE": "a", "PUBSUB_PUSH_SERVICE_ACCOUNT": "a@b.example"},
		"no audience": {"EVENTS": "pubsub", "PUBSUB_PROJECT": "a-project", "PUBSUB_PUSH_SERVICE_ACCOUNT": "a@b.example"},
	} {
		e := s.examine(set)
		for check, want := range map[string]string{"pubsub": "fault", "database": "good", "twilio: webhooks": "good"} {
			if got, text := e.of(t, check); got != want {
				t.Errorf("%s: %s is %s: %s", name, check, got, text)
			}
		}
	}
	if e := s.examine(map[string]string{"FUNCTIONS_URL": ""}); slices.ContainsFunc(e.Checks, func(c struct{ Check, Verdict, Found, Do string }) bool { return c.Check == "pubsub" }) {
		t.Error("Pub/Sub is at fault, and not used")
	} else if e.err == nil {
		t.Error("without FUNCTIONS_URL all is well")
	} else if got, text := e.of(t, "clock"); got != "good" {
		t.Errorf("the clock is %s: %s", got, text)
	}
}

func TestDoctorOnly(t *testing.T) {
	t.Parallel()
	s := provisioned(t)
	if e := s.examine(nil, "--only", "clock, twilio: webhooks"); len(e.Checks) != 2 || e.Checks[0].Check != "clock" {
		t.Errorf("%+v", e.Checks)
	}
	var out bytes.Buffer
	if err := typedOf(t.Context(), doctorCommand, s.setting, &out, "--only", "clock,nonsense"); err == nil || !strings.Contains(err.Error(), `"nonsense"; the checks are: settings, `) {
		t.Error(err)
	}
}

// The clock is held against Twilio's.
func TestDoctorClock(t *testing.T) {
	t.Parallel()
	s := provisioned(t)
	for off, want := range map[time.Duration]string{0: "good", -30 * time.Second: "doubt", 30 * time.Second: "doubt", -time.Hour: "fault", time.Hour: "fault"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", time.Now().Add(off).UTC().Format(http.TimeFormat))
		}))
		t.Cleanup(server.Close)
		if got, text := s.examine(map[string]string{"TWILIO_API_BASE_URL": server.URL}, "--only", "clock").of(t, "clock"); got != want {
			t.Errorf("%v off: %s: %s", off, got, text)
		}
	}
}

// databaseFinding is what the check of a database finds.
func databaseFinding(t *testing.T, address string) setup.Finding {
	t.Helper()
	checks := database.Checks(address)
	if len(checks) != 1 || checks[0].Name != "database" {
		t.Fatalf("the checks of a database are %v", checks)
	}
	return checks[0].Ask(t.Context())
}

func TestDoctorDatabaseFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const header = "SQLite format 3\x00"
	write("crashed.db-wal", "what is not in the file yet")
	tests := []struct {
		path    string
		verdict setup.Verdict
		says    string
	}{
		{filepath.Join(folder, "none.db"), setup.VerdictGood, "no database yet"},
		{write("empty.db", ""), setup.VerdictGood, "is empty"},
		{write("text.db", strings.Repeat("no database", 20)), setup.VerdictFault, "no SQLite database"},
		{write("short.db", header), setup.VerdictFault, "no SQLite database"},
		{write("other.db", header+strings.Repeat("x", 100)), setup.VerdictFault, "another program"},
		{write("ours.db", header+strings.Repeat("\x00", 52)+"care"+strings.Repeat("\x00", 40)), setup.VerdictGood, "nobody has it open"},
		{write("crashed.db", header+strings.Repeat("\x00", 4000)), setup.VerdictDoubt, "was not closed"},
		{folder, setup.VerdictFault, "is no file"},
		{write("empty.db", "") + "/below.db", setup.VerdictFault, "folder of the database"},
	}
	for _, test := range tests {
		if got := databaseFinding(t, "file:"+test.path); got.Verdict != test.verdict || !strings.Contains(got.Found, test.says) {
			t.Errorf("%s: %+v", test.path, got)
		}
	}
	s := newSystem(t, nil)
	name := strings.TrimPrefix(s.setting("DATABASE_URL"), "file:")
	eventually(t, "a service that runs with its database", func() bool {
		return strings.Contains(databaseFinding(t, "file:"+name).Found, "is running")
	})
	s.stop()
	if got := databaseFinding(t, "file:"+name); got.Verdict != setup.VerdictGood || !strings.Contains(got.Found, "nobody has it open") {
		t.Errorf("when it was stopped: %+v", got)
	}
}

func TestDoctorPostgres(t *testing.T) {
	t.Parallel()
	expect := func(address string, verdict setup.Verdict, says string) {
		t.Helper()
		if got := databaseFinding(t, address); got.Verdict != verdict || !strings.Contains(got.Found, says) || strings.Contains(got.Found, "swordfish") {
			t.Errorf("%+v", got)
		}
	}
	expect("postgres://careline:swordfish@127.0.0.1:1/careline", setup.VerdictFault, "cannot be used")
	expect("postgres://careline:sword%fish@127.0.0.1:1/careline", setup.VerdictFault, "cannot be used")
	address := newDatabase(t)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	reader := "reader_" + strings.ToLower(strings.Trim(u.Path, "/")) // roles are the server's, not the database's
	run := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), strings.ReplaceAll(sql, "READER", reader)); err != nil {
			t.Fatal(err)
		}
	}
	run("CREATE ROLE READER LOGIN PASSWORD 'swordfish'; REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO READER")
	u.User = url.UserPassword(reader, "swordfish")
	reading := u.String()
	u.RawQuery = url.Values{"default_transaction_read_only": {"on"}}.Encode()
	expect(u.String(), setup.VerdictFault, "read only connection")
	expect(address, setup.VerdictGood, "is empty")
	expect(address, setup.VerdictGood, "is empty") // looking made nothing
	expect(reading, setup.VerdictFault, "may not make the schema")
	s, err := openLog(t.Context(), store.Config{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	expect(address, setup.VerdictGood, "its schema is this version's")
	run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO READER")
	expect(reading, setup.VerdictFault, "not written")
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for sql, want := range map[string]setup.Finding{
		"UPDATE careline_schema SET version = 1":                                          setup.Doubt("The schema is 1", ""),
		"UPDATE careline_schema SET version = 99":                                         setup.Good("its schema is this"), // and says that it serves us
		"UPDATE careline_schema SET version = 99; UPDATE careline_serves SET oldest = 99": setup.Fault("made by a newer careline", ""),
	} {
		run("UPDATE careline_serves SET oldest = 1; " + sql)
		expect(address, want.Verdict, want.Found)
	}
}

func TestExitStatus(t *testing.T) {
	t.Parallel()
	if exitStatus(errors.New("x")) != 1 || exitStatus(errors.Join(status{errors.New("x"), 2})) != 2 {
		t.Error("a status is lost")
	}
}
