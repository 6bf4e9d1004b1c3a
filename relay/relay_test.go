package relay_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/relay"
)

func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestRelayKeepsACallsOrderWhateverFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, handled := newMemory(), newDiary()
		calls := []string{"A", "B", "C"}
		for range 5 {
			queue.add(calls...)
		}
		tries := map[string]*atomic.Int64{"A": {}, "B": {}, "C": {}}
		r := &relay.Relay{Queue: queue, Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
			n := tries[d.Event.Call].Add(1)
			if n%3 == 1 {
				return errors.New("every third time")
			}
			if n == 6 {
				return rejected()
			}
			handled.write(d.Event.ID)
			return nil
		})}
		stop := run(t, r)
		pass(time.Minute)
		for range 3 { // more, while it runs
			r.Wake(queue.add(calls...))
		}
		pass(time.Minute)
		stop()
		if n := queue.left(); n != 0 {
			t.Errorf("%d deliveries are left", n)
		}
		for i, call := range calls {
			var got, want []string
			for _, id := range handled.read() {
				if strings.HasPrefix(id, call) {
					got = append(got, id)
				}
			}
			for n := range 8 {
				if n != 3 { // the one that was rejected
					want = append(want, fmt.Sprintf("%s/%d", call, 3*n+i+1))
				}
			}
			same(t, "order of "+call, got, want)
		}
	})
}

func TestTheLastOfACallIsNotAskedBeyond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, handled := newMemory(), newDiary()
		queue.tells = true
		queue.add("A", "A")
		var r *relay.Relay
		r = &relay.Relay{Queue: queue, Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
			handled.write(d.Event.ID)
			if d.Event.ID == "A/2" {
				r.Wake(queue.add("A")) // while the last one is under way
			}
			return nil
		})}
		stop := run(t, r)
		synctest.Wait()
		stop()
		same(t, "handled", handled.read(), []string{"A/1", "A/2", "A/3"})
		if queue.nexts != 3 {
			t.Errorf("%d times asked for the next of 3 deliveries", queue.nexts)
		}
	})
}

func TestACallThatHangsHoldsNoOther(t *testing.T) {
	t.Parallel()
	queue := newMemory()
	hanging, free := make(chan struct{}), make(chan struct{})
	others := make(chan string, 100)
	r := &relay.Relay{Queue: queue, Workers: 2, Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
		if d.Event.Call == "hangs" {
			close(hanging)
			<-free
			return nil
		}
		others <- d.Event.Call
		return nil
	})}
	queue.add("hangs")
	stop := run(t, r)
	<-hanging
	for i := range 50 {
		r.Wake(queue.add(fmt.Sprintf("call-%d", i)))
	}
	for range 50 {
		<-others
	}
	close(free)
	stop()
	if queue.left() != 0 {
		t.Error("something is left")
	}
}

func TestWorkersWorkAtOnceButNeverOnOneCall(t *testing.T) {
	t.Parallel()
	queue := newMemory()
	const workers = 4
	var under atomic.Int64
	var ofCall [8]atomic.Int64
	together, done := make(chan struct{}), make(chan struct{}, 3*len(ofCall))
	r := &relay.Relay{Queue: queue, Workers: workers, Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
		call := int(d.Event.Call[0] - '0')
		if ofCall[call].Add(1) > 1 {
			t.Error("one call is handled twice at once")
		}
		defer ofCall[call].Add(-1)
		if n := under.Add(1); n > workers {
			t.Errorf("%d at once, want at most %d", n, workers)
		} else if n == workers {
			select {
			case <-together:
			default:
				close(together)
			}
		}
		defer under.Add(-1)
		<-together
		done <- struct{}{}
		return nil
	})}
	for range 3 {
		for i := range len(ofCall) {
			queue.add(fmt.Sprint(i))
		}
	}
	stop := run(t, r)
	for range cap(done) {
		<-done
	}
	stop()
}

func TestAFailureWaitsLongerEachTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, tried := newMemory(), newDiary()
		r := &relay.Relay{Queue: queue, Random: func() float64 { return 0.999999999 }, Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
			tried.write(fmt.Sprint(d.Attempts, " ", tried.since().Round(time.Millisecond)))
			if d.Attempts < 5 {
				return errors.New("not yet")
			}
			return nil
		})}
		queue.add("A")
		stop := run(t, r)
		pass(2 * time.Second)
		r.Wake(queue.add("A")) // does not shorten the wait of the one before it
		pass(time.Minute)
		stop()
		same(t, "tries", tried.read(), []string{"0 0s", "1 200ms", "2 600ms", "3 1.4s", "4 3s", "5 6.2s",
			"0 6.2s", "1 6.4s", "2 6.8s", "3 7.6s", "4 9.2s", "5 12.4s"})
	})
}

func TestRelayWaitsAsLongAsThePartyAsks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, tried := newMemory(), newDiary()
		r := &relay.Relay{Queue: queue, Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
			tried.write(tried.since().String())
			if d.Attempts == 0 {
				return asking{17 * time.Second}.wrapped()
			}
			return nil
		})}
		queue.add("A")
		stop := run(t, r)
		pass(time.Minute)
		stop()
		same(t, "tries", tried.read(), []string{"0s", "17s"})
	})
}

func TestWhatIsRejectedIsBuriedAtOnceAndTheNextGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, handled := newMemory(), newDiary()
		r := &relay.Relay{Queue: queue, Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
			if d.Event.Seq == 1 {
				return rejected()
			}
			handled.write(d.Event.ID)
			return nil
		})}
		queue.add("A", "A")
		stop := run(t, r)
		synctest.Wait()
		same(t, "handled", handled.read(), []string{"A/2"})
		same(t, "buried", queue.letters(), []string{"A/1: will never be taken: never"})
		stop()
	})
}

func TestRelayBuriesWhatFailsForTwoDays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, handled := newMemory(), newDiary()
		r := &relay.Relay{Queue: queue, Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
			if d.Event.Seq == 1 {
				return errors.New("no luck")
			}
			handled.write(handled.since().Truncate(time.Hour).String())
			return nil
		})}
		queue.add("A", "A")
		stop := run(t, r)
		pass(47 * time.Hour)
		same(t, "buried after 47 hours", len(queue.letters()), 0)
		pass(2 * time.Hour)
		stop()
		same(t, "handled", handled.read(), []string{"48h0m0s"})
		if dead := strings.Join(queue.letters(), "\n"); len(queue.letters()) != 1 || !strings.Contains(dead, "times since") || !strings.Contains(dead, "no luck") {
			t.Errorf("buried %q", dead)
		}
	})
}

func TestAnOutageSlowsEverythingDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue := newMemory()
		var tries, handled atomic.Int64
		var down atomic.Bool
		down.Store(true)
		r := &relay.Relay{Queue: queue, Handle: nothingFiled(func(context.Context, careline.Delivery) error {
			tries.Add(1)
			if down.Load() {
				linger(100 * time.Millisecond) // as long as it takes to find out
				return unavailable(nil)
			}
			handled.Add(1)
			return nil
		})}
		const calls = 1000
		for i := range calls {
			queue.add(fmt.Sprintf("call-%03d", i))
		}
		stop := run(t, r)
		pass(time.Hour)
		// Sixteen were under way when it was noticed; then one asks twice a minute.
		if n := tries.Load(); n < 60 || n > 300 {
			t.Errorf("%d tries in an hour without the party", n)
		}
		if n := queue.questions(); n > 2000 {
			t.Errorf("the queue was asked %d times", n)
		}
		down.Store(false)
		pass(31 * time.Second) // until the next one that asks
		if n := handled.Load(); n < calls-200 {
			t.Errorf("%d of %d handled right after the outage", n, calls)
		}
		pass(6 * time.Minute) // those that had failed themselves
		if n := queue.left(); n != 0 {
			t.Errorf("%d are left", n)
		}
		stop()
	})
}

func TestOneCallThatFailsIsNoOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, handled := newMemory(), newDiary()
		r := &relay.Relay{Queue: queue, Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
			if d.Event.Call == "bad" {
				return unavailable(nil)
			}
			handled.write(d.Event.Call)
			return nil
		})}
		queue.add("bad")
		stop := run(t, r)
		pass(time.Hour)
		r.Wake(queue.add("good"))
		synctest.Wait()
		same(t, "handled", handled.read(), []string{"good"})
		stop()
	})
}

func TestAPanicIsAFailureOfItsDelivery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue := newMemory()
		log, text := lines()
		r := &relay.Relay{Queue: queue, Log: log, Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
			if d.Attempts == 0 {
				panic("+447700900123")
			}
			return nil
		})}
		queue.add("A")
		stop := run(t, r)
		pass(time.Second)
		stop()
		if queue.left() != 0 || !strings.Contains(text.String(), `err="panic while handling: a string"`) {
			t.Errorf("log:\n%s", text)
		}
		if strings.Contains(text.String(), "900123") {
			t.Error("the log tells what the panic held")
		}
	})
}

func TestOneLinePerDelivery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue := newMemory()
		log, text := lines()
		var observed []string
		var ended []error
		answers := []error{errors.New("not yet"), nil, rejected()}
		r := &relay.Relay{
			Queue: queue, Log: log,
			Handle: nothingFiled(func(ctx context.Context, _ careline.Delivery) error {
				if ctx.Value(answerKey{}) != "from the span" {
					t.Error("the span's context is not the handler's")
				}
				careline.Note(ctx, slog.String("communication", "comm-1"))
				linger(30 * time.Millisecond)
				answer := answers[0]
				answers = answers[1:]
				return answer
			}),
			Observe: func(outcome string, d careline.Delivery, took time.Duration) {
				observed = append(observed, fmt.Sprint(outcome, " ", d.Event.ID, " ", took))
			},
			Span: func(ctx context.Context, _ careline.Delivery) (context.Context, func(error)) {
				return context.WithValue(ctx, answerKey{}, "from the span"), func(err error) { ended = append(ended, err) }
			},
		}
		queue.add("A", "A")
		stop := run(t, r)
		pass(time.Second)
		stop()
		same(t, "log", text.String(), `level=WARN msg=delivery consumer=chart call=A seq=1 kind=progress attempt=1 outcome=retry took_ms=30 err="not yet" communication=comm-1
level=INFO msg=delivery consumer=chart call=A seq=1 kind=progress attempt=2 outcome=done took_ms=30 communication=comm-1
level=ERROR msg=delivery consumer=chart call=A seq=2 kind=progress attempt=1 outcome=buried took_ms=30 err="will never be taken: never" communication=comm-1
`)
		same(t, "observed", observed, []string{"retry A/1 30ms", "done A/1 30ms", "buried A/2 30ms"})
		if len(ended) != 3 || ended[0] == nil || ended[1] != nil || ended[2] == nil {
			t.Errorf("spans ended with %v", ended)
		}
	})
}

type answerKey struct{}

func TestRunLetsHandlingsFinish(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, handled := newMemory(), newDiary()
		r := &relay.Relay{Queue: queue, Handle: nothingFiled(func(ctx context.Context, d careline.Delivery) error {
			if d.Event.Call == "slow" {
				linger(5 * time.Second)
				handled.write("slow")
				return ctx.Err()
			}
			<-ctx.Done() // never by itself
			return ctx.Err()
		})}
		queue.add("slow", "slow", "endless")
		log, text := lines()
		r.Log = log
		stop := run(t, r)
		synctest.Wait()
		before := time.Now()
		stop()
		same(t, "took", time.Since(before), 10*time.Second)
		same(t, "handled", handled.read(), []string{"slow"})
		same(t, "left", queue.left(), 2)
		if head := queue.pending["endless"][0]; head.attempts != 0 {
			t.Error("being cut off counts as an attempt")
		}
		if !strings.Contains(text.String(), "outcome=interrupted") {
			t.Errorf("log:\n%s", text)
		}
		if len(queue.claimed) != 0 {
			t.Errorf("still claimed: %v", queue.claimed)
		}

		// The next run takes up what was left.
		again := &relay.Relay{Queue: queue, Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
			handled.write(d.Event.ID)
			return nil
		})}
		stop = run(t, again)
		synctest.Wait()
		stop()
		got := handled.read()[1:]
		slices.Sort(got)
		same(t, "handled by the next run", got, []string{"endless/3", "slow/2"})
	})
}

func TestRelaySaysWhoDoesNotEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, free := newMemory(), make(chan struct{})
		r := &relay.Relay{Queue: queue, Consumer: "chart", Log: slog.New(slog.DiscardHandler),
			Handle: nothingFiled(func(context.Context, careline.Delivery) error { <-free; return nil })}
		queue.add("A")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.Run(ctx); err == nil || !strings.Contains(err.Error(), "1 deliveries to chart") {
			t.Errorf("Run ended with %v", err)
		}
		close(free)
	})
}

func TestAHandlingHasALimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue := newMemory()
		r := &relay.Relay{Queue: queue, Limit: time.Second, Handle: nothingFiled(func(ctx context.Context, d careline.Delivery) error {
			if d.Attempts > 0 {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		})}
		queue.add("A")
		stop := run(t, r)
		pass(2 * time.Second)
		same(t, "left", queue.left(), 0)
		stop()
	})
}

func TestAQueueThatFailsIsAskedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, handled := newMemory(), newDiary()
		log, text := lines()
		r := &relay.Relay{Queue: queue, Log: log, Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
			handled.write(d.Event.ID)
			return nil
		})}
		queue.breaks(errors.New("disk full"))
		queue.add("A")
		stop := run(t, r)
		pass(10 * time.Minute)
		if n := strings.Count(text.String(), "level=ERROR msg=\"the queue of deliveries failed\" consumer=chart err=\"disk full\""); n < 15 || n > 60 {
			t.Errorf("%d lines of trouble in ten minutes", n)
		}
		queue.breaks(nil)
		pass(30 * time.Second)
		same(t, "handled", handled.read(), []string{"A/1"})
		stop()
	})
}

// A queue that fails fails for all who are at it: that is one failure, and not as
// many as there are workers.
func TestAQueueThatFailsForAllIsSoonAskedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, handled := newMemory(), newDiary()
		var calls []string
		for n := range 16 {
			calls = append(calls, string(rune('A'+n)))
		}
		r := &relay.Relay{Queue: queue, Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
			linger(time.Second)
			handled.write(d.Event.ID)
			return nil
		})}
		queue.add(calls...)
		stop := run(t, r)
		pass(500 * time.Millisecond) // all are being handled
		queue.breaks(errors.New("restarting"))
		pass(time.Second) // and none can be noted
		queue.breaks(nil)
		pass(6 * time.Second)
		same(t, "left", queue.left(), 0)
		stop()
	})
}

func TestAnOutcomeThatCannotBeNotedIsRepeated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, handled := newMemory(), newDiary()
		r := &relay.Relay{Queue: queue, Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
			if handled.write(d.Event.ID); len(handled.read()) == 1 {
				queue.breaks(errors.New("disk full"))
			}
			return nil
		})}
		queue.add("A")
		stop := run(t, r)
		pass(time.Minute)
		same(t, "handled while nothing can be noted", handled.read(), []string{"A/1"})
		queue.breaks(nil)
		pass(time.Minute)
		same(t, "handled", handled.read(), []string{"A/1", "A/1"})
		stop()
	})
}

// unnoted is why a try left something behind that the log does not know of.
type unnoted struct{ error }

func (u unnoted) Unnoted() error { return u.error }

func TestATryThatMustNotBeNotedIsNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, handled := newMemory(), newDiary()
		r := &relay.Relay{Queue: queue, Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
			if handled.write(fmt.Sprint(d.Event.ID, " ", d.Attempts)); len(handled.read()) == 1 {
				return fmt.Errorf("file it: %w", unnoted{errors.New("disk full")})
			}
			return nil
		})}
		queue.add("A")
		stop := run(t, r)
		pass(time.Minute)
		stop()
		same(t, "handled", handled.read(), []string{"A/1 0", "A/1 0"})
	})
}

// What was filed under a leg's own key, and cannot be saved there any more, is no
// trouble of the queue: it is tried again as what it has become.
func TestRelayTriesAFilingOfWhatBecameALegAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, handled := newMemory(), newDiary()
		log, text := lines()
		queue.refuses = careline.NewError(careline.CodeConflict, "This call has become part of another.", nil)
		r := &relay.Relay{Queue: queue, Log: log, Handle: func(_ context.Context, d careline.Delivery) (careline.Filing, error) {
			handled.write(fmt.Sprint(d.Event.ID, " ", d.Attempts))
			return careline.Filing{Call: d.Event.Call, ID: "c"}, nil
		}}
		queue.add("A")
		stop := run(t, r)
		pass(time.Second)
		stop()
		same(t, "handled", handled.read(), []string{"A/1 0", "A/1 1"})
		if got := text.String(); strings.Contains(got, "queue of deliveries failed") || !strings.Contains(got, "outcome=retry") {
			t.Errorf("log:\n%s", got)
		}
	})
}

func TestWhatComesWhileACallIsReleasedIsNotMissed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, handled := newMemory(), newDiary()
		r := &relay.Relay{Queue: queue, Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
			handled.write(d.Event.ID)
			return nil
		})}
		queue.onFree = func() {
			r.Wake(queue.add("A"))
			linger(time.Millisecond) // the relay has heard it while the call is still claimed
		}
		queue.add("A")
		stop := run(t, r)
		pass(time.Millisecond)
		same(t, "handled", handled.read(), []string{"A/1", "A/2"})
		stop()
	})
}

func TestRelayFindsWhatOthersKeep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, handled := newMemory(), newDiary()
		r := &relay.Relay{Queue: queue, Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
			handled.write(d.Event.ID)
			return nil
		})}
		stop := run(t, r)
		synctest.Wait()
		queue.add("A") // by another process: nobody wakes this one
		for i := range 3000 {
			queue.add(fmt.Sprintf("many-%04d", i))
		}
		pass(5 * time.Second)
		synctest.Wait()
		same(t, "handled", len(handled.read()), 3001)
		var many []string
		for i := range 3000 { // more than the relay remembers
			many = append(many, queue.add(fmt.Sprintf("many-%04d", i))...)
		}
		r.Wake(many)
		synctest.Wait()
		same(t, "handled after the wake-up", len(handled.read()), 6001)
		stop()
	})
}

// TestRelayTakesACallThatAnotherInstanceGivesBack has one instance keep an event of
// a call that the other has looked at for the last time and not yet given back.
func TestRelayTakesACallThatAnotherInstanceGivesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, handled := newMemory(), newDiary()
		handle := nothingFiled(func(_ context.Context, d careline.Delivery) error {
			handled.write(d.Event.ID)
			return nil
		})
		one, two := &relay.Relay{Queue: queue, Handle: handle}, &relay.Relay{Queue: queue, Handle: handle}
		stopOne, stopTwo := run(t, one), run(t, two)
		synctest.Wait()
		queue.onFree = func() {
			two.Wake(queue.add("A"))
			linger(time.Millisecond)
		}
		one.Wake(queue.add("A"))
		pass(500 * time.Millisecond)
		same(t, "handled", handled.read(), []string{"A/1", "A/2"})
		stopOne()
		stopTwo()
	})
}

// TestRelayCutsOffWhatRunsForALostClaim: somebody else has the call then.
func TestRelayCutsOffWhatRunsForALostClaim(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, diary := newMemory(), newDiary()
		log, lines := lines()
		r := &relay.Relay{Queue: queue, Log: log, Handle: nothingFiled(func(ctx context.Context, d careline.Delivery) error {
			diary.write(d.Event.ID)
			if len(diary.read()) > 1 {
				return nil
			}
			<-ctx.Done() // a record that is slow
			return ctx.Err()
		})}
		stop := run(t, r)
		defer stop()
		r.Wake(queue.add("A"))
		pass(time.Second)
		queue.mu.Lock()
		queue.lose["A"]()
		queue.mu.Unlock()
		pass(10 * time.Second)
		if got := diary.read(); len(got) != 2 || queue.left() != 0 {
			t.Errorf("handled %v, %d left, want the delivery cut off and then handled once more", got, queue.left())
		}
		if got := lines.String(); !strings.Contains(got, "attempt=1 outcome=interrupted") || !strings.Contains(got, "attempt=1 outcome=done") {
			t.Errorf("it is not told, or counted as a failure:\n%s", got)
		}
	})
}

// later asks for a delivery to be put off.
type later struct{ time.Time }

func (l later) Error() string { return "not yet" }

func (l later) PutOff() time.Time { return l.Time }

// What a handler puts off has not failed: it is made when it asked for that, in its place,
// with no attempt counted, and says nothing of the party.
func TestRelayPutsOffWhatIsToBeLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue, handled, observed := newMemory(), newDiary(), newDiary()
		queue.add("A", "A", "B")
		began := time.Now()
		r := &relay.Relay{
			Queue: queue,
			Handle: nothingFiled(func(_ context.Context, d careline.Delivery) error {
				if since := time.Since(began); d.Event.Call == "A" && since < 2*time.Second {
					return fmt.Errorf("wrapped: %w", later{began.Add(2 * time.Second)})
				}
				handled.write(fmt.Sprint(d.Event.ID, " tried ", d.Attempts, " after ", time.Since(began).Round(time.Second)))
				return nil
			}),
			Observe: func(outcome string, d careline.Delivery, _ time.Duration) { observed.write(d.Event.ID + " " + outcome) },
		}
		stop := run(t, r)
		pass(time.Minute)
		stop()

		same(t, "handled", handled.read(), []string{"B/3 tried 0 after 0s", "A/1 tried 0 after 2s", "A/2 tried 0 after 2s"})
		got := observed.read()
		slices.Sort(got)
		same(t, "observed", got, []string{"A/1 done", "A/1 put-off", "A/2 done", "B/3 done"})
	})
}

// Who asks for a time that has passed already is asked again at once.
func TestRelayPutsNothingOffIntoThePast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		queue := newMemory()
		queue.add("A")
		tries := 0
		r := &relay.Relay{Queue: queue, Handle: nothingFiled(func(context.Context, careline.Delivery) error {
			if tries++; tries < 3 {
				return later{time.Now().Add(-time.Hour)}
			}
			return nil
		})}
		stop := run(t, r)
		pass(time.Second)
		stop()
		if queue.left() != 0 || tries != 3 {
			t.Errorf("%d are left after %d tries", queue.left(), tries)
		}
	})
}
