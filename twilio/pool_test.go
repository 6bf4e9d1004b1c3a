package twilio_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/twilio"
)

func TestFixedPool(t *testing.T) {
	t.Parallel()
	p := twilio.NewFixedPool(phone(t, ours))
	for range 3 {
		if got, err := p.Number(t.Context()); err != nil || got.E164() != ours {
			t.Fatal(got.E164(), err)
		}
	}
	if _, err := twilio.NewFixedPool(careline.Phone{}).Number(t.Context()); careline.CodeOf(err) != careline.CodeUnavailable {
		t.Error(err)
	}
}

func TestPoolTakesTurns(t *testing.T) {
	t.Parallel()
	numbers := []careline.Phone{phone(t, "+442079460001"), phone(t, "+442079460002"), phone(t, "+442079460003")}
	p := twilio.NewPool(func(context.Context) ([]careline.Phone, error) { return numbers, nil }, 0)
	for i := range 7 {
		if got, err := p.Number(t.Context()); err != nil || got != numbers[i%3] {
			t.Errorf("turn %d: %s, %v", i, got.Ending(), err)
		}
	}
}

func TestPoolFetchesOnceForACrowd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var fetches atomic.Int32
		number := phone(t, ours)
		p := twilio.NewPool(func(context.Context) ([]careline.Phone, error) {
			fetches.Add(1)
			<-time.After(time.Second)
			return []careline.Phone{number}, nil
		}, 0)
		impatient, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := p.Number(impatient); careline.CodeOf(err) != careline.CodeUnavailable {
			t.Errorf("impatient: %v", err)
		}
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				if got, err := p.Number(t.Context()); err != nil || got != number {
					t.Errorf("%v", err)
				}
			})
		}
		wg.Wait()
		if fetches.Load() != 1 {
			t.Errorf("%d fetches", fetches.Load())
		}
	})
}

func TestPoolDoesNotKeepACallerWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		number := phone(t, ours)
		p := twilio.NewPool(func(context.Context) ([]careline.Phone, error) {
			<-time.After(10 * time.Second)
			return []careline.Phone{number}, nil
		}, 0)
		began := time.Now()
		if _, err := p.Number(t.Context()); careline.CodeOf(err) != careline.CodeUnavailable || time.Since(began) != 3*time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		<-time.After(7 * time.Second)
		synctest.Wait()
		if got, err := p.Number(t.Context()); err != nil || got != number {
			t.Errorf("the fetch was given up with its caller: %v", err)
		}
	})
}

func TestPoolUnderFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var twilioSide struct {
			sync.Mutex
			fetches int
			numbers []careline.Phone
			err     error
		}
		say := func(numbers []careline.Phone, err error) {
			twilioSide.Lock()
			defer twilioSide.Unlock()
			twilioSide.numbers, twilioSide.err = numbers, err
		}
		down := errors.New("twilio is down")
		say(nil, down)
		p := twilio.NewPool(func(context.Context) ([]careline.Phone, error) {
			twilioSide.Lock()
			defer twilioSide.Unlock()
			twilioSide.fetches++
			return twilioSide.numbers, twilioSide.err
		}, time.Hour)
		want := func(what string, ok bool, count int) {
			t.Helper()
			_, err := p.Number(t.Context())
			twilioSide.Lock()
			defer twilioSide.Unlock()
			if (err == nil) != ok || twilioSide.fetches != count || (!ok && careline.CodeOf(err) != careline.CodeUnavailable) {
				t.Errorf("%s: %v after %d fetches", what, err, twilioSide.fetches)
			}
		}
		want("down", false, 1)
		want("down a moment ago", false, 1)
		<-time.After(3 * time.Second)
		want("still down", false, 2)

		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- p.Run(ctx) }()
		synctest.Wait()
		want("first run failed", false, 3)
		say([]careline.Phone{phone(t, ours)}, nil)
		<-time.After(16 * time.Second)
		want("retried soon", true, 4)

		say(nil, down)
		<-time.After(time.Hour)
		want("stale rather than none", true, 5)
		<-time.After(16 * time.Second)
		want("retried soon, still stale", true, 6)
		say(nil, nil)
		<-time.After(16 * time.Second)
		want("an account without numbers is believed", false, 7)
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Run ended with %v", err)
		}
	})
}

func BenchmarkPool(b *testing.B) {
	p := twilio.NewFixedPool(phone(b, ours))
	for b.Loop() {
		if _, err := p.Number(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
