package postgres_test

import (
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/storetest"
)

// TestWhoStandsStillWithTheLogsLockLosesIt has a program stop between the two round
// trips of a transaction. The others wait for seconds, and nothing of it is written.
func TestWhoStandsStillWithTheLogsLockLosesIt(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	one, two := openPostgres(t, store.Config{URL: url}), openPostgres(t, store.Config{URL: url})
	storetest.MustAppend(t, two, storetest.Request("CA0", "p1"))

	thaw := one.Freeze(t.Context())
	began := time.Now()
	storetest.MustAppend(t, two, storetest.Request("CA1", "p1"))
	if took := time.Since(began); took > 6*time.Second { // a webhook waits for 8
		t.Errorf("the others waited for %v", took)
	}

	thaw()
	storetest.MustAppend(t, one, storetest.Request("CA2", "p1"))
	storetest.Same(t, "places", []int64{asked[int64](t, url, "SELECT seq FROM log_end"), asked[int64](t, url, "SELECT count(*) FROM log_events")}, []int64{3, 3})
}

// TestWhatWasReadIsWrittenByNobodyElseMeanwhile has two programs write the same call
// and the same load: the second sees what the first has written.
func TestWhatWasReadIsWrittenByNobodyElseMeanwhile(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	one, two := openPostgres(t, store.Config{URL: url, Consumers: []string{chart}}), openPostgres(t, store.Config{URL: url, Consumers: []string{chart}})
	thaw := one.Freeze(t.Context())
	kept := make(chan careline.CallEvent, 1)
	go func() {
		e, _, err := two.Append(t.Context(), storetest.Request("CA1", "p1"))
		if err != nil {
			t.Error(err)
		}
		kept <- e
	}()

	storetest.Until(t, func() bool {
		return asked[bool](t, url, "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))")
	})
	select {
	case <-kept:
		t.Error("written by one while another holds the log's lock")
	default:
	}
	thaw()
	<-kept
}
