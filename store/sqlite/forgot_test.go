package sqlite_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
	"perci.health/careline/store/storetest"
)

// TestForgottenIsTold: whoever has deliveries in memory lets go of those of a call that
// is erased, or too old.
func TestForgottenIsTold(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	var told []string
	s, err := sqlite.Open(t.Context(), store.Config{
		URL:       "file:" + filepath.Join(t.TempDir(), "careline.db"),
		Consumers: []string{chart},
		Now:       clock.Now,
		Committed: func(news []careline.News) {
			for _, n := range news {
				if n.Event.Seq == 0 && n.Before < 0 {
					told = append(told, n.Event.Call)
				}
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}

	storetest.MustAppend(t, s, storetest.Request("CA1", "p1"), storetest.Request("CA2", "p1"))
	if err := s.Erase(t.Context(), "CA1"); err != nil {
		t.Fatal(err)
	}
	clock.Forward(time.Hour)
	if n, err := s.Purge(t.Context(), clock.Now(), 10); n.Keys() != 1 || err != nil {
		t.Fatalf("%d were forgotten (error: %v)", n, err)
	}
	storetest.CloseStore(t, s) // the writer, which tells too, has ended
	if !slices.Equal(told, []string{"CA1", "CA2"}) {
		t.Errorf("told were %v, want both", told)
	}
}
