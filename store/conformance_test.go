package store_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
	"perci.health/careline/store/storetest"
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
			t.Cleanup(func() { storetest.CloseStore(t, s) })
			return s
		}
	})
}

// conforms holds a database to the contract of the store.
func conforms(t *testing.T, fresh func(t *testing.T) database) {
	for name, test := range map[string]func(t *testing.T, open database){
		"an event comes back as it was kept":        keepsAll,
		"a note is kept of a call that is over":     keepsNotes,
		"an event's facts are kept with it":         keepsFacts,
		"an event is kept once":                     keepsOnce,
		"events that are kept together":             keepsTogether,
		"events together, of legs and of a call":    keepsLegsTogether,
		"two who bring the same report":             keepsOneOfARace,
		"events and calls keep the log's order":     keepsOrder,
		"an event without an id, call or leg":       refusesNameless,
		"a leg's events find their call":            linksLegs,
		"a link moves what waits and what was done": movesDeliveries,
		"a leg's first call has it":                 firstLinkStands,
		"a link while both are being delivered":     endsInAnyOrder,
		"whatever is done, what waits is delivered": deliversWhatWaits,
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
		"who rang whom":                             findsRings,
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
		"the call of a leg":                         findsTheCallOfALeg,
		"a call stays while it can be heard":        keepsWhatIsRecorded,
		"a call stays while the carrier has sound":  keepsWhatIsAtTheCarrier,
		"calls by when they were asked for":         findsCallsByWhenTheyWereAskedFor,
		"calls that were recorded, or go on":        findsCallsRecordedAndGoingOn,
		"pages of calls while others begin":         goesOnFromPageToPage,
		"who asked for calls":                       tellsWhoCalled,
		"whose a call is, as it was filed":          learnsWhoseItIsFromTheFiling,
		"calls by their newest event":               findsCallsByTheirNewestEvent,
		"a call is erased":                          erases,
		"a place in the log is given once":          givesNoPlaceTwice,
		"old calls are forgotten":                   purges,
		"old calls are forgotten a few at a time":   purgesInSteps,
		"what would be forgotten is what is":        plansWhatItPurges,
		"a call is erased while it is delivered":    erasesWhatIsBeingDelivered,
		"whose apps are ready for a call":           keepsWhoIsPresent,
		"a call in a room":                          countsACallInARoom,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, fresh(t))
		})
	}
}

var noon = storetest.Noon

const chart = storetest.Chart

func openWith(t *testing.T, open database) (store.Store, *storetest.Clock) {
	t.Helper()
	c := storetest.NewClock()
	return open(t, store.Config{Consumers: []string{chart}, Now: c.Now}), c
}
