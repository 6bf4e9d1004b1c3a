package calls_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// shelf is the record, as far as it holds recordings and calls.
type shelf struct {
	*studio
	filings []careline.Filing
	filed   []string // "call …" and "media …"
	made    []string // recordings of which there is a Media
	dropped []string
	err     error
}

func (s *shelf) Filing(context.Context, string) (careline.Filing, error) {
	return careline.Filing{Call: "CA1", ID: "c1", Seq: 0}, nil
}

func (s *shelf) SaveFiling(_ context.Context, f careline.Filing) error {
	s.filings = append(s.filings, f)
	return nil
}

func (s *shelf) File(_ context.Context, c careline.Call, f careline.Filing, _ func(context.Context) (careline.Call, error)) (careline.Filing, error) {
	for _, one := range c.Recordings {
		if one.Media != "" {
			s.filed = append(s.filed, "call with "+one.Media)
		}
	}
	f.ID = "c1"
	return f, nil
}

func (s *shelf) FileRecording(_ context.Context, c careline.Call, r careline.Recording, communication string, f careline.Filing) (careline.Filing, error) {
	if c.Patient != "Patient/p1" || communication != "c1" || !f.Tried || f.Of != "Media/"+r.Sid {
		s.t.Errorf("filed %+v as %+v of %s", r, f, communication)
	}
	s.filed = append(s.filed, "media of "+r.Sid)
	s.made = append(s.made, r.Sid)
	f.ID = "m-" + r.Sid
	return f, s.err
}

func (s *shelf) FindRecording(_ context.Context, sid string) (media []string, err error) {
	if slices.Contains(s.made, sid) {
		media = append(media, "m-"+sid)
	}
	return media, s.err
}

func (s *shelf) DropRecording(_ context.Context, media string) error {
	s.dropped = append(s.dropped, media)
	s.made = slices.DeleteFunc(s.made, func(sid string) bool { return "m-"+sid == media })
	return s.err
}

// deliver hands every event of the call to the projector, also those that come of it.
func (s *shelf) deliver() error {
	p := calls.Projector{Log: s, Chart: s, Recordings: s}
	for i := 0; i < len(s.events); i++ {
		if _, err := p.Handle(s.t.Context(), careline.Delivery{Event: s.events[i]}); err != nil {
			return err
		}
	}
	return nil
}

func TestProjectorFilesRecordings(t *testing.T) {
	t.Parallel()
	s := &shelf{studio: newStudio(t, consent(careline.ConsentGiven, "dr-1"), report("RE1", "CA1", "in-progress"), report("RE1", "CA1", "completed"), report("RE2", "CA1", "absent"))}
	must(t, s.deliver())
	if want := []string{"media of RE1", "call with m-RE1"}; !slices.Equal(s.filed, want) {
		t.Errorf("filed %v, want %v", s.filed, want)
	}
	if len(s.filings) != 1 || s.filings[0].ID != "m-RE1" || s.filings[0].Of != "Media/RE1" || s.call().Recordings[0].Media != "m-RE1" {
		t.Errorf("saved %+v", s.filings)
	}

	// Filed again, as after a crash or by a replay, it is one.
	must(t, s.deliver())
	if n := len(s.events); n != 7 {
		t.Errorf("%d events", n)
	}

	s.told(careline.CallEvent{ID: "RE1/gone", Kind: careline.KindRecordingGone, Recording: "RE1", Sound: careline.RecordingSaid{Why: "expired"}})
	s.filed = nil
	must(t, s.deliver())
	if !slices.Equal(s.dropped, []string{"m-RE1"}) || len(s.filed) != 1 {
		t.Errorf("dropped %v, filed %v", s.dropped, s.filed)
	}
	if last := s.filings[len(s.filings)-1]; last.ID != "" || last.Of != "Media/RE1" || last.Seq != 8 {
		t.Errorf("saved %+v", last)
	}
}

// What nobody may hear gets no Media, however late its report comes.
func TestProjectorFilesNoRecordingThatIsTakenBack(t *testing.T) {
	t.Parallel()
	s := &shelf{studio: newStudio(t, consent(careline.ConsentGiven, "dr-1"), report("RE1", "CA1", "completed"), consent(careline.ConsentWithdrawn, "dr-1"))}
	must(t, s.deliver())
	if len(s.filed) != 0 || len(s.filings) != 0 {
		t.Errorf("filed %v, saved %v", s.filed, s.filings)
	}
}

// A Media that an earlier try made, killed before it could say so, is found and dropped
// when the recording is gone.
func TestProjectorDropsAMediaThatNobodyToldOf(t *testing.T) {
	t.Parallel()
	s := &shelf{studio: newStudio(t, consent(careline.ConsentGiven, "dr-1"), report("RE1", "CA1", "completed"))}
	s.cut = 1 // the event that tells where the Media stands is not kept
	if err := s.deliver(); !errors.Is(err, errCut) || len(s.filed) != 1 {
		t.Fatalf("%v, filed %v", err, s.filed)
	}

	s.cut = 0
	s.told(
		consent(careline.ConsentWithdrawn, "dr-1"),
		careline.CallEvent{ID: "RE1/gone", Kind: careline.KindRecordingGone, Recording: "RE1", Sound: careline.RecordingSaid{Why: "withdrawn"}},
	)
	must(t, s.deliver())
	if !slices.Equal(s.dropped, []string{"m-RE1"}) {
		t.Errorf("dropped %v", s.dropped)
	}
	if last := s.filings[len(s.filings)-1]; last.ID != "" || last.Of != "Media/RE1" {
		t.Errorf("saved %+v", last)
	}

	erase := calls.RecordingErase{
		Events:  s.Events,
		Carrier: s,
		Found:   s.FindRecording,
		Drop:    s.DropRecording,
	}
	s.dropped, s.made = nil, []string{"RE1"}
	if _, err := erase.Erase(t.Context(), "CA1"); err != nil || !slices.Equal(s.dropped, []string{"m-RE1"}) {
		t.Errorf("%v, dropped %v", err, s.dropped)
	}
}

// While the record is down, the event is tried again.
func TestProjectorTriesRecordingsAgain(t *testing.T) {
	t.Parallel()
	s := &shelf{studio: newStudio(t, consent(careline.ConsentGiven, "dr-1"), report("RE1", "CA1", "completed")), err: errors.New("down")}
	if err := s.deliver(); !errors.Is(err, s.err) || len(s.filings) != 0 {
		t.Errorf("%v, saved %v", err, s.filings)
	}
	s.err = nil
	must(t, s.deliver())
	if !slices.Contains(s.filed, "call with m-RE1") {
		t.Errorf("filed %v", s.filed)
	}
}

// TestRecordingErase: nothing is left, at the carrier or in the record, also of what
// nobody told of.
func TestRecordingErase(t *testing.T) {
	t.Parallel()
	s := &shelf{studio: newStudio(t, consent(careline.ConsentGiven, "dr-1"), wish(careline.RecordStart, 1), report("RE1", "CA1", "completed"), keptMedia("RE1"), report("RE2", "CA1", "in-progress"))}
	s.takes = []take{
		{sid: "RE1", leg: "CA1", state: careline.RecordingCompleted},
		{sid: "RE2", leg: "CA1", state: careline.RecordingRunning},
		{sid: "RE3", leg: "CA1", state: careline.RecordingCompleted},
		{sid: "RE4", leg: "CA9", state: careline.RecordingCompleted},
	}
	e := calls.RecordingErase{Events: s.Events, Carrier: s, Found: s.FindRecording, Drop: s.DropRecording}
	s.fails["delete"] = careline.NewError(careline.CodeUnavailable, "Down.", nil)
	if _, err := e.Erase(t.Context(), "CA1"); careline.CodeOf(err) != careline.CodeUnavailable {
		t.Error(err)
	}
	s.fails["delete"] = nil
	n, err := e.Erase(t.Context(), "CA1")
	if s.want("RE1 deleted, RE2 deleted, RE3 deleted, RE4 completed"); err != nil || n != 3 || !slices.Equal(s.dropped, []string{"m-RE1"}) {
		t.Errorf("%d, %v, dropped %v", n, err, s.dropped)
	}

	plain := calls.RecordingErase{Events: newStudio(t).Events}
	if any, err := plain.Any(t.Context(), "CA1"); any || err != nil {
		t.Errorf("a call that was not recorded: %v, %v", any, err)
	}
	if any, err := e.Any(t.Context(), "CA1"); !any || err != nil {
		t.Errorf("one that was: %v, %v", any, err)
	}
}
