package calls_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// record is a health record that answers as told, and counts.
type record struct {
	reads  atomic.Int32
	answer func(ctx context.Context, id string) (careline.Appointment, error)
}

func (r *record) read(ctx context.Context, id string) (careline.Appointment, error) {
	r.reads.Add(1)
	return r.answer(ctx, id)
}

func found(_ context.Context, id string) (careline.Appointment, error) {
	return careline.Appointment{ID: id}, nil
}

func down(context.Context, string) (careline.Appointment, error) {
	return careline.Appointment{}, careline.NewError(careline.CodeUnavailable, "The health record does not answer.", nil)
}

func gone(context.Context, string) (careline.Appointment, error) {
	return careline.Appointment{}, careline.NewError(careline.CodeNotFound, "There is no such appointment.", nil)
}

func withdrawn(context.Context, string) (careline.Appointment, error) {
	return careline.Appointment{}, careline.NewError(careline.CodeRejected, "The health record refuses to say.", nil)
}

func hangs(ctx context.Context, _ string) (careline.Appointment, error) {
	<-ctx.Done()
	return careline.Appointment{}, ctx.Err()
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		age   time.Duration // since the appointment was seen; below 0: never
		then  func(context.Context, string) (careline.Appointment, error)
		code  careline.Code // empty: found
		reads int32
		took  time.Duration
	}{
		"never seen":                   {-1, found, "", 1, 0},
		"just shown":                   {calls.FreshFor - 1, down, "", 0, 0},
		"shown a while ago":            {calls.FreshFor, found, "", 1, 0},
		"shown, record down":           {calls.KeptFor - 1, down, "", 1, 0},
		"shown, record hangs":          {calls.KeptFor - time.Hour, hangs, "", 1, calls.CheckBound},
		"shown, access withdrawn":      {time.Hour, withdrawn, careline.CodeRejected, 1, 0},
		"shown too long ago":           {calls.KeptFor, down, careline.CodeUnavailable, 1, 0},
		"never seen, record down":      {-1, down, careline.CodeUnavailable, 1, 0},
		"never seen, record hangs":     {-1, hangs, careline.CodeUnavailable, 1, calls.CheckBound},
		"shown, deleted meanwhile":     {time.Hour, gone, careline.CodeNotFound, 1, 0},
		"there is no such appointment": {-1, gone, careline.CodeNotFound, 1, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := &record{answer: test.then}
				now := time.Now()
				d := calls.NewDirectory(r.read, func() time.Time { return now })
				if test.age >= 0 {
					d.Shown(careline.Appointment{ID: "a1"})
					now = now.Add(test.age)
				}
				start := time.Now()
				a, err := d.Appointment(t.Context(), "a1")
				if test.code == "" && (err != nil || a.ID != "a1") || test.code != "" && careline.CodeOf(err) != test.code {
					t.Errorf("%+v, %v; want code %q", a, err, test.code)
				}
				if took := time.Since(start); took != test.took || r.reads.Load() != test.reads {
					t.Errorf("%d reads in %v, want %d in %v", r.reads.Load(), took, test.reads, test.took)
				}
			})
		})
	}
}

func TestDirectoryForgetsWhatTheRecordDenied(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &record{answer: gone}
		now := time.Now()
		d := calls.NewDirectory(r.read, func() time.Time { return now })
		d.Shown(careline.Appointment{ID: "a1"})
		now = now.Add(calls.FreshFor)
		if _, err := d.Appointment(t.Context(), "a1"); careline.CodeOf(err) != careline.CodeNotFound {
			t.Fatal(err)
		}
		r.answer = down
		if a, err := d.Appointment(t.Context(), "a1"); err == nil {
			t.Errorf("let through as %+v after the record said it does not exist", a)
		}
	})
}

func TestDirectoryReadsOnceForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		open := make(chan struct{})
		r := &record{answer: func(ctx context.Context, id string) (careline.Appointment, error) {
			<-open
			return found(ctx, id)
		}}
		d := calls.NewDirectory(r.read, time.Now)
		impatient, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		var failed atomic.Int32
		for i := range 50 {
			all.Go(func() {
				ctx := t.Context()
				if i == 0 {
					ctx = impatient
				}
				if _, err := d.Appointment(ctx, "a1"); err != nil {
					failed.Add(1)
					if !errors.Is(err, context.Canceled) {
						t.Error(err)
					}
				}
			})
		}
		synctest.Wait()
		cancel() // one leaves; the reading goes on for the others
		synctest.Wait()
		close(open)
		all.Wait()
		if r.reads.Load() != 1 || failed.Load() != 1 {
			t.Errorf("%d reads, %d failed; want 1 and 1", r.reads.Load(), failed.Load())
		}
	})
}
