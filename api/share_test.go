package api_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/api"
)

// as asks in a person's name.
func as(ctx context.Context, h http.Handler, person, method, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(ctx, method, path, nil)
	r.Header.Set("Authorization", "Bearer "+person)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// tooMany fails unless the answer says to come back later, in a sentence.
func tooMany(t *testing.T, b *bench, w *httptest.ResponseRecorder) {
	t.Helper()
	b.problem(answer{w.Result(), w.Body.String()}, http.StatusTooManyRequests, "too-many-requests")
	if w.Header().Get("Retry-After") == "" {
		t.Error("it does not say when to come back")
	}
}

const streamPath, dayPath = "/bff_clinical/v1/calls/events", "/bff_clinical/v1/appointments"

// One person's tabs, or whoever has their session, do not keep others out.
func TestOnePersonHasAShareOfTheStreams(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		h := api.New(b.cfg)
		first, closeOne := context.WithCancel(t.Context())
		rest, closeAll := context.WithCancel(t.Context())
		defer closeAll()
		go as(first, h, ada, http.MethodGet, streamPath)
		for range api.StreamsEach - 1 {
			go as(rest, h, ada, http.MethodGet, streamPath)
		}
		synctest.Wait()
		for range 2 { // who was refused takes no room
			tooMany(t, b, as(rest, h, ada, http.MethodGet, streamPath))
		}
		if w := as(rest, h, ben, http.MethodHead, streamPath); w.Code != 200 {
			t.Errorf("another person: %d", w.Code)
		}
		closeOne()
		synctest.Wait()
		if w := as(rest, h, ada, http.MethodHead, streamPath); w.Code != 200 {
			t.Errorf("after a tab was closed: %d", w.Code)
		}
	})
}

func TestOnePersonHasAShareOfTheReadings(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		var later time.Duration
		b.cfg.Now = func() time.Time { return noon.Add(later) }
		h := api.New(b.cfg)
		good := 0
		for range 400 {
			w := as(t.Context(), h, ada, http.MethodGet, dayPath)
			if w.Code == 200 {
				good++
				continue
			}
			tooMany(t, b, w)
		}
		if good < 200 || good > 260 {
			t.Errorf("%d of 400 readings at once were answered", good)
		}
		if w := as(t.Context(), h, ben, http.MethodGet, dayPath); w.Code != 200 {
			t.Errorf("another person: %d", w.Code)
		}
		if w := as(t.Context(), h, ada, http.MethodPost, "/bff_clinical/v1/twilio/access-token"); w.Code != 200 {
			t.Errorf("a call of the same person: %d", w.Code)
		}
		later = 5 * time.Second // as Retry-After says
		if w := as(t.Context(), h, ada, http.MethodGet, dayPath); w.Code != 200 {
			t.Errorf("when they came back: %d", w.Code)
		}
	})
}

// held is a record that answers when it is let.
type held struct {
	*bench
	asked   atomic.Int64
	release chan struct{}
}

func (h *held) AppointmentsOn(context.Context, string, time.Time, time.Time) ([]careline.Appointment, error) {
	h.asked.Add(1)
	<-h.release
	return nil, nil
}

// A slow record is not asked by one person's many tabs all at once.
func TestOnePersonHasFewReadingsWaitForTheRecord(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		slow := &held{bench: b, release: make(chan struct{})}
		b.cfg.Appointments = slow
		h := api.New(b.cfg)
		var all sync.WaitGroup
		codes := make(chan int, 60)
		for range cap(codes) {
			all.Go(func() { codes <- as(t.Context(), h, ada, http.MethodGet, dayPath).Code })
		}
		synctest.Wait()
		if n := slow.asked.Load(); n < 8 || n > 20 {
			t.Errorf("%d readings of one person wait for the record", n)
		}
		close(slow.release)
		all.Wait()
		close(codes)
		got := map[int]int64{}
		for code := range codes {
			got[code]++
		}
		if got[200] != slow.asked.Load() || got[200]+got[429] != 60 {
			t.Errorf("answered %v", got)
		}
	})
}

// A stream is followed in a session's name, and ends with it.
func TestStreamEndsWithItsSession(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, left := range []time.Duration{10 * time.Minute, 3 * time.Hour, -time.Second} {
			b := newBench(t)
			b.cfg.Now = time.Now
			until := time.Now().Add(left)
			b.cfg.Session = func(context.Context, *http.Request) (careline.Clinician, error) {
				return careline.Clinician{ID: ada, Until: until}, nil
			}
			began := time.Now()
			if w := as(t.Context(), api.New(b.cfg), ada, http.MethodGet, streamPath); w.Code != 200 {
				t.Errorf("status %d", w.Code)
			}
			if took, want := time.Since(began), max(0, min(left, time.Hour)); took != want {
				t.Errorf("with %v of the session left it ended after %v; want %v", left, took, want)
			}
		}
	})
}

func TestOperatorsHaveAnAddressOfTheirOwn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cfg.Ready = []api.Check{{Name: "store", Probe: func(context.Context) error { return nil }}}
	b.cfg.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "careline_up 1\n") })
	b.cfg.Web = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") })
	together := api.New(b.cfg)
	b.cfg.Apart = true
	public, admin := api.New(b.cfg), api.NewAdmin(b.cfg)
	for path, want := range map[string][3]int{
		"/healthz": {200, 200, 200}, "/readyz": {200, 404, 200}, "/metrics": {200, 404, 200},
		dayPath: {200, 200, 404}, "/": {200, 200, 404}, "/bff_clinical/v1/twilio/access-token": {405, 405, 404},
	} {
		for i, h := range []http.Handler{together, public, admin} {
			w := as(t.Context(), h, ada, http.MethodGet, path)
			if w.Code != want[i] || w.Code == 404 && !strings.Contains(w.Body.String(), "not-found") {
				t.Errorf("%s at %s: %d, want %d", path, []string{"the one address", "the public one", "the operators'"}[i], w.Code, want[i])
			}
		}
	}
}

// What somebody wrote into a request is not in the log.
func TestLogHasNothingOfARequestsText(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	h := api.New(b.cfg)
	ask := func(method, path string, header ...string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.Method = method
		r.Header.Set("Authorization", "Bearer "+ada)
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	ask("TUNA-KETTLE", dayPath)
	ask("TUNA-KETTLE", "/nowhere")
	ask(http.MethodGet, dayPath+"?date=Tuna+Kettle")
	ask(http.MethodGet, dayPath+"?date=2026-02-30&patient=Tuna%20Kettle;x")
	ask(http.MethodGet, streamPath+"?lastEventId=Tuna-Kettle")
	ask(http.MethodGet, streamPath, "Last-Event-ID", "Tuna-Kettle")
	ask(http.MethodGet, dayPath+"/Tuna-Kettle/calls")
	ask(http.MethodGet, dayPath+"/Tuna%20Kettle")
	text := b.log.String()
	if strings.Count(text, `"msg":"request"`) != 8 || !strings.Contains(text, `"method":"other"`) {
		t.Fatalf("logged:\n%s", text)
	}
	for _, of := range []string{"TUNA", "Tuna", "Kettle", "2026-02-30", "patient="} {
		if strings.Contains(text, of) {
			t.Errorf("%q is in the log:\n%s", of, text)
		}
	}
}

func TestAppointmentsOfDaysFarAwayAreRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for date, status := range map[string]int{"9999-12-31": 400, "9999-12-30": 400, "2999-01-01": 400, "0001-01-01": 400, "0000-01-01": 400, "1900-01-01": 400,
		"2040-02-29": 200, "1990-01-01": 200, "10000-01-01": 400, "2026-13-01": 400} {
		got := b.ask(http.MethodGet, dayPath+"?date="+date, ada)
		if got.StatusCode != status {
			t.Errorf("%s: %d, want %d", date, got.StatusCode, status)
		}
		if status == 400 {
			b.problem(got, 400, "invalid")
		}
	}
}
