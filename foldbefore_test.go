package careline

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// FoldBefore is Fold as it was before a call had legs: commit a46adc7, its files
// fold.go, foldleg.go and foldtimes.go as they were, under other names. It is what
// the logs of those releases were told by, and is never to be mended.
func FoldBefore(events []CallEvent) Call {
	sorted := slices.Clone(events)
	slices.SortFunc(sorted, canonicalBefore)
	f := foldBefore{direct: directBefore(sorted)}
	for i, e := range sorted {
		if i > 0 && canonicalBefore(sorted[i-1], e) == 0 {
			continue
		}
		f.take(e)
	}
	return f.finish()
}

// canonicalBefore orders events by what they say and never by when they came: first
// whoever knows best (see rank), then the carrier's time, then its own
// count, then everything else, so that two different events are never equal.
func canonicalBefore(a, b CallEvent) int {
	told := cmp.Or(
		cmp.Compare(rankBefore(a), rankBefore(b)),
		compareTimesBefore(a.At, b.At),
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
		compareRequestsBefore(a.Request, b.Request),
		bytes.Compare(a.Report, b.Report),
		bytes.Compare(factsBefore(a), factsBefore(b)),
		compareTimesBefore(a.Kept, b.Kept), // of one report that was kept twice, the first counts
	)
}

// rank puts the best witness first: of two who contradict each other, the first
// one taken is believed. The member's leg knows its own outcome; the dial result
// is second hand; the clinician's leg knows only that it is over itself. What was
// looked up comes right after what was reported of the same leg: the carrier's
// record of a leg follows its reports, and is as coarse as a bill.
func rankBefore(e CallEvent) int {
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

// compareTimesBefore puts an unknown time last: whoever gave a time knows more.
func compareTimesBefore(a, b time.Time) int {
	if a.IsZero() != b.IsZero() {
		if a.IsZero() {
			return 1
		}
		return -1
	}
	return a.Compare(b)
}

func compareRequestsBefore(a, b Request) int {
	join := func(r Request) string {
		return strings.Join([]string{r.Clinician, string(r.Sender), string(r.Patient), string(r.Recipient),
			r.To.E164(), r.CallerID.E164(), string(r.Refusal)}, "\x00")
	}
	return strings.Compare(join(a), join(b))
}

// foldBefore is a Call half told. Events come in canonicalBefore order, so "the first that
// knows" is the rule for every field but the status on the way to an outcome.
type foldBefore struct {
	call    Call
	direct  bool // the one leg of the call is the member's
	outcome bool // Status is the outcome on the member's leg, or second hand
	machine string
	dialled bool // a report told of the dialling, so that Sent is its time
	rang    bool
	asked   time.Time // when the request was kept
	limit   int       // seconds after which the carrier ends the conversation; 0: not known
	left    time.Time // when the clinician's leg ended; zero also when that gave no time
	at      momentsBefore
}

func (f *foldBefore) take(e CallEvent) {
	keepBefore(&f.call.Key, e.Call)
	keepBefore(&f.call.Appointment, e.Appointment)
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

func (f *foldBefore) request(e CallEvent) {
	keepBefore(&f.call.ClinicianLeg, e.Leg)
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
	f.asked = happenedBefore(e)
	f.at.status = f.asked
}

// end takes an outcome. A second outcome only adds what the first did not know.
func (f *foldBefore) end(e CallEvent) {
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

func (f *foldBefore) status(e CallEvent) {
	f.call.Status, f.call.Word, f.call.Refusal, f.call.Told = e.Status, e.Word, "", ""
	f.at.status = happenedBefore(e)
}

// finish ends a call whose clinician has left though nobody told its outcome: the
// member's leg does not outlive it. Word stays what was last said of that leg, for
// the carrier says "completed" of the clinician's even when the line was busy.
func (f *foldBefore) finish() Call {
	if f.call.ClinicianLeft && !f.call.Final() {
		f.call.Ended = f.left
		f.at.status = laterBefore(f.at.status, f.at.left)
		if f.call.Status == StatusInProgress {
			f.call.Status = StatusCompleted
		} else {
			f.call.Status = StatusCanceled
		}
	}

	f.call.AnsweredBy = f.machine
	keepBefore(&f.call.Key, f.call.ClinicianLeg)
	f.reasons()
	f.moment()
	return f.call
}

// keep fills a field that nobody better has filled.
func keepBefore(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

// direct reports whether the REST API dialled the member itself, and careline had
// no part in it: the call has one leg, which is the member's. The leg of a person
// who is rung first and then connected has others beside it, and is a clinician's.
func directBefore(events []CallEvent) bool {
	dialled := false
	for _, e := range events {
		switch {
		case e.Leg != e.Call || e.MemberLeg != "":
			return false
		case e.Kind == KindProgress:
			dialled = dialled || e.Direction == DirectionAPI
		case e.Kind == KindMachineDetection, e.Kind == KindClinicianLeg && e.Reconciled():
			// of whoever's leg it is
		default:
			return false
		}
	}

	return dialled
}

// member takes a leg for the member's, unless it is the one that the call is
// named for: that is the clinician's, whatever else was reported under its id.
func (f *foldBefore) member(leg, key string) (isMembers bool) {
	if leg == key && !f.direct {
		return false
	}
	keepBefore(&f.call.MemberLeg, leg)
	return true
}

// progress believes the first outcome, and before one the furthest status. A
// report without a status tells of something else that has to do with the leg,
// such as a recording, and nothing of how the leg gets on.
func (f *foldBefore) progress(e CallEvent) {
	f.answeredBy(e)
	if !f.member(e.Leg, e.Call) {
		f.leave(e)
		return
	}
	if e.Call != e.Leg {
		keepBefore(&f.call.ClinicianLeg, e.Call)
	}
	if e.Word == "" && e.Direction == "" && e.Status == StatusUnknown {
		return
	}

	if f.direct && f.call.To.IsZero() {
		f.call.To, f.call.ToEnding = e.Request.To, e.Request.To.Ending()
	}
	keepBefore(&f.call.Direction, e.Direction)
	f.times(e)
	if e.Status.Final() {
		f.end(e)
		return
	}
	if f.outcome || f.call.Status == StatusRefused || e.Word == "" {
		return
	}
	if f.call.Word == "" || e.Status.progress() > f.call.Status.progress() {
		f.status(e)
	}
}

func (f *foldBefore) dialEnded(e CallEvent) {
	keepBefore(&f.call.ClinicianLeg, e.Leg)
	if e.MemberLeg != "" {
		f.member(e.MemberLeg, e.Call)
	}
	if e.Status.Final() {
		f.end(e)
	}
}

func (f *foldBefore) clinicianLeg(e CallEvent) {
	if !f.direct {
		keepBefore(&f.call.ClinicianLeg, e.Leg)
	}
	f.leave(e)
}

// leave notes that the leg which the call is named for is over.
func (f *foldBefore) leave(e CallEvent) {
	if e.Status.Final() && !f.call.ClinicianLeft {
		f.call.ClinicianLeft, f.left, f.at.left = true, e.At, happenedBefore(e)
	}
}

// answeredBy believes a report of the leg before a detection, and anything
// before "unknown", which the carrier says when it could not tell.
func (f *foldBefore) answeredBy(e CallEvent) {
	if e.AnsweredBy != "" && (f.machine == "" || f.machine == "unknown") {
		f.machine, f.at.machine = e.AnsweredBy, e.At
	}
}

// sipDeclineBefore is SIP's word for a call that was turned away (RFC 3261, section 21.6.2).
const sipDeclineBefore = 603

// fail keeps the reason of an outcome; each part is the first witness's who has it.
func (f *foldBefore) fail(e CallEvent) {
	if e.Status == StatusCompleted {
		return // the carrier tells also how a good call was answered
	}
	if f.call.Failure.Code == 0 {
		f.call.Failure.Code = e.Failure.Code
	}
	if f.call.Failure.SIP == 0 {
		f.call.Failure.SIP = e.Failure.SIP
	}
}

// cutOff reports whether the carrier may have ended the conversation at its limit:
// its reports are then those of a member who hung up. It counts whole seconds.
func (f *foldBefore) cutOff() bool {
	return f.limit > 0 && f.call.Seconds.known && f.call.Seconds.n >= f.limit-1
}

// reasons leaves of who and why what the outcome allows: a witness who was
// outvoted on the outcome was wrong on its reason too. Networks say "busy" of a
// call that a person turned away, but no telephone rings on a busy line.
func (f *foldBefore) reasons() {
	c := &f.call
	switch c.Status {
	case StatusBusy:
		c.Declined = f.rang || c.Failure.SIP == sipDeclineBefore
	case StatusFailed, StatusNoAnswer:
		c.Declined = c.Failure.SIP == sipDeclineBefore
	}

	if c.Status != StatusFailed {
		c.Failure = Failure{}
	}
	hungUp := c.Status == StatusCompleted || c.EndedBy == SideClinician && (c.Status == StatusCanceled || c.Status == StatusNoAnswer)
	if !hungUp || f.cutOff() {
		c.EndedBy, f.at.side = "", f.at.status
	}
}

// momentsBefore are when what the call tells happened, by what tells it.
type momentsBefore struct {
	status, machine, recording, length, side, left time.Time
}

// happened is when the event did: by the carrier's clock, or, where the carrier
// gave no time, when it was kept, which may be late.
func happenedBefore(e CallEvent) time.Time {
	if e.At.IsZero() {
		return e.Kept
	}
	return e.At
}

func laterBefore(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// times believes reports. The beginning that was looked up stands only when no
// report told of the dialling, but just of what came after it.
func (f *foldBefore) times(e CallEvent) {
	f.rang = f.rang || e.Status == StatusRinging
	if e.At.IsZero() {
		return
	}

	if f.call.Sent.IsZero() || !f.dialled && e.At.Before(f.call.Sent) {
		f.call.Sent = e.At
	}

	if before := e.Status.progress(); before > 0 && before < StatusInProgress.progress() {
		f.dialled = true
	}

	if e.Status == StatusInProgress && f.call.Received.IsZero() {
		f.call.Received = e.At
	}

	if f.call.Received.Before(f.call.Sent) && !f.call.Received.IsZero() {
		f.call.Received = f.call.Sent // the record counts whole seconds
	}
}

// moment tells when the newest of all happened. What changes nothing has no part
// in it: otherwise every late report would make one more version of the record.
// A call that ended without a report of its dialling began when it was asked for.
func (f *foldBefore) moment() {
	c := &f.call
	if c.Sent.IsZero() && c.Final() {
		c.Sent = f.asked
	}
	for _, t := range []time.Time{f.at.status, f.at.machine, f.at.recording, f.at.length, f.at.side, c.Sent, c.Received, c.Ended} {
		c.At = laterBefore(c.At, t)
	}
}

// factsBefore are the fields of an event that the log kept together.
func factsBefore(e CallEvent) []byte {
	text, err := json.Marshal(struct {
		EndedBy   Side    `json:"endedBy,omitempty"`
		Failure   Failure `json:"failure,omitzero"`
		Names     Names   `json:"names,omitzero"`
		Household bool    `json:"household,omitempty"`
		Limit     int     `json:"limit,omitempty"`
	}{e.EndedBy, e.Failure, e.Request.Names, e.Request.Household, e.Request.Limit})
	if err != nil {
		panic(err)
	}
	return text
}

// SummaryBefore is Call.Summary as it was before a call had an Outcome; it holds no
// semicolon and nothing of a patient.
func SummaryBefore(c Call) string {
	switch c.Status {
	case StatusRefused:
		return "Not placed: " + c.Why()
	case StatusRequested:
		return "Requested"
	case StatusQueued:
		return "Waiting to be dialled"
	case StatusInitiated:
		return "Dialling"
	case StatusRinging:
		return "Ringing"
	case StatusInProgress:
		return answeredBefore(c, "Voicemail answered")
	case StatusCompleted:
		return answeredBefore(c, "Left for voicemail") + c.lasted()
	case StatusBusy, StatusFailed, StatusNoAnswer, StatusCanceled:
		return unansweredBefore(c)
	}

	return "Not known yet"
}

func answeredBefore(c Call, voicemail string) string {
	switch {
	case c.Voicemail():
		return voicemail
	case c.AnsweredBy == "fax":
		return "Answered by a fax machine"
	case c.AnsweredBy == "human":
		return "Answered by a person"
	}
	return "Answered"
}

func unansweredBefore(c Call) string {
	switch {
	case c.Declined:
		return "Declined"
	case c.Status == StatusBusy:
		return "The line was busy"
	case c.Status == StatusNoAnswer && c.EndedBy != SideClinician:
		return "No answer"
	case c.Status != StatusFailed:
		return "Ended before it was answered"
	}

	if why := c.Failure.Reason(); why != "" {
		return "Could not be connected: " + why
	}
	return "Could not be connected"
}
