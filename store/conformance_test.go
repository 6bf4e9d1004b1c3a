package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
)

// The store keeps what the verbs ask for.
var _ interface {
	calls.LiveLog
	Append(context.Context, careline.CallEvent) (careline.CallEvent, bool, error)
	Admit(context.Context, careline.CallEvent, func(careline.Load) careline.Refusal) (careline.CallEvent, bool, error)
	Load(context.Context, string, time.Time) (careline.Load, error)
	Filing(context.Context, string) (careline.Filing, error)
	SaveFiling(context.Context, careline.Filing) error
} = (store.Store)(nil)

// database is one empty database, which may be opened again and again.
type database func(t *testing.T, c store.Config) store.Store

func TestSQLite(t *testing.T) {
	t.Parallel()
	conforms(t, func(t *testing.T) database {
		url := "file:" + filepath.Join(t.TempDir(), "log.db")
		return func(t *testing.T, c store.Config) store.Store {
			t.Helper()
			c.URL = url
			s, err := sqlite.Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { closeStore(t, s) })
			return s
		}
	})
}

func closeStore(t *testing.T, s store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// conforms holds a database to the contract of the store.
func conforms(t *testing.T, fresh func(t *testing.T) database) {
	for name, test := range map[string]func(t *testing.T, open database){
		"an event comes back as it was kept":        keepsAll,
		"an event's facts are kept with it":         keepsFacts,
		"an event is kept once":                     keepsOnce,
		"two who bring the same report":             keepsOneOfARace,
		"events and calls keep the log's order":     keepsOrder,
		"an event without an id, call or leg":       refusesNameless,
		"a leg's events find their call":            linksLegs,
		"a link moves what waits and what was done": movesDeliveries,
		"a leg's first call has it":                 firstLinkStands,
		"deliveries go one by one":                  deliversInOrder,
		"a delivery put off holds its call":         retries,
		"a dead letter lets the next one through":   buries,
		"a dead letter revived goes first":          revives,
		"a claimed call is nobody else's":           claims,
		"what a claim that is over does":            refusesStaleEpochs,
		"a busy clinician":                          countsLoad,
		"many calls of one clinician in a moment":   admitsNoMoreThanAllowed,
		"a decision is kept once":                   keepsWhatWasDecided,
		"a call's load is that of the others":       leavesItselfOut,
		"calls that nobody reports of":              forgetsSilentCalls,
		"where a clinician's live calls begin":      findsLiveCalls,
		"a clinician's changed calls":               tellsCallsSince,
		"where a call is filed":                     keepsFilings,
		"a restart keeps everything":                survivesRestart,
		"whoever listens is told after the commit":  tellsCommitted,
		"a closed store says so":                    refusesWhenClosed,
		"a caller who left before it was taken":     dropsWhoLeft,
		"what is appended for one more consumer":    forwardsWhatIsAppendedForIt,
		"a link moves what waits for everybody":     forwardsInOrderAfterALink,
		"a whole call is filed again":               refilesWhole,
		"a call's last event is filed again":        refilesTheLastEvent,
		"filed again, dead letters live":            refilesDeadLetters,
		"filed again for one consumer":              refilesForOne,
		"a filing never goes back":                  filingNeverGoesBack,
		"a dead letter discarded":                   discards,
		"calls without an outcome are looked at":    looksAtSilentCalls,
		"a known outcome is not looked for":         looksAtNoneWhoseOutcomeIsKnown,
		"a leg is looked at with its call":          looksAtLegsWithTheirCall,
		"messages that nobody could read":           keepsStrays,
		"a patient's calls":                         findsCallsOfAPatient,
		"calls by their newest event":               findsCallsByTheirNewestEvent,
		"a call is erased":                          erases,
		"a place in the log is given once":          givesNoPlaceTwice,
		"old calls are forgotten":                   purges,
		"old calls are forgotten a few at a time":   purgesInSteps,
		"a call is erased while it is delivered":    erasesWhatIsBeingDelivered,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, fresh(t))
		})
	}
}

// clock is set by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func newClock() *clock { return &clock{now: noon} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

const chart = "chart"

func openWith(t *testing.T, open database) (store.Store, *clock) {
	t.Helper()
	c := newClock()
	return open(t, store.Config{Consumers: []string{chart}, Now: c.Now}), c
}

func request(call, clinician string) careline.CallEvent {
	return careline.CallEvent{ID: call + "/request", Call: call, Leg: call, Kind: careline.KindRequested,
		Request: careline.Request{Clinician: clinician}}
}

func progress(call, leg string, order int, status careline.Status) careline.CallEvent {
	return careline.CallEvent{ID: fmt.Sprintf("%s/%d/%s", leg, order, status), Call: call, Leg: leg,
		Kind: careline.KindProgress, Order: order, Status: status, Word: string(status)}
}

func amd(leg string) careline.CallEvent {
	return careline.CallEvent{ID: leg + "/amd", Leg: leg, Kind: careline.KindMachineDetection, AnsweredBy: "human"}
}

func mustAppend(t *testing.T, s store.Store, events ...careline.CallEvent) (kept []careline.CallEvent) {
	t.Helper()
	for _, e := range events {
		k, _, err := s.Append(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, k)
	}
	return kept
}

func idsOf(t *testing.T, s store.Store, call string) []string {
	t.Helper()
	events, err := s.Events(t.Context(), call)
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, e := range events {
		if e.Call != call {
			t.Errorf("event %s of %s says it is of %s", e.ID, call, e.Call)
		}
		ids = append(ids, e.ID)
	}
	return ids
}

func due(t *testing.T, s store.Store, now time.Time) []string {
	t.Helper()
	keys, _, err := s.Due(t.Context(), chart, now, 100)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(keys)
	return keys
}

// drain ends every delivery that is due of a call, and says which they were.
func drain(t *testing.T, s store.Store, call string, now time.Time) []string {
	t.Helper()
	ids := []string{}
	for {
		d, ok, err := s.Next(t.Context(), chart, call, now)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return ids
		}
		ids = append(ids, d.Event.ID)
		if err := s.Done(t.Context(), d, careline.Filing{}); err != nil {
			t.Fatal(err)
		}
	}
}

func next(t *testing.T, s store.Store, call string, now time.Time) careline.Delivery {
	t.Helper()
	d, ok, err := s.Next(t.Context(), chart, call, now)
	if err != nil || !ok {
		t.Fatalf("no delivery of %s is due: %v", call, err)
	}
	return d
}

func nothingNext(t *testing.T, s store.Store, call string, now time.Time) {
	t.Helper()
	if d, ok, err := s.Next(t.Context(), chart, call, now); ok || err != nil {
		t.Errorf("%s is due of %s, want nothing (error: %v)", d.Event.ID, call, err)
	}
}

// same compares; a number hides from every printer, so it is compared by its digits.
func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	phones := cmp.Comparer(func(a, b careline.Phone) bool { return a.E164() == b.E164() })
	seconds := cmp.Comparer(func(a, b careline.Seconds) bool { return a == b })
	if diff := cmp.Diff(want, got, phones, seconds, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func wantCode(t *testing.T, err error, want careline.Code) {
	t.Helper()
	if err == nil || careline.CodeOf(err) != want {
		t.Errorf("got error %v, want one of code %s", err, want)
	}
}

func phone(t *testing.T, text string) careline.Phone {
	t.Helper()
	p, err := careline.ParsePhone(text, "GB")
	if err != nil {
		t.Fatal(err)
	}
	return p
}
