package store_test

import (
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/storetest"
)

func keepsStrays(t *testing.T, open database) {
	s, clock := openWith(t, open)
	strays := func() []careline.Stray {
		t.Helper()
		kept, err := s.Strays(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n, err := s.CountStrays(t.Context()); n != len(kept) || err != nil {
			t.Errorf("%d are counted of %d (error: %v)", n, len(kept), err)
		}
		return kept
	}
	storetest.Same(t, "none", strays(), nil)
	full := careline.Stray{ID: "m-1", Attributes: map[string]string{"type": "appointment", "subtype": "Übermorgen"},
		Data: []byte("{\"Note\":\"as it is\"}\x00\xff"), Why: "The type of the message is new."}
	bare := careline.Stray{ID: "m-2"}
	for _, m := range []careline.Stray{full, bare, {ID: "m-1", Why: "the same again"}} {
		if err := s.KeepStray(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		clock.Forward(time.Second)
	}
	kept := strays()
	if len(kept) != 2 {
		t.Fatalf("%d are kept, want 2", len(kept))
	}
	full.Seq, full.Kept = kept[0].Seq, noon
	bare.Seq, bare.Kept = kept[1].Seq, noon.Add(time.Second)
	storetest.Same(t, "kept", kept, []careline.Stray{full, bare})
	one, err := s.Stray(t.Context(), full.Seq)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "one of two", one, full)
	_, err = s.Stray(t.Context(), bare.Seq+1)
	storetest.WantCode(t, err, careline.CodeNotFound)
	if kept[0].Seq < 1 || kept[1].Seq <= kept[0].Seq {
		t.Errorf("places %d and %d do not grow from 1", kept[0].Seq, kept[1].Seq)
	}

	storetest.CloseStore(t, s)
	s = open(t, store.Config{Now: clock.Now})
	storetest.Same(t, "after a restart", strays(), []careline.Stray{full, bare})
	if err := s.DropStray(t.Context(), bare.Seq); err != nil {
		t.Fatal(err)
	}
	storetest.WantCode(t, s.DropStray(t.Context(), bare.Seq), careline.CodeNotFound)
	if err := s.KeepStray(t.Context(), bare); err != nil { // it came once more
		t.Fatal(err)
	}
	if again := strays(); len(again) != 2 || again[1].ID != bare.ID || again[1].Seq <= bare.Seq {
		t.Errorf("kept again: %+v, want a place of its own", again)
	}
}
