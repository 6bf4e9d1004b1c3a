package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"perci.health/careline/pubsub"
	"perci.health/careline/sandbox/pgbox"
	"perci.health/careline/sandbox/pubsubbox"
	"perci.health/careline/setup/google"
)

// BenchmarkServePostgres: an event durable in Postgres before the 200, against the
// same in SQLite. The server's processes run beside, on whatever cores there are.
func BenchmarkServePostgres(b *testing.B) {
	duel{ratio: "postgres/sqlite", path: benchStatus, form: benchReport, otherName: "sqlite", other: "serve", set: []string{"DATABASE_URL=" + benchDatabase(b)}}.run(b)
}

func benchDatabase(b *testing.B) string {
	b.Helper()
	box, err := pgbox.Start(b.Context(), pgbox.Config{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := box.Close(); err != nil {
			b.Error(err)
		}
	})
	b.Logf("Postgres %s, from %s", box.Version(), box.Where())
	database, err := box.NewDatabase(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return database
}

// BenchmarkServePubSub: a webhook that Pub/Sub has before the 200, against one that
// nobody keeps. The emulator is warm before the clock starts, and nobody subscribes:
// what it keeps for a subscriber who does not come makes each further call cost it
// more. Its processor time is in the figure all the same.
func BenchmarkServePubSub(b *testing.B) {
	box, err := pubsubbox.Start(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := box.Close(); err != nil {
			b.Error(err)
		}
	})
	b.Log("Pub/Sub: ", box.Kind())
	topic := pubsub.Topic{Project: soakProject, Name: "twilio", Emulator: box.Endpoint()}
	admin, err := google.NewAdmin(b.Context(), google.Config{Pull: "bench", Topic: topic})
	if err != nil {
		b.Fatal(err)
	}
	defer admin.Close()
	plan, err := admin.Plan(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	if err := plan[0].Apply(b.Context()); err != nil { // the topic
		b.Fatal(err)
	}
	benchWarm(b, topic)
	duel{ratio: "pubsub/bare", path: benchStatus, form: benchReport, otherName: "bare", other: "bare",
		set: append(benchPushes(b).env, "EVENTS=pubsub", "PUBSUB_PROJECT="+soakProject, "PUBSUB_EMULATOR_HOST="+box.Endpoint())}.run(b)
}

// benchWarm publishes until the emulator's Java has compiled what it needs: the
// first messages cost it several times what the later ones do.
func benchWarm(b *testing.B, topic pubsub.Topic) {
	b.Helper()
	const messages = 60_000
	publisher, err := pubsub.NewPublisher(b.Context(), topic)
	if err != nil {
		b.Fatal(err)
	}
	defer publisher.Close()
	var next atomic.Int64
	var all sync.WaitGroup
	for range benchConnections {
		all.Go(func() {
			for n := int(next.Add(1)); n <= messages; n = int(next.Add(1)) {
				report := benchReport(n)
				m := pubsub.Message{Key: report.Get("ParentCallSid"), Data: []byte(report.Encode()), Attributes: map[string]string{"type": "appointment"}}
				if err := publisher.Publish(b.Context(), m); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// benchPushed is who signs pushes, and the settings of who takes them.
type benchPushed struct {
	env   []string
	token string
}

func benchPushes(b *testing.B) benchPushed {
	b.Helper()
	issuer, err := pubsubbox.NewIssuer(soakAccount, soakAudience)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = issuer.Close() })
	token, err := issuer.Token(time.Now(), nil)
	if err != nil {
		b.Fatal(err)
	}
	return benchPushed{token: token, env: []string{"PUBSUB_PUSH_AUDIENCE=" + soakAudience, "PUBSUB_PUSH_SERVICE_ACCOUNT=" + soakAccount,
		"PUBSUB_PUSH_ISSUER_KEYS_URL=" + issuer.KeysURL()}}
}

// BenchmarkServePush: from the push of an event until the health record, which
// answers at once, has its version of the call's Communication; against reports of
// the same calls to the bare handler, which keeps nothing. The calls were asked for
// before, and their Communications are there.
func BenchmarkServePush(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchPush(b) })
	b.Run("postgres", func(b *testing.B) { benchPush(b, "DATABASE_URL="+benchDatabase(b)) })
}

func benchPush(b *testing.B, set ...string) {
	pushes, stub := benchPushes(b), newStub(b)
	files, bare := freeAddress(b), freeAddress(b)
	process := startProcess(b, "serve", files, stub.URL, slices.Concat(pushes.env, set)...)
	startProcess(b, "bare", bare, stub.URL)
	awaitAnswer(b, files, pushes.request(files, 1<<40))
	reports := duel{path: benchStatus, form: benchReport}
	awaitAnswer(b, bare, reports.signed(bare, 1<<40)(0))
	stub.expect(1)
	stub.settle(b, files)
	var ratios, filed, bares []float64
	for i := range b.N {
		stub.expect(askFor(b, files, i))
		stub.settle(b, files)
		stub.expect(*benchRound)
		f := stub.round(b, files, func(n int) []byte { return pushes.request(files, i**benchRound+n) })
		g := press(b, bare, *benchRound, reports.signed(bare, i**benchRound))
		ratios, filed, bares = append(ratios, f/g), append(filed, f), append(bares, g)
	}
	b.ReportMetric(median(ratios), "filed/bare")
	b.ReportMetric(median(filed), "events/s")
	b.ReportMetric(median(bares), "bare-req/s")
	b.ReportMetric(float64(stub.writes.Load()-stub.made.Load())/float64(b.N**benchRound), "PUTs/event")
	b.ReportMetric(process.peakMB(), "peak-MB")
	b.ReportMetric(0, "ns/op") // a round is no operation
}

// askFor has a clinician ask for each call of a round, and returns how many calls
// that are.
func askFor(b *testing.B, address string, round int) (calls int) {
	b.Helper()
	var asked []url.Values
	for n := round * *benchRound; n < (round+1)**benchRound; n++ {
		report := benchReport(n)
		if report.Get("SequenceNumber") == "0" {
			asked = append(asked, benchRequest(report.Get("ParentCallSid"), n))
		}
	}
	press(b, address, len(asked), func(n int) []byte { return signedRequest(address, benchOutgoing, asked[n]) })
	return len(asked)
}

// request is a push of the nth report.
func (p benchPushed) request(address string, n int) []byte {
	form := map[string]string{"AppointmentId": "a1"}
	for name, value := range benchReport(n) {
		form[name] = value[0]
	}
	data, err := json.Marshal(form)
	if err != nil {
		panic(err) // strings
	}
	body := fmt.Sprintf(`{"message":{"attributes":{"type":"appointment","subtype":"CallStatus","source":"api","version":"1.0"},"data":%q,"messageId":"%d","orderingKey":"%s","publishTime":"2025-08-04T09:05:07.000Z"},"subscription":"projects/p/subscriptions/s"}`,
		base64.StdEncoding.EncodeToString(data), n, form["ParentCallSid"])
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s",
		pubsub.PathPush, address, p.token, len(body), body)
}

// stub is a health record that knows every appointment, takes every write, and
// answers at once. It gives back what was written, but finds nothing by searching.
type stub struct {
	benchServer
	writes, made atomic.Int64
	expected     int64
	written      sync.Map // by path

	mu   sync.Mutex
	last time.Time // when the newest write was answered
}

func newStub(b *testing.B) *stub {
	s := &stub{benchServer: benchChart(b)}
	known := s.Config.Handler
	write := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/fhir+json")
		have, ok := s.written.Load(r.URL.Path)
		switch {
		case r.Method != http.MethodGet:
			s.take(w, r)
		case ok:
			_, _ = w.Write(have.([]byte))
		case strings.HasSuffix(r.URL.Path, "/Communication"):
			_, _ = io.WriteString(w, `{"resourceType":"Bundle","type":"searchset"}`)
		default:
			known.ServeHTTP(w, r)
		}
	}))
	b.Cleanup(write.Close)
	s.Server = write
	return s
}

func (s *stub) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || len(body) < 2 {
		http.Error(w, "no body", http.StatusBadRequest)
		return
	}
	path, stamp := r.URL.Path, fmt.Sprintf(`{"meta":{"versionId":"%d"},`, s.writes.Load()+1)
	if r.Method == http.MethodPost {
		id := fmt.Sprintf("c%d", s.made.Add(1))
		path, stamp = path+"/"+id, `{"id":"`+id+`",`+stamp[1:]
		w.WriteHeader(http.StatusCreated)
	}
	body = append([]byte(stamp), body[1:]...)
	s.written.Store(path, body)
	_, _ = w.Write(body)
	s.writes.Add(1)
	s.mu.Lock()
	s.last = time.Now()
	s.mu.Unlock()
}

// round pushes and waits until all is filed; it returns events a second, up to the
// answer to the last write.
func (s *stub) round(b *testing.B, address string, request func(n int) []byte) float64 {
	b.Helper()
	ready := make([][]byte, *benchRound)
	for n := range ready {
		ready[n] = request(n)
	}
	began := time.Now()
	press(b, address, *benchRound, func(n int) []byte { return ready[n] })
	s.settle(b, address)
	s.mu.Lock()
	defer s.mu.Unlock()
	return float64(*benchRound) / s.last.Sub(began).Seconds()
}

// expect adds to the writes that the next settle waits for: one for each event.
func (s *stub) expect(writes int) { s.expected += int64(writes) }

// settle waits until all that is expected was written, and nothing waits to be
// delivered. The service is asked last: its answer takes as long as ten events.
func (s *stub) settle(b *testing.B, address string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), patience)
	defer cancel()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for s.writes.Load() < s.expected || pendingAt(ctx, address) != "0" {
		select {
		case <-again.C:
		case <-ctx.Done():
			b.Fatalf("%d of %d writes came, and %s deliveries are pending", s.writes.Load(), s.expected, pendingAt(b.Context(), address))
		}
	}
}

func pendingAt(ctx context.Context, address string) string {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/metrics", nil)
	if err != nil {
		return err.Error()
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err.Error()
	}
	for _, m := range anyGauge.FindAllStringSubmatch(string(body), -1) {
		if m[1] == "pending" && strings.Contains(m[2], chart) {
			return m[3]
		}
	}
	return "unknown"
}
