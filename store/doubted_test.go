package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
)

func TestDoubtedFilingsAndTheLogsEnd(t *testing.T) {
	t.Parallel()
	s, err := sqlite.Open(t.Context(), store.Config{URL: "file:" + filepath.Join(t.TempDir(), "careline.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if seq, err := s.Newest(t.Context()); seq != 0 || err != nil {
		t.Errorf("the end of an empty log is %d, %v", seq, err)
	}
	began := time.Now().Add(-time.Minute)
	for _, call := range []string{"CA1", "CA2"} {
		e, _, err := s.Append(t.Context(), careline.CallEvent{ID: call + "/x", Call: call, Leg: call, Kind: careline.KindProgress})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SaveFiling(t.Context(), careline.Filing{Call: call, ID: "id-" + call, Version: "v1", Seq: e.Seq, Tried: true, Doubted: call == "CA2"}); err != nil {
			t.Fatal(err)
		}
	}
	if seq, err := s.Newest(t.Context()); seq != 2 || err != nil {
		t.Errorf("the log's end is %d, %v", seq, err)
	}
	want := careline.Filing{Call: "CA2", ID: "id-CA2", Version: "v1", Seq: 2, Tried: true, Doubted: true}
	if got, err := s.Doubted(t.Context(), began); err != nil || len(got) != 1 || got[0] != want {
		t.Errorf("in doubt: %+v, %v", got, err)
	}
	if got, err := s.Doubted(t.Context(), time.Now().Add(time.Minute)); err != nil || len(got) != 0 {
		t.Errorf("in doubt though long ago: %+v, %v", got, err)
	}
}
