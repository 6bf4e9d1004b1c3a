package twiliobox

import (
	"errors"
	"time"

	"perci.health/careline/sandbox/media"
)

// recordingStatus is what a recording is doing. A fetch says of the first three
// that it is processing (voice/api/recording).
type recordingStatus string

const (
	recordingRuns       recordingStatus = "in-progress"
	recordingPaused     recordingStatus = "paused"
	recordingStopped    recordingStatus = "stopped" // its sound is being processed
	recordingCompleted  recordingStatus = "completed"
	recordingAbsent     recordingStatus = "absent" // nothing was recorded
	recordingSoftDelete recordingStatus = "deleted"
)

// over says whether a recording can no more be steered.
func (s recordingStatus) over() bool { return s != recordingRuns && s != recordingPaused }

// Sources of recordings, in Twilio's words.
const (
	byREST      = "StartCallRecordingAPI"
	byStartVerb = "StartCallRecordingTwiML"
	byDial      = "DialVerb"
)

// What of a recording's leg is on it: both sides, what it says, what it hears.
const (
	trackBoth     = "both"
	trackInbound  = "inbound"
	trackOutbound = "outbound"
)

// recordingOrder is what somebody asks for who starts a recording.
type recordingOrder struct {
	source, name string
	dual         bool
	track        string
	trim         bool // silence at both ends
	hook         hook
}

// channels: one track is always mono (voice/api/recording).
func (o recordingOrder) channels() int {
	if o.dual && o.track == trackBoth {
		return 2
	}
	return 1
}

// recording is one recording of a leg. The second block is
// written under recorder.mu.
type recording struct {
	recordingOrder
	sid    string
	leg    *leg
	call   *call // that the leg belongs to
	number int   // among those of its leg
	tape   *tape // the deck's until it is over

	status                             recordingStatus
	skips                              bool // what passes while it is paused is left out
	created, started, updated, deleted time.Time
	from, frames                       int  // of the tape, what is heard
	ended                              bool // it will not change any more, but be deleted
	encryption                         encryption

	callbacks *callbackQueue // one goroutine's at a time: the call's, then that of complete
}

// write is the deck's, and needs its mutex; so do changes of status and skips.
func (r *recording) write(said, heard *media.Frame) {
	switch {
	case r.status == recordingRuns:
		r.tape.write(said, heard)
	case r.status == recordingPaused && !r.skips:
		still := media.Silence()
		r.tape.write(&still, &still)
	}
}

// length is how long the sound is.
func (r *recording) length() time.Duration { return time.Duration(r.frames) * media.FrameTime }

// seconds is the length as it is reported, rounded.
func (r *recording) seconds() int { return int(r.length().Round(time.Second) / time.Second) }

var (
	errRecordingOver = errors.New("the recording is stopped")
	errNotInProgress = errors.New("the call is not in progress")
)

// record starts a recording of a leg. What a leg says before it is in progress is
// not recorded. Only the call's goroutine does it.
func (c *call) record(l *leg, o recordingOrder) (*recording, error) {
	t, err := c.engine.recorder.tapes.make()
	if err != nil {
		return nil, err
	}
	if o.track == "" {
		o.track = trackBoth
	}

	d := c.deckOf(l)
	d.count++
	r := &recording{
		recordingOrder: o,
		sid:            newSID("RE"),
		leg:            l,
		call:           c,
		number:         d.count,
		tape:           t,
		status:         recordingRuns,
		created:        c.clock.now,
		started:        c.clock.now,
		updated:        c.clock.now,
		callbacks:      &callbackQueue{call: c},
	}
	c.engine.recorder.add(r)
	d.add(r)
	d.turn()
	c.engine.recorder.report(r, recordingRuns)
	c.engine.recorder.show(r, recordingRuns)
	return r, nil
}

// steer pauses, resumes or stops a recording; what it is doing already it may be
// told again, but stopped is final.
func (c *call) steer(r *recording, to recordingStatus, skips bool) error {
	if c.engine.recorder.status(r).over() {
		return errRecordingOver
	}
	if to == recordingStopped {
		c.stopRecording(r)
		return nil
	}

	d := c.deckOf(r.leg)
	d.change(func() { c.engine.recorder.update(r, c.clock.now, to, skips) })
	c.engine.recorder.show(r, to)
	return nil
}

// stopRecording ends a recording that runs. Its sound exists a while later, also
// when the call has ended meanwhile.
func (c *call) stopRecording(r *recording) {
	d := c.deckOf(r.leg)
	d.change(func() {
		c.engine.recorder.update(r, c.clock.now, recordingStopped, false)
		d.running = remaining(d.running)
	})
	d.turn()
	c.engine.recorder.show(r, recordingStopped)
	c.engine.running.Go(func() {
		c.pause(c.engine.recorder.processing(c.clock.pace), nil)
		c.engine.recorder.complete(r)
	})
}

// remaining are the recordings that are not over.
func remaining(all []*recording) (some []*recording) {
	for _, r := range all {
		if !r.status.over() {
			some = append(some, r)
		}
	}
	return some
}

// stopRecordings ends those of a leg that which names.
func (c *call) stopRecordings(l *leg, which func(*recording) bool) {
	if l.deck == nil {
		return
	}
	for _, r := range l.deck.running {
		if which(r) && !r.status.over() {
			c.stopRecording(r)
		}
	}
}

// dialOver ends what ends with a Dial: a recording by its record attribute, and all
// others when the box is told to (Unproven).
func (c *call) dialOver(l *leg) {
	all := c.engine.unproven.get().RecordingEndsWithDial
	c.stopRecordings(l, func(r *recording) bool { return all || r.source == byDial })
}
