package calls

import (
	"context"
	"log/slog"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"perci.health/careline"
)

const (
	// looksAtMost bounds memory: one for each person and appointment of ten minutes.
	looksAtMost = 20_000
	// lookWithin is how long the clinician's answer waits for a look to be kept.
	lookWithin = time.Second
)

// Looks keep who looked at what in the log, once in LookEvery, to be filed in the health
// record. They never refuse: a clinician who needs a number is not kept from it because
// it cannot be noted who has it.
type Looks struct {
	log    LookLog
	now    func() time.Time
	lately *lru.Cache[string, time.Time]
}

// LookLog is what Looks keep them in.
type LookLog interface {
	Append(ctx context.Context, e careline.CallEvent) (kept careline.CallEvent, repeated bool, err error)
	Events(ctx context.Context, call string) ([]careline.CallEvent, error)
}

// NewLooks keeps looks in log.
func NewLooks(log LookLog, now func() time.Time) *Looks {
	lately, err := lru.New[string, time.Time](looksAtMost)
	if err != nil {
		panic("calls: " + err.Error()) // the size is a constant above zero
	}
	return &Looks{log: log, now: now, lately: lately}
}

// Seen keeps a look, whose At is set here, unless the same was kept in the last
// LookEvery, by whichever instance. What could not be kept is an error, also when it
// took too long; what was to be answered is answered all the same.
func (l *Looks) Seen(ctx context.Context, look careline.Look) error {
	look.At = l.now().UTC()
	same := look.Same()
	if last, ok := l.lately.Get(same); ok && look.At.Sub(last) < careline.LookEvery {
		return nil
	}

	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookWithin)
	defer cancel()
	before, err := l.log.Events(ctx, look.KeyBefore())
	if err != nil {
		return err
	}
	if n := len(before); n > 0 && look.At.Sub(before[n-1].At) < careline.LookEvery {
		l.lately.Add(same, before[n-1].At)
		return nil
	}

	kept, repeated, err := l.log.Append(ctx, look.Event())
	if err != nil {
		return err
	}
	l.lately.Add(same, kept.At)
	careline.Note(ctx, slog.Bool("audited", !repeated))
	return nil
}
