package calls

import (
	"context"
	"errors"
	"slices"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"perci.health/careline"
	"perci.health/careline/flight"
)

// Bounds of the directory.
const (
	// CheckBound is how long a call may wait for the health record: the
	// clinician hears nothing meanwhile, and Twilio gives up after 15 s.
	CheckBound = 2 * time.Second
	// FreshFor is how long an appointment just shown stands for the record.
	FreshFor = time.Minute
	// KeptFor is how long it stands when the record cannot answer: a morning's
	// clinic goes on through an outage, yesterday's does not.
	KeptFor = 4 * time.Hour
	// directorySize bounds memory: about 1 kB each.
	directorySize = 10_000
)

// Directory finds appointments with their people, reading the health record as
// seldom as is safe.
type Directory struct {
	read func(ctx context.Context, id string) (careline.Appointment, error)
	now  func() time.Time

	seen     *lru.Cache[string, sighting]
	readings flight.Group[careline.Appointment]
}

type sighting struct {
	appointment careline.Appointment
	at          time.Time
}

// NewDirectory reads through read, an error of code not-found meaning that there
// is no such appointment.
func NewDirectory(read func(ctx context.Context, id string) (careline.Appointment, error), now func() time.Time) *Directory {
	seen, err := lru.New[string, sighting](directorySize)
	if err != nil {
		panic("calls: " + err.Error()) // the size is a constant above zero
	}
	return &Directory{read: read, now: now, seen: seen}
}

// Shown remembers an appointment that was read for another purpose, such as to
// show it to the clinician, who will call in a moment. One of whose people the
// record did not tell who they are is not remembered: to call is to ask again.
func (d *Directory) Shown(a careline.Appointment) {
	if slices.ContainsFunc(slices.Concat(a.Patients, a.Relatives), func(p careline.Person) bool { return p.Unread }) {
		return
	}
	d.seen.Add(a.ID, sighting{appointment: a, at: d.now()})
}

// Appointment is the appointment of that id: as just seen, else as the health
// record has it within CheckBound, else, if the record cannot answer, as last
// seen within KeptFor. Anything else is an error; one of code not-found is the
// record's own answer.
func (d *Directory) Appointment(ctx context.Context, id string) (careline.Appointment, error) {
	last, ok := d.seen.Get(id)
	if ok && d.now().Sub(last.at) < FreshFor {
		return last.appointment, nil
	}

	a, err := d.fetch(ctx, id)
	switch {
	case err == nil:
		return a, nil
	case careline.CodeOf(err) == careline.CodeNotFound:
		d.seen.Remove(id)
	case ok && careline.CodeOf(err) == careline.CodeUnavailable && d.now().Sub(last.at) < KeptFor:
		return last.appointment, nil
	}

	return careline.Appointment{}, err
}

// fetch reads once for all who wait. The reading belongs to none of them: it has
// its own bound, so that one impatient caller does not fail the others.
func (d *Directory) fetch(ctx context.Context, id string) (careline.Appointment, error) {
	a, err := d.readings.Do(ctx, id, func(ctx context.Context) (careline.Appointment, error) { return d.land(ctx, id) })
	if _, gaveUp := errors.AsType[flight.GaveUp](err); gaveUp {
		return careline.Appointment{}, careline.Because(careline.CodeUnavailable, careline.ReasonRecordAway, ctx.Err())
	}
	return a, err
}

func (d *Directory) land(ctx context.Context, id string) (careline.Appointment, error) {
	ctx, cancel := context.WithTimeout(ctx, CheckBound)
	defer cancel()

	a, err := d.read(ctx, id)
	if err != nil && errors.Is(err, context.DeadlineExceeded) {
		err = careline.Because(careline.CodeUnavailable, careline.ReasonRecordAway, err)
	}
	if err == nil {
		d.Shown(a)
	}

	return a, err
}
