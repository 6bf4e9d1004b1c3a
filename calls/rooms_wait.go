package calls

import (
	"context"
	"time"
)

// waitsAtMost is when whoever waits looks again: another instance's news may be lost.
const waitsAtMost = 250 * time.Millisecond

// Wait returns when something of the call may be new, or ctx ends.
func (k *Keeper) Wait(ctx context.Context, key string, _ int64) {
	woken := make(chan struct{}, 1)
	k.mu.Lock()
	k.prepare()
	if k.waits[key] == nil {
		k.waits[key] = map[chan struct{}]struct{}{}
	}
	k.waits[key][woken] = struct{}{}
	k.mu.Unlock()

	defer func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		delete(k.waits[key], woken)
		if len(k.waits[key]) == 0 {
			delete(k.waits, key)
		}
	}()

	latest := time.NewTimer(waitsAtMost)
	defer latest.Stop()
	select {
	case <-woken:
	case <-latest.C:
	case <-ctx.Done():
	}
}

// wakeWaiting wakes who waits for a call; k.mu is held.
func (k *Keeper) wakeWaiting(key string) {
	for waiting := range k.waits[key] {
		signal(waiting)
	}
}
