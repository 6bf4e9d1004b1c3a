package calls

import (
	"context"
	"slices"
	"sync"
	"time"

	"perci.health/careline"
	"perci.health/careline/backoff"
)

const (
	// backAcross is how far back the log is looked through at the start, in events: at
	// 20 000 calls a day some two days, at 2 000 more than DialledFor.
	backAcross = 300_000
	// ringsAtOnce is how many events are taken from the log at a time.
	ringsAtOnce = 1000
	// ringsEvery is how often the log is looked at, however often it changes.
	ringsEvery = 100 * time.Millisecond
	// ringsAgain is when it is looked at again after it could not be read.
	ringsAgain = 5 * time.Second
)

// CalledBack is somebody who rang the clinic from a number on file, as a clinician is
// told. It is in nobody's record (decision 0003): whoever rang may be anybody who has
// that telephone.
type CalledBack struct {
	Appointment string // that it concerns the clinician for
	At          time.Time
	Number      careline.Phone
	Of          careline.Reference // whose number it is; empty when it is several people's, or nobody's any more
	Name        string             // of theirs
	Relation    string             // of theirs to the patient
}

// Callbacks tell clinicians who rang the clinic back: from a number on file for a
// patient or a related person of an own appointment of today, or from one that the
// clinician was the last to call. They are told from the log and from what was read of
// appointments anyway, so that a flood of calls asks nothing of the health record.
type Callbacks struct {
	log    CallbackLog
	caller func(careline.CallEvent) careline.Phone
	days   *Days
	now    func() time.Time
	rings  *rings
	some   chan struct{} // the log may have more

	mu        sync.Mutex
	followers map[chan struct{}]struct{}
}

// CallbackLog is what Callbacks read.
type CallbackLog interface {
	// Rings are the requests of clinicians, and the calls that members began, after seq
	// and kept at from or later; at most limit, in the log's order.
	Rings(ctx context.Context, seq int64, from time.Time, limit int) ([]careline.CallEvent, error)
	// Newest is the last place in the log.
	Newest(ctx context.Context) (int64, error)
	// Events are all that the log holds for a call.
	Events(ctx context.Context, call string) ([]careline.CallEvent, error)
}

// NewCallbacks follows log. caller is the number that a member's call to the clinic came
// from, zero when it is withheld; now is the time in the clinic's time zone.
func NewCallbacks(log CallbackLog, caller func(careline.CallEvent) careline.Phone, days *Days, now func() time.Time) *Callbacks {
	return &Callbacks{
		log:       log,
		caller:    caller,
		days:      days,
		now:       now,
		rings:     newRings(),
		some:      make(chan struct{}, 1),
		followers: map[chan struct{}]struct{}{},
	}
}

// Changed says that the log may have more of them. It never waits; Run does the rest.
func (c *Callbacks) Changed() { signal(c.some) }

// Run learns who rang whom until ctx ends: at first from the log's last days, then as it
// grows. What failed is told to failed, and tried again.
func (c *Callbacks) Run(ctx context.Context, failed func(error)) {
	begin := c.begin
	for ctx.Err() == nil {
		more, err := begin(ctx)
		if err != nil && ctx.Err() == nil {
			failed(err)
			backoff.Wait(ctx, ringsAgain)
			continue
		}

		begin = c.learn
		if more {
			continue
		}
		backoff.Wait(ctx, ringsEvery)
		select {
		case <-c.some:
		case <-ctx.Done():
		}
	}
}

// begin finds where to begin in a long log.
func (c *Callbacks) begin(ctx context.Context) (more bool, err error) {
	newest, err := c.log.Newest(ctx)
	if err != nil {
		return false, err
	}
	c.rings.skip(newest - backAcross)
	return true, nil
}

// learn takes what comes next in the log; more may follow.
func (c *Callbacks) learn(ctx context.Context) (more bool, err error) {
	events, err := c.log.Rings(ctx, c.rings.taken(), c.now().Add(-DialledFor), ringsAtOnce)
	if err != nil {
		return false, err
	}
	if c.rings.take(events, c.caller) {
		c.wake()
	}
	return len(events) == ringsAtOnce, nil
}

func (c *Callbacks) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for follower := range c.followers {
		signal(follower)
	}
}

// Shown remembers the clinician's day, YYYY-MM-DD, of which own were shown.
func (c *Callbacks) Shown(clinician, date string, own []careline.Appointment) {
	c.days.Shown(clinician, date, own)
}

// Of is who rang back for each of the clinician's own appointments, by its id: the newest
// of the last BackFor, after the last call for that appointment.
func (c *Callbacks) Of(clinician string, own []careline.Appointment) map[string]CalledBack {
	now := c.now()
	c.rings.mu.Lock()
	defer c.rings.mu.Unlock()

	mine := c.rings.ownBack(clinician, now)
	all := map[string]CalledBack{}
	for _, a := range own {
		var newest incoming
		for _, in := range mine {
			if in.after.appointment == a.ID && in.seq > newest.seq {
				newest = in
			}
		}
		for _, in := range c.onFile(a, now) {
			if in.seq > newest.seq {
				newest = in
			}
		}
		if newest.seq > 0 {
			all[a.ID] = calledBack(a, newest)
		}
	}
	return all
}

// onFile are those who rang from a number on file for an appointment of today.
func (c *Callbacks) onFile(a careline.Appointment, now time.Time) (all []incoming) {
	if a.Start.In(now.Location()).Format(time.DateOnly) != now.Format(time.DateOnly) {
		return nil
	}
	for _, person := range slices.Concat(a.Patients, a.Relatives) {
		for _, phone := range person.Phones {
			if in, open := c.rings.from(phone.E164(), a.ID, now); open {
				all = append(all, in)
			}
		}
	}
	return all
}

// calledBack names whose number it is only if it is one person's: a guess would look
// like knowledge.
func calledBack(a careline.Appointment, in incoming) CalledBack {
	back := CalledBack{Appointment: a.ID, At: in.at, Number: in.number}
	var whose []careline.Person
	for _, person := range slices.Concat(a.Patients, a.Relatives) {
		if slices.ContainsFunc(person.Phones, in.number.Equal) {
			whose = append(whose, person)
		}
	}
	if len(whose) == 1 {
		back.Of, back.Name, back.Relation = whose[0].Ref, whose[0].Name, whose[0].Relation
	}
	return back
}

// Follow tells the clinician who has rung back, then each who does, to tell, until ctx
// ends or tell fails. Of one appointment it tells the newest.
func (c *Callbacks) Follow(ctx context.Context, clinician string, tell func(CalledBack) error) error {
	woken := make(chan struct{}, 1)
	c.mu.Lock()
	c.followers[woken] = struct{}{}
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.followers, woken)
	}()

	told := map[string]time.Time{}
	for {
		for _, one := range c.concerning(ctx, clinician) {
			if !one.At.After(told[one.Appointment]) {
				continue
			}
			if err := tell(one); err != nil {
				return err
			}
			told[one.Appointment] = one.At
		}

		select {
		case <-woken:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// concerning is all that concerns the clinician now, the oldest first: for an appointment
// of today, else for that of the last call.
func (c *Callbacks) concerning(ctx context.Context, clinician string) (all []CalledBack) {
	if c.rings.quiet(c.now()) {
		return nil
	}

	known := map[string]bool{} // numbers and appointments that are told of already
	for _, one := range c.Of(clinician, c.days.Today(ctx, clinician)) {
		known[one.Number.E164()], known[one.Appointment] = true, true
		all = append(all, one)
	}

	c.rings.mu.Lock()
	mine := c.rings.ownBack(clinician, c.now())
	c.rings.mu.Unlock()
	for _, in := range mine {
		if known[in.number.E164()] || known[in.after.appointment] {
			continue
		}
		if one, ok := c.asCalled(ctx, in); ok {
			all = append(all, one)
		}
	}

	slices.SortFunc(all, func(a, b CalledBack) int { return a.At.Compare(b.At) })
	return all
}

// asCalled is who rang back as they were when they were called. A call that was forgotten
// is told to nobody.
func (c *Callbacks) asCalled(ctx context.Context, in incoming) (CalledBack, bool) {
	events, err := c.log.Events(ctx, in.after.call)
	i := slices.IndexFunc(events, careline.CallEvent.Asks)
	if err != nil || i < 0 {
		return CalledBack{}, false
	}
	asked := events[i].Request
	return CalledBack{
		Appointment: in.after.appointment,
		At:          in.at,
		Number:      in.number,
		Of:          asked.Recipient,
		Name:        asked.Names.Recipient,
		Relation:    asked.Names.Relation,
	}, true
}
