package calls

import (
	"slices"
	"strconv"
	"strings"

	"perci.health/careline"
)

// startsRecording reports whether somebody wants the call to be recorded from then on: the
// clinician, or whoever did not decline when a voice told them.
func startsRecording(e *careline.CallEvent) bool {
	switch e.Kind {
	case careline.KindRecordingAsked:
		return e.Sound.Act == careline.RecordStart
	case careline.KindConsent:
		return e.Consent.Decision == careline.ConsentAnnounced
	}
	return false
}

// telling is how far it has come that somebody is told that the call is recorded, because
// of one wish that it be.
type telling struct {
	tries  int  // commands to do it
	done   bool // or under way
	missed int  // how often the carrier did not find them, though they are in the room
}

// tellsAtMost is how often the carrier is asked that did not find whom to tell.
const tellsAtMost = 3

// tellID is the ID of the commands to tell somebody of a wish, before a slash and the
// number of the try.
func tellID(key, leg string, wish told) string {
	return key + "/tell/" + leg + "/" + strconv.FormatInt(wish.seq, 10)
}

// tellsOf takes a command to tell somebody; no answer is the zero event.
func (c *roomCommands) tellsOf(e, answer *careline.CallEvent) {
	i := strings.LastIndexByte(e.ID, '/')
	if e.Room.Act != careline.ActTell || i < 0 {
		return
	}

	t := c.tells[e.ID[:i]]
	t.tries++
	t.done = t.done || answer.Room.Failed == ""
	if careline.Reason(answer.Room.Failed) == careline.ReasonNotInProgress {
		t.missed++
	}
	c.tells[e.ID[:i]] = t
}

// warn plans that everybody who was brought into the call is told that it is recorded,
// once for each time that somebody wanted it to be: when they join a call that is, and
// when that begins while they are there. Who cannot be told is not recorded. The two who
// were dialled together are not told here: the member was asked, or told before, and the
// clinician knows.
func (p *planning) warn() {
	if !p.isRecorded() || p.isStopping() {
		return
	}

	for _, party := range p.call.Present() {
		if _, in := p.view.In[party.Leg]; !in || !party.Role.Joins() {
			continue
		}

		id := tellID(p.call.Key, party.Leg, p.view.recorded)
		switch t := p.view.tells[id]; {
		case t.done:
		case t.missed >= tellsAtMost:
			p.do(duty{what: dutyStop, command: careline.CallEvent{ID: untold(id)}})
		case t.tries == 0 || p.again(dutyWarn, party.Leg, againAfter):
			p.do(duty{
				what:    dutyWarn,
				command: careline.CallEvent{ID: id + "/" + strconv.Itoa(t.tries)},
				leg:     party.Leg,
				label:   party.Label,
			})
		}
	}
}

// leftRecorded plans that a call is not recorded any more whose member has left it. Whoever
// keeps recordings finds that too where the room tells of it, and keeps the same; but not
// where the end of the member's leg alone does, of which they are told nothing.
func (p *planning) leftRecorded() {
	if p.isRecorded() && !p.isStopping() && memberLeft(p.call) {
		p.do(duty{what: dutyStop, command: careline.CallEvent{ID: stopID(p.call.Key, p.view.recorded.id)}})
	}
}

// isRecorded reports whether the call is recorded, or about to be.
func (s scene) isRecorded() bool {
	return slices.ContainsFunc(s.call.Recordings, func(r careline.Recording) bool {
		return r.State == careline.RecordingRunning || r.State == careline.RecordingPaused || r.State == careline.RecordingStarting
	})
}

// isStopping reports whether the newest wish is that the call be not recorded any more.
func (s scene) isStopping() bool { return s.view.stopped.seq > s.view.recorded.seq }
