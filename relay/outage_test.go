package relay_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/relay"
)

// One resource that asks for much time is no reason to keep the others waiting.
func TestWhatSingleErrorsAskForDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, handled := newMemory(), newDiary()
		tries := newDiary()
		r := &relay.Relay{Queue: queue, Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
			if strings.HasPrefix(d.Event.Call, "locked") {
				tries.write(d.Event.Call)
				return unavailable(asking{5 * time.Minute})
			}
			handled.write(d.Event.Call)
			return nil
		})}
		stop := run(t, r)
		for i := range 6 {
			r.Wake(queue.add(fmt.Sprintf("locked-%d", i)))
			synctest.Wait()
		}
		r.Wake(queue.add("healthy"))
		pass(61 * time.Second) // the first that asks after a pause is locked as well
		same(t, "handled in a minute", handled.read(), []string{"healthy"})
		pass(3*time.Minute + 50*time.Second)
		same(t, "tries of the locked before they asked to be", len(tries.read()), 6)
		stop()
	})
}

func TestASuccessThatAskedNobodyHidesNoOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, tries := newMemory(), newDiary()
		r := &relay.Relay{Queue: queue, Workers: 1, Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
			if strings.HasSuffix(d.Event.Call, "nothing") {
				return nil
			}
			tries.write(d.Event.Call)
			return unavailable(nil)
		})}
		for i := range 1000 {
			queue.add(fmt.Sprintf("call-%03d", i))
			if i%4 == 3 { // in the queue's order: after three that fail; some have many events
				name := fmt.Sprintf("call-%03d-nothing", i)
				queue.add(name, name, name, name, name, name)
			}
		}
		stop := run(t, r)
		pass(time.Hour)
		if n := len(tries.read()); n < 60 || n > 300 {
			t.Errorf("%d tries in an hour without the party", n)
		}
		stop()
	})
}

// Errors that tell nothing of the party neither make an outage nor end one.
func TestOtherErrorsAreNoOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, handled := newMemory(), newDiary()
		r := &relay.Relay{Queue: queue, Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
			if strings.HasPrefix(d.Event.Call, "broken") {
				return errors.New("a bug")
			}
			handled.write(d.Event.Call)
			return nil
		})}
		stop := run(t, r)
		for i := range 20 {
			queue.add(fmt.Sprintf("broken-%d", i))
		}
		pass(time.Hour)
		r.Wake(queue.add("healthy"))
		synctest.Wait()
		same(t, "handled at once", handled.read(), []string{"healthy"})
		stop()
	})
}

// Some calls that never succeed do not slow down many that do.
func TestSomeBadCallsAmongManyGoodAreNoOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, handled := newMemory(), newDiary()
		r := &relay.Relay{Queue: queue, Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
			if strings.HasPrefix(d.Event.Call, "bad") {
				return unavailable(nil)
			}
			handled.write(d.Event.Call)
			return nil
		})}
		r.Random = func() float64 { return 0.5 }
		stop := run(t, r)
		for i := range 600 { // a good one every second, and the bad ones between the first
			if i < 200 && i%20 == 0 {
				r.Wake(queue.add(fmt.Sprintf("bad-%d", i)))
			}
			r.Wake(queue.add(fmt.Sprintf("good-%03d", i)))
			pass(time.Second)
			if n := len(handled.read()); n != i+1 {
				t.Fatalf("%d good calls handled of %d", n, i+1)
			}
		}
		same(t, "queued but for the bad", queue.left(), 10)
		stop()
	})
}
