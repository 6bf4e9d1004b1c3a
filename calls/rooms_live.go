package calls

import (
	"context"
	"sync"

	"perci.health/careline"
)

// RoomsLive tells of who is in a call, as that changes: its clinician, those who are or
// were rung to join it, and of every call that goes on supervisors. A call is read once
// for all who follow.
type RoomsLive struct {
	rooms *Rooms
	// open are the calls that have a room now, or are to have one.
	open func() []string
	// plain reports whether it is certain that a call has nothing to do with a room.
	plain func(call string) bool

	mu        sync.Mutex
	followers map[*roomFollower]struct{}
	changed   map[string]struct{}
	some      chan struct{}
}

// roomFollower is somebody who follows. What comes faster than they take it is told as
// one.
type roomFollower struct {
	who     Asker
	news    map[string]Seen
	some    chan struct{}
	watched map[string]bool // calls that they see as a supervisor
}

// sees reports whether they are told of the call as it is now. A supervisor who has seen
// it go on is told also that it is over.
func (f *roomFollower) sees(call string, now Seen) bool {
	may := now.may(f.who)
	if may && !now.Own && now.Self == "" {
		f.watched[call] = true
		return true
	}
	last := f.watched[call]
	delete(f.watched, call)
	return may || last
}

// NewRoomsLive follows the calls that keeper keeps.
func NewRoomsLive(rooms *Rooms, keeper *Keeper) *RoomsLive {
	return &RoomsLive{
		rooms:     rooms,
		open:      keeper.kept,
		plain:     keeper.Knows,
		followers: map[*roomFollower]struct{}{},
		changed:   map[string]struct{}{},
		some:      make(chan struct{}, 1),
	}
}

// kept are the calls that are kept now.
func (k *Keeper) kept() (keys []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for key := range k.calls {
		keys = append(keys, key)
	}
	return keys
}

// Changed says that these calls have new events, after they were kept. It never waits.
func (l *RoomsLive) Changed(calls []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.followers) == 0 {
		return
	}
	for _, call := range calls {
		l.changed[call] = struct{}{}
	}
	signal(l.some)
}

// Run tells followers what changed, until ctx ends. A call that cannot be read is told at
// its next change.
func (l *RoomsLive) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.some:
		}

		calls, supervised := l.take()
		for call := range calls {
			if supervised || !l.plain(call) {
				l.tell(ctx, call)
			}
		}
	}
}

// take is what changed, and whether somebody follows who may see every call.
func (l *RoomsLive) take() (calls map[string]struct{}, supervised bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	calls, l.changed = l.changed, map[string]struct{}{}
	for f := range l.followers {
		supervised = supervised || f.who.Supervisor
	}
	return calls, supervised
}

func (l *RoomsLive) tell(ctx context.Context, call string) {
	events, err := l.rooms.Log.Events(ctx, call)
	if err != nil {
		return
	}

	l.mu.Lock()
	defer l.mu.Unlock()
	for f := range l.followers {
		seen := l.rooms.seen(f.who, events)
		if !f.sees(call, seen) || seen.Own && !f.who.Supervisor && seen.Call.Room == careline.RoomNone && len(seen.Call.Parties) == 0 {
			continue
		}
		f.news[call] = seen
		signal(f.some)
	}
}

// Follow tells who is in the calls that have a room now, and a supervisor who is in every
// call that goes on; then each change, to tell, until ctx ends or tell fails.
func (l *RoomsLive) Follow(ctx context.Context, who Asker, tell func(Seen) error) error {
	f := &roomFollower{
		who:     who,
		news:    map[string]Seen{},
		some:    make(chan struct{}, 1),
		watched: map[string]bool{},
	}
	l.mu.Lock()
	l.followers[f] = struct{}{}
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.followers, f)
	}()

	l.Changed(l.begins(ctx, who))
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-f.some:
		}
		for _, seen := range l.newsOf(f) {
			if err := tell(seen); err != nil {
				return err
			}
		}
	}
}

// begins are the calls that whoever begins to follow is told of. Where the log cannot be
// read, those that go on are told of as they change.
func (l *RoomsLive) begins(ctx context.Context, who Asker) []string {
	keys := l.open()
	if !who.Supervisor || l.rooms.Asked == nil {
		return keys
	}

	going, err := l.rooms.GoingOn(ctx, who)
	if err != nil {
		return keys
	}
	for _, one := range going {
		keys = append(keys, one.Call.Key)
	}
	return keys
}

func (l *RoomsLive) newsOf(f *roomFollower) map[string]Seen {
	l.mu.Lock()
	defer l.mu.Unlock()
	news := f.news
	f.news = map[string]Seen{}
	return news
}
