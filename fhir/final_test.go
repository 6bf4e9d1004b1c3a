package fhir_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/fhir"
)

// keepsWhatIsFinal has what is not final come late, by every way on which it can.
func keepsWhatIsFinal(t *testing.T, s *server) {
	early := file(t, s.chart(t), ringing(), careline.Filing{Call: "CAparent"})
	f := file(t, s.chart(t), completed(), early)
	answered := ringing()
	answered.Status, answered.Word, answered.Received = careline.StatusInProgress, "in-progress", tenFifteen
	for _, late := range []careline.Filing{
		early,                           // of an instance that was overtaken
		f,                               // replayed
		{Call: "CAparent", Tried: true}, // of a call whose log was purged
	} {
		for _, call := range []careline.Call{ringing(), answered} {
			if got := file(t, s.chart(t), call, late); got.ID != f.ID || got.Version != f.Version {
				t.Errorf("%s under %+v made %+v of %+v", call.Word, late, got, f)
			}
		}
	}
	if all := versions(t, s, f.ID); len(all) != 2 || all[0].Status != "completed" {
		t.Errorf("%d versions, the last one %s", len(all), all[0].Status)
	}

	busy := ringing()
	busy.Status, busy.Word = careline.StatusBusy, "busy"
	f = file(t, s.chart(t), busy, f)
	if all := versions(t, s, f.ID); len(all) != 3 || all[0].Payload[0].ContentString != "Outbound Twilio voice call; status=busy" {
		t.Errorf("%d versions; another end corrects the one in the record: %+v", len(all), all[0].Payload)
	}
}

// keepsARefusal has the record lack an identifier: that is all it gets.
func keepsARefusal(t *testing.T, s *server) {
	refused := ringing()
	refused.MemberLeg, refused.Status, refused.Word, refused.Refusal = "", careline.StatusRefused, "", careline.RefusedRate
	f := file(t, s.chart(t), refused, careline.Filing{Call: "CAparent"})
	before := versions(t, s, f.ID)[0]
	for range 2 {
		f = file(t, s.chart(t), ringing(), f)
	}

	all := versions(t, s, f.ID)
	if len(all) != 2 || len(all[0].Identifier) != 2 {
		t.Fatalf("%d versions, identifiers %+v", len(all), all[0].Identifier)
	}

	before.Identifier, all[0].Identifier, before.Meta, all[0].Meta = nil, nil, nil, nil
	if diff := cmp.Diff(before, all[0]); diff != "" {
		t.Errorf("the rest of it (-want +got):\n%s", diff)
	}
}

// tellsAnewBeforeItOverwrites: another instance has filed more meanwhile.
func tellsAnewBeforeItOverwrites(t *testing.T, s *server) {
	early := file(t, s.chart(t), ringing(), careline.Filing{Call: "CAparent"})
	answered := ringing()
	answered.Status, answered.Word, answered.Received = careline.StatusInProgress, "in-progress", tenFifteen
	f := file(t, s.chart(t), answered, early)

	filed := errors.New("it has been filed meanwhile")
	for _, late := range []careline.Filing{early, {Call: "CAparent", Tried: true}} {
		_, err := s.chart(t).File(t.Context(), ringing(), late, func(context.Context) (careline.Call, error) { return careline.Call{}, filed })
		if !errors.Is(err, filed) {
			t.Errorf("under %+v: error %v, want that of the telling", late, err)
		}
	}
	if now := versions(t, s, f.ID); len(now) != 2 || now[0].Received == "" {
		t.Errorf("%d versions, want 2; the last one is received %q", len(now), now[0].Received)
	}
	got, err := s.chart(t).File(t.Context(), ringing(), early, func(context.Context) (careline.Call, error) { return completed(), nil })
	if now := versions(t, s, f.ID); err != nil || len(now) != 3 || now[0].Status != "completed" || got.ID != f.ID {
		t.Errorf("told anew as completed: %d versions, %s, error %v", len(now), now[0].Status, err)
	}
	never := func(context.Context) (careline.Call, error) { return careline.Call{}, errors.New("told for nothing") }
	if _, err := s.chart(t).File(t.Context(), completed(), got, never); err != nil {
		t.Error("told anew for the version that it has filed itself:", err)
	}
}

// held holds some requests back, so that others overtake them.
type held struct {
	mu     sync.Mutex
	chance *rand.Rand
}

func (h *held) RoundTrip(r *http.Request) (*http.Response, error) {
	h.mu.Lock()
	wait := time.Duration(0)
	if h.chance.IntN(3) == 0 {
		wait = time.Duration(h.chance.IntN(20)) * time.Millisecond
	}
	h.mu.Unlock()
	<-time.NewTimer(wait).C
	return http.DefaultTransport.RoundTrip(r)
}

// journal is the log that several instances share, with nobody's claims: each of them
// believes to be alone.
type journal struct {
	mu     sync.Mutex
	events []careline.CallEvent
	filing careline.Filing
}

func (j *journal) told(seq int) (careline.Call, careline.Filing) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return careline.Fold(j.events[:seq]), j.filing
}

func (j *journal) save(f careline.Filing) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if f.Seq >= j.filing.Seq {
		j.filing = f
	}
}

var errFiled = errors.New("it has been filed meanwhile")

// run files the call as an instance does that nobody keeps from it.
func (j *journal) run(ctx context.Context, chart *fhir.Chart) error {
	for seq := 1; seq <= len(j.events); seq++ {
		call, f := j.told(seq)
		if f.Seq >= int64(seq) {
			continue
		}
		first := f
		first.Tried = true
		j.save(first)
		filed, err := chart.File(ctx, call, f, func(context.Context) (careline.Call, error) {
			call, f := j.told(seq)
			if f.Seq >= int64(seq) {
				return call, errFiled
			}
			return call, nil
		})
		if errors.Is(err, errFiled) {
			continue
		}
		if err != nil {
			return fmt.Errorf("file event %d: %w", seq, err)
		}
		filed.Seq, filed.Tried = int64(seq), true
		j.save(filed)
	}

	return nil
}

// TestNothingGoesBackFromItsEnd: whichever instances file a call at the same time, in
// whatever order their requests come, no version after a final one is not final, and
// each tells at least as much as the one before.
func TestNothingGoesBackFromItsEnd(t *testing.T) {
	t.Parallel()
	s := box(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))

	for n := range 20 {
		key := fmt.Sprint("CA", n)
		j := &journal{events: lifeOf(key), filing: careline.Filing{Call: key}}
		made := file(t, s.chart(t), careline.Fold(j.events[:1]), j.filing)
		made.Seq, made.Tried = 1, true
		j.save(made)
		var all sync.WaitGroup
		for range 3 {
			client := s.client(t, func(c *fhir.Config) {
				c.HTTP = &http.Client{Transport: &held{chance: rand.New(rand.NewPCG(chance.Uint64(), 0))}}
			})
			chart := newChart(t, client)
			all.Go(func() {
				err := j.run(t.Context(), chart)
				for careline.CodeOf(err) == careline.CodeConflict && err != nil {
					err = j.run(t.Context(), chart)
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		checkForward(t, versions(t, s, made.ID))
	}
}

// lifeOf is all that is reported of a call, in its order.
func lifeOf(key string) []careline.CallEvent {
	events := []careline.CallEvent{{ID: key + "/request", Call: key, Leg: key, Kind: careline.KindRequested,
		Request: careline.Request{
			Clinician: "p1",
			Patient:   "Patient/m1",
			Recipient: "Patient/m1",
			Sender:    "Practitioner/p1",
		}}}

	for i, status := range []careline.Status{careline.StatusInitiated, careline.StatusRinging, careline.StatusInProgress, careline.StatusCompleted} {
		events = append(events, careline.CallEvent{
			ID:     key + "/" + string(status),
			Call:   key,
			Leg:    key + "b",
			Kind:   careline.KindProgress,
			Order:  i,
			Status: status,
			Word:   string(status),
			At:     tenFifteen.Add(time.Duration(i) * time.Second),
		})
	}

	return append(events, careline.CallEvent{
		ID:        key + "/dial",
		Call:      key,
		Leg:       key,
		Kind:      careline.KindDialEnded,
		MemberLeg: key + "b",
		Status:    careline.StatusCompleted,
		Word:      "completed",
		Seconds:   careline.SecondsOf(7),
	})
}

// checkForward takes versions newest first.
func checkForward(t *testing.T, all []fhir.Communication) {
	t.Helper()
	words := []string{"", "initiated", "ringing", "in-progress", "completed", "completed; duration=7s"}
	before := 0
	for _, v := range slices.Backward(all) {
		text := v.Payload[0].ContentString
		at := slices.IndexFunc(words, func(w string) bool {
			return text == "Outbound Twilio voice call"+map[bool]string{true: "", false: "; status=" + w}[w == ""]
		})
		if at < before {
			t.Errorf("%q stands after %q", text, words[before])
		}
		before = max(at, before)
	}

	if before != len(words)-1 {
		t.Errorf("left at %q", words[before])
	}
}
