package main

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/pubsub"
	"perci.health/careline/store"
)

// shelf is a log with what an operator's commands are for.
type shelf struct {
	t     *testing.T
	store store.Store
	out   *bytes.Buffer
}

func newShelf(t *testing.T) shelf {
	t.Helper()
	s, err := openLog(t.Context(), store.Config{URL: "file:" + filepath.Join(t.TempDir(), "log.db"), Consumers: []string{chart}, Outbound: []string{pubsub.ForwardConsumer}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return shelf{t: t, store: s, out: new(bytes.Buffer)}
}

// call keeps a request and an answer of a patient's call.
func (s shelf) call(key, patient string) {
	s.t.Helper()
	for _, e := range []careline.CallEvent{
		{ID: key + "/request", Call: key, Leg: key, Kind: careline.KindRequested, Appointment: "a1",
			Request: careline.Request{Clinician: "c1", Patient: careline.Reference(patient)}},
		{ID: key + "/end", Call: key, Leg: key + "-member", Kind: careline.KindProgress, Status: careline.StatusCompleted, Word: "completed"},
	} {
		if _, _, err := s.store.Append(s.t.Context(), e); err != nil {
			s.t.Fatal(err)
		}
	}
}

// taken is the call's first delivery, whose claim is held.
func (s shelf) taken(key string) careline.Delivery {
	s.t.Helper()
	if _, ok, err := s.store.Claim(s.t.Context(), chart, key); err != nil || !ok {
		s.t.Fatal(ok, err)
	}
	d, ok, err := s.store.Next(s.t.Context(), chart, key, time.Now())
	if err != nil || !ok {
		s.t.Fatal(ok, err)
	}
	return d
}

// bury gives up the call's first delivery, and says which it was.
func (s shelf) bury(key string) careline.Delivery {
	s.t.Helper()
	d := s.taken(key)
	if err := s.store.Bury(s.t.Context(), d, "the record refuses it"); err != nil {
		s.t.Fatal(err)
	}
	if err := s.store.Release(s.t.Context(), chart, key); err != nil {
		s.t.Fatal(err)
	}
	return d
}

// replay is what the command prints, or its error.
func (s shelf) replay(args ...string) string {
	s.t.Helper()
	s.out.Reset()
	r := &replaying{open: kept{s.store}.open, now: time.Now()}
	if err := typedOf(s.t.Context(), r.command, s.get, s.out, args...); err != nil {
		return s.out.String() + "error: " + err.Error()
	}
	return s.out.String()
}

// get answers the account whose reports the shelf holds, and no other setting.
func (s shelf) get(name string) string {
	return map[string]string{"TWILIO_ACCOUNT_SID": shelfAccount}[name]
}

const shelfAccount = "AC00000000000000000000000000000001"

func (s shelf) backlog() (pending, dead int) {
	s.t.Helper()
	pending, dead, _, err := s.store.Backlog(s.t.Context(), chart)
	if err != nil {
		s.t.Fatal(err)
	}
	return pending, dead
}

func wantText(t *testing.T, got string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(got, part) {
			t.Errorf("%q is not in:\n%s", part, got)
		}
	}
}

func TestReplayDeadLetters(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	wantText(t, s.replay(), "Nothing was given up")
	s.call("CA1", "Patient/1")
	s.call("CA2", "Patient/2")
	one, two := s.bury("CA1"), s.bury("CA2")
	if one.Event.Seq != 1 || two.Event.Seq != 3 {
		t.Fatalf("buried %d and %d", one.Event.Seq, two.Event.Seq)
	}
	wantText(t, s.replay(), "chart/1 ", "chart/3 ", "the record refuses it", "after 1 attempt ")
	wantText(t, s.replay("show", "chart/1"), "CA1/request", "appointment: a1")
	wantText(t, s.replay("again", "chart/9"), "error: there is no \"chart/9\"")
	wantText(t, s.replay("again"), "error: say which")
	wantText(t, s.replay("--help"), "careline replay [command]", "discard ", "google ")
	wantText(t, s.replay("again", "--help"), "--apply")
	wantText(t, s.replay("list"), "chart/1 ")
	wantText(t, s.replay("agian", "chart/1"), "error: there is no command \"replay agian\"; did you mean again?")

	wantText(t, s.replay("again", "chart/1"), "chart/1 ", "the record refuses it", "1 letter would be delivered or read again. To do it, give the same command with --apply.")
	wantText(t, s.replay("discard", "all"), "2 letters would be dropped.")
	if pending, dead := s.backlog(); pending != 2 || dead != 2 {
		t.Errorf("%d pending, %d dead after plans", pending, dead)
	}

	wantText(t, s.replay("again", "chart/1", "--apply"), "will be delivered again")
	if pending, dead := s.backlog(); pending != 3 || dead != 1 {
		t.Errorf("%d pending, %d dead after one was revived", pending, dead)
	}
	wantText(t, s.replay("discard", "all", "--apply"), "chart/3 is gone")
	if pending, dead := s.backlog(); pending != 3 || dead != 0 {
		t.Errorf("%d pending, %d dead after the other was discarded", pending, dead)
	}
}

func TestReplayStrays(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	const report = `{"AccountSid":"AC00000000000000000000000000000001","CallSid":"CA00000000000000000000000000000002","ParentCallSid":"CA00000000000000000000000000000001","CallStatus":"ringing","SequenceNumber":"1"}`
	for _, m := range []careline.Stray{
		{ID: "m1", Attributes: map[string]string{"type": "appointment", "subtype": "CallStatus", "version": "1.0"}, Data: []byte(report), Why: "its sender was early"},
		{ID: "m2", Attributes: map[string]string{"type": "invoice"}, Data: []byte("{}"), Why: "its type is not known"},
	} {
		if err := s.store.KeepStray(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	wantText(t, s.replay(), "stray/1 ", "its sender was early", "stray/2 ")
	wantText(t, s.replay("show", "stray/2"), "m2", "invoice")
	wantText(t, s.replay("again", "--apply", "stray/1"), "was read: progress")
	wantText(t, s.replay("again", "stray/2", "--apply"), "error: stray/2: still cannot be read", "invoice")
	events, err := s.store.Events(context.Background(), "CA00000000000000000000000000000001")
	if err != nil || len(events) != 1 || events[0].Status != careline.StatusRinging {
		t.Errorf("kept %v, %v", events, err)
	}
	wantText(t, s.replay("discard", "stray/2", "--apply"), "is gone")
	wantText(t, s.replay("again", "all"), "Nothing was given up")
}

// unlisted is a store whose dead letters and strays are too many to be listed.
type unlisted struct{ store.Store }

func (unlisted) Dead(context.Context, string) ([]store.Dead, error) {
	return nil, errors.New("too many")
}

func (unlisted) Strays(context.Context) ([]careline.Stray, error) {
	return nil, errors.New("too many")
}

// What is asked for by its id is read without the others.
func TestReplayReadsOnlyWhatIsNamed(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.call("CA1", "Patient/1")
	s.bury("CA1")
	if err := s.store.KeepStray(t.Context(), careline.Stray{ID: "m1", Why: "its type is not known"}); err != nil {
		t.Fatal(err)
	}
	s.store = unlisted{s.store}
	wantText(t, s.replay("show", "chart/1", "stray/1"), "the record refuses it", "its type is not known")
	for _, id := range []string{"chart/2", "stray/2", "nobody/1", "chart/", "chart", "stray/x"} {
		wantText(t, s.replay("discard", id, "--apply"), "error: there is no \""+id+"\"")
	}
	wantText(t, s.replay("discard", "stray/1", "chart/1", "--apply"), "stray/1 is gone", "chart/1 is gone")
	wantText(t, s.replay("discard", "all"), "error: too many")
}

func TestReplayCalls(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.call("CA1", "Patient/1")
	s.drain("CA1")
	wantText(t, s.replay("calls"), "error: say which calls")
	wantText(t, s.replay("calls", "--since", "yesterday"), "error: --since must be a date")
	wantText(t, s.replay("calls", "CA1", "CA9"), "error: the log has no call CA9")
	wantText(t, s.replay("calls", "CA1"), "1 call would be filed again, as they stand. To do it, give the same command with --apply.")
	wantText(t, s.replay("calls", "--since", "2020-01-01", "--whole"), "1 call would be filed again, with a version for each of 2 events.")
	if pending, _ := s.backlog(); pending != 0 {
		t.Errorf("%d pending after plans", pending)
	}
	wantText(t, s.replay("calls", "CA1", "CA9", "--apply"), "error: 1 of 2 calls will be filed again, then CA9")
	wantText(t, s.replay("calls", "CA1", "--whole", "--bogus"), "error: careline replay calls has no flag --bogus")
	s.drain("CA1")
	wantText(t, s.replay("calls", "CA1", "--apply"), "1 call will be filed again")
	if pending, _ := s.backlog(); pending != 1 {
		t.Errorf("%d pending after a call was filed again as it stands", pending)
	}
	s.drain("CA1")
	wantText(t, s.replay("calls", "CA1", "--whole", "--apply"), "1 call will be filed again")
	if pending, _ := s.backlog(); pending != 2 {
		t.Errorf("%d pending after --whole behind the call", pending)
	}
	s.drain("CA1")
	wantText(t, s.replay("calls", "--whole", "--since", "2020-01-01", "--apply"), "1 call will be filed again")
	if pending, _ := s.backlog(); pending != 2 {
		t.Errorf("%d pending after a call was filed again from its beginning", pending)
	}
}

// A call that is being filed at the moment is waited for.
func TestReplayWaitsForWhoFiles(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.call("CA1", "Patient/1")
	if _, ok, err := s.store.Claim(t.Context(), chart, "CA1"); err != nil || !ok {
		t.Fatal(ok, err)
	}
	said := make(chan string)
	go func() { said <- s.replay("calls", "CA1", "--apply") }()
	select {
	case early := <-said:
		t.Errorf("filed again although claimed: %s", early)
	case <-time.After(3 * claimEvery):
	}
	if err := s.store.Release(t.Context(), chart, "CA1"); err != nil {
		t.Fatal(err)
	}
	wantText(t, <-said, "1 call will be filed again")
}

// drain has everything of the call delivered.
func (s shelf) drain(key string) {
	s.t.Helper()
	if _, ok, err := s.store.Claim(s.t.Context(), chart, key); err != nil || !ok {
		s.t.Fatal(ok, err)
	}
	for {
		d, ok, err := s.store.Next(s.t.Context(), chart, key, time.Now())
		if err != nil {
			s.t.Fatal(err)
		}
		if !ok {
			break
		}
		if err := s.store.Done(s.t.Context(), d, careline.Filing{}); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := s.store.Release(s.t.Context(), chart, key); err != nil {
		s.t.Fatal(err)
	}
}

func TestPurge(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.call("CA1", "Patient/1")
	s.call("CA2", "Patient/2")
	purge := func(now time.Time, args ...string) string {
		s.out.Reset()
		p := &purging{open: kept{s.store}.open, now: now}
		if err := typedOf(t.Context(), p.command, s.get, s.out, args...); err != nil {
			return "error: " + err.Error()
		}
		return s.out.String()
	}
	now := time.Now()
	wantText(t, purge(now), "0 calls would be forgotten, last heard of before ")
	wantText(t, purge(now, "--before", "tomorrow"), "error: --before must be a date")
	wantText(t, purge(now, "--before", "2999-01-01"), "error: --before must be a date")
	wantText(t, purge(now, "--patient", "Patient/1", "--before", "2020-01-01"), "error: --patient")
	for _, id := range []string{"", "1", "Patient/", "Practitioner/1", "Patient/1 "} {
		wantText(t, purge(now, "--apply", "--patient", id), "error: --patient must be")
	}
	wantText(t, purge(now, "--patient", "Patient/1"), "1 call of Patient/1 would be forgotten.")
	wantText(t, purge(now, "--patient", "Patient/1", "--apply"), "Forgot 1 call of Patient/1")
	wantText(t, purge(now, "--patient", "Patient/1"), "0 calls of Patient/1 would")

	later := now.Add(401 * 24 * time.Hour)
	wantText(t, purge(later), "1 call would be forgotten, last", "give the same command with --apply")

	// What is kept longer, since it was recorded, and what is no call, as the plan has them.
	s.call("CA3", "Patient/3")
	media := careline.Filing{
		Call: "CA3",
		Of:   "Media/RE3",
		ID:   "media-3",
		Seq:  5,
	}
	_, _, notLooked := s.store.Append(t.Context(), careline.Look{Clinician: "p1", What: careline.LookOpened, At: now}.Event())
	err := errors.Join(notLooked, s.store.SaveFiling(t.Context(), media), s.store.KeepStray(t.Context(), careline.Stray{ID: "m-1"}))
	if err != nil {
		t.Fatal(err)
	}
	wantText(t, s.replay("calls", "--since", "2020-01-01"), "2 calls and 1 look would be filed again, as they stand.")
	wantText(t, purge(later), "1 call, 1 look and 1 message that nobody could read would be forgotten, last")
	wantText(t, purge(later, "--apply"), "Forgot 1 call, 1 look and 1 message that nobody could read, last")
	wantText(t, purge(later), "0 calls would be forgotten, last")
	if events, err := s.store.Events(t.Context(), "CA3"); err != nil || len(events) == 0 {
		t.Errorf("what was recorded is forgotten (error: %v)", err)
	}
	if events, err := s.store.Events(t.Context(), "CA2"); err != nil || len(events) != 0 {
		t.Errorf("left %v, %v", events, err)
	}
}
