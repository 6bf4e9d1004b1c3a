package careline

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"
)

// Fold tells a call from all that was reported about it.
//
// It is pure, and does not depend on the order of the events, nor on how often
// each is given: the same set of events gives the same Call. A gap costs only
// what the missing report alone knew. Once the events hold an outcome, no event
// that is added takes the call back to a status that is not final.
//
// The events are those of one call; of no events it makes the zero Call.
func Fold(events []CallEvent) Call {
	sorted := slices.Clone(events)
	slices.SortFunc(sorted, canonical)
	f := fold{direct: direct(sorted)}
	for i, e := range sorted {
		if i > 0 && canonical(sorted[i-1], e) == 0 {
			continue
		}
		f.take(e)
	}
	return f.finish()
}

// canonical orders events by what they say and never by when they came: first
// whoever knows best (see rank), then the carrier's time, then its own
// count, then everything else, so that two different events are never equal.
func canonical(a, b CallEvent) int {
	told := cmp.Or(
		cmp.Compare(rank(a), rank(b)),
		compareTimes(a.At, b.At),
		cmp.Compare(a.Order, b.Order),
		cmp.Compare(a.Status.progress(), b.Status.progress()),
		strings.Compare(a.Word, b.Word),
		strings.Compare(string(a.Status), string(b.Status)),
		strings.Compare(a.ID, b.ID),
	)
	if told != 0 {
		return told // what follows is dear to compare, and seldom needed: every delivery folds its call
	}

	return cmp.Or(
		strings.Compare(a.Call+"\x00"+a.Leg+"\x00"+a.MemberLeg, b.Call+"\x00"+b.Leg+"\x00"+b.MemberLeg),
		strings.Compare(a.Appointment, b.Appointment),
		strings.Compare(a.AnsweredBy+"\x00"+a.Recording+"\x00"+a.Direction, b.AnsweredBy+"\x00"+b.Recording+"\x00"+b.Direction),
		cmp.Compare(a.Seconds.n, b.Seconds.n),
		compareRequests(a.Request, b.Request),
		bytes.Compare(a.Report, b.Report),
		bytes.Compare(untraced(a).Body(), untraced(b).Body()),
		compareTimes(a.Kept, b.Kept), // of one report that was kept twice, the first counts
	)
}

// untraced is the event without what says only how it came.
func untraced(e CallEvent) CallEvent {
	e.Trace = ""
	return e
}

// rank puts the best witness first: of two who contradict each other, the first
// one taken is believed. The member's leg knows its own outcome; the dial result
// is second hand; the clinician's leg knows only that it is over itself. What was
// looked up comes right after what was reported of the same leg: the carrier's
// record of a leg follows its reports, and is as coarse as a bill.
func rank(e CallEvent) int {
	order := []Kind{KindRequested, KindRefused, KindProgress, KindDialEnded, KindMachineDetection, KindClinicianLeg, KindMemberCalled}
	place := slices.Index(order, e.Kind)
	if place < 0 {
		place = len(order)
	}
	if e.Reconciled() {
		return 2*place + 1
	}
	return 2 * place
}

// compareTimes puts an unknown time last: whoever gave a time knows more.
func compareTimes(a, b time.Time) int {
	if a.IsZero() != b.IsZero() {
		if a.IsZero() {
			return 1
		}
		return -1
	}
	return a.Compare(b)
}

func compareRequests(a, b Request) int {
	join := func(r Request) string {
		return strings.Join([]string{r.Clinician, string(r.Sender), string(r.Patient), string(r.Recipient),
			r.To.E164(), r.CallerID.E164(), string(r.Refusal)}, "\x00")
	}
	return strings.Compare(join(a), join(b))
}

// fold is a Call half told. Events come in canonical order, so "the first that
// knows" is the rule for every field but the status on the way to an outcome.
type fold struct {
	call    Call
	direct  bool // the one leg of the call is the member's
	outcome bool // Status is the outcome on the member's leg, or second hand
	machine string
	dialled bool // a report told of the dialling, so that Sent is its time
	rang    bool
	asked   time.Time // when the request was kept
	limit   int       // seconds after which the carrier ends the conversation; 0: not known
	left    time.Time // when the clinician's leg ended; zero also when that gave no time
	at      moments
}

func (f *fold) take(e CallEvent) {
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
		f.member(e.Leg, e.Call)
		f.answeredBy(e)
	case KindClinicianLeg:
		f.clinicianLeg(e)
	}

	if f.call.Recording == "" && e.Recording != "" {
		f.call.Recording, f.at.recording = e.Recording, e.At
	}
}

func (f *fold) request(e CallEvent) {
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

// end takes an outcome. A second outcome only adds what the first did not know.
func (f *fold) end(e CallEvent) {
	if !f.outcome {
		f.outcome = true
		f.status(e)
		f.call.Ended = e.At
	}

	if !f.call.Seconds.known && e.Seconds.known {
		f.call.Seconds, f.at.length = e.Seconds, e.At
	}
	if f.call.EndedBy == "" && e.EndedBy != "" {
		f.call.EndedBy, f.at.side = e.EndedBy, e.At
	}
	f.fail(e)
}

func (f *fold) status(e CallEvent) {
	f.call.Status, f.call.Word, f.call.Refusal, f.call.Told = e.Status, e.Word, "", ""
	f.at.status = happened(e)
}

// finish ends a call whose clinician has left though nobody told its outcome: the
// member's leg does not outlive it. Word stays what was last said of that leg, for
// the carrier says "completed" of the clinician's even when the line was busy.
func (f *fold) finish() Call {
	if f.call.ClinicianLeft && !f.call.Final() {
		f.call.Ended = f.left
		f.at.status = later(f.at.status, f.at.left)
		if f.call.Status == StatusInProgress {
			f.call.Status = StatusCompleted
		} else {
			f.call.Status = StatusCanceled
		}
	}

	f.call.AnsweredBy = f.machine
	keep(&f.call.Key, f.call.ClinicianLeg)
	f.reasons()
	f.moment()
	return f.call
}

// keep fills a field that nobody better has filled.
func keep(field *string, value string) {
	if *field == "" {
		*field = value
	}
}
