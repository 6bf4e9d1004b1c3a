package calls

import (
	"context"
	"maps"
	"slices"
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
	plain     func(call string) bool
	following *following[*roomFollower]
}

// roomFollower is somebody who follows. What comes faster than they take it is told as
// one.
type roomFollower struct {
	who     Asker
	watched map[string]bool // calls that they see as a supervisor

	mu   sync.Mutex
	news map[string]Seen
	some chan struct{} // news is not empty
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

// take leaves a call as it is now for them, in the place of how it was.
func (f *roomFollower) take(call string, now Seen) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.news[call] = now
	signal(f.some)
}

// handOut is what was left for them.
func (f *roomFollower) handOut() map[string]Seen {
	f.mu.Lock()
	defer f.mu.Unlock()
	news := f.news
	f.news = map[string]Seen{}
	return news
}

// NewRoomsLive follows the calls that keeper keeps.
func NewRoomsLive(rooms *Rooms, keeper *Keeper) *RoomsLive {
	return &RoomsLive{
		rooms:     rooms,
		open:      keeper.kept,
		plain:     keeper.Knows,
		following: newFollowing[*roomFollower](),
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
func (l *RoomsLive) Changed(calls []string) { l.following.change(calls) }

// Missed says that anything may have changed: every call that is kept, and that anybody has
// been told of, is told of anew. It never waits.
func (l *RoomsLive) Missed() {
	keys := l.open()
	l.following.each(func(f *roomFollower) { keys = slices.AppendSeq(keys, maps.Keys(f.watched)) })
	l.Changed(keys)
}

// Run tells followers what changed, until ctx ends. A call that cannot be read is told at
// its next change.
func (l *RoomsLive) Run(ctx context.Context) {
	l.following.run(ctx, func(calls map[string]struct{}) {
		supervised := l.supervised()
		for call := range calls {
			if supervised || !l.plain(call) {
				l.tell(ctx, call)
			}
		}
	})
}

// supervised reports whether somebody follows who may see every call.
func (l *RoomsLive) supervised() (any bool) {
	l.following.each(func(f *roomFollower) { any = any || f.who.Supervisor })
	return any
}

func (l *RoomsLive) tell(ctx context.Context, call string) {
	events, err := l.rooms.Log.Events(ctx, call)
	if err != nil {
		return
	}

	now := careline.Fold(events)
	view := viewOf(now, events)
	l.following.each(func(f *roomFollower) {
		seen := l.rooms.seen(f.who, now, view)
		if !f.sees(call, seen) || seen.Own && !f.who.Supervisor && seen.Call.Room == careline.RoomNone && len(seen.Call.Parties) == 0 {
			return
		}
		f.take(call, seen)
	})
}

// Follow tells who is in the calls that have a room now, and a supervisor who is in every
// call that goes on; then each change, to tell, until ctx ends or tell fails.
func (l *RoomsLive) Follow(ctx context.Context, who Asker, tell func(Seen) error) error {
	f := &roomFollower{
		who:     who,
		watched: map[string]bool{},
		news:    map[string]Seen{},
		some:    make(chan struct{}, 1),
	}
	defer l.following.join(who.Clinician, f)()

	l.begin(ctx, f)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-f.some:
		}
		for _, seen := range f.handOut() {
			if err := tell(seen); err != nil {
				return err
			}
		}
	}
}

// begin tells whoever begins to follow of the calls that go on. Where the log cannot be
// read, a supervisor is told of them as they change.
func (l *RoomsLive) begin(ctx context.Context, f *roomFollower) {
	l.Changed(l.open())
	if !f.who.Supervisor || l.rooms.Asked == nil {
		return
	}

	going, err := l.rooms.GoingOn(ctx, f.who)
	if err != nil {
		return
	}
	l.following.with(func() {
		for _, one := range going {
			known := f.watched[one.Call.Key] // what was told meanwhile is newer
			if !known && f.sees(one.Call.Key, one.Seen) {
				f.take(one.Call.Key, one.Seen)
			}
		}
	})
}
