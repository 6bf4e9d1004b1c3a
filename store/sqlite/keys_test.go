package sqlite_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
	"perci.health/careline/store/storetest"
)

// logOfFewKeys is a log whose keys move among the others all the time, and what it must
// hold: the ids of each call's events.
type logOfFewKeys struct {
	*sqlite.Log
	t    *testing.T
	path string
	want map[string][]string
	legs map[string]string // the call of a leg, once it is told
	next int
}

func (l *logOfFewKeys) open() {
	l.t.Helper()
	s, err := sqlite.Open(l.t.Context(), store.Config{URL: "file:" + l.path, Consumers: []string{chart}, NotDurable: true})
	if err != nil {
		l.t.Fatal(err)
	}
	l.Log = s.(*sqlite.Log)
	if err := l.Gather(l.t.Context(), 12); err != nil {
		l.t.Fatal(err)
	}
}

// report keeps an event of a leg, told with its call or without.
func (l *logOfFewKeys) report(n int, told bool) {
	l.next++
	call, leg := fmt.Sprintf("CA%d", n), fmt.Sprintf("CB%d", n)
	e := careline.CallEvent{ID: fmt.Sprintf("e%d", l.next), Leg: leg, Kind: careline.KindProgress}
	if told {
		e.Call = call
	}
	storetest.MustAppend(l.t, l, e)

	if told && l.legs[leg] == "" {
		l.legs[leg] = call
		l.want[call] = append(l.want[call], l.want[leg]...)
		delete(l.want, leg)
	}
	key := leg
	if l.legs[leg] != "" {
		key = l.legs[leg]
	}
	l.want[key] = append(l.want[key], e.ID)
}

func (l *logOfFewKeys) forget(n int) {
	call := fmt.Sprintf("CA%d", n)
	if len(l.want[call]) == 0 {
		return
	}
	if err := l.Erase(l.t.Context(), call); err != nil {
		l.t.Fatal(err)
	}
	delete(l.want, call)
	delete(l.legs, fmt.Sprintf("CB%d", n))
}

// TestKeysAreFoundWhileTheyMove has calls begin, legs join them, calls erased, batches
// spoilt and the file opened anew, in any order, while keys move.
func TestKeysAreFoundWhileTheyMove(t *testing.T) {
	t.Parallel()
	moved := 0
	rapid.Check(t, func(r *rapid.T) {
		l := &logOfFewKeys{t: t, path: filepath.Join(t.TempDir(), fmt.Sprintf("%d.db", moved)), want: map[string][]string{}, legs: map[string]string{}}
		l.open()
		defer func() { storetest.CloseStore(t, l) }()
		if err := l.Spoilable(t.Context()); err != nil {
			r.Fatal(err)
		}

		for range rapid.IntRange(20, 120).Draw(r, "steps") {
			n := rapid.IntRange(1, 40).Draw(r, "call")
			switch rapid.IntRange(-3, 19).Draw(r, "what") {
			case -3, -2, -1, 0:
				l.forget(n)
			case 1:
				storetest.CloseStore(t, l)
				l.open()
			case 2:
				if err := l.Spoil(t.Context()); err == nil {
					r.Fatal("nothing was spoilt")
				}
			case 3, 4, 5, 6, 7:
				l.report(n, false)
			default:
				l.report(n, true)
			}
			if _, moving := l.Young(); moving > 0 {
				moved++
			}
		}

		for n := range 41 {
			for _, key := range []string{fmt.Sprintf("CA%d", n), fmt.Sprintf("CB%d", n)} {
				storetest.Same(t, "events of "+key, storetest.IDsOf(t, l, key), l.want[key])
			}
		}
	})
	if moved == 0 {
		t.Error("no key moved")
	}
}
