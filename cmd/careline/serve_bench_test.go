package main

import (
	"bufio"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/api"
	"perci.health/careline/calls"
	"perci.health/careline/telemetry"
	"perci.health/careline/twilio"
)

// The benchmarks run the service as a process of its own on one core, and load
// it from here over keep-alive connections, in turn with a bare server that
// does the same without the work in question. Their figures are the ratios:
//
//	go test -run '^$' -bench Serve -benchtime 3x ./cmd/careline

const (
	benchConnections = 32
	benchClinicians  = 2_000
	benchToken       = "0123456789abcdef0123456789abcdef"
	benchAccount     = "AC00000000000000000000000000000001"
	benchApp         = "AP00000000000000000000000000000001"
	benchNumber      = "+447700900142"
)

var benchRound = flag.Int("bench.requests", 30_000, "requests in a round of BenchmarkServe…; fewer on a busy machine")

// BenchmarkServeCallStatus: an event on disk before the 200, against the same
// handler that keeps nothing. The health record is down, so that only the
// accepting is measured.
func BenchmarkServeCallStatus(b *testing.B) {
	compare(b, "durable/bare", benchStatus, benchReport)
}

const benchStatus = "/v1/twilio/webhooks/call-status?AppointmentId=a1"

// benchReport is the nth report: four of each call, of the same leg, and between
// one and the next those of many other calls, as in a day's traffic.
func benchReport(n int) url.Values {
	const abreast = 256
	call, step := n/(4*abreast)*abreast+n%abreast, n%(4*abreast)/abreast

	return url.Values{
		"AccountSid":     {benchAccount},
		"CallSid":        {fmt.Sprintf("CA1%031x", call)},
		"ParentCallSid":  {fmt.Sprintf("CA2%031x", call)},
		"CallStatus":     {[]string{"initiated", "ringing", "in-progress", "completed"}[step]},
		"Direction":      {"outbound-dial"},
		"SequenceNumber": {strconv.Itoa(step)},
		"Timestamp":      {fmt.Sprintf("Mon, 04 Aug 2025 09:05:%02d +0000", step)},
		"ApiVersion":     {"2010-04-01"},
		"From":           {"+442079460000"},
		"FromCity":       {""},
		"FromCountry":    {"GB"},
		"Caller":         {"+442079460000"},
		"To":             {benchNumber},
		"ToCity":         {""},
		"ToZip":          {""},
		"ToState":        {""},
		"ToCountry":      {"GB"},
		"Called":         {benchNumber},
		"CalledCity":     {""},
		"CalledZip":      {""},
		"CalledState":    {""},
		"CalledCountry":  {"GB"},
		"CallbackSource": {"call-progress-events"},
	}
}

// BenchmarkServeOutgoing: TwiML with the access check and the decision on disk,
// against TwiML for whoever signs.
func BenchmarkServeOutgoing(b *testing.B) {
	compare(b, "checked/bare", benchOutgoing, func(n int) url.Values { return benchRequest(fmt.Sprintf("CA3%031x", n), n) })
}

// BenchmarkServeNothing: the webhook's handler that keeps nothing, against a handler
// that does nothing at all: what is net/http's, and what is ours.
func BenchmarkServeNothing(b *testing.B) {
	duel{
		ratio:     "bare/floor",
		one:       "bare",
		path:      benchStatus,
		form:      benchReport,
		otherName: "floor",
		other:     "floor",
	}.run(b)
}

const benchOutgoing = "/v1/twilio/outgoing"

// benchRequest is the nth request for TwiML: each clinician calls in turn.
func benchRequest(call string, n int) url.Values {
	who := fmt.Sprintf("dr-%d", n%benchClinicians)
	return url.Values{
		"AccountSid":     {benchAccount},
		"ApplicationSid": {benchApp},
		"ApiVersion":     {"2010-04-01"},
		"CallSid":        {call},
		"CallStatus":     {"ringing"},
		"Direction":      {"inbound"},
		"Caller":         {"client:" + who},
		"From":           {"client:" + who},
		"To":             {benchNumber},
		"Called":         {benchNumber},
		"appointmentId":  {who},
	}
}

// BenchmarkServeColdStart: from the start of the process to the first signed
// webhook kept and answered.
func BenchmarkServeColdStart(b *testing.B) {
	chart := benchChart(b)
	var took []float64
	for range b.N {
		address := freeAddress(b)
		request := signedRequest(address, "/v1/twilio/webhooks/call-status?AppointmentId=a1", url.Values{
			"AccountSid":    {benchAccount},
			"CallSid":       {"CA" + strings.Repeat("1", 32)},
			"ParentCallSid": {"CA" + strings.Repeat("2", 32)},
			"CallStatus":    {"ringing"},
			"Direction":     {"outbound-dial"},
		})

		began := time.Now()
		p := startProcess(b, "serve", address, chart.URL)
		awaitAnswer(b, address, request)
		took = append(took, float64(time.Since(began).Microseconds())/1000)
		p.kill()
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2], "ms/start")
}

func compare(b *testing.B, name, path string, form func(n int) url.Values) {
	duel{
		ratio:     name,
		path:      path,
		form:      form,
		otherName: "bare",
		other:     "bare",
	}.run(b)
}

// duel is two services under the same load, one after the other in each round.
type duel struct {
	ratio, otherName string // of the figures
	path             string
	form             func(n int) url.Values
	one, other       string   // what the processes run; the one, "serve" unless it is said
	set              []string // settings of the one, beside those of both
}

func (d duel) run(b *testing.B) {
	chart := benchChart(b)
	one, other := freeAddress(b), freeAddress(b)
	process := startProcess(b, cmp.Or(d.one, "serve"), one, chart.URL, d.set...)
	rival := startProcess(b, d.other, other, chart.URL)

	warm := func(address string) {
		awaitAnswer(b, address, signedRequest(address, d.path, d.form(1<<40)))
		if strings.Contains(d.path, "outgoing") {
			press(b, address, benchClinicians, d.signed(address, 1<<41))
		}
	}
	warm(one)
	warm(other)
	chart.down.Store(true)

	var ratios, ones, others, costs, otherCosts []float64
	for i := range b.N {
		before, beforeOther := process.processor(), rival.processor()
		f := press(b, one, *benchRound, d.signed(one, i**benchRound))
		g := press(b, other, *benchRound, d.signed(other, i**benchRound))
		ratios, ones, others = append(ratios, f/g), append(ones, f), append(others, g)
		costs = append(costs, (process.processor()-before)/float64(*benchRound))
		otherCosts = append(otherCosts, (rival.processor()-beforeOther)/float64(*benchRound))
	}

	b.ReportMetric(median(costs), "µs/req")
	b.ReportMetric(median(otherCosts), d.otherName+"-µs/req")
	b.ReportMetric(median(ratios), d.ratio)
	b.ReportMetric(median(ones), "req/s")
	b.ReportMetric(median(others), d.otherName+"-req/s")
	b.ReportMetric(process.peakMB(), "peak-MB")
	b.ReportMetric(0, "ns/op") // a round is no operation
}

func (d duel) signed(address string, from int) func(n int) []byte {
	return func(n int) []byte { return signedRequest(address, d.path, d.form(from+n)) }
}

func median(figures []float64) float64 {
	slices.Sort(figures)
	return figures[len(figures)/2]
}

// roundWithin is how long a round may take: a service that does not answer fails the
// benchmark, and does not hold it up.
const roundWithin = patience

// press sends the requests over the connections and returns requests a second.
// Everything is made before the clock starts.
func press(b *testing.B, address string, requests int, request func(n int) []byte) float64 {
	b.Helper()
	ready := make([][]byte, requests)
	for n := range ready {
		ready[n] = request(n)
	}

	var next atomic.Int64
	var all sync.WaitGroup
	began := time.Now()

	for range benchConnections {
		all.Go(func() {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			answers := bufio.NewReader(conn)
			_ = conn.SetDeadline(began.Add(roundWithin))
			for n := next.Add(1) - 1; n < int64(requests); n = next.Add(1) - 1 {
				if _, err := conn.Write(ready[n]); err != nil {
					b.Error(err)
					return
				}
				if err := accepted(answers); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}

	all.Wait()
	return float64(requests) / time.Since(began).Seconds()
}

// accepted reads one answer, which must be 200 or 204, and for TwiML must dial.
func accepted(r *bufio.Reader) error {
	length := 0
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !strings.HasPrefix(string(line), "HTTP/1.1 200") && !strings.HasPrefix(string(line), "HTTP/1.1 204") {
			return fmt.Errorf("answered %s", line)
		}
		if value, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
			length, _ = strconv.Atoi(strings.TrimSpace(value))
		}
		if len(line) <= 2 {
			break
		}
	}

	body := make([]byte, length)
	if _, err := io.ReadFull(r, body); err != nil {
		return err
	}

	if length > 0 && !strings.Contains(string(body), "<Dial") {
		return fmt.Errorf("answered %s", body)
	}
	return nil
}

// signedRequest is a whole request, signed as Twilio does.
func signedRequest(address, path string, form url.Values) []byte {
	mac := hmac.New(sha1.New, []byte(benchToken))
	io.WriteString(mac, "http://"+address+path)
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		io.WriteString(mac, name+form.Get(name))
	}

	body := form.Encode()
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nX-Twilio-Signature: %s\r\nContent-Length: %d\r\n\r\n%s",
		path, address, base64.StdEncoding.EncodeToString(mac.Sum(nil)), len(body), body)
}

// benchSettings are those of a service at address, which reads the chart and keeps
// its log in a file.
func benchSettings(address, file, chart string) map[string]string {
	host, port, _ := net.SplitHostPort(address)

	return map[string]string{
		"LISTEN_HOST":          host,
		"PORT":                 port,
		"FUNCTIONS_URL":        "http://" + address,
		"DATABASE_URL":         "file:" + file,
		"CALLS_PER_MINUTE":     "1000000",
		"CALLS_AT_ONCE":        "1000000",
		"TWILIO_ACCOUNT_SID":   benchAccount,
		"TWILIO_AUTH_TOKEN":    benchToken,
		"TWILIO_API_KEY":       "SK00000000000000000000000000000001",
		"TWILIO_API_SECRET":    "secret",
		"TWILIO_TWIML_APP_SID": benchApp,
		"TWILIO_PHONE_NUMBER":  "+442079460000",
		"FHIR_BASE_URL":        chart,
		"DESCOPE_PROJECT_ID":   "P2bench",
		"DESCOPE_BASE_URL":     chart,
	}
}

type process struct {
	b   *testing.B
	cmd *exec.Cmd
}

// startProcess runs this test binary as a service on one core; set adds settings
// or replaces the usual ones.
func startProcess(b *testing.B, what, address, chart string, set ...string) *process {
	b.Helper()
	dir, err := os.MkdirTemp("", "careline-bench-")
	if err != nil {
		b.Fatal(err)
	}

	cmd := exec.Command(os.Args[0])
	cmd.Env = []string{"CARELINE_TEST_RUN=" + what, "GOMAXPROCS=1"}
	for name, value := range benchSettings(address, filepath.Join(dir, "careline.db"), chart) {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Env = append(cmd.Env, set...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}

	p := &process{b: b, cmd: cmd}
	b.Cleanup(func() {
		p.kill()
		os.RemoveAll(dir)
	})
	return p
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// processor is how many microseconds of processor time the process has had (utime
// and stime of Linux's proc(5), in hundredths of a second).
func (p *process) processor() float64 {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0 // not Linux: no figure
	}

	_, rest, _ := strings.Cut(string(stat), ") ") // the name may hold anything
	fields := strings.Fields(rest)
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	return (user + system) * 10_000
}

// peakMB is the most memory that the process held (VmHWM of Linux's proc(5)).
func (p *process) peakMB() float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0 // not Linux: no figure
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kB, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	return kB / 1024
}

// runBare serves the same routes through the same middleware, but keeps nothing
// and asks nobody.
func runBare(ctx context.Context) error {
	c, err := readConfig(os.Getenv)
	if err != nil {
		return err
	}

	p, err := assemble(ctx, c, telemetry.Gather(terminal{os.Stdout}))
	if err != nil {
		return err
	}

	ln, err := listen(c.address)
	if err != nil {
		return err
	}

	hooks, err := p.idleHooks(c)
	if err != nil {
		return err
	}

	return api.Serve(ctx, ln, p.handler(c, hooks, nil))
}

// runFloor serves nothing through net/http: what no handler can be cheaper than.
func runFloor(ctx context.Context) error {
	c, err := readConfig(os.Getenv)
	if err != nil {
		return err
	}
	ln, err := listen(c.address)
	if err != nil {
		return err
	}
	return api.Serve(ctx, ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	}))
}

// idleHooks lead to nobody: every call is dialled, and nothing is kept.
func (p *parts) idleHooks(c config) (twilio.Webhooks, error) {
	from, err := careline.StoredPhone(benchNumber)
	if err != nil {
		return twilio.Webhooks{}, err
	}
	hooks := p.hooks(c)
	hooks.Start = func(_ context.Context, a calls.Ask) (calls.Answer, error) {
		return calls.Dial{Callees: []calls.Callee{{Phone: a.To}}, CallerID: from, Appointment: a.Appointment}, nil
	}
	hooks.Keep = func(context.Context, careline.CallEvent) error { return nil }
	return hooks, nil
}

type benchServer struct {
	*httptest.Server
	down *atomic.Bool
}

// benchChart is a health record that knows every appointment, whose clinician has
// the same id, until it is down.
func benchChart(b *testing.B) benchServer {
	down := new(atomic.Bool)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.URL.Query().Get("_id")
		if down.Load() || r.Method != http.MethodGet || !strings.HasSuffix(r.URL.Path, "/Appointment") {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/fhir+json")
		fmt.Fprintf(w, `{"resourceType":"Bundle","type":"searchset","entry":[
			{"search":{"mode":"match"},"resource":{"resourceType":"Appointment","id":%q,"status":"booked","participant":[
				{"status":"accepted","actor":{"reference":"Patient/p1"}},{"status":"accepted","actor":{"reference":"Practitioner/%s"}}]}},
			{"search":{"mode":"include"},"resource":{"resourceType":"Patient","id":"p1","telecom":[{"system":"phone","value":%q}]}},
			{"search":{"mode":"include"},"resource":{"resourceType":"Practitioner","id":%q}}]}`, id, id, benchNumber, id)
	}))

	b.Cleanup(s.Close)
	return benchServer{s, down}
}

func freeAddress(b *testing.B) string {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// awaitAnswer repeats a request until the process that starts answers it.
func awaitAnswer(b *testing.B, address string, request []byte) {
	b.Helper()
	for give := time.Now().Add(patience); time.Now().Before(give); {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			continue
		}

		_ = conn.SetDeadline(give) // else whoever took it and does not answer would be waited for for ever
		_, err = conn.Write(request)
		if err == nil {
			err = accepted(bufio.NewReader(conn))
		}
		conn.Close()
		if err == nil {
			return
		}
	}
	b.Fatal("the process does not answer")
}
