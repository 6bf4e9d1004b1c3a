package postgres_test

import (
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/postgres"
	"perci.health/careline/store/storetest"
)

func rows[T any](all ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, one := range all {
			if !yield(one, nil) {
				return
			}
		}
	}
}

func aLog() postgres.Log {
	e, ringing := storetest.Request("CA1", "p1"), storetest.Progress("CA1", "CB1", 1, careline.StatusRinging)
	e.Kept, ringing.Kept = noon, noon
	standing := careline.Standing{Key: "CA1"}.Told(e).Told(ringing)

	return postgres.Log{
		End:   7,
		Calls: rows(&store.Row{Standing: standing, Number: 4}),
		Keys:  rows(store.KeyRow{Key: "CA1", Call: 4}, store.KeyRow{Key: "CB1", Call: 4}),
		Events: rows(
			store.EventRow{
				Seq:  2,
				Call: 4,
				ID:   e.ID,
				Kept: noon,
				Body: e.Body(),
			},
			store.EventRow{
				Seq:  5,
				Call: 4,
				ID:   ringing.ID,
				Kept: noon,
				Body: ringing.Body(),
			},
		),
		Cursors: rows(
			store.CursorRow{Call: 4, Cursor: store.Cursor{
				Consumer: chart,
				Done:     2,
				Due:      noon,
				Again:    []int64{2},
			}},
			store.CursorRow{Call: 4, Cursor: store.Cursor{Consumer: "idle", Done: 5}},
		),
		Filings: rows(store.FilingRow{Call: 4, Filing: careline.Filing{
			ID:      "comm-1",
			Version: "v1",
			Seq:     2,
			Tried:   true,
		}}),
		Dead: rows(store.DeadRow{
			Place:    store.Place{Consumer: chart, Seq: 5},
			Attempts: 3,
			Buried:   noon,
			Cause:    "a cause",
		}),
		Strays: rows(careline.Stray{
			Seq:        3,
			ID:         "m1",
			Attributes: map[string]string{"a": "b"},
			Data:       []byte{0, 255},
			Why:        "odd",
			Kept:       noon,
		}),
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	broken := aLog()
	broken.Dead = func(yield func(store.DeadRow, error) bool) { yield(store.DeadRow{}, errors.New("the file ends here")) }
	if _, err := postgres.Load(t.Context(), url, broken); err == nil || !strings.Contains(err.Error(), "the file ends here") {
		t.Errorf("loaded what cannot be read: %v", err)
	}

	loaded, err := postgres.Load(t.Context(), url, aLog())
	if err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "loaded", loaded, postgres.Loaded{
		Calls:   1,
		Keys:    2,
		Events:  2,
		Cursors: 1,
		Filings: 1,
		Dead:    1,
		Strays:  1,
	})
	s := openPostgres(t, store.Config{URL: url, Consumers: []string{chart}, Now: func() time.Time { return noon }})
	storetest.Same(t, "events", storetest.IDsOf(t, s, "CA1"), []string{"CA1/request", "CB1/1/ringing"})
	storetest.Same(t, "waiting", storetest.Drain(t, s, "CA1", noon), []string{"CA1/request", "CB1/1/ringing"})
	kept := storetest.MustAppend(t, s, storetest.Progress("", "CB1", 2, careline.StatusCompleted), storetest.Request("CA2", "p1"))
	storetest.Same(t, "places go on", []int64{kept[0].Seq, kept[1].Seq}, []int64{8, 9})
	storetest.Same(t, "a leg is known", kept[0].Call, "CA1")
	if f, err := s.Filing(t.Context(), "CA1"); f.ID != "comm-1" || err != nil {
		t.Errorf("filed as %+v (error: %v)", f, err)
	}
	if dead, err := s.DeadOne(t.Context(), chart, 5); dead.Delivery.Attempts != 3 || err != nil {
		t.Errorf("dead: %+v (error: %v)", dead, err)
	}
	if err := s.KeepStray(t.Context(), careline.Stray{ID: "m2"}); err != nil {
		t.Error(err)
	}

	if _, err := postgres.Load(t.Context(), url, aLog()); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("loaded into a log that has something: %v", err)
	}
}
