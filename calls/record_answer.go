package calls

import (
	"context"
	"strconv"

	"perci.health/careline"
)

// recordingAnswer is what became of something that was asked of the carrier.
type recordingAnswer struct {
	sid, leg string
	act      careline.RecordingAct
	state    careline.RecordingState
	failed   string
}

// answer keeps it. Its ID is that of no report: the same is asked again only after
// something else was told.
func (k RecordingKeeper) answer(ctx context.Context, call string, step recordingStep, a recordingAnswer) error {
	about := a.sid
	if about == "" {
		about = call
	}
	e := careline.CallEvent{
		ID:        about + "/" + string(a.act) + "/" + step.answers,
		Call:      call,
		Leg:       a.leg,
		Kind:      careline.KindRecording,
		Recording: a.sid,
		Word:      string(a.state),
		Sound: careline.RecordingSaid{
			Act:     a.act,
			State:   a.state,
			Answers: step.answers,
			Failed:  a.failed,
		},
	}

	if a.failed != "" {
		e.ID += "/" + strconv.FormatInt(k.Now().UnixMicro(), 10) // each failure is one
	}
	if a.state == careline.RecordingRunning && a.act == careline.RecordStart {
		e.Sound.Channels, e.Sound.Started = 2, k.Now()
	}
	return k.keep(ctx, e)
}

func (k RecordingKeeper) keep(ctx context.Context, e careline.CallEvent) error {
	e.At = k.Now()
	_, _, err := k.Log.Append(ctx, e)
	return err
}
