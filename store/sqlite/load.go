package sqlite

import (
	"slices"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"zombiezen.com/go/sqlite"

	"perci.health/careline"
	"perci.health/careline/store"
)

// cliniciansKnown is how many clinicians' calls are remembered.
const cliniciansKnown = 512

// loads are the calls of which a clinician's load is counted. A request is answered
// only when it is, so that nothing is read for it but the first time.
type loads struct {
	lists *simplelru.LRU[string, *load]
}

// load is a clinician's calls, as far as they count.
type load struct {
	live   []live   // not known to be over
	recent []recent // in the order of their beginning
}

// live is of a call what decides whether it still counts.
type live struct {
	call  int64
	begun time.Time
	heard bool
}

type recent struct {
	begun time.Time
	call  int64
}

func newLoads() *loads {
	lists, err := simplelru.NewLRU[string, *load](cliniciansKnown, nil)
	if err != nil {
		panic("store/sqlite: " + err.Error()) // the size is a constant above zero
	}
	return &loads{lists: lists}
}

func (l *loads) purge() { l.lists.Purge() }

// of is a clinician's list at the time now.
func (l *loads) of(c conn, clinician string, now time.Time) (*load, error) {
	if list, ok := l.lists.Get(clinician); ok {
		return list, nil
	}

	list := &load{}
	err := c.eachCounted(clinician, now, func(number int64, s careline.Standing) {
		list.take(number, s)
		list.recent = append(list.recent, recent{begun: s.Begun, call: number})
	})
	if err != nil {
		return nil, err
	}

	l.lists.Add(clinician, list)
	return list, nil
}

// told brings the list up to date with a call that was written, if it is remembered;
// asked: with its request.
func (l *loads) told(number int64, s careline.Standing, asked bool) {
	if !s.Requested {
		return
	}
	list, ok := l.lists.Peek(s.Clinician)
	if !ok {
		return
	}

	list.take(number, s)
	if asked {
		list.recent = append(list.recent, recent{begun: s.Begun, call: number})
	}
}

func (l *load) take(number int64, s careline.Standing) {
	at := len(l.live) - 1 // the newest is told of most
	for at >= 0 && l.live[at].call != number {
		at--
	}

	one := live{call: number, begun: s.Begun, heard: s.Heard}
	switch {
	case s.Over && at >= 0:
		l.live = slices.Delete(l.live, at, at+1)
	case !s.Over && at >= 0:
		l.live[at] = one
	case !s.Over:
		l.live = append(l.live, one)
	}
}

// count is the load at the time now, without the call of the number except. What does
// not count any more is forgotten.
func (l *load) count(now time.Time, except int64) (sum careline.Load) {
	old := 0
	for old < len(l.recent) && store.Tally(careline.Load{}, l.recent[old].standing(), now).Recent == 0 {
		old++
	}
	l.recent = l.recent[old:]

	sum.Recent = len(l.recent)
	if except != 0 && slices.ContainsFunc(l.recent, func(r recent) bool { return r.call == except }) {
		sum.Recent--
	}

	counted := store.Counted(now)
	l.live = slices.DeleteFunc(l.live, func(one live) bool { return !one.begun.After(counted) })
	for i := range l.live {
		if one := &l.live[i]; one.call != except && one.counts(now) {
			sum.Live++
		}
	}
	return sum
}

func (l *live) counts(now time.Time) bool {
	return careline.Standing{Begun: l.begun, Heard: l.heard}.LiveAt(now)
}

func (r recent) standing() careline.Standing {
	return careline.Standing{Requested: true, Begun: r.begun}
}

// eachCounted hands over a clinician's calls that may count to a load.
func (c conn) eachCounted(clinician string, now time.Time, each func(number int64, s careline.Standing)) error {
	return c.query(sqlCounted).key(clinician).time(store.Counted(now)).each(func(row *sqlite.Stmt) bool {
		each(row.ColumnInt64(0), careline.Standing{
			Requested: true,
			Clinician: clinician,
			Begun:     timeAt(row, 1),
			Heard:     row.ColumnBool(2),
			Over:      row.ColumnBool(3),
		})
		return true
	})
}
