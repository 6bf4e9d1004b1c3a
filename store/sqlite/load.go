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
	live   map[int64]careline.Standing // not known to be over
	recent []recent                    // in the order of their beginning
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

	list := &load{live: map[int64]careline.Standing{}}
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
	if s.Over {
		delete(l.live, number)
	} else {
		l.live[number] = careline.Standing{Requested: true, Begun: s.Begun, Heard: s.Heard}
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
	for number, s := range l.live {
		if !s.Begun.After(store.Counted(now)) {
			delete(l.live, number)
		} else if number != except {
			sum.Live += store.Tally(careline.Load{}, s, now).Live
		}
	}
	return sum
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
