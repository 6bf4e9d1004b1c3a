package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/fhir"
	"perci.health/careline/sandbox"
	"perci.health/careline/store"
)

// kills is how often the service is killed under load.
const kills = 36

// The service is a real process, killed with SIGKILL again and again while calls
// are reported to it: after some number of acknowledgements, in the middle of a
// write to the health record, or as soon as it listens. What it has acknowledged
// is in its log once, and every call in the health record once, as the log tells
// it.
//
// The chances are those of one number, which the test logs and takes back from
// the environment; when exactly the process dies is still the machine's affair.
func TestKilledUnderLoadNothingIsLostOrDoubled(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	if given := os.Getenv("CARELINE_TEST_KILL_SEED"); given != "" {
		var err error
		if seed, err = strconv.ParseUint(given, 10, 64); err != nil {
			t.Fatal("CARELINE_TEST_KILL_SEED must be a whole number: ", err)
		}
	}
	t.Logf("CARELINE_TEST_KILL_SEED=%d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	world, err := sandbox.Start(t.Context(), sandbox.Config{Pace: pace})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := world.Close(); err != nil {
			t.Error(err)
		}
	})
	v := newVictim(t, world)
	l := newTraffic(v)
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(func() { cancel(); l.running.Wait() })
	l.start(ctx, seed)
	for n := range kills {
		var now <-chan struct{}
		switch n % 6 {
		case 0: // while it opens its log
			v.launch()
			v.kill()
			continue
		case 2, 5:
			now = v.wire.catch(chance)
		default:
			now = l.after(chance.IntN(50))
		}
		v.start()
		l.open()
		v.await(now)
		l.shut()
		v.kill()
	}
	v.start()
	l.open()
	l.finish()
	v.drain()
	v.kill()
	l.check(v)
}

// victim is the process that is killed, and what outlives it.
type victim struct {
	service
	system *system // to read the health record
	wire   *wire
}

func newVictim(t *testing.T, world *sandbox.World) *victim {
	t.Helper()
	dir := t.TempDir()
	v := &victim{system: &system{t: t, world: world, dir: dir}, wire: newWire(t, world)}
	port := freePort(t)
	v.service = service{t: t, url: "http://127.0.0.1:" + port, log: filepath.Join(dir, "careline.log")}
	v.env = append(world.Env(), "CARELINE_TEST_RUN=serve", "FUNCTIONS_URL="+v.url, "PORT="+port, "LISTEN_HOST=127.0.0.1",
		"FHIR_BASE_URL="+v.wire.server.URL+"/fhir/R4", "DATABASE_URL="+v.database(),
		"CALLS_PER_MINUTE=1000", "CALLS_AT_ONCE=1000", "LOG_LEVEL=info")
	t.Cleanup(func() {
		v.wire.release()
		v.bury()
	})
	return v
}

func (v *victim) database() string { return "file:" + filepath.Join(v.system.dir, "careline.db") }

func (v *victim) await(now <-chan struct{}) {
	v.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	select {
	case <-now:
	case <-v.ended:
		v.t.Fatal("the service ended by itself: ", v.fate)
	case <-deadline.C:
		v.t.Fatalf("waited %v in vain for the moment to kill", patience)
	}
}

// kill returns when the process is gone and all that it has sent to the health
// record has been carried out. A write that the record stored only after the next
// process had filed the call's end would leave a second Communication that nobody
// looks for any more; so this test can ask for one, and none entered in error.
func (v *victim) kill() {
	v.t.Helper()
	v.service.kill()
	v.wire.release()
	v.wire.settle()
}

// gauge is one of the service's metrics.
var gauge = regexp.MustCompile(`(?m)^careline_backlog_(up|pending|dead)(?:\{consumer="chart"\})? (\S+)$`)

// drain waits until everything was delivered; nothing may have been given up.
func (v *victim) drain() {
	v.t.Helper()
	eventually(v.t, "the backlog to be delivered", func() bool {
		v.alive()
		body, err := v.ask("/metrics")
		if err != nil {
			v.t.Fatal(err)
		}
		read := map[string]string{}
		for _, m := range gauge.FindAllStringSubmatch(string(body), -1) {
			read[m[1]] = m[2]
		}
		if read["up"] != "1" {
			return false // the log was not asked in time, so nothing is told of it
		}
		if read["dead"] != "0" {
			v.t.Fatalf("dead letters: %q", read["dead"])
		}
		return read["pending"] == "0"
	})
}

// check compares what was acknowledged, what the log holds and what the health
// record says.
func (l *traffic) check(v *victim) {
	t := l.t
	log, err := openLog(t.Context(), store.Config{URL: v.database(), Consumers: []string{chart}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	}()
	told := tally{notes: v.wire.notes}
	for _, c := range l.calls {
		c.check(v.system, log, &told)
	}
	var all struct{ Total int }
	decode(t, v.system.get(v.system.world.FHIRURL+"/Communication?_summary=count", v.system.fhirToken()), &all)
	if all.Total != told.recorded {
		t.Errorf("the health record has %d Communications, of %d calls", all.Total, told.recorded)
	}
	if l.dialled == 0 || l.lost == 0 || told.noted == 0 {
		t.Error("nothing was dialled or noted, or no answer was lost: this was no load")
	}
	t.Logf("%d kills (%d in a write); %d calls, %d dialled; %d requests acknowledged, %d lost, of which %d never repeated; %d events kept, "+
		"%d of them never acknowledged; %d Communications, %d of calls whose request was not kept, %d looked for after a crash; %d versions, %d calls with a note, %d Communications with a remark",
		kills, v.wire.caught, len(l.calls), l.dialled, l.acknowledged, l.lost, l.left, told.events,
		told.unacknowledged, told.recorded, told.unasked, told.doubted, told.versions, told.noted, len(told.notes))
}

// tally is what the checks have seen.
type tally struct {
	events, unacknowledged, recorded, unasked, doubted, versions, noted int
	notes                                                               map[string]int
}

func (c *placed) check(s *system, log store.Store, told *tally) {
	events, err := log.Events(s.t.Context(), c.key)
	if err != nil {
		s.t.Fatal(err)
	}
	alone, err := log.Events(s.t.Context(), c.leg) // reports of a leg whose call is not known
	if err != nil {
		s.t.Fatal(err)
	}
	c.checkLog(s.t, events, alone, told)
	if call := careline.Fold(events); call.Recordable() {
		filing, err := log.Filing(s.t.Context(), c.key)
		if err != nil {
			s.t.Fatal(err)
		}
		if filing.Doubted {
			told.doubted++
		}
		c.checkRecord(s, call, len(events), told)
		return
	}
	if found := s.search(c.query()); len(found) > 0 {
		s.t.Errorf("call %s should not be in the record, and is: %s", c.key, found[0].raw)
	}
}

// checkLog asks for every acknowledged report once, and for none that was never
// sent.
func (c *placed) checkLog(t *testing.T, events, alone []careline.CallEvent, told *tally) {
	kept := map[string]int{}
	for _, e := range events {
		kept[telling(e.Kind, e.Leg, e.Order, e.Word)]++
		if len(alone) > 0 && (e.Leg == c.leg || e.MemberLeg == c.leg) {
			t.Errorf("call %s knows its member's leg, and %d reports of that leg stand alone", c.key, len(alone))
		}
	}
	for _, e := range alone {
		kept[telling(e.Kind, e.Leg, e.Order, e.Word)]++
	}
	for tells := range c.acknowledged {
		if kept[tells] == 0 {
			t.Errorf("call %s: acknowledged and lost: %s", c.key, tells)
		}
	}
	for tells, n := range kept {
		told.events++
		if !c.acknowledged[tells] {
			told.unacknowledged++
		}
		if n != 1 || !c.asked[tells] {
			t.Errorf("call %s: kept %d times, sent: %v: %s", c.key, n, c.asked[tells], tells)
		}
	}
}

func (c *placed) query() string {
	return "Communication?identifier=" + url.QueryEscape("https://www.twilio.com/|"+c.key)
}

// checkRecord asks for one Communication that says what the log says, with a
// history in which every version says something new and nothing is taken back.
func (c *placed) checkRecord(s *system, call careline.Call, events int, told *tally) {
	if call.Patient == "" { // the request was not kept: the appointment tells who is called
		told.unasked++
		call.Patient, call.Recipient = careline.Reference("Patient/"+c.appointment.Patient), careline.Reference("Patient/"+c.appointment.Patient)
		call.Sender = s.clinicianOf(c.appointment)
	}
	found := s.search(c.query())
	told.recorded++
	if len(found) != 1 {
		s.t.Errorf("call %s has %d Communications", c.key, len(found))
		return
	}
	text, err := json.Marshal(fhir.Systems{}.CommunicationOf(call, false))
	if err != nil {
		s.t.Fatal(err)
	}
	notes := told.notes[found[0].ID]
	record := content(s.t, found[0].raw)
	kept, _ := record["note"].([]any)
	if !call.Note.Empty() {
		told.noted++
		ours := slices.IndexFunc(kept, func(note any) bool { return strings.Contains(fmt.Sprint(note), remarkOf(c.key)) })
		if ours < 0 {
			s.t.Fatalf("call %s: what was noted is not in the record: %v", c.key, kept)
		}
		kept = slices.Delete(kept, ours, ours+1)
	}
	if len(kept) != notes {
		s.t.Errorf("call %s: of %d remarks of somebody else %d are left", c.key, notes, len(kept))
	}
	delete(record, "note")
	want := content(s.t, text)
	delete(want, "note")
	if diff := cmp.Diff(want, record); diff != "" {
		s.t.Errorf("call %s: the record does not say what the log says (-log +record):\n%s", c.key, diff)
	}
	versions := s.search("Communication/" + found[0].ID + "/_history?_count=1000")
	told.versions += len(versions)
	if len(versions) > events+notes {
		s.t.Errorf("call %s: %d versions of %d events and %d remarks", c.key, len(versions), events, notes)
	}
	for i := range versions[1:] {
		newer, older := versions[i], versions[i+1]
		if reflect.DeepEqual(content(s.t, newer.raw), content(s.t, older.raw)) {
			s.t.Errorf("call %s: versions %s and %s say the same", c.key, older.Meta.VersionID, newer.Meta.VersionID)
		}
		if older.Status == "completed" && newer.Status != "completed" {
			s.t.Errorf("call %s: was completed, then %s", c.key, newer.Status)
		}
	}
}

// unname takes the names out of a Communication: an appointment tells them where
// the request was not kept, and no webhook does.
func unname(communication map[string]any) {
	recipients, _ := communication["recipient"].([]any)
	for _, reference := range append(recipients, communication["subject"], communication["sender"]) {
		if named, ok := reference.(map[string]any); ok {
			delete(named, "display")
		}
	}
}

// content is a resource without what the server stamps on it, and without names.
func content(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var resource map[string]any
	decode(t, text, &resource)
	delete(resource, "id")
	delete(resource, "meta")
	unname(resource)
	return resource
}

// clinicianOf is the participant of an appointment who is not its patient.
func (s *system) clinicianOf(a sandbox.Appointment) careline.Reference {
	s.t.Helper()
	var read struct {
		Participant []struct{ Actor struct{ Reference string } }
	}
	decode(s.t, s.get(s.world.FHIRURL+"/Appointment/"+a.ID, s.fhirToken()), &read)
	for _, p := range read.Participant {
		if strings.HasPrefix(p.Actor.Reference, "Practitioner") {
			return careline.Reference(p.Actor.Reference)
		}
	}
	s.t.Fatalf("appointment %s has no clinician", a.ID)
	return ""
}

// wire stands between the service and the health record. What the service has
// sent is carried out even if it dies meanwhile, as a server would; and now and
// then somebody else is a moment faster.
type wire struct {
	t      *testing.T
	server *httptest.Server
	proxy  *httputil.ReverseProxy
	to     *url.URL // the health record

	mu     sync.Mutex
	open   map[net.Conn]bool
	trap   *trap
	caught int
	puts   int
	notes  map[string]int // by Communication, how many remarks somebody else has written
	dead   chan struct{}  // closed when the process that fell into a trap is gone
}

// trap is a write in whose middle the service is killed.
type trap struct {
	method string
	writes int  // that pass before
	before bool // the record never gets it; else it has it, and its answer is lost
	sprung chan struct{}
}

func newWire(t *testing.T, world *sandbox.World) *wire {
	t.Helper()
	to, err := url.Parse(strings.TrimSuffix(world.FHIRURL, "/fhir/R4"))
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	w := &wire{t: t, to: to, open: map[net.Conn]bool{}, notes: map[string]int{}, dead: make(chan struct{}), proxy: &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(to) },
		Transport: transport, ErrorLog: log.New(t.Output(), "between service and health record: ", 0),
	}}
	w.server = httptest.NewUnstartedServer(w)
	w.server.Config.ConnState = w.connection
	w.server.Start()
	t.Cleanup(func() {
		w.server.Close()
		transport.CloseIdleConnections()
	})
	return w
}

// catch sets a trap for the process that is started next.
func (w *wire) catch(chance *rand.Rand) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	method := []string{http.MethodPost, http.MethodPost, http.MethodPut}[chance.IntN(3)]
	w.trap = &trap{method: method, writes: chance.IntN(8), before: chance.IntN(3) == 0, sprung: make(chan struct{})}
	return w.trap.sprung
}

// release lets go of the request in the trap: its process is gone.
func (w *wire) release() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.dead)
	w.trap, w.dead = nil, make(chan struct{})
}

// caughtBy is the trap that the request falls into, if any.
func (w *wire) caughtBy(r *http.Request) (*trap, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.trap == nil || w.trap.method != r.Method || !strings.Contains(r.URL.Path, "/Communication") || strings.HasSuffix(r.URL.Path, "_search") {
		return nil, nil
	}
	caught := w.trap
	if caught.writes > 0 {
		caught.writes--
		return nil, nil
	}
	w.trap = nil
	w.caught++
	return caught, w.dead
}

func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/settled" {
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // died while it was sending
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	r = r.WithContext(context.WithoutCancel(r.Context()))
	if w.crossed(r) {
		w.remark(r)
	}
	trap, dead := w.caughtBy(r)
	if trap == nil {
		w.proxy.ServeHTTP(struct{ http.ResponseWriter }{rw}, r) // hides the CloseNotifier, on which the proxy would give up
		return
	}
	if !trap.before {
		w.proxy.ServeHTTP(httptest.NewRecorder(), r)
	}
	close(trap.sprung)
	<-dead
	panic(http.ErrAbortHandler)
}

// crossed is every seventh update: somebody else writes just before it, so that
// it is made of a version that is the newest no more.
func (w *wire) crossed(r *http.Request) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.Method == http.MethodPut {
		w.puts++
	}
	return r.Method == http.MethodPut && w.puts%7 == 0
}

// remark adds a note to the Communication that r is about to update, as a person
// would with the same access.
func (w *wire) remark(r *http.Request) {
	address := w.to.JoinPath(r.URL.Path).String()
	call := func(method string, body []byte, header http.Header) ([]byte, bool) {
		req, err := http.NewRequestWithContext(r.Context(), method, address, bytes.NewReader(body))
		if err != nil {
			w.t.Error(err)
			return nil, false
		}
		req.Header = header
		req.Header.Set("Authorization", r.Header.Get("Authorization"))
		res, err := w.proxy.Transport.RoundTrip(req)
		if err != nil {
			w.t.Error("write a remark: ", err)
			return nil, false
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		return text, err == nil && res.StatusCode == http.StatusOK
	}
	text, ok := call(http.MethodGet, nil, http.Header{})
	var record map[string]any
	if !ok || json.Unmarshal(text, &record) != nil {
		w.t.Errorf("the record cannot be read for a remark: %s", text)
		return
	}
	notes, _ := record["note"].([]any)
	record["note"] = append(notes, map[string]any{"text": fmt.Sprint("remark ", len(notes)+1)})
	text, err := json.Marshal(record)
	if err != nil {
		w.t.Error(err)
		return
	}
	if text, ok := call(http.MethodPut, text, http.Header{"Content-Type": {"application/fhir+json"}}); !ok {
		w.t.Errorf("the remark was not taken: %s", text)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.notes[filepath.Base(r.URL.Path)]++
}

func (w *wire) connection(c net.Conn, state http.ConnState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if state == http.StateClosed || state == http.StateHijacked {
		delete(w.open, c)
		return
	}
	w.open[c] = true
}

// settle waits until every connection that the dead process had made has been
// read to its end. Those that the server has not even taken yet stand in its line
// before the one that is made here.
func (w *wire) settle() {
	w.t.Helper()
	once := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := once.Get(w.server.URL + "/settled")
	if err != nil {
		w.t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		w.t.Fatal(err)
	}
	eventually(w.t, "the dead process's requests to end", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return len(w.open) == 0
	})
}
