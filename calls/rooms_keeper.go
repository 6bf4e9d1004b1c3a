package calls

import (
	"context"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/errgroup"

	"perci.health/careline"
	"perci.health/careline/backoff"
)

const (
	// roomsKept is how long a call is looked at: as long as one can last.
	roomsKept = longestCall
	// elsewhereAfter is when a call is looked at that another instance keeps: it is that
	// one's to carry out, unless it is gone.
	elsewhereAfter = 15 * time.Second
	// claimedAgain is when a call is looked at that another instance is at.
	claimedAgain = time.Second
	// roomsAtOnce is how many calls are looked at at once: Twilio limits how many
	// requests of an account are under way.
	roomsAtOnce = 16
)

// rooms is what the keeper claims, so that it is alone with a call.
const rooms = "rooms"

// Keeper carries out what is asked of calls, and keeps their rooms as they were asked to
// be. It does not react to an event: it looks at a call, asks the plan what is to be done
// now, and does that, until nothing is (docs/decisions/0021-the-keeper-of-rooms.md).
// So it may be cut off at any point, and told of anything twice or never: the next look
// finds what is left. One instance at a time is at a call.
type Keeper struct {
	Log     KeeperLog
	Carrier RoomCarrier
	Alone   time.Duration // how long a room waits for its clinician
	Limit   time.Duration // after which a conversation ends; 0: none
	Now     func() time.Time
	// Only says that nobody else writes the log, so that all that is new in it is told
	// to Changed.
	Only bool
	// Since is how far back the log is looked through at the start; 0: as long as a call
	// can last.
	Since time.Duration
	// Ends says that there are no rooms: nothing is asked for but the end of a call, which
	// the instance carries out that was asked.
	Ends bool
	// Observe is told what became of each command; nil: nobody.
	Observe func(act, outcome string)

	mu     sync.Mutex
	calls  map[string]*keeping
	asked  *lru.Cache[string, struct{}] // calls that had to do with a room
	begun  bool                         // the log was looked through
	missed bool                         // it is to be looked through
	some   chan struct{}                // somebody is to be looked at
	waits  map[string]map[chan struct{}]struct{}
}

// KeeperLog is the log as Keeper knows it.
type KeeperLog interface {
	Events(ctx context.Context, call string) ([]careline.CallEvent, error)
	Append(ctx context.Context, e careline.CallEvent) (kept careline.CallEvent, repeated bool, err error)
	Claim(ctx context.Context, consumer, call string) (held context.Context, ok bool, err error)
	Release(ctx context.Context, consumer, call string) error
	// CallsKept are the keys of the calls whose newest event was kept at from or later,
	// and before to.
	CallsKept(ctx context.Context, from, to time.Time) ([]string, error)
}

// keeping is what is remembered of a call between two looks. Nothing of it is needed: it
// spares asking the carrier what is certain.
type keeping struct {
	due   time.Time
	busy  bool
	again bool                 // something came while it was looked at
	told  map[string]bool      // commands that this process has kept itself, and carries out
	done  map[string]time.Time // what was done when, by what it is and of whom
	tries map[string]int       // of a command
}

// roomsKnown bounds the keys that are remembered of calls with a room.
const roomsKnown = 10_000

func (k *Keeper) prepare() {
	if k.calls != nil {
		return
	}
	k.calls, k.waits = map[string]*keeping{}, map[string]map[chan struct{}]struct{}{}
	k.asked, k.some = sized[struct{}](roomsKnown, nil), make(chan struct{}, 1)
}

// Changed tells what this instance has just kept, in the log's order. It never waits.
func (k *Keeper) Changed(news []careline.News) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.prepare()

	for i := range news {
		n := &news[i]
		key := n.Event.Call
		if k.calls[key] == nil && !room(n.Event) {
			k.wakeWaiting(key)
			continue
		}
		c := k.call(key)
		if commands(&n.Event) {
			c.told[n.Event.ID] = true
		}
		k.wake(key, c, k.Now())
	}
}

// Missed says that anything may have been kept elsewhere: the log is looked through. It
// never waits.
func (k *Keeper) Missed() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.prepare()
	k.missed = true
	signal(k.some)
}

// Elsewhere tells of calls that another instance kept something of. It never waits.
func (k *Keeper) Elsewhere(keys []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.prepare()
	for _, key := range keys {
		if c := k.calls[key]; c != nil {
			k.wake(key, c, k.Now())
			continue
		}
		if !k.Ends {
			k.wake(key, k.call(key), k.Now().Add(elsewhereAfter))
		}
	}
}

// call is what is remembered of a call; k.mu is held.
func (k *Keeper) call(key string) *keeping {
	c := k.calls[key]
	if c == nil {
		c = &keeping{told: map[string]bool{}, done: map[string]time.Time{}, tries: map[string]int{}}
		k.calls[key] = c
		k.asked.Add(key, struct{}{})
	}
	return c
}

// wake has a call looked at, at the latest at a time; k.mu is held.
func (k *Keeper) wake(key string, c *keeping, at time.Time) {
	k.wakeWaiting(key)
	if c.busy {
		c.again = true
		return
	}
	if c.due.IsZero() || at.Before(c.due) {
		c.due = at
		signal(k.some)
	}
}

// Knows reports whether it is certain that a call has nothing to do with a room, without
// asking anybody.
func (k *Keeper) Knows(key string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.prepare()
	return k.Only && k.begun && !k.asked.Contains(key)
}

// Run keeps rooms until ctx ends. What failed is told to failed, and tried again.
func (k *Keeper) Run(ctx context.Context, failed func(error)) {
	k.mu.Lock()
	k.prepare()
	k.mu.Unlock()
	var group errgroup.Group
	group.SetLimit(roomsAtOnce)
	defer func() { _ = group.Wait() }() // nothing in it fails

	k.Missed()
	for ctx.Err() == nil {
		if err := k.scan(ctx); err != nil && ctx.Err() == nil {
			failed(err)
			backoff.Wait(ctx, ringsAgain)
			continue
		}

		keys, next := k.take()
		for _, key := range keys {
			group.Go(func() error {
				k.one(ctx, key, failed)
				return nil
			})
		}
		k.rest(ctx, next)
	}
}

// rest waits until a call is due, or somebody is woken.
func (k *Keeper) rest(ctx context.Context, next time.Time) {
	wait := time.Minute
	if !next.IsZero() {
		wait = min(wait, max(0, next.Sub(k.Now())))
	}
	until := time.NewTimer(wait)
	defer until.Stop()
	select {
	case <-ctx.Done():
	case <-k.some:
	case <-until.C:
	}
}

// scan finds what was left when the service stopped, and what was missed since.
func (k *Keeper) scan(ctx context.Context) error {
	k.mu.Lock()
	missed := k.missed
	k.missed = false
	k.mu.Unlock()
	if !missed {
		return nil
	}
	if err := k.lookThrough(ctx); err != nil {
		k.Missed()
		return err
	}

	k.mu.Lock()
	defer k.mu.Unlock()
	k.begun = true
	return nil
}

func (k *Keeper) lookThrough(ctx context.Context) error {
	since := k.Since
	if since == 0 {
		since = roomsKept
	}
	keys, err := k.Log.CallsKept(ctx, k.Now().Add(-since), k.Now().Add(time.Minute))
	if err != nil {
		return err
	}

	for _, key := range keys {
		events, err := k.Log.Events(ctx, key)
		if err != nil {
			return err
		}
		if !commandsOf(events).concerns() {
			continue
		}
		k.mu.Lock()
		k.wake(key, k.call(key), k.Now())
		k.mu.Unlock()
	}
	return nil
}

// take are the calls that are due, and when the next is.
func (k *Keeper) take() (keys []string, next time.Time) {
	now := k.Now()
	k.mu.Lock()
	defer k.mu.Unlock()
	for key, c := range k.calls {
		switch {
		case c.busy || c.due.IsZero():
		case !now.Before(c.due):
			c.busy, c.due = true, time.Time{}
			keys = append(keys, key)
		case next.IsZero() || c.due.Before(next):
			next = c.due
		}
	}
	return keys, next
}
