package store

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"perci.health/careline"
)

// longestName bounds what the log finds things by: an entry of an index of Postgres
// holds no more than 2704 bytes. Twilio's and FHIR's ids have at most 64.
const longestName = 1000

// Append keeps an event; see Log.
func (w *Writer) Append(ctx context.Context, e careline.CallEvent) (kept careline.CallEvent, repeated bool, err error) {
	return w.keep(ctx, w.keeping(e))
}

// AppendFor keeps an event for one consumer more; see Log.
func (w *Writer) AppendFor(ctx context.Context, consumer string, e careline.CallEvent) (kept careline.CallEvent, repeated bool, err error) {
	if err := w.sends(consumer); err != nil {
		return careline.CallEvent{}, false, err
	}
	k := w.keeping(e)
	k.besides = consumer
	return w.keep(ctx, k)
}

// sends reports that nobody would be given what is kept for the consumer.
func (w *Writer) sends(consumer string) error {
	if !slices.Contains(w.config.Outbound, consumer) {
		return invalid("nobody sends for the consumer %q", consumer)
	}
	return nil
}

// Admit keeps a request that the clinician's load may forbid; see Log.
func (w *Writer) Admit(ctx context.Context, e careline.CallEvent, may func(careline.Load) careline.Refusal) (kept careline.CallEvent, repeated bool, err error) {
	if e.Kind != careline.KindRequested {
		return careline.CallEvent{}, false, invalid("an event of kind %q cannot be admitted, only a request", e.Kind)
	}
	k := w.keeping(e)
	k.may = may
	return w.keep(ctx, k)
}

// keeping is a wish to keep an event, and its ticket. It is large, and every report needs
// one: so it is used again once the writer has answered.
type keeping struct {
	ticket  ticket
	asked   careline.CallEvent
	body    []byte // of asked: made before the writer's turn, who everybody waits for
	besides string // a consumer of Config.Outbound that gets it too; empty: none
	may     func(careline.Load) careline.Refusal

	load     int     // of Wanted.Loads
	whole    []int64 // rows of a leg and of the call that it is to join
	kept     careline.CallEvent
	repeated bool
}

// keeping is a new wish.
func (w *Writer) keeping(e careline.CallEvent) *keeping {
	k, ok := w.keepings.Get().(*keeping)
	if !ok {
		k = &keeping{}
	}
	k.asked, k.ticket.wish = e, k
	return k
}

func (w *Writer) keep(ctx context.Context, k *keeping) (kept careline.CallEvent, repeated bool, err error) {
	if err := k.settle(); err != nil {
		return careline.CallEvent{}, false, err
	}

	err = w.ask(ctx, "keep an event", &k.ticket)
	if err == nil {
		kept, repeated = k.kept, k.repeated
	}
	if k.ticket.over { // else it may still stand in the queue
		*k = keeping{ticket: ticket{answer: k.ticket.answer}}
		w.keepings.Put(k)
	}
	return kept, repeated, err
}

// settle makes the event what a reader of the log will have.
func (k *keeping) settle() error {
	e := &k.asked
	if e.ID == "" {
		return invalid("an event of kind %q has no id", e.Kind)
	}
	if e.Call == "" && e.Leg == "" {
		return invalid("an event of kind %q names neither call nor leg", e.Kind)
	}

	for _, name := range [...]*string{&e.ID, &e.Call, &e.Leg, &e.MemberLeg, &e.Request.Clinician, (*string)(&e.Request.Patient)} {
		if *name = Storable(*name); len(*name) > longestName {
			return invalid("an event of kind %q has a name of %d bytes", e.Kind, len(*name))
		}
	}

	e.Seq, e.At = 0, toStored(e.At)
	if len(e.Report) == 0 {
		e.Report = nil
	}
	k.body = e.Body()
	if readable(e) {
		return nil
	}
	said, err := careline.EventOf(k.body)
	if err != nil {
		return invalid("an event of kind %q cannot be read back: %w", e.Kind, err)
	}
	said.ID, said.Report = e.ID, e.Report
	*e = said
	return nil
}

// readable reports whether the texts of an event that are no names are UTF-8, as all
// texts of a body are. A carrier's report may hold anything.
func readable(e *careline.CallEvent) bool {
	for _, text := range [...]string{
		string(e.Kind), string(e.Status), e.Word, e.Direction, e.Appointment, e.AnsweredBy, e.Recording,
		string(e.EndedBy), string(e.Note.Outcome), e.Note.Text, e.Note.By, e.Trace, string(e.Request.Sender), string(e.Request.Recipient), string(e.Request.Refusal),
		e.Request.Names.Sender, e.Request.Names.Patient, e.Request.Names.Recipient, e.Request.Names.Relation,
		string(e.Role), e.Room.Conference, string(e.Room.Act), e.Room.Label, string(e.Room.Ref), e.Room.Entry, e.Room.Name, e.Room.Identity,
		e.Room.By, e.Room.Answers, e.Room.Failed, e.Room.Reason, string(e.Consent.Decision), e.Consent.By, e.Consent.Text,
		string(e.Sound.Act), string(e.Sound.State), e.Sound.By, e.Sound.Answers, e.Sound.Failed, e.Sound.Media, e.Sound.Why,
	} {
		if !utf8.ValidString(text) {
			return false
		}
	}
	return true
}

// Storable is s as every engine can hold and find it: UTF-8 without zero bytes
// (PostgreSQL, section 8.3).
func Storable(s string) string {
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "\uFFFD")
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

func (k *keeping) begin(now time.Time) {
	k.kept, k.repeated, k.whole = k.asked, false, k.whole[:0]
	k.kept.Kept = now
}

func (k *keeping) want(w *Wanted) {
	e := &k.asked
	key := e.Key()
	w.Keys = append(w.Keys, key)
	w.Once = append(w.Once, Once{Key: key, ID: e.ID})

	if e.Call != "" {
		for _, leg := range [...]string{e.Leg, e.MemberLeg} {
			if leg != "" && leg != e.Call {
				w.Keys = append(w.Keys, leg)
			}
		}
	}
	w.Whole = append(w.Whole, k.whole...)

	if k.may != nil {
		k.load = len(w.Loads)
		w.Loads = append(w.Loads, LoadOf{Clinician: e.Request.Clinician, At: k.kept.Kept, ExceptKey: key})
	}
}

func (k *keeping) decide(p *plan) (done bool, err error) {
	key := k.asked.Key()
	row := p.row(key)
	if first, found := p.kept(Once{Key: key, ID: k.asked.ID}, row); found {
		return true, k.repeat(p, row, first)
	}
	if leg := p.joining(row, &k.asked); leg != nil {
		return false, k.join(p, row, leg)
	}

	body := k.body
	if k.may != nil {
		if why := k.may(p.load(p.found.Loads[k.load], k.asked.Request.Clinician, row)); why != "" {
			k.kept.Kind, k.kept.Request.Refusal, k.kept.Request.CallerID = careline.KindRefused, why, careline.Phone{}
			body = k.kept.Body()
		}
	}

	if row == nil {
		row = p.add(key)
	}
	p.keep(row, &k.kept, k.besides, body)
	return true, nil
}

// kept is the event of a call that has this id.
func (p *plan) kept(of Once, row *Row) (EventRow, bool) {
	if row == nil {
		return EventRow{}, false
	}
	if first, found := p.found.Kept[of]; found {
		return first, true
	}

	for _, e := range p.changes.Events {
		if e.Call == row.Number && e.ID == of.ID {
			return e, true
		}
	}
	return EventRow{}, false
}

// repeat answers with what was kept first.
func (k *keeping) repeat(p *plan, row *Row, first EventRow) (err error) {
	if p.again {
		p.changed(row.Key) // the first attempt may have kept it, and told nobody
	}
	k.repeated = true
	k.kept, err = first.Event(row.Key)
	return err
}

// Event is the event of the call of this key.
func (r EventRow) Event(key string) (careline.CallEvent, error) {
	e, err := careline.EventOf(r.Body)
	e.Seq, e.Call, e.ID, e.Kept = r.Seq, key, r.ID, r.Kept
	return e, err
}

// keep gives the event the next place of the log, and it to each who is to have it.
func (p *plan) keep(row *Row, e *careline.CallEvent, besides string, body []byte) {
	p.stand(row, row.Told(*e), e.Kept)
	p.learn(row, e)

	before := row.Last
	p.end++
	row.Last, p.changes.End = p.end, p.end
	e.Seq, e.Call = p.end, row.Key
	p.touch(row)
	p.changes.Events = append(p.changes.Events, EventRow{
		Seq:     e.Seq,
		Call:    row.Number,
		ID:      e.ID,
		Kept:    e.Kept,
		Besides: besides,
		Body:    body,
	})

	for _, consumer := range p.config.Consumers {
		p.deliver(row, consumer, before, e.Kept)
	}
	if besides != "" {
		p.deliver(row, besides, before, e.Kept)
	}
	p.tellOf(careline.News{Event: *e, Before: before})
}

// learn learns from an event of the call which legs belong to it. The first call that
// claims a leg has it; one that has its own row has joined by now, or is a call in its
// own right.
func (p *plan) learn(row *Row, e *careline.CallEvent) {
	if e.Call == "" {
		return
	}
	for _, leg := range [...]string{e.Leg, e.MemberLeg} {
		if leg != "" && p.row(leg) == nil {
			p.name(leg, row)
		}
	}
}

// deliver has a consumer given the event that comes after the place before. While
// something waits, what comes later waits behind it by itself.
func (p *plan) deliver(row *Row, consumer string, before int64, due time.Time) {
	c := row.cursor(consumer)
	if !c.Due.IsZero() {
		return
	}
	*c = Cursor{Consumer: consumer, Done: before, Due: due}
	p.move(row, c)
}
