package sqlite_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
	"perci.health/careline/store/storetest"
)

func openFile(t *testing.T) *sqlite.Log {
	t.Helper()
	s, err := sqlite.Open(t.Context(), store.Config{URL: "file:" + filepath.Join(t.TempDir(), "log.db"), Consumers: []string{chart}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { storetest.CloseStore(t, s) })
	log := s.(*sqlite.Log)
	if err := log.Spoilable(t.Context()); err != nil {
		t.Fatal(err)
	}
	return log
}

// behind lets n requests gather behind a writer that is held, then releases it.
func behind(t *testing.T, s *sqlite.Log, n int, one func(i int)) {
	t.Helper()
	release := s.Hold(t.Context())
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { one(i) })
	}
	storetest.Until(t, func() bool { return s.Waiting() == n })
	release()
	wg.Wait()
}

func TestWhoWaitsSharesOneCommit(t *testing.T) {
	t.Parallel()
	s := openFile(t)
	before := s.Stats()
	const n = 200
	behind(t, s, n, func(i int) { appendOne(t, s, i) })
	got := s.Stats()
	if commits := got.Commits - before.Commits; commits != 2 { // the one that was held, and theirs
		t.Errorf("%d commits for %d requests that waited together", commits, n)
	}
	if writes := got.Writes - before.Writes; writes != n+1 {
		t.Errorf("%d writes counted, want %d", writes, n+1)
	}
}

func TestOneBadRequestSpoilsNothingForOthers(t *testing.T) {
	t.Parallel()
	s := openFile(t)
	behind(t, s, 20, func(i int) {
		if i == 7 {
			storetest.WantCode(t, s.Spoil(t.Context()), careline.CodeUnavailable)
			return
		}
		appendOne(t, s, i)
	})
	for i := range 20 {
		want := 1
		if i == 7 {
			want = 0
		}
		if got := len(storetest.IDsOf(t, s, fmt.Sprintf("CA%d", i))); got != want {
			t.Errorf("CA%d has %d events, want %d", i, got, want)
		}
	}
}

func TestNextGivesOutNothingThatIsNotOnDisk(t *testing.T) {
	t.Parallel()
	s := openFile(t)
	const n = 10
	release := s.Hold(t.Context())
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { appendOne(t, s, i) })
	}
	storetest.Until(t, func() bool { return s.Waiting() == n })
	for i := range n {
		call := fmt.Sprintf("CA%d", i)
		if _, ok, err := s.Next(t.Context(), chart, call, time.Now().Add(time.Hour)); ok || err != nil {
			t.Errorf("%s is given out before it is kept (error: %v)", call, err)
		}
	}

	release()
	wg.Wait()
	for i := range n {
		storetest.Next(t, s, fmt.Sprintf("CA%d", i), time.Now().Add(time.Hour))
	}
}

func appendOne(t *testing.T, s *sqlite.Log, i int) {
	key := fmt.Sprintf("CA%d", i)
	if _, _, err := s.Append(t.Context(), storetest.Progress(key, "B"+key, 1, careline.StatusRinging)); err != nil {
		t.Error(err)
	}
}

func TestAFullDiskIsSaidAndLosesNothing(t *testing.T) {
	t.Parallel()
	s := openFile(t)
	if err := s.FillDisk(t.Context(), 20); err != nil {
		t.Fatal(err)
	}
	var kept []string
	var failed error
	for i := 0; failed == nil; i++ {
		e := storetest.Progress("CA1", "CB1", i, careline.StatusRinging)
		e.Report = []byte(strings.Repeat("x", 4000))
		if _, _, failed = s.Append(t.Context(), e); failed == nil {
			kept = append(kept, e.ID)
		}
	}
	storetest.WantCode(t, failed, careline.CodeUnavailable)
	if len(kept) == 0 {
		t.Fatal("the disk was full from the start")
	}
	storetest.Same(t, "kept", storetest.IDsOf(t, s, "CA1"), kept)
	if err := s.FreeDisk(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Ready(t.Context()); err != nil {
		t.Errorf("not ready on a disk that has room again: %v", err)
	}
	storetest.MustAppend(t, s, storetest.Progress("CA1", "CB1", len(kept), careline.StatusRinging))
	storetest.Same(t, "deliveries", len(storetest.Drain(t, s, "CA1", time.Now())), len(kept)+1)
}

func TestReady(t *testing.T) {
	t.Parallel()
	s := openFile(t)
	if err := s.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	if err := s.Spoil(t.Context()); err == nil {
		t.Fatal("a spoilt write passes")
	}
	if err := s.Ready(t.Context()); err != nil {
		t.Errorf("the failure is over: %v", err)
	}
	storetest.CloseStore(t, s)
	storetest.WantCode(t, s.Ready(t.Context()), careline.CodeUnavailable)
}
