package fhir_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/fhir"
	"perci.health/careline/sandbox/fhirbox"
)

const (
	clientID     = "test-client"
	clientSecret = "test-secret"
)

// fault is what both servers can be told to do wrong.
type fault struct {
	Method  string            `json:"method,omitempty"`
	Path    string            `json:"path,omitempty"`
	Times   int               `json:"times,omitempty"`
	Status  int               `json:"status,omitempty"`
	DelayMs int               `json:"delayMs,omitempty"`
	After   bool              `json:"after,omitempty"`
	Body    any               `json:"body,omitempty"`
	Headers map[string]string `json:"headers,omitempty"` // the Medplum-like server only

	// The kinds and their members are fhirbox.Fault's; both servers know them.
	Kind   fhirbox.Kind `json:"kind,omitempty"`
	Names  []string     `json:"names,omitempty"`
	With   string       `json:"with,omitempty"`
	Share  float64      `json:"share,omitempty"`
	Seed   uint64       `json:"seed,omitempty"`
	Expiry any          `json:"expiry,omitempty"`
}

// server is a FHIR server under a test's control.
type server struct {
	url       string
	faultsURL string
	logout    func(t *testing.T)
	overQuota func(t *testing.T) *server     // a server whose next but one write is over quota
	plain     bool                           // needs no login
	bind      func(t *testing.T, policy any) // nil: the server has no AccessPolicies
}

func (s *server) client(t *testing.T, change ...func(*fhir.Config)) *fhir.Client {
	t.Helper()
	cfg := fhir.Config{
		BaseURL:      s.url + "/fhir/R4",
		TokenURL:     s.url + "/oauth2/token",
		ClientID:     clientID,
		ClientSecret: clientSecret,
	}

	if s.plain {
		cfg.TokenURL, cfg.ClientID, cfg.ClientSecret = "", "", ""
	}
	for _, c := range change {
		c(&cfg)
	}

	client, err := fhir.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func (s *server) chart(t *testing.T) *fhir.Chart {
	t.Helper()
	return newChart(t, s.client(t))
}

func newChart(t *testing.T, client *fhir.Client) *fhir.Chart {
	t.Helper()
	chart, err := fhir.NewChart(client, false)
	if err != nil {
		t.Fatal(err)
	}
	return chart
}

func (s *server) fail(t *testing.T, faults ...fault) {
	t.Helper()
	body, err := json.Marshal(faults)
	if err != nil {
		t.Fatal(err)
	}
	tell(t, http.MethodPut, s.faultsURL, body)
}

func tell(t *testing.T, method, url string, body []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		t.Fatalf("%s %s: %s", method, url, res.Status)
	}
}

// box is a fresh fhirbox.
func box(t *testing.T) *server { return boxWith(t, fhirbox.Quota{}) }

func boxWith(t *testing.T, quota fhirbox.Quota) *server {
	t.Helper()
	return openBox(t, fhirbox.Config{ClientID: clientID, ClientSecret: clientSecret, Quota: quota})
}

// plainBox is a fresh fhirbox that lets everybody in.
func plainBox(t *testing.T) *server {
	t.Helper()
	s := openBox(t, fhirbox.Config{})
	s.plain = true
	s.overQuota = func(t *testing.T) *server {
		full := openBox(t, fhirbox.Config{Quota: fhirbox.Quota{FHIRUnits: 100}})
		full.plain = true
		return full
	}
	return s
}

func openBox(t *testing.T, cfg fhirbox.Config) *server {
	t.Helper()
	b, err := fhirbox.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}

	web := httptest.NewServer(b.Handler())
	t.Cleanup(func() {
		web.CloseClientConnections()
		web.Close()
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})

	s := &server{url: web.URL, faultsURL: web.URL + "/sandbox/v1/faults"}
	// The box ends its sessions only together with all else, so one answer says it.
	s.logout = func(t *testing.T) { s.fail(t, fault{Path: "/fhir/R4", Status: http.StatusUnauthorized, Times: 1}) }
	s.overQuota = func(t *testing.T) *server { return boxWith(t, fhirbox.Quota{FHIRUnits: 100}) }
	return s
}

// medplumLike starts the second server once; each opening forgets what was
// before.
func medplumLike(t *testing.T, flags ...string) func(*testing.T) *server {
	t.Helper()
	url := startMedplumLike(t, flags...)

	return func(t *testing.T) *server {
		tell(t, http.MethodPost, url+"/_test/reset", nil)
		s := &server{url: url, faultsURL: url + "/_test/faults", plain: slices.Contains(flags, "--plain")}
		s.logout = func(t *testing.T) { tell(t, http.MethodPost, url+"/_test/logout", nil) }
		if !s.plain {
			s.bind = func(t *testing.T, policy any) {
				tell(t, http.MethodPut, url+"/_test/policy", []byte(textOf(t, policy)))
			}
		}
		s.overQuota = func(t *testing.T) *server {
			s.fail(t, fault{
				Method: http.MethodPost,
				Path:   "/fhir/R4",
				After:  true,
				Status: http.StatusOK,
				Body:   map[string]string{"resourceType": "Communication", "id": "first"},
			},
				fault{
					Method:  http.MethodPost,
					Path:    "/fhir/R4",
					Status:  http.StatusTooManyRequests,
					Times:   1,
					Body:    outcome("throttled", "Too Many Requests"),
					Headers: map[string]string{"RateLimit": `"requests";r=59454;t=1, "fhirInteractions";r=0;t=49`},
				})
			return s
		}
		return s
	}
}

func startMedplumLike(t *testing.T, flags ...string) string {
	t.Helper()
	if _, err := os.Stat("medplumlike/node_modules/@medplum"); errors.Is(err, fs.ErrNotExist) {
		t.Fatal("the Medplum-like server is not installed: run `make test`")
	}

	cmd := exec.Command("node", append([]string{"server.mjs", "--port", "0", "--client-id", clientID, "--client-secret", clientSecret}, flags...)...)
	cmd.Dir = "medplumlike"
	cmd.Stderr = t.Output()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}

	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}

	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close() // the server ends with its input
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})

	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "listening "); ok {
			return url
		}
	}

	t.Fatal("the Medplum-like server ended before it listened")
	return ""
}

func outcome(code, text string, expression ...string) map[string]any {
	issue := map[string]any{"severity": "error", "code": code, "details": map[string]string{"text": text}}
	if len(expression) > 0 {
		issue["expression"] = expression
	}
	return map[string]any{"resourceType": "OperationOutcome", "issue": []any{issue}}
}

var tenFifteen = time.Date(2025, 11, 24, 10, 15, 0, 0, time.UTC)

// ringing is a call under way.
func ringing() careline.Call {
	sender, patient := careline.Reference("PractitionerRole/r1"), careline.Reference("Patient/m1")

	return careline.Call{
		Key:          "CAparent",
		ClinicianLeg: "CAparent",
		MemberLeg:    "CAchild",
		Status:       careline.StatusRinging,
		Word:         "ringing",
		Direction:    "outbound-dial",
		Clinician:    "p1",
		Sender:       sender,
		Patient:      patient,
		Recipient:    patient,
		Appointment:  "a1",
		Sent:         tenFifteen,
	}
}

func completed() careline.Call {
	c := ringing()
	c.Status, c.Word = careline.StatusCompleted, "completed"
	c.Received, c.Seconds, c.AnsweredBy = tenFifteen.Add(10*time.Second), careline.SecondsOf(180), "human"
	return c
}

// asked is the wait that an error asks for, read as the relay does.
func asked(err error) time.Duration {
	var asks interface{ RetryAfter() time.Duration }
	if !errors.As(err, &asks) {
		return 0
	}
	return asks.RetryAfter()
}

func communication(t *testing.T, r fhir.Resource) fhir.Communication {
	t.Helper()
	var m fhir.Communication
	if err := json.Unmarshal(r.JSON, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// textOf is a body as it is sent: a string as it stands, anything else as JSON.
func textOf(t *testing.T, body any) string {
	t.Helper()
	if text, ok := body.(string); ok || body == nil {
		return text
	}
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
