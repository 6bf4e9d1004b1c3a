package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/move"
	"perci.health/careline/store/postgres"
	"perci.health/careline/store/sqlite"
	"perci.health/careline/store/storetest"
)

// fillLog has something in every table: what waits, is put off, dead, filed,
// joined, erased and stray.
func fillLog(t *testing.T, s store.Store, clock *storetest.Clock) {
	t.Helper()
	full := storetest.Request("CA1", "p1")
	full.At, full.Report, full.Request.To = clock.Now(), []byte{0, 1, 255}, storetest.Phone(t, "+447700900123")
	full.Request.Patient = "Patient/1"
	full.Request.Names, full.EndedBy = careline.Names{Patient: "Sam"}, careline.SideMember
	twin := careline.CallEvent{ID: "twin", Leg: "CB2", Kind: careline.KindMachineDetection}
	ofCall := careline.CallEvent{ID: "twin", Call: "CA2", Kind: careline.KindMachineDetection, Seconds: careline.SecondsOf(0)}
	storetest.MustAppend(t, s, full, storetest.Progress("CA1", "CB1", 1, careline.StatusRinging), storetest.Request("CA2", "p1"), twin, ofCall,
		storetest.Progress("CA2", "CB2", 1, careline.StatusRinging), storetest.AMD("CB9"), storetest.Request("CA3", "p2"), storetest.Request("CA4", ""), storetest.Request("CA5", "p2"))
	for _, err := range []error{
		s.Bury(t.Context(), storetest.Next(t, s, "CA1", clock.Now()), "a cause"),
		s.Retry(t.Context(), storetest.Next(t, s, "CA2", clock.Now()), clock.Now().Add(time.Hour), "later"),
		s.Done(t.Context(), storetest.Next(t, s, "CA3", clock.Now()), careline.Filing{}),
		s.SaveFiling(t.Context(), careline.Filing{Call: "CA1", ID: "comm-1", Version: "v1", Seq: 2, Tried: true, Doubted: true}),
		s.KeepStray(t.Context(), careline.Stray{ID: "m1", Attributes: map[string]string{"a": "b"}, Data: []byte{0, 255}, Why: "it is odd"}),
		s.Erase(t.Context(), "CA5"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// told is everything that a store says of the log of fillLog.
func told(t *testing.T, s store.Store, clock *storetest.Clock) map[string]any {
	t.Helper()
	all := map[string]any{}
	note := func(name string, value any, err error) {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		all[name] = fmt.Sprintf("%+v", value)
	}
	for _, call := range []string{"CA1", "CA2", "CA3", "CA4", "CA5", "CB2", "CB9"} {
		events, err := s.Events(t.Context(), call)
		note("events of "+call, events, err)
		filing, err := s.Filing(t.Context(), call)
		note("filing of "+call, filing, err)
		clinician, err := s.Clinician(t.Context(), call)
		note("clinician of "+call, clinician, err)
	}
	keys, at, err := s.Due(t.Context(), chart, clock.Now(), 100)
	note("due", []any{strings.Join(keys, " "), at}, err)
	dead, err := s.Dead(t.Context(), chart)
	note("dead", dead, err)
	pending, buried, oldest, err := s.Backlog(t.Context(), chart)
	note("backlog", []any{pending, buried, oldest}, err)
	doubted, err := s.Doubted(t.Context(), noon.Add(-time.Hour))
	note("doubted", doubted, err)
	strays, err := s.Strays(t.Context())
	note("strays", strays, err)
	load, err := s.Load(t.Context(), "p1", clock.Now())
	note("load", load, err)
	calls, err := s.CallsOf(t.Context(), "Patient/1")
	note("calls of a patient", calls, err)
	unsettled, n, err := s.Unsettled(t.Context(), clock.Now().Add(time.Hour), 10)
	note("unsettled", []any{unsettled, n}, err)
	newest, err := s.Newest(t.Context())
	note("newest", newest, err)
	return all
}

func TestMove(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	from, to := "file:"+filepath.Join(t.TempDir(), "log.db"), newDatabase(t)
	config := store.Config{URL: from, Consumers: []string{chart}, Now: clock.Now}
	file, err := sqlite.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	fillLog(t, file, clock)
	want := told(t, file, clock)
	if _, err := move.Log(t.Context(), from, to, nil); err == nil || !strings.Contains(err.Error(), "stop it first") {
		t.Errorf("moved from under a running careline: %v", err)
	}
	storetest.CloseStore(t, file)
	nowhere := filepath.Join(t.TempDir(), "nowhere.db")
	for _, wrong := range []string{"file:" + nowhere, nowhere, to} {
		if moved, err := move.Log(t.Context(), wrong, to, nil); err == nil || !strings.Contains(err.Error(), "the log to be moved") {
			t.Errorf("moved %+v from %s: %v", moved, wrong, err)
		}
	}
	if _, err := os.Stat(nowhere); err == nil {
		t.Error("a file was made to be moved")
	}

	moved, err := move.Log(t.Context(), from, to, nil)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "moved", moved, postgres.Loaded{Calls: 6, Keys: 7, Events: 9, Cursors: 4, Filings: 1, Dead: 1, Strays: 1})
	config.URL = to
	s := openPostgres(t, config)
	for _, waits := range []string{"CA4", "CB9"} { // untried: what a process that died may have filed is looked for
		want["filing of "+waits] = fmt.Sprintf("%+v", careline.Filing{Call: waits, Tried: true})
	}
	storetest.Same(t, "the log", told(t, s, clock), want)

	// It goes on where it was.
	clock.Forward(time.Hour)
	kept := storetest.MustAppend(t, s, storetest.Progress("", "CB1", 2, careline.StatusCompleted), storetest.Request("CA6", "p1"))
	storetest.Same(t, "places go on", []int64{kept[0].Seq, kept[1].Seq}, []int64{11, 12})
	storetest.Same(t, "a leg is still known", kept[0].Call, "CA1")
	if err := s.Revive(t.Context(), chart, 1); err != nil {
		t.Error(err)
	}
	storetest.Same(t, "in order", storetest.Drain(t, s, "CA1", clock.Now()), []string{"CA1/request", "CB1/1/ringing", "CB1/2/completed"})
	storetest.Same(t, "what was put off", storetest.Drain(t, s, "CA2", clock.Now()), []string{"CA2/request", "twin", "CB2/1/ringing"})
	if err := s.KeepStray(t.Context(), careline.Stray{ID: "m2"}); err != nil {
		t.Error(err)
	}

	if _, err := move.Log(t.Context(), from, to, nil); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("moved into a log that has something: %v", err)
	}
	storetest.Same(t, "what was there", storetest.IDsOf(t, s, "CA6"), []string{"CA6/request"})
}
