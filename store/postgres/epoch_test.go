package postgres_test

import (
	"context"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/postgres"
	"perci.health/careline/store/storetest"
)

// frozen is an instance whose session of claims is deaf: it reads nothing more from
// its connection, and so does not learn that the server has ended it.
// freeze returns when it is.
func frozen(t *testing.T, url string, c store.Config) (s *postgres.Store, claims int, freeze func()) {
	t.Helper()
	deaf, thaw := make(chan struct{}, 10), make(chan struct{})
	c.URL, c.Consumers, c.Now = url, []string{chart}, storetest.NewClock().Now
	c.Elsewhere = func([]string) {
		deaf <- struct{}{}
		<-thaw
	}

	s = openPostgres(t, c)
	t.Cleanup(func() { close(thaw) })
	freeze = func() {
		execute(t, url, "SELECT pg_notify('careline', E'somebody\nCA9')")
		<-deaf
	}
	claims = asked[int](t, url, `SELECT a.pid FROM pg_stat_activity a
		WHERE a.datname = current_database() AND a.application_name = 'careline' AND `+holdsClaims)
	return s, claims, freeze
}

// TestADatabaseRefusesWhoseClaimsAreOver has the server know first that a session is
// over: another instance has the call while this one still believes in its claim.
func TestADatabaseRefusesWhoseClaimsAreOver(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	one, pid, freeze := frozen(t, url, store.Config{})
	storetest.MustAppend(t, one, storetest.Request("CA1", "p1"), storetest.Request("CA2", "p1"))
	held, other := storetest.MustClaim(t, one, "CA1"), storetest.MustClaim(t, one, "CA2")
	d := storetest.Next(t, one, "CA1", noon)

	freeze()
	asked[bool](t, url, "SELECT pg_terminate_backend($1)", pid)
	two := openPostgres(t, store.Config{URL: url, Consumers: []string{chart}, Now: storetest.NewClock().Now})
	storetest.Until(t, func() bool { _, ok, err := two.Claim(t.Context(), chart, "CA1"); return ok && err == nil })
	if held.Err() != nil {
		t.Fatal("it knows: this test is about one that does not")
	}

	release := one.Hold(t.Context()) // in one commit with what has no claim
	unclaimed := make(chan error, 1)
	go func() { unclaimed <- one.Done(t.Context(), storetest.Next(t, two, "CA2", noon), careline.Filing{}) }()
	storetest.Until(t, func() bool { return one.Waiting() == 1 })
	refused := make(chan error, 1)
	go func() { refused <- one.Done(context.WithoutCancel(held), d, careline.Filing{}) }()
	storetest.Until(t, func() bool { return one.Waiting() == 2 })
	mustKeep := make(chan bool, 1)
	go func() {
		_, repeated, err := one.Append(t.Context(), storetest.Request("CA3", "p1"))
		mustKeep <- !repeated && err == nil
	}()
	storetest.Until(t, func() bool { return one.Waiting() == 3 })
	release()

	if err := <-unclaimed; err != nil {
		t.Error("what belongs to no claim is refused with what does:", err)
	}
	if err := <-refused; err == nil {
		t.Error("written under a claim that another instance has")
	}
	if !<-mustKeep {
		t.Error("an event was not kept because of a claim")
	}
	storetest.NothingNext(t, two, "CA2", noon)
	storetest.RefusesAll(t, one, two, held, d)
	<-other.Done() // all of its claims are over
}

// TestWhoStoodStillBelievesInNoClaim has nothing told, by nobody: the program was
// stopped for longer than the server waits.
func TestWhoStoodStillBelievesInNoClaim(t *testing.T) {
	t.Parallel()
	c := store.Config{URL: newDatabase(t), Consumers: []string{chart}, Now: storetest.NewClock().Now}
	s, other := openPostgres(t, c), openPostgres(t, c)
	storetest.MustAppend(t, s, storetest.Request("CA1", "p1"))
	held := storetest.MustClaim(t, s, "CA1")
	d := storetest.Next(t, s, "CA1", noon)
	s.Silence(25 * time.Second)
	storetest.RefusesAll(t, s, other, held, d)
}

// TestAZombieHoldsNoClaim: its connection stands, and nobody is behind it.
func TestAZombieHoldsNoClaim(t *testing.T) {
	t.Parallel()
	url := newDatabase(t)
	one, _, freeze := frozen(t, url, store.Config{IdleFor: time.Second})
	storetest.MustAppend(t, one, storetest.Request("CA1", "p1"))
	storetest.MustClaim(t, one, "CA1")
	two := openPostgres(t, store.Config{URL: url, Consumers: []string{chart}, Now: storetest.NewClock().Now})
	freeze()
	storetest.Until(t, func() bool { _, ok, err := two.Claim(t.Context(), chart, "CA1"); return ok && err == nil })
}
