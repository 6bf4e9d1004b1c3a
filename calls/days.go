package calls

import (
	"context"
	"slices"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"perci.health/careline"
	"perci.health/careline/flight"
)

const (
	// dayFresh is how long a clinician's day stands as it was seen: what is booked into
	// it meanwhile shows on the page before it is told live.
	dayFresh = time.Hour
	// dayAgain is how long a day that could not be read is not asked for again.
	dayAgain = time.Minute
	// daysAtMost is how many clinicians' days are remembered, more than there are
	// streams; some 20 kB each.
	daysAtMost = 500
	// daysAtOnce is how many days are read from the record at a time.
	daysAtOnce = 4
)

// Days remember today's appointments of the clinicians who look at them. Another
// instance may have shown them, so what is not known is read, rarely: whoever rings the
// clinic causes no request to the record that an hour's looking would not.
type Days struct {
	read     func(ctx context.Context, clinician string, from, to time.Time) ([]careline.Appointment, error)
	now      func() time.Time
	seen     *lru.Cache[string, day]
	readings flight.Group[day]
	places   chan struct{}
}

// day is a clinician's, as seen at the time at; asked is when it was asked for last.
type day struct {
	date         string
	appointments []careline.Appointment
	at, asked    time.Time
}

// NewDays reads through read, which gives the appointments of a practitioner that start
// in [from, to). now is the time in the clinic's time zone.
func NewDays(read func(ctx context.Context, clinician string, from, to time.Time) ([]careline.Appointment, error), now func() time.Time) *Days {
	seen, err := lru.New[string, day](daysAtMost)
	if err != nil {
		panic("calls: " + err.Error()) // the size is a constant above zero
	}
	return &Days{
		read:   read,
		now:    now,
		seen:   seen,
		places: make(chan struct{}, daysAtOnce),
	}
}

// Shown remembers a day that the clinician was shown, if it is today; its appointments
// are their own.
func (d *Days) Shown(clinician, date string, own []careline.Appointment) {
	now := d.now()
	if date == now.Format(time.DateOnly) {
		d.seen.Add(clinician, day{
			date:         date,
			appointments: own,
			at:           now,
			asked:        now,
		})
	}
}

// Today are the clinician's own appointments of today: as seen in the last hour, else as
// the record has them, else, if it does not answer, as seen last today.
func (d *Days) Today(ctx context.Context, clinician string) []careline.Appointment {
	now := d.now()
	date := now.Format(time.DateOnly)
	last, ok := d.seen.Get(clinician)
	if !ok || last.date != date {
		last = day{date: date}
	}
	if now.Sub(last.at) < dayFresh || now.Sub(last.asked) < dayAgain {
		return last.appointments
	}

	landed, err := d.readings.Do(ctx, clinician, func(ctx context.Context) (day, error) { return d.fetch(ctx, clinician, last), nil })
	if err != nil {
		return last.appointments // whoever looked has gone
	}
	return landed.appointments
}

// fetch reads a day once its turn has come, and remembers it; last stays where the
// record does not answer.
func (d *Days) fetch(ctx context.Context, clinician string, last day) day {
	d.places <- struct{}{}
	defer func() { <-d.places }()
	ctx, cancel := context.WithTimeout(ctx, CheckBound)
	defer cancel()

	now := d.now()
	from := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	found, err := d.read(ctx, clinician, from, from.AddDate(0, 0, 1))
	last.asked = now
	if err == nil {
		last.date, last.at = now.Format(time.DateOnly), now
		last.appointments = slices.DeleteFunc(found, func(a careline.Appointment) bool { return a.ID == "" || !a.TakesPart(clinician) })
	}

	d.seen.Add(clinician, last)
	return last
}
