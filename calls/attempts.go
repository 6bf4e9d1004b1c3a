package calls

import (
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// Attempts bounds how often each person may do something: a clinician's asks reach
// the health record, refused ones too, and whoever asks for invented appointments
// would use up its quota. It is coarser than the limit on calls, and this process's
// own.
type Attempts struct {
	perMinute int
	now       func() time.Time
	of        *lru.Cache[string, *rate.Limiter]
}

// attemptsPerCall leaves room for what is refused and tried again.
const attemptsPerCall = 3

// NewAttempts allows some attempts for each of the calls that a clinician may
// begin in a minute.
func NewAttempts(callsPerMinute int, now func() time.Time) *Attempts {
	return NewPace(callsPerMinute*attemptsPerCall, now)
}

// NewPace allows each person so many of something in a minute, after as many at once.
func NewPace(perMinute int, now func() time.Time) *Attempts {
	of, err := lru.New[string, *rate.Limiter](directorySize)
	if err != nil {
		panic("calls: " + err.Error()) // the size is a constant above zero
	}
	return &Attempts{perMinute: perMinute, now: now, of: of}
}

// Another reports whether the clinician may try once more, and counts it.
func (a *Attempts) Another(clinician string) bool {
	limiter, ok := a.of.Get(clinician)
	if !ok {
		limiter = rate.NewLimiter(rate.Limit(float64(a.perMinute)/60), a.perMinute)
		if earlier, found, _ := a.of.PeekOrAdd(clinician, limiter); found {
			limiter = earlier
		}
	}

	return limiter.AllowN(a.now(), 1)
}
