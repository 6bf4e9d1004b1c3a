package storetest

import (
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"perci.health/careline"
)

// Same compares; a number hides from every printer, so it is compared by its digits.
func Same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	phones := cmp.Comparer(func(a, b careline.Phone) bool { return a.E164() == b.E164() })
	seconds := cmp.Comparer(func(a, b careline.Seconds) bool { return a == b })
	if diff := cmp.Diff(want, got, phones, seconds, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// WantCode fails the test unless the error is of a code.
func WantCode(t *testing.T, err error, want careline.Code) {
	t.Helper()
	if err == nil || careline.CodeOf(err) != want {
		t.Errorf("got error %v, want one of code %s", err, want)
	}
}

// Until polls, for what is about to happen.
func Until(t *testing.T, ready func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); !ready(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatal("it did not happen")
		}
	}
}

// Processor is the time of all processors that this process has used.
func Processor() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
