package calls

import (
	"context"
	"time"

	"perci.health/careline"
)

// one looks at a call that is due, and says when it is again.
func (k *Keeper) one(ctx context.Context, key string, failed func(error)) {
	next, err := k.Look(ctx, key)
	if err != nil && ctx.Err() == nil {
		failed(err)
	}

	k.mu.Lock()
	defer k.mu.Unlock()
	c := k.calls[key]
	if c == nil {
		return
	}
	c.busy = false
	if c.again {
		c.again, next = false, k.Now()
	}
	if next.IsZero() {
		delete(k.calls, key)
		return
	}
	c.due = next
	signal(k.some)
}

// rounds bounds one look: each carries out what the one before has made possible.
const rounds = 20

// Look does for a call what is to be done now, and says when to look next; zero: not
// before something is new. Another instance that is at the call keeps it from looking.
func (k *Keeper) Look(ctx context.Context, key string) (next time.Time, err error) {
	if !k.Only {
		events, err := k.Log.Events(ctx, key)
		if err != nil {
			return k.Now().Add(againAfter), err
		}
		if !commandsOf(events).concerns() {
			return time.Time{}, nil // most calls of other instances: nothing is claimed for them
		}
	}

	held, ours, err := k.Log.Claim(ctx, rooms, key)
	if err != nil {
		return k.Now().Add(againAfter), err
	}
	if !ours {
		return k.Now().Add(claimedAgain), nil
	}
	defer func() { _ = k.Log.Release(context.WithoutCancel(held), rooms, key) }() // an end of the process releases it too

	for range rounds {
		events, err := k.Log.Events(held, key)
		if err != nil {
			return k.Now().Add(againAfter), err
		}
		s := k.scene(key, events)
		if s.view.last.IsZero() || k.Now().Sub(s.view.last) > roomsKept {
			return time.Time{}, nil
		}

		todo, next := s.plan()
		if len(todo) == 0 {
			return next, nil
		}
		for _, d := range todo {
			if err := k.do(held, s, d); err != nil {
				return k.Now().Add(againAfter), err
			}
		}
	}
	return k.Now().Add(againAfter), nil
}

// scene is a call as it stands now.
func (k *Keeper) scene(key string, events []careline.CallEvent) scene {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.prepare()
	c := k.call(key)

	call := careline.Fold(events)
	return scene{
		from:  callerID(events),
		call:  call,
		view:  viewOf(call, events),
		now:   k.Now(),
		alone: k.Alone,
		limit: k.Limit,

		done: func(what dutyKind, of string) time.Time {
			k.mu.Lock()
			defer k.mu.Unlock()
			return c.done[string(what)+" "+of]
		},
		told: func(command string) bool {
			k.mu.Lock()
			defer k.mu.Unlock()
			return c.told[command]
		},
	}
}

// mark remembers that a thing was done, or tried.
func (k *Keeper) mark(key string, what dutyKind, of string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.call(key).done[string(what)+" "+of] = k.Now()
}

// try counts a try of a command, and reports whether nobody can have tried it before:
// where others keep rooms too, one of them can.
func (k *Keeper) try(key, command string) (first bool, tries int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	c := k.call(key)
	c.tries[command]++
	return k.Only && c.told[command] && c.tries[command] == 1, c.tries[command]
}

// callerID is the number that the member saw.
func callerID(events []careline.CallEvent) careline.Phone {
	for _, e := range events {
		if e.Kind == careline.KindRequested {
			return e.Request.CallerID
		}
	}
	return careline.Phone{}
}
