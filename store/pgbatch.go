package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"perci.health/careline"
)

// pgKeep is an event to be kept, and what became of it.
type pgKeep struct {
	event   pgEvent
	kept    string // the call that it was kept for
	seq     int64  // its place; 0: the load is another than the one it was admitted at
	again   bool   // it was kept before
	changed careline.Load
}

// pgEnd is what became of a delivery.
type pgEnd struct {
	how      ending
	delivery careline.Delivery
	attempts int32
	at       int64
	cause    string
}

type ending int

const (
	ended ending = iota
	putOff
	buried
)

// pgFile is a filing to be saved; moved: its key turned out to be another's leg.
type pgFile struct {
	filing careline.Filing
	moved  bool
}

// endings are deliveries by column, as the procedure takes them.
type endings struct {
	consumers []string
	places    []int64
	attempts  []int32
	times     []int64
	causes    []string
}

func (e *endings) reset() {
	*e = endings{e.consumers[:0], e.places[:0], e.attempts[:0], e.times[:0], e.causes[:0]}
}

func (e *endings) add(one *pgEnd) {
	e.consumers = append(e.consumers, one.delivery.Consumer)
	e.places = append(e.places, one.delivery.Event.Seq)
	e.attempts = append(e.attempts, one.attempts)
	e.times = append(e.times, one.at)
	e.causes = append(e.causes, one.cause)
}

func newEndings() endings {
	return endings{[]string{}, []int64{}, []int32{}, []int64{}, []string{}}
}

// pgBatch is the batch under way; its memory is used again for the next.
type pgBatch struct {
	teller    string // this instance, for those who listen
	consumers []string

	keeps  []*pgKeep
	files  []*pgFile
	events []*pgEvent
	rules  rules
	ends   [3]endings

	fileKeys, fileIDs, fileVersions []string
	filePlaces                      []int64
	fileTried, fileDoubted          []bool

	session int64 // under which ends and filings are written; 0: none

	seen map[string]struct{} // ids and keys of the events so far
}

func newBatch(teller string, consumers []string) pgBatch {
	if consumers == nil {
		consumers = []string{}
	}
	return pgBatch{teller: teller, consumers: consumers, ends: [3]endings{newEndings(), newEndings(), newEndings()},
		events: []*pgEvent{}, rules: newRules(), fileKeys: []string{}, fileIDs: []string{}, fileVersions: []string{}, filePlaces: []int64{},
		fileTried: []bool{}, fileDoubted: []bool{}, seen: map[string]struct{}{}}
}

const sqlWrite = `CALL write_2($1, $2, $3::event_1[], $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
	$16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28,
	$29, $30, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`

// prepare tells a new connection of the types that the procedure takes.
func (b *pgBatch) prepare(ctx context.Context, conn *pgx.Conn) error {
	types, err := conn.LoadTypes(ctx, []string{"event_1", "_event_1"})
	if err != nil {
		return fmt.Errorf("look up the types of the log: %w", err)
	}
	conn.TypeMap().RegisterTypes(types)
	return nil
}

// write runs the batch, and tells each request what became of it. lost: the session
// of the claims is over, and no end or filing was written. All epochs in a batch are
// of one session: those of the one before were over before it began.
func (b *pgBatch) write(ctx context.Context, conn *pgx.Conn, batch []*pgWork) (changed []string, lost bool, err error) {
	b.fill(batch)
	var seqs []int64
	var keys []string
	var repeated, moved []bool
	var recents, lives []int32
	ends := &b.ends
	err = conn.QueryRow(ctx, sqlWrite, b.teller, b.consumers, b.events,
		b.rules.ids, b.rules.keys, b.rules.legs, b.rules.members, b.rules.kepts, b.rules.bits, b.rules.besides, b.rules.facts,
		ends[ended].consumers, ends[ended].places,
		ends[putOff].consumers, ends[putOff].places, ends[putOff].attempts, ends[putOff].times, ends[putOff].causes,
		ends[buried].consumers, ends[buried].places, ends[buried].attempts, ends[buried].times, ends[buried].causes,
		b.fileKeys, b.fileIDs, b.fileVersions, b.filePlaces, b.fileTried, b.fileDoubted, b.session).
		Scan(&seqs, &keys, &repeated, &recents, &lives, &changed, &moved, &lost)
	if err != nil {
		return nil, false, err
	}
	if len(seqs) != len(b.keeps) || len(moved) != len(b.files) && !lost {
		return nil, false, fmt.Errorf("the database answered %d events and %d filings of %d and %d", len(seqs), len(moved), len(b.keeps), len(b.files))
	}
	for i, k := range b.keeps {
		k.seq, k.kept, k.again = seqs[i], keys[i], repeated[i]
		k.changed = careline.Load{Recent: int(recents[i]), Live: int(lives[i])}
	}
	for i, moved := range moved {
		b.files[i].moved = moved
	}
	return changed, lost, nil
}

// fill sets the batch out by column. What was admitted by the clinician's load
// comes last: it is looked at one by one, and so is whatever stands behind it.
func (b *pgBatch) fill(batch []*pgWork) {
	b.reset()
	for _, one := range batch {
		if one.epoch != nil {
			b.session = one.epoch.session.number
		}
		switch {
		case one.end != nil:
			b.ends[one.end.how].add(one.end)
		case one.file != nil:
			b.addFile(one.file)
		case one.keep != nil && !one.keep.event.admitted:
			b.keeps = append(b.keeps, one.keep)
		}
	}
	for _, one := range batch {
		if one.keep != nil && one.keep.event.admitted {
			b.keeps = append(b.keeps, one.keep)
		}
	}
	for _, k := range b.keeps {
		k.event.again = b.saw("id " + k.event.e.ID)
		k.event.shares = false
		for _, key := range [...]string{k.event.e.Call, k.event.e.Leg, k.event.e.MemberLeg} {
			_, before := b.seen[key]
			k.event.shares = k.event.shares || before && key != ""
		}
		for _, key := range [...]string{k.event.e.Call, k.event.e.Leg, k.event.e.MemberLeg} {
			b.seen[key] = struct{}{}
		}
		b.events = append(b.events, &k.event)
		b.rules.add(&k.event)
	}
}

// saw reports whether the name was there before, and notes it.
func (b *pgBatch) saw(name string) bool {
	_, before := b.seen[name]
	b.seen[name] = struct{}{}
	return before
}

func (b *pgBatch) addFile(f *pgFile) {
	b.files = append(b.files, f)
	b.fileKeys = append(b.fileKeys, f.filing.Call)
	b.fileIDs = append(b.fileIDs, f.filing.ID)
	b.fileVersions = append(b.fileVersions, f.filing.Version)
	b.filePlaces = append(b.filePlaces, f.filing.Seq)
	b.fileTried = append(b.fileTried, f.filing.Tried)
	b.fileDoubted = append(b.fileDoubted, f.filing.Doubted)
}

func (b *pgBatch) reset() {
	clear(b.keeps)
	clear(b.events)
	clear(b.files)
	b.keeps, b.events, b.files = b.keeps[:0], b.events[:0], b.files[:0]
	for i := range b.ends {
		b.ends[i].reset()
	}
	b.fileKeys, b.fileIDs, b.fileVersions = b.fileKeys[:0], b.fileIDs[:0], b.fileVersions[:0]
	b.filePlaces, b.fileTried, b.fileDoubted = b.filePlaces[:0], b.fileTried[:0], b.fileDoubted[:0]
	b.rules.reset()
	b.session = 0
	clear(b.seen)
}

// keys are the calls that the batch's events were kept for.
func (b *pgBatch) keys() (all []string) {
	for _, k := range b.keeps {
		all = append(all, k.kept)
	}
	return all
}
