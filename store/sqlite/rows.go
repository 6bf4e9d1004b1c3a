package sqlite

import (
	"hash/maphash"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"zombiezen.com/go/sqlite"

	"perci.health/careline"
	"perci.health/careline/store"
)

// keysKnown is how many keys and legs are remembered with their calls, two to a call
// and some 400 bytes each. A call is over in minutes; one forgotten costs one reading.
// It is more than a batch can name.
const keysKnown = 8192

// rows are the calls that are remembered, only what is committed or in the transaction
// under way.
type rows struct {
	keys     *simplelru.LRU[string, *known]
	numbered map[int64]*known
	seed     maphash.Seed
}

// known is a call that is remembered, with all that may be asked about its events
// without reading them.
type known struct {
	*store.Row
	names  int // how many of the keys are its
	events []event
	stands careline.Standing // as it is written
}

// event is an event of a call that is remembered.
type event struct {
	seq     int64
	kept    time.Time
	besides string
	id      uint64 // the sum of it
}

func newRows() *rows {
	r := &rows{numbered: map[int64]*known{}, seed: maphash.MakeSeed()}
	keys, err := simplelru.NewLRU(keysKnown, func(_ string, k *known) {
		if k.names--; k.names == 0 {
			delete(r.numbered, k.Number)
		}
	})
	if err != nil {
		panic("store/sqlite: " + err.Error()) // the size is a constant above zero
	}
	r.keys = keys
	return r
}

func (r *rows) purge() {
	r.keys.Purge()
	clear(r.numbered)
}

// get is the call of a key, if it is remembered.
func (r *rows) get(key string) *known {
	k, _ := r.keys.Get(key)
	return k
}

// name remembers a call by one more key.
func (r *rows) name(key string, k *known) {
	r.keys.Remove(key)
	r.numbered[k.Number] = k
	k.names++
	r.keys.Add(key, k)
}

// sum stands for an event's id in memory. Where two ids of a call have the same, the
// database knows better.
func (r *rows) sum(id string) uint64 { return maphash.String(r.seed, id) }

// has reports whether the call may have an event of this id.
func (k *known) has(id uint64) bool {
	for i := range k.events {
		if k.events[i].id == id {
			return true
		}
	}
	return false
}

// at reports whether the event of a place is of the call.
func (k *known) at(seq int64) bool {
	for i := range k.events {
		if k.events[i].seq == seq {
			return true
		}
	}
	return false
}

// ends is how the call stands for the end of a delivery. What was given out may have
// been given again, so that others before and behind it are done already.
func (k *known) ends(c *store.Config, place store.Place) store.End {
	done := k.Last
	for _, of := range k.Cursors {
		if of.Consumer == place.Consumer {
			done = of.Done
		}
	}

	return store.End{
		Row:   k.Row,
		First: k.after(c, place.Consumer, done),
		Next:  k.after(c, place.Consumer, place.Seq),
	}
}

// after is the first event behind a place that is meant for the consumer.
func (k *known) after(c *store.Config, consumer string, seq int64) store.Waiting {
	for _, e := range k.events { // in the log's order
		if e.seq > seq && c.Meant(consumer, e.besides) {
			return store.Waiting{Seq: e.seq, Kept: e.kept}
		}
	}
	return store.Waiting{}
}

// load reads a call.
func (t *tx) load(number int64) (*known, error) {
	k := &known{Row: &store.Row{Number: number}}
	_, err := t.query(sqlCall).int(number).one(func(row *sqlite.Stmt) {
		k.Standing, k.Joined = standingOf(row, 0), row.ColumnInt64(11)
	})
	if err != nil {
		return nil, err
	}
	k.stands = k.Standing

	err = t.query(sqlPlaces).int(number).each(func(row *sqlite.Stmt) bool {
		k.events = append(k.events, event{
			seq:     row.ColumnInt64(0),
			id:      t.rows.sum(row.ColumnText(1)),
			kept:    timeAt(row, 2),
			besides: row.ColumnText(3),
		})
		return true
	})
	if err != nil {
		return nil, err
	}
	if n := len(k.events); n > 0 {
		k.Last = k.events[n-1].seq
	}

	err = t.query(sqlCursors).int(number).each(func(row *sqlite.Stmt) bool {
		k.Cursors = append(k.Cursors, cursorAt(row))
		return true
	})
	return k, err
}
