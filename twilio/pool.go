package twilio

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"perci.health/careline"
	"perci.health/careline/backoff"
	"perci.health/careline/flight"
)

// The rhythm of a Pool.
const (
	defaultRefresh = 10 * time.Minute
	retryAfter     = 15 * time.Second // a refresh that failed, while old numbers serve
	holdOff        = 2 * time.Second  // a fetch that failed, while there are no numbers
	fetchTimeout   = 30 * time.Second
	numberTimeout  = 3 * time.Second // of who waits for a first number: Twilio waits 15 s for TwiML, a clinician less
)

// Pool gives out the telephone numbers that members see, in turn: one fixed
// number, or those of the account, fetched once and then refreshed in the
// background by Run. Numbers that cannot be refreshed stay in use: stale rather
// than none. An account that says it has none is believed.
//
// It is safe for concurrent use.
type Pool struct {
	fetch   func(ctx context.Context) ([]careline.Phone, error)
	refresh time.Duration
	fetches flight.Group[struct{}]

	numbers atomic.Pointer[[]careline.Phone] // nil until first known; never changed, only replaced
	failed  atomic.Pointer[failedFetch]      // the last fetch, nil when it did not fail
	turn    atomic.Uint64
}

// failedFetch is why the account's numbers could not be had, and when.
type failedFetch struct {
	err error
	at  time.Time
}

// NewFixedPool always gives out number; a zero number makes a pool that has none.
func NewFixedPool(number careline.Phone) *Pool {
	p := &Pool{}
	numbers := []careline.Phone{}
	if !number.IsZero() {
		numbers = append(numbers, number)
	}
	p.numbers.Store(&numbers)
	return p
}

// NewPool gives out the numbers that fetch returns, such as Client.VoiceNumbers,
// and asks for them again every refresh (0: ten minutes).
func NewPool(fetch func(ctx context.Context) ([]careline.Phone, error), refresh time.Duration) *Pool {
	if refresh <= 0 {
		refresh = defaultRefresh
	}
	return &Pool{fetch: fetch, refresh: refresh}
}

// Run fetches the numbers now and keeps them fresh until ctx ends, whose error
// it returns. A fixed pool has nothing to do but wait.
func (p *Pool) Run(ctx context.Context) error {
	for p.fetch != nil && ctx.Err() == nil {
		wait := p.refresh
		if err := p.renew(ctx); err != nil {
			wait = min(retryAfter, p.refresh)
		}
		backoff.Wait(ctx, wait)
	}
	<-ctx.Done()
	return ctx.Err()
}

// Number is the next number to call from. While none is known yet it waits for
// the fetch, at most three seconds and until ctx ends; when there is none, its
// error is of code unavailable.
func (p *Pool) Number(ctx context.Context) (careline.Phone, error) {
	known := p.numbers.Load()
	if known == nil {
		patience, cancel := context.WithTimeout(ctx, numberTimeout)
		defer cancel()
		if err := p.first(patience); err != nil {
			return careline.Phone{}, noNumber(err)
		}
		known = p.numbers.Load()
	}
	if known == nil || len(*known) == 0 {
		return careline.Phone{}, noNumber(errors.New("the account has no number that can make calls"))
	}
	return (*known)[(p.turn.Add(1)-1)%uint64(len(*known))], nil
}

func noNumber(cause error) error {
	return careline.Because(careline.CodeUnavailable, careline.ReasonNoCallerID, cause)
}

// first awaits numbers while none are known. A fetch that failed a moment ago
// answers for a new one: a crowd of callers must not become a crowd of requests.
func (p *Pool) first(ctx context.Context) error {
	_, err := p.fetches.Do(ctx, "numbers", func(ctx context.Context) (struct{}, error) {
		if p.numbers.Load() != nil {
			return struct{}{}, nil // since this caller looked
		}
		if f := p.failed.Load(); f != nil && time.Since(f.at) < holdOff {
			return struct{}{}, f.err
		}
		return p.land(ctx)
	})

	return err
}

// renew fetches the numbers, or awaits the fetch that is under way.
func (p *Pool) renew(ctx context.Context) error {
	_, err := p.fetches.Do(ctx, "numbers", p.land)
	return err
}

func (p *Pool) land(ctx context.Context) (struct{}, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()

	numbers, err := p.fetch(ctx)
	if err != nil {
		p.failed.Store(&failedFetch{err: err, at: time.Now()})
		return struct{}{}, err
	}
	p.numbers.Store(&numbers)
	p.failed.Store(nil)

	return struct{}{}, nil
}

// Size is how many numbers the pool gives out; 0 before they are known.
func (p *Pool) Size() int {
	if numbers := p.numbers.Load(); numbers != nil {
		return len(*numbers)
	}
	return 0
}
