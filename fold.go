package careline

import (
	"slices"
	"time"
)

// Fold tells a call from all that was reported about it.
//
// It is pure, and does not depend on the order of the events, nor on how often
// each is given: the same set of events gives the same Call. A gap costs only
// what the missing report alone knew. Once the events hold the outcome of a leg, no
// event that is added takes that leg back to a status that is not final; nor the
// call, unless the event tells that another leg of the member's goes on (see
// told). The events are those of one call; of no events it makes the zero Call.
func Fold(events []CallEvent) Call {
	sorted := make([]*CallEvent, len(events))
	for i := range events {
		sorted[i] = &events[i]
	}
	slices.SortFunc(sorted, canonical)

	f := fold{direct: direct(sorted)}
	for _, e := range sorted {
		f.meet(e)
	}
	for _, e := range sorted {
		f.take(e)
	}
	return f.finish()
}

// fold is a Call half told. Events come in canonical order, so "the first that
// knows" is the rule for every field but the status on the way to an outcome.
type fold struct {
	call   Call
	direct bool // the one leg of the call is the member's

	clinician legFold    // the leg that the call is named for, unless it is direct
	members   []*legFold // those on which the member was dialled
	others    []*legFold // those of clinicians who are rung, and of whoever joined
	nameless  legFold    // of the member's legs, what names none of them

	room  bool // the clinician's leg was in a room, which goes on without it, or on its way there
	gone  bool // the carrier has nothing of the call that goes on
	asked time.Time
	limit int // seconds after which the carrier ends the conversation; 0: not known
	at    moments

	rooms    roomFold
	recorded []*CallEvent // of consent and of what is recorded
}

// take tells an event to what it is about: the request, a leg, or the call.
func (f *fold) take(e *CallEvent) {
	keep(&f.call.Key, e.Call)
	keep(&f.call.Appointment, e.Appointment)
	f.call.Reconciled = f.call.Reconciled || e.Reconciled()

	switch e.Kind {
	case KindRequested, KindRefused:
		f.request(e)
	case KindProgress:
		f.progress(e)
	case KindDialEnded:
		f.dialEnded(e)
	case KindMachineDetection:
		f.leg(e.Leg).answeredBy(e)
	case KindClinicianLeg:
		f.clinicianLeg(e)
	case KindRingLeg, KindParty:
		leg := f.leg(e.Leg)
		leg.answeredBy(e)
		leg.progress(e)
	case KindNoted:
		f.noted(e)
	case KindMoved:
		if e.Leg == e.Call { // else it is of somebody else who was in the room
			keep(&f.call.ClinicianLeg, e.Leg)
		}
	case KindConsent, KindRecordingAsked, KindRecording, KindRecordingKept, KindRecordingGone:
		f.recorded = append(f.recorded, e)
		return // whose Recording is one of several
	}
	f.rooms.take(e)

	if f.call.Recording == "" && e.Recording != "" {
		f.call.Recording, f.at.recording = e.Recording, e.At
	}
}

func (f *fold) request(e *CallEvent) {
	keep(&f.call.ClinicianLeg, e.Leg)
	if f.call.Status != StatusUnknown {
		return // a call is decided once; the first decision stands
	}

	r := e.Request
	f.call.Status = StatusRequested
	if e.Kind == KindRefused {
		f.call.Status, f.call.Refusal, f.call.Told = StatusRefused, r.Refusal, r.Refusal.SentenceFor(r.To)
	}
	f.call.Clinician, f.call.Sender, f.call.Patient, f.call.Recipient = r.Clinician, r.Sender, r.Patient, r.Recipient
	f.call.To, f.call.ToEnding = r.To, r.To.Ending()
	f.call.Names, f.call.Household = r.Names, r.Household

	f.limit = r.Limit
	f.asked = happened(e)
	f.at.status = f.asked
}

// progress is a report of a leg. One of the key's leg that does not say whose it is
// tells of the clinician's leg how it gets on, and of the member's who answered.
func (f *fold) progress(e *CallEvent) {
	leg := f.leg(e.Leg)
	leg.answeredBy(e)
	if e.Leg == e.Call && !f.direct {
		f.clinician.progress(e)
		return
	}

	if e.Call != e.Leg {
		keep(&f.call.ClinicianLeg, e.Call)
	}
	if f.direct && f.call.To.IsZero() {
		f.call.To, f.call.ToEnding = e.Request.To, e.Request.To.Ending()
	}
	leg.progress(e)
}

// dialEnded is second hand of the member's leg; of the clinician's it tells where
// that was. The Dial of one who leaves a room goes on, in the carrier's word, for
// there is no leg whose outcome it would be; nor is there one of a Dial that was a
// room's, in whatever word.
func (f *fold) dialEnded(e *CallEvent) {
	keep(&f.call.ClinicianLeg, e.Leg)
	if e.Status == StatusInProgress {
		f.room = true
	}
	if e.Status.Final() && (e.MemberLeg != "" || !f.rooms.any) {
		f.leg(e.MemberLeg).end(e)
	}
}

// clinicianLeg is a report of the leg that the call is named for. What was looked
// up of it says more: that of the whole call nothing goes on.
func (f *fold) clinicianLeg(e *CallEvent) {
	if again := find(f.others, e.Leg); again != nil && e.Leg != e.Call {
		again.progress(e) // the leg of a clinician who came back
		return
	}
	if !f.direct {
		keep(&f.call.ClinicianLeg, e.Leg)
	}
	f.clinician.progress(e)
	if e.Reconciled() && e.Status.Final() {
		f.gone = true
	}
}

func (f *fold) finish() Call {
	moved := f.rooms.moves(&f.clinician)
	f.room = f.room || moved
	leg := f.told()
	f.tell(leg)
	f.leave()
	f.reasons(leg)

	f.tellRoom(moved)
	f.tellRecordings()
	f.moment()

	if f.call.Note.Empty() {
		f.call.Note = CallNote{} // it was taken back
	}
	keep(&f.call.Key, f.call.ClinicianLeg)
	f.call.Legs = f.legs()
	return f.call
}

// keep fills a field that nobody better has filled.
func keep(field *string, value string) {
	if *field == "" {
		*field = value
	}
}
