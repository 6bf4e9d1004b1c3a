package sqlite_test

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
	"perci.health/careline/store/storetest"
)

// TestNextIsWholeWhileItsKeyMoves: a delivery is given out with the call's filing also
// when the call's key moves among the others between two questions of one reading.
func TestNextIsWholeWhileItsKeyMoves(t *testing.T) {
	t.Parallel()
	opened, err := sqlite.Open(t.Context(), store.Config{
		URL:        "file:" + filepath.Join(t.TempDir(), "careline.db"),
		Consumers:  []string{chart},
		NotDurable: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	s := opened.(*sqlite.Log)
	defer storetest.CloseStore(t, s)
	if err := s.Gather(t.Context(), 1); err != nil {
		t.Fatal(err)
	}

	var newest atomic.Int64
	stop, stopped := make(chan struct{}), make(chan struct{})
	defer func() { close(stop); <-stopped }()
	keepOne := func(n int64) error {
		call := fmt.Sprint("CA", n)
		if _, _, err := s.Append(t.Context(), storetest.Request(call, "p1")); err != nil {
			return err
		}
		return s.SaveFiling(t.Context(), careline.Filing{Call: call, ID: "comm", Version: "v1", Tried: true})
	}
	if err := keepOne(0); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(stopped)
		for n := int64(1); ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			if err := keepOne(n); err != nil {
				t.Error(err)
				return
			}
			newest.Store(n)
		}
	}()

	for range 10_000 {
		call := fmt.Sprint("CA", newest.Load())
		d, ok, err := s.Next(t.Context(), chart, call, noon.AddDate(100, 0, 0))
		if err != nil || !ok || d.Known.Filing.ID != "comm" {
			t.Fatalf("%s: %v, %v, filed as %+v", call, ok, err, d.Known)
		}
	}
}
