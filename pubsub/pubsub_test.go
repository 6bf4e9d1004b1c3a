package pubsub_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/pubsub"
	"perci.health/careline/sandbox/pubsubbox"
	"perci.health/careline/setup"
	googlesetup "perci.health/careline/setup/google"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
	"perci.health/careline/twilio"
)

// shared is one Pub/Sub for all tests that do not stop it: each has a project of
// its own.
var shared lazyBox

type lazyBox struct {
	mu  sync.Mutex
	box *pubsubbox.Box
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.box != nil {
		if err := shared.box.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		fmt.Println("pubsub:", shared.box.Kind())
		for _, what := range shared.box.LeftOut() {
			fmt.Println("pubsub: left out:", what)
		}
	}
	os.Exit(code)
}

func (l *lazyBox) start(t testing.TB) *pubsubbox.Box {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.box == nil {
		box, err := pubsubbox.Start(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		l.box = box
	}
	return l.box
}

// ownBox is a Pub/Sub that the test may stop.
func ownBox(t testing.TB) *pubsubbox.Box {
	t.Helper()
	box, err := pubsubbox.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	return box
}

// topicOf is the test's own topic, not made yet.
func topicOf(t testing.TB, endpoint string) pubsub.Topic {
	sum := fnv.New64()
	fmt.Fprint(sum, t.Name())
	return pubsub.Topic{Project: fmt.Sprintf("careline-%x", sum.Sum64()), Name: "twilio", Emulator: endpoint}
}

const (
	pushEmail    = "careline-push@careline-test.iam.gserviceaccount.com"
	pushAudience = "https://backend.example.org/api/v1/twilio/pubsub"
)

func newAdmin(t testing.TB, cfg googlesetup.Config) *googlesetup.Admin {
	t.Helper()
	admin, err := googlesetup.NewAdmin(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := admin.Close(); err != nil {
			t.Error(err)
		}
	})
	return admin
}

// provision applies the plan, and returns what it was.
func provision(t testing.TB, admin *googlesetup.Admin) setup.Plan {
	t.Helper()
	plan, err := admin.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range plan {
		if change.Apply == nil {
			continue
		}
		if err := change.Apply(t.Context()); err != nil {
			t.Fatalf("%s: %v", change.Thing, err)
		}
	}
	return plan
}

// pulled provisions a topic with a subscription to pull from.
func pulled(t testing.TB, box *pubsubbox.Box) (pubsub.Topic, *googlesetup.Admin) {
	t.Helper()
	topic := topicOf(t, box.Endpoint())
	admin := newAdmin(t, googlesetup.Config{Topic: topic, Pull: "careline-pull"})
	provision(t, admin)
	return topic, admin
}

func newPublisher(t testing.TB, topic pubsub.Topic) *pubsub.Publisher {
	t.Helper()
	p, err := pubsub.NewPublisher(t.Context(), topic)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// sid is a call SID of Twilio's.
func sid(n int) string { return fmt.Sprintf("CA%032x", n) }

const trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

// reportOf is the event of a report on the member's leg of a call.
func reportOf(t testing.TB, call, sequence int, status string) careline.CallEvent {
	t.Helper()
	form := url.Values{
		"CallSid": {sid(call + 1<<32)}, "ParentCallSid": {sid(call)}, "CallStatus": {status}, "SequenceNumber": {fmt.Sprint(sequence)},
		"Direction": {"outbound-dial"}, "From": {"+442079460001"}, "To": {"+447700900123"}, "AppointmentId": {"appt-1"},
		"Timestamp": {"Mon, 1 Jun 2026 10:15:42 +0000"}, "AccountSid": {"AC00000000000000000000000000000001"}, "ApiVersion": {"2010-04-01"},
	}
	e, err := twilio.Event(twilio.SubjectCallStatus, formOf(form))
	if err != nil {
		t.Fatal(err)
	}
	e.Trace = trace
	return e
}

func formOf(values url.Values) twilio.Form {
	object := []byte("{")
	for name, all := range values {
		if len(object) > 1 {
			object = append(object, ',')
		}
		object = fmt.Appendf(object, "%q:%q", name, all[0])
	}
	form, err := twilio.FormFromJSON(append(object, '}'))
	if err != nil {
		panic(err)
	}
	return form
}

func subjectOf(k careline.Kind) string { return string(twilio.SubjectOf(k)) }

// understand is as the service wires it.
func understand(subject string, data []byte) (careline.CallEvent, error) {
	form, err := twilio.FormFromJSON(data)
	if err != nil {
		return careline.CallEvent{}, careline.NewError(careline.CodeInvalid, "The report cannot be read.", err)
	}
	return twilio.Event(twilio.Subject(subject), form)
}

func messageOf(t testing.TB, e careline.CallEvent) pubsub.Message {
	t.Helper()
	m, err := pubsub.NewMessage(subjectOf(e.Kind), e)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// chartLog is a real log, as the service opens it.
func chartLog(t testing.TB) store.Store {
	t.Helper()
	s, err := sqlite.Open(context.Background(), store.Config{URL: "file:" + filepath.Join(t.TempDir(), "log.db"),
		Consumers: []string{"chart"}, Outbound: []string{pubsub.ForwardConsumer}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// sameEvents compares events with all they are made of.
func sameEvents(t testing.TB, got, want []careline.CallEvent) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// arrivals collects what an inbox takes.
type arrivals struct {
	mu       sync.Mutex
	events   []careline.CallEvent
	strays   []careline.Stray
	outcomes map[string]int
	fail     error // of every Append and KeepStray
	changed  chan struct{}
}

func newArrivals() *arrivals {
	return &arrivals{outcomes: map[string]int{}, changed: make(chan struct{}, 1)}
}

func (a *arrivals) inbox() *pubsub.Inbox {
	return &pubsub.Inbox{Understand: understand, Append: a.append, KeepStray: a.keepStray, Observe: a.observe}
}

func (a *arrivals) tell() {
	select {
	case a.changed <- struct{}{}:
	default:
	}
}

func (a *arrivals) append(_ context.Context, e careline.CallEvent) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.fail == nil {
		a.events = append(a.events, e)
	}
	return a.fail
}

func (a *arrivals) keepStray(_ context.Context, s careline.Stray) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.fail == nil {
		a.strays = append(a.strays, s)
	}
	return a.fail
}

func (a *arrivals) observe(outcome string) {
	a.mu.Lock()
	a.outcomes[outcome]++
	a.mu.Unlock()
	a.tell()
}

func (a *arrivals) breaks(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fail = err
}

// until waits for a condition of what has arrived.
func (a *arrivals) until(t testing.TB, what string, met func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		a.mu.Lock()
		ok := met()
		a.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-a.changed:
		case <-ctx.Done():
			a.mu.Lock()
			defer a.mu.Unlock()
			t.Fatalf("never: %s; there are %d events, %d strays, outcomes %v", what, len(a.events), len(a.strays), a.outcomes)
		}
	}
}

// line is a TCP line to Pub/Sub that can hang and be cut.
type line struct {
	to string
	l  net.Listener

	mu    sync.Mutex
	conns []net.Conn
	hangs chan struct{} // closed: it flows
}

func newLine(t testing.TB, to string) *line {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	flows := make(chan struct{})
	close(flows)
	x := &line{to: to, l: l, hangs: flows}
	go x.accept()
	t.Cleanup(func() {
		l.Close()
		x.flow()
		x.mu.Lock()
		defer x.mu.Unlock()
		for _, c := range x.conns {
			c.Close()
		}
	})
	return x
}

func (x *line) endpoint() string { return x.l.Addr().String() }

// hang holds back every byte from now on; flow lets them go.
func (x *line) hang() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.hangs = make(chan struct{})
}

func (x *line) flow() {
	x.mu.Lock()
	defer x.mu.Unlock()
	select {
	case <-x.hangs:
	default:
		close(x.hangs)
	}
}

func (x *line) gate() chan struct{} {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.hangs
}

func (x *line) accept() {
	for {
		near, err := x.l.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", x.to)
		if err != nil {
			near.Close()
			continue
		}
		x.mu.Lock()
		x.conns = append(x.conns, near, far)
		x.mu.Unlock()
		go x.carry(near, far)
		go x.carry(far, near)
	}
}

func (x *line) carry(from, to net.Conn) {
	defer from.Close()
	defer to.Close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		<-x.gate()
		if n > 0 {
			if _, failed := to.Write(buffer[:n]); failed != nil {
				return
			}
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				return
			}
			return
		}
	}
}

func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func unavailable(cause error) error {
	return careline.NewError(careline.CodeUnavailable, "down", cause)
}

func rejected() error { return careline.NewError(careline.CodeRejected, "never", nil) }

// lines collects log lines.
func lines() (*slog.Logger, *text) {
	var b text
	noTime := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	return slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: noTime})), &b
}

// text is written and read by several.
type text struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (x *text) Write(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.Write(p)
}

func (x *text) String() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.String()
}

// linger takes its time, in a bubble of testing/synctest, where that takes none.
func linger(d time.Duration) { <-time.NewTimer(d).C }

// answerKey is where a test leaves something in a context.
type answerKey struct{}
