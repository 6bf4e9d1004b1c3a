package calls

import (
	"strings"

	"perci.health/careline"
)

// RecordingsConsumer is the consumer that has what is recorded done at the carrier. It is
// in the database: never change it.
const RecordingsConsumer = "recordings"

// ForRecordings reports whether an event may mean that something is to be done about what
// is recorded, so that it is kept for RecordingsConsumer too. An event of a call that was
// dialled and is not recorded is none, but for who answered it.
func ForRecordings(e careline.CallEvent) bool {
	switch e.Kind {
	case careline.KindConsent, careline.KindRecordingAsked, careline.KindRecording:
		return true
	case careline.KindMachineDetection:
		return machine(e.AnsweredBy)
	case careline.KindRoom:
		switch e.Room.Act {
		case careline.ActStart, careline.ActJoin, careline.ActHold, careline.ActUnhold:
			return true
		}
	case careline.KindPartyAsked, careline.KindPartyAnswered:
		return holdsMember(e)
	case careline.KindPartyLeft:
		return true // who is on hold no more
	}

	return false
}

// holdsMember reports whether the event is that the member is to be put on hold, or taken
// off it, or what became of that.
func holdsMember(e careline.CallEvent) bool {
	_, role, _ := careline.ReadLabel(e.Room.Label)
	return role == careline.RoleMember && (e.Room.Act == careline.ActHold || e.Room.Act == careline.ActUnhold)
}

// machine reports whether the carrier's word says that no person answered.
func machine(answeredBy string) bool {
	return strings.HasPrefix(answeredBy, "machine") || answeredBy == "fax"
}

// oneRecording is what is known of a recording, as far as it decides what is to be done.
type oneRecording struct {
	careline.Recording
	leg string // that was recorded; empty: not known
}

// running reports whether something is recorded, or would be were it not paused.
func (o oneRecording) running() bool {
	return o.State == careline.RecordingRunning || o.State == careline.RecordingPaused
}

// sounds reports whether it has, or may yet have, sound at the carrier.
func (o oneRecording) sounds() bool {
	return o.Sid != "" && o.Gone == "" && o.State != careline.RecordingAbsent && o.State != careline.RecordingFailed && o.State != careline.RecordingDeleted
}

// told is an event that something is to be done about.
type told struct {
	id  string
	seq int64
	why string // of a deletion
	act careline.RecordingAct
}

// knownRecordings are what the log says of the recordings of a call.
type knownRecordings struct {
	call    careline.Call
	all     []oneRecording
	leg     string           // that the clinician is on; empty: on none
	begun   told             // the newest that asks for a recording
	starts  []string         // IDs of all that do
	stopped told             // the newest that asks for none
	paused  told             // the newest that asks for a pause, or that it goes on
	open    []told           // those of which it is not known whether they were carried out
	byHand  bool             // a person wants it paused
	hold    told             // the newest that tells who is on hold, or is to be
	holds   map[string]bool  // IDs of those that ask for it of the member, and were not answered
	held    bool             // the member is on hold, or may be
	failed  int64            // the place of the newest failure to begin the newest one
	started map[string]bool  // for which reason one was begun on which leg
	begot   map[string]int64 // recordings of which it is known for which reason they were begun → the place of that
	settled map[string]bool  // IDs of those that ask for a recording, and were answered
	deletes map[string]told  // by the recording that is to be deleted
	decided string           // ID of the event that forbids recording
	cleared string           // ID of the event after which the carrier was looked through for what is forbidden
}

// known reads the events of a call.
func known(events []careline.CallEvent) *knownRecordings {
	k := &knownRecordings{
		call:    careline.Fold(events),
		deletes: map[string]told{},
		started: map[string]bool{},
		settled: map[string]bool{},
		holds:   map[string]bool{},
		begot:   map[string]int64{},
	}
	legs := map[string]string{}
	for i := range events {
		k.take(&events[i], legs)
	}

	for _, r := range k.call.Recordings {
		if r.Sid != "" {
			k.all = append(k.all, oneRecording{Recording: r, leg: legs[r.Sid]})
		}
	}
	k.leg = clinicianLeg(k.call)
	k.held = len(k.holds) > 0 || memberHeld(k.call)
	return k
}

// clinicianLeg is the leg that the clinician is on; empty when they are on none.
func clinicianLeg(c careline.Call) string {
	if c.Room == careline.RoomOpen {
		for _, p := range c.Parties {
			if p.Role == careline.RoleClinician && p.Together && p.Leg != "" {
				return p.Leg
			}
		}
	}
	if c.Final() || c.ClinicianLeft {
		return ""
	}
	return c.ClinicianLeg
}

func (k *knownRecordings) take(e *careline.CallEvent, legs map[string]string) {
	this := told{
		id:  e.ID,
		seq: e.Seq,
		why: e.Sound.Why,
		act: e.Sound.Act,
	}

	switch e.Kind {
	case careline.KindConsent:
		k.consent(e, this)
	case careline.KindRecordingAsked:
		k.asked(e, this)
	case careline.KindRecording:
		if e.Recording != "" && e.Leg != "" && e.Leg != e.Recording && legs[e.Recording] == "" {
			legs[e.Recording] = e.Leg
		}
		k.reported(e, this)
	case careline.KindRoom:
		switch e.Room.Act {
		case careline.ActStart, careline.ActJoin:
			k.again(this)
		case careline.ActHold, careline.ActUnhold:
			k.hold = this
		}
	case careline.KindPartyAsked, careline.KindPartyAnswered:
		k.holding(e, this)
	case careline.KindPartyLeft:
		k.hold = this
	}
}

// holding takes that the member is to be on hold, or not any more: from the time that it is
// asked for until it is known what became of it, they may hear nothing of what is said.
func (k *knownRecordings) holding(e *careline.CallEvent, this told) {
	if !holdsMember(*e) {
		return
	}
	k.hold = this
	if e.Kind == careline.KindPartyAsked {
		k.holds[e.ID] = true
	} else {
		delete(k.holds, e.Room.Answers)
	}
}

func (k *knownRecordings) consent(e *careline.CallEvent, this told) {
	if e.Consent.Decision == careline.ConsentAnnounced {
		k.begun = this
		k.starts = append(k.starts, this.id)
	}
	if !e.Consent.Decision.Allows() {
		k.decided = e.ID
	}
}

func (k *knownRecordings) asked(e *careline.CallEvent, this told) {
	switch e.Sound.Act {
	case careline.RecordStart:
		k.begun, k.byHand = this, false
		k.starts = append(k.starts, this.id)
	case careline.RecordStop:
		k.stopped = this
	case careline.RecordPause, careline.RecordResume:
		k.paused = this
		k.open = append(k.open, this)
		if e.Sound.By != "" {
			k.byHand = e.Sound.Act == careline.RecordPause
		}
	case careline.RecordDelete:
		k.deletes[e.Recording] = this
	}
}

// reported takes the carrier's reports, and the answers to what was asked of it.
func (k *knownRecordings) reported(e *careline.CallEvent, this told) {
	answers := e.Sound.Answers

	switch {
	case answers == "" && e.Sound.State == careline.RecordingCompleted:
		k.again(this)
	case e.Sound.Act == careline.RecordStart:
		k.settled[answers] = true
		switch {
		case e.Sound.Failed == "":
			k.started[answers+"\n"+e.Leg], k.begot[e.Recording] = true, e.Seq
		case answers == k.begun.id: // of an earlier wish it says nothing of what stands
			k.failed = e.Seq
		}
	case e.Sound.Act == careline.RecordPause, e.Sound.Act == careline.RecordResume:
		for i, asked := range k.open {
			if asked.id == answers {
				k.open = k.open[i+1:] // an earlier one was overtaken
				break
			}
		}
	case e.Sound.Act == careline.RecordWithdraw && e.Recording == "":
		k.cleared = answers
	}
}

// again says that a recording which was wanted before may have to be begun anew: the
// clinician came back on another leg, or the carrier ended it with the Dial. It is no
// word of anybody's that one is wanted.
func (k *knownRecordings) again(this told) {
	if k.begun.seq > k.stopped.seq {
		k.begun.seq = this.seq
	}
}
