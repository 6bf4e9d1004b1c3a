package api_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/api"
)

// listen opens a stream and returns its lines without the empty ones.
func (b *bench) listen(client *http.Client, url, lastID string) (next func() string, closeIt func()) {
	b.t.Helper()
	return b.listenAs(client, url, ada, lastID)
}

func (b *bench) listenAs(client *http.Client, url, who, lastID string) (next func() string, closeIt func()) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/bff_clinical/v1/calls/events", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+who)
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	resp, err := client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		b.t.Fatalf("status %s, %v", resp.Status, resp.Header)
	}
	lines := bufio.NewScanner(resp.Body)
	return func() string {
			for lines.Scan() {
				if lines.Text() != "" {
					return lines.Text()
				}
			}
			return "(end)"
		}, func() {
			cancel()
			resp.Body.Close()
		}
}

func ringing(call string) careline.CallEvent {
	return careline.CallEvent{Call: call, Kind: careline.KindProgress, Status: careline.StatusRinging, Word: "ringing", Leg: "member"}
}

func TestStreamTellsChangesAndResumes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	srv := httptest.NewServer(api.New(b.cfg))
	t.Cleanup(srv.Close)
	b.events.add(ringing(ada + "/1"))
	b.events.add(ringing(ben + "/1")) // somebody else's
	next, closeIt := b.listen(srv.Client(), srv.URL, "")
	got := []string{next(), next(), next(), next()}
	b.events.add(careline.CallEvent{Call: ada + "/1", Kind: careline.KindProgress, Status: careline.StatusBusy, Word: "busy", Leg: "member"})
	go b.cfg.Live.Run(t.Context())
	b.cfg.Live.Changed([]string{ada + "/1"})
	got = append(got, next(), next(), next())
	closeIt()
	resumed, closeIt := b.listen(srv.Client(), srv.URL, "1")
	defer closeIt()
	got = append(got, resumed(), resumed(), resumed(), resumed())
	ring := `data: {"key":"` + ada + `/1","clinicianLeg":"` + ada + `/1","memberLeg":"member","status":"ringing","word":"ringing","final":false,"summary":"Ringing"}`
	busy := `data: {"key":"` + ada + `/1","clinicianLeg":"` + ada + `/1","memberLeg":"member","status":"busy","word":"busy","final":true,"summary":"Declined"}`
	want := []string{"retry: 2000", "id: 1", "event: call", ring, "id: 3", "event: call", busy, "retry: 2000", "id: 3", "event: call", busy}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stream (-want +got):\n%s", diff)
	}
}

func TestStreamBeginsWhereItIsTold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cfg.LiveFrom = func(context.Context, string) (int64, error) { return 1, nil }
	srv := httptest.NewServer(api.New(b.cfg))
	t.Cleanup(srv.Close)
	b.events.add(ringing(ada + "/1"))
	b.events.add(ringing(ada + "/2"))
	next, closeIt := b.listen(srv.Client(), srv.URL, "")
	defer closeIt()
	if next(); next() != "id: 2" {
		t.Error("the stream tells what is long past")
	}
}

// A client that comes from before the database was replaced begins anew.
func TestStreamBeginsAnewBeyondTheLogsEnd(t *testing.T) {
	t.Parallel()
	for last, want := range map[string]string{"900": "id: 2", "4": "id: 2", "2": "id: 3"} {
		b := newBench(t)
		b.cfg.LiveFrom = func(context.Context, string) (int64, error) { return 1, nil }
		b.cfg.Newest = func(context.Context) (int64, error) { return 3, nil }
		for range 3 {
			b.events.add(ringing(ada + "/1"))
		}
		srv := httptest.NewServer(api.New(b.cfg))
		t.Cleanup(srv.Close)
		next, closeIt := b.listen(srv.Client(), srv.URL, last)
		if next(); next() != want {
			t.Errorf("after %s the stream does not begin with %s", last, want)
		}
		closeIt()
	}
}

func TestStreamSaysThatTheLogsEndIsNotKnown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cfg.Newest = func(context.Context) (int64, error) { return 0, errSecret }
	b.problem(b.ask(http.MethodGet, "/bff_clinical/v1/calls/events", ada, header("Last-Event-ID", "3")), 500, "internal")
}

// net/http's own lines are the service's log's, and go nowhere else.
func TestServeLogsWhereTheServiceDoes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- api.Serve(ctx, failing{make(chan struct{}, 1)}, api.New(b.cfg)) }()
	if err := <-served; err == nil {
		t.Error("a listener that is closed is no error")
	}
	stop()
	if !strings.Contains(b.log.String(), "too many open files") {
		t.Errorf("log: %q", b.log.String())
	}
}

// failing accepts nothing: first for a while, then for good.
type failing struct{ once chan struct{} }

func (f failing) Accept() (net.Conn, error) {
	select {
	case f.once <- struct{}{}:
		return nil, passing{}
	default:
		return nil, net.ErrClosed
	}
}
func (failing) Close() error   { return nil }
func (failing) Addr() net.Addr { return &net.TCPAddr{} }

type passing struct{}

func (passing) Error() string   { return "too many open files" }
func (passing) Timeout() bool   { return true }
func (passing) Temporary() bool { return true }

// A quiet stream beats, and ends after an hour, in a time of its own.
func TestStreamBeatsAndEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		began := time.Now()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/bff_clinical/v1/calls/events", nil)
		r.Header.Set("Authorization", "Bearer "+ada)
		w := httptest.NewRecorder()
		api.New(b.cfg).ServeHTTP(w, r)
		if took := time.Since(began); took != time.Hour {
			t.Errorf("ended after %v", took)
		}
		if n := strings.Count(w.Body.String(), ": still here\n\n"); n < 238 || n > 240 {
			t.Errorf("%d beats in an hour", n)
		}
	})
}

// Browsers that stay must leave room for webhooks: beyond the bound a stream is
// refused for a moment, until one of the others has ended.
func TestStreamsLeaveRoomForOtherRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		h := api.New(b.cfg)
		var people atomic.Int64 // each opens one
		open := func(ctx context.Context) *httptest.ResponseRecorder {
			r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/bff_clinical/v1/calls/events", nil)
			r.Header.Set("Authorization", fmt.Sprint("Bearer nurse-", people.Add(1)))
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			return w
		}
		first, leave := context.WithCancel(t.Context())
		go open(first)
		others, closeAll := context.WithCancel(t.Context())
		defer closeAll()
		for range api.StreamsAtMost - 1 {
			go open(others)
		}
		synctest.Wait()
		for range 2 { // who was refused takes no room
			w := open(others)
			if w.Code != 503 || w.Header().Get("Retry-After") == "" || w.Header().Get("Content-Type") != "application/problem+json" {
				t.Fatalf("one too many: status %d, %v", w.Code, w.Header())
			}
		}
		alive := httptest.NewRecorder()
		h.ServeHTTP(alive, httptest.NewRequestWithContext(others, http.MethodGet, "/healthz", nil))
		if alive.Code != 200 {
			t.Errorf("another request: status %d", alive.Code)
		}
		leave()
		synctest.Wait()
		if w := open(t.Context()); w.Code != 200 {
			t.Errorf("after one has ended: status %d", w.Code)
		}
	})
}

func TestStreamsHeadEndsAtOnce(t *testing.T) {
	t.Parallel()
	if got := newBench(t).ask(http.MethodHead, "/bff_clinical/v1/calls/events", ada); got.StatusCode != 200 || got.body != "" {
		t.Errorf("status %d, body %q", got.StatusCode, got.body)
	}
}

func TestStreamEndsWhenTheLogFails(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.events.err = errors.New("disk gone")
	got := b.ask(http.MethodGet, "/bff_clinical/v1/calls/events", ada)
	if got.StatusCode != 200 || !strings.Contains(b.log.String(), "disk gone") {
		t.Errorf("status %d, log %s", got.StatusCode, b.log.String())
	}
}

// Serve lets a request finish that was under way, and tells streams to end.
func TestServeStopsGracefully(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	entered, leave := make(chan struct{}), make(chan struct{})
	b.cfg.Mount = []api.Route{{Method: http.MethodPost, Path: "/v1/slow", Who: "twilio", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-leave
		if r.Context().Err() == nil {
			io.WriteString(w, "whole")
		}
	})}}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- api.Serve(ctx, ln, api.New(b.cfg)) }()
	url := "http://" + ln.Addr().String()
	next, closeIt := b.listen(http.DefaultClient, url, "")
	defer closeIt()
	if next() != "retry: 2000" {
		t.Fatal("no stream")
	}
	slow := make(chan string, 1)
	go func() {
		resp, err := http.Post(url+"/v1/slow", "", nil)
		if err != nil {
			slow <- err.Error()
			return
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		slow <- string(text) + errText(err)
	}()
	<-entered
	stop()
	if got := next(); got != "(end)" {
		t.Errorf("the stream goes on: %s", got)
	}
	close(leave)
	if got := <-slow; got != "whole" {
		t.Errorf("the request under way got %q", got)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
