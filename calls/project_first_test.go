package calls_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/fhir"
	"perci.health/careline/sandbox/fhirbox"
)

// fresh is the first delivery of a call as a relay gives it out that has had the
// call in memory since its first event.
func fresh(l *log) careline.Delivery {
	return careline.Delivery{Event: l.events[0], Known: &careline.Known{Events: l.events[:1], Filing: careline.Filing{Call: "CA1"}, Unfiled: true}}
}

// stored is the same delivery from a log that was read.
func stored(l *log, attempts int) careline.Delivery {
	return careline.Delivery{Event: l.events[0], Attempts: attempts, Known: &careline.Known{Events: l.events[:1], Filing: l.filing}}
}

func TestProjectorSparesTheMarkWhereNobodyCanHaveTried(t *testing.T) {
	t.Parallel()
	l, c := new(log), new(chart)
	aCall(l)
	p := projector(t, l, c)
	p.Exclusive = true
	filed, err := p.Handle(t.Context(), fresh(l))
	if err != nil || c.given[0].Tried || len(l.saved) != 0 {
		t.Fatalf("given %+v, saved %+v, %v; want it made without a look or a mark", c.given, l.saved, err)
	}

	want := careline.Filing{
		Call:    "CA1",
		ID:      "comm-1",
		Version: "v1",
		Seq:     1,
		Tried:   true,
	}
	if filed != want {
		t.Errorf("it stands at %+v, want %+v", filed, want)
	}
}

// TestProjectorMarksWhatFailedWithoutAMark: only a try that may have made something
// is looked for, also when the time for it is over.
func TestProjectorMarksWhatFailedWithoutAMark(t *testing.T) {
	t.Parallel()
	for name, maybe := range map[string]bool{"the answer was lost": true, "nobody was there": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, c := &log{filing: careline.Filing{Call: "CA1"}}, &chart{err: errors.New(name), stored: maybe}
			aCall(l)
			p := projector(t, l, c)
			p.Exclusive = true
			over, cancel := context.WithCancel(t.Context())
			cancel()
			filed, err := p.Handle(over, fresh(l))
			if err == nil || filed.Tried != maybe || l.filing.Tried != maybe || l.filing.ID != "" || filed.ID != "" {
				t.Fatalf("it stands at %+v, saved %+v, %v", filed, l.saved, err)
			}

			c.err = nil
			if err := handle(p, stored(l, 1)); err != nil || c.given[1].Tried != maybe {
				t.Errorf("the second try was given %+v, %v; looked for: want %t", c.given[1], err, maybe)
			}
		})
	}
}

// panicking is a chart that breaks once the record has been asked.
type panicking struct{}

func (*panicking) File(context.Context, careline.Call, careline.Filing, func(context.Context) (careline.Call, error)) (careline.Filing, error) {
	panic("a fault of ours")
}

// TestProjectorMarksWhatPanicked: a panic counts as a try, and may have made something.
func TestProjectorMarksWhatPanicked(t *testing.T) {
	t.Parallel()
	l := &log{filing: careline.Filing{Call: "CA1"}}
	aCall(l)
	p := projector(t, l, nil)
	p.Chart, p.Exclusive = new(panicking), true

	defer func() {
		if recover() == nil || !l.filing.Tried {
			t.Errorf("the log stands at %+v, want it tried", l.filing)
		}
	}()
	_, _ = p.Handle(t.Context(), fresh(l))
}

// TestProjectorSaysWhatItCouldNotMark: a try of which the log does not know that it may
// have made something must not be noted, or the next would not look.
func TestProjectorSaysWhatItCouldNotMark(t *testing.T) {
	t.Parallel()
	for name, maybe := range map[string]bool{"the answer was lost": true, "nobody was there": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, c := &log{filing: careline.Filing{Call: "CA1"}, err: errors.New("the disk is full")}, &chart{err: errors.New(name), stored: maybe}
			l.events = []careline.CallEvent{{ID: "CA1/request", Seq: 1, Call: "CA1", Leg: "CA1", Kind: careline.KindRequested,
				Request: careline.Request{Clinician: "dr-1", Sender: "Practitioner/dr-1", Patient: "Patient/p1", Recipient: "Patient/p1"}}}
			p := projector(t, l, c)
			p.Exclusive = true
			_, err := p.Handle(t.Context(), fresh(l))

			_, says := errors.AsType[interface {
				error
				Unnoted() error
			}](err)
			if len(c.given) != 1 || says != maybe {
				t.Errorf("%v: not to be noted: %t, want %t", err, says, maybe)
			}
		})
	}
}

// TestProjectorLooksWhereAProcessMayHaveDied: of a delivery from the log alone
// nobody knows whether the process before has begun it.
func TestProjectorLooksWhereAProcessMayHaveDied(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		exclusive bool
		delivery  func(*log) careline.Delivery
		looks     bool
		marks     bool
	}{
		"none was noted":               {exclusive: true, delivery: func(l *log) careline.Delivery { return stored(l, 0) }, looks: true, marks: true},
		"nothing is known of it":       {exclusive: true, delivery: func(l *log) careline.Delivery { return careline.Delivery{Event: l.events[0]} }, looks: true, marks: true},
		"one was noted":                {exclusive: true, delivery: func(l *log) careline.Delivery { return stored(l, 3) }, marks: true},
		"where several write the log":  {delivery: func(l *log) careline.Delivery { return stored(l, 0) }, marks: true},
		"another try, out of a memory": {exclusive: true, delivery: func(l *log) careline.Delivery { d := fresh(l); d.Attempts = 1; return d }, marks: true},
		"the first, out of a memory":   {exclusive: true, delivery: fresh},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, c := &log{filing: careline.Filing{Call: "CA1"}}, new(chart)
			aCall(l)
			p := projector(t, l, c)
			p.Exclusive = test.exclusive
			if _, err := p.Handle(t.Context(), test.delivery(l)); err != nil {
				t.Fatal(err)
			}
			if c.given[0].Tried != test.looks {
				t.Errorf("looks first: %t, want %t", c.given[0].Tried, test.looks)
			}
			if marked := len(l.saved) == 1 && l.saved[0].Tried && l.saved[0].ID == ""; marked != test.marks {
				t.Errorf("saved before %+v, want a mark: %t", l.saved, test.marks)
			}
		})
	}
}

// dying is a chart of a process that dies at its first filing.
type dying struct {
	*fhir.Chart
	log    *log
	before bool // it was about to ask
}

var errDied = errors.New("the process is gone")

func (d dying) File(ctx context.Context, c careline.Call, f careline.Filing, again func(context.Context) (careline.Call, error)) (careline.Filing, error) {
	d.log.err = errDied // who is gone saves nothing any more
	if d.before {
		panic(errDied)
	}
	if _, err := d.Chart.File(ctx, c, f, again); err != nil {
		return f, err
	}
	panic(errDied) // the record has answered, and nobody hears it
}

// TestProjectorFilesACallOnceWhereverTheProcessDies: before the record was asked,
// after it has answered, or after what was filed was returned and before it was
// saved; the next process has the log and nothing else.
func TestProjectorFilesACallOnceWhereverTheProcessDies(t *testing.T) {
	t.Parallel()
	for name, dies := range map[string]func(*fhir.Chart, *log, calls.Projector) calls.Projector{
		"before it asks": func(c *fhir.Chart, l *log, p calls.Projector) calls.Projector {
			p.Chart = dying{Chart: c, log: l, before: true}
			return p
		},
		"before it hears": func(c *fhir.Chart, l *log, p calls.Projector) calls.Projector {
			p.Chart = dying{Chart: c, log: l}
			return p
		},
		"before what it filed": func(c *fhir.Chart, _ *log, p calls.Projector) calls.Projector { p.Chart = c; return p },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, record := &log{filing: careline.Filing{Call: "CA1"}}, newRecord(t)
			aCall(l)
			first := dies(record.chart(t), l, projector(t, l, nil))
			first.Exclusive = true
			dieWith(t, func() error {
				_, err := first.Handle(t.Context(), fresh(l))
				return err
			})

			l.err = nil
			next := projector(t, l, nil)
			next.Chart, next.Exclusive = record.chart(t), true
			if err := errors.Join(handle(next, stored(l, 0)), deliver(next, l.events[1:])); err != nil {
				t.Fatal(err)
			}
			if ids := record.live(t); len(ids) != 1 || ids[0] != l.filing.ID || l.filing.Seq != 5 {
				t.Errorf("the record has %v, the log stands at %+v; want one", ids, l.filing)
			}
		})
	}
}

// dieWith runs what a process does until it dies.
func dieWith(t *testing.T, do func() error) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil && p != errDied {
			panic(p)
		}
	}()
	if err := do(); err != nil {
		t.Fatal(err)
	}
}

// theRecord is a health record of its own.
type theRecord struct{ client *fhir.Client }

func newRecord(t *testing.T) theRecord {
	t.Helper()
	box, err := fhirbox.Open(fhirbox.Config{})
	if err != nil {
		t.Fatal(err)
	}

	server := httptest.NewServer(box.Handler())
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})

	client, err := fhir.New(fhir.Config{BaseURL: server.URL + "/fhir/R4", HTTP: &http.Client{}})
	if err != nil {
		t.Fatal(err)
	}
	return theRecord{client}
}

func (r theRecord) chart(t *testing.T) *fhir.Chart {
	t.Helper()
	c, err := fhir.NewChart(r.client, false)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// live is the ids of the call's Communications that are not taken back.
func (r theRecord) live(t *testing.T) (ids []string) {
	t.Helper()
	found, err := r.client.Search(t.Context(), "Communication", url.Values{"identifier": {"https://www.twilio.com/|CA1"}, "status:not": {"entered-in-error"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range found {
		ids = append(ids, e.Resource.ID)
	}
	return ids
}
