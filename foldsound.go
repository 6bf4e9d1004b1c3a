package careline

import (
	"cmp"
	"time"
)

// recordingFold is one recording, half told.
type recordingFold struct {
	Recording
	first   time.Time // when it was first told of
	heard   time.Time // when an answer of the carrier's first was about it, by our clock
	stopped bool
	over    RecordingState // what the carrier said of its end
	gone    bool
	changed time.Time // when it was kept, or deleted
}

// take takes what was told of the recording, the earlier first. command is what that is
// the answer to; nil: to none that is known.
func (one *recordingFold) take(e *CallEvent, command *CallEvent) {
	s := &e.Sound
	one.first = earlier(one.first, happened(e))
	one.Started = earlier(one.Started, s.Started)
	one.Channels = max(one.Channels, s.Channels)
	if !one.Seconds.known {
		one.Seconds = e.Seconds
	}

	switch e.Kind {
	case KindRecording:
		if s.Answers == "" {
			one.report(s.State)
		} else if s.Failed == "" {
			one.heard = earlier(one.heard, happened(e))
			one.answer(e, command)
		}
	case KindRecordingKept:
		keep(&one.Media, s.Media)
		one.changed = later(one.changed, happened(e))
	case KindRecordingGone:
		one.gone = true
		keep(&one.Gone, s.Why)
		one.changed = later(one.changed, happened(e))
	}
}

// report is the carrier's word. That it records tells only that it has begun: it may
// come late, and nobody asks the carrier to go on but by a command.
func (one *recordingFold) report(state RecordingState) {
	switch state {
	case RecordingStopped:
		one.stopped = true
	case RecordingCompleted, RecordingAbsent, RecordingFailed:
		if one.over == "" {
			one.over = state
		}
	}
}

// answer is that a command was carried out. A recording is paused and goes on by
// commands alone, for the carrier's record of one does not tell that it is paused.
func (one *recordingFold) answer(e *CallEvent, command *CallEvent) {
	act, by := e.Sound.Act, e.Sound.By
	if command != nil {
		act, by = cmp.Or(command.Sound.Act, act), cmp.Or(command.Sound.By, by)
	}

	switch {
	case act == RecordPause, act == "" && e.Sound.State == RecordingPaused:
		one.PausedAt = earlier(one.PausedAt, happened(e))
		one.ByHand = one.ByHand || by != ""
	case act == RecordResume, act == "" && e.Sound.State == RecordingRunning:
		one.PausedAt, one.ByHand = time.Time{}, false
	case act == RecordStop, act == RecordWithdraw, act == "" && e.Sound.State == RecordingStopped:
		one.stopped = true
	}
	switch e.Sound.State {
	case RecordingCompleted, RecordingAbsent, RecordingFailed:
		one.report(e.Sound.State)
	}
}

// told is the recording as all of it tells.
func (one *recordingFold) told() Recording {
	r := one.Recording
	switch {
	case one.gone:
		r.State, r.Media = RecordingDeleted, ""
		keep(&r.Gone, string(RecordingDeleted))
	case one.over != "":
		r.State = one.over
	case one.stopped:
		r.State = RecordingStopped
	case !r.PausedAt.IsZero():
		r.State = RecordingPaused
		return r
	default:
		r.State = RecordingRunning
	}

	r.PausedAt, r.ByHand = time.Time{}, false
	return r
}
