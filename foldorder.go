package careline

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// canonical orders events by what they say and never by when they came: first
// whoever knows best (see rank), then the carrier's time, then its own
// count, then all else that a call is told by. Two that are equal tell the same.
func canonical(a, b *CallEvent) int {
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
		compareTexts(
			a.Call, b.Call,
			a.Leg, b.Leg,
			a.MemberLeg, b.MemberLeg,
			a.Appointment, b.Appointment,
			a.AnsweredBy, b.AnsweredBy,
			a.Recording, b.Recording,
			a.Direction, b.Direction,
			string(a.EndedBy), string(b.EndedBy),
			string(a.Role), string(b.Role),
			string(a.Note.Outcome), string(b.Note.Outcome),
			a.Note.Text, b.Note.Text,
			a.Note.By, b.Note.By,
		),
		cmp.Compare(a.Seconds.n, b.Seconds.n),
		cmp.Compare(a.Failure.Code, b.Failure.Code),
		cmp.Compare(a.Failure.SIP, b.Failure.SIP),
		compareRequests(&a.Request, &b.Request),
		compareRooms(&a.Room, &b.Room),
		compareSounds(&a.Sound, &b.Sound),
		compareTexts(
			string(a.Consent.Decision), string(b.Consent.Decision),
			a.Consent.By, b.Consent.By,
			a.Consent.Text, b.Consent.Text,
		),
		compareTimes(a.Kept, b.Kept), // of one report that was kept twice, the first counts
	)
}

// rank puts the best witness first: of two who contradict each other, the first
// one taken is believed. The member's leg knows its own outcome; the dial result
// is second hand; the clinician's leg knows only that it is over itself. What was
// looked up comes right after what was reported of the same leg: the carrier's
// record of a leg follows its reports, and is as coarse as a bill.
func rank(e *CallEvent) int {
	place := slices.Index(witnesses[:], e.Kind)
	if place < 0 {
		place = len(witnesses)
	}
	if e.Reconciled() {
		return 2*place + 1
	}
	return 2 * place
}

// witnesses are the kinds of event in the order in which they are believed.
var witnesses = [...]Kind{
	KindRequested,
	KindRefused,
	KindProgress,
	KindDialEnded,
	KindMachineDetection,
	KindClinicianLeg,
	KindMemberCalled,
	KindRingLeg,
	KindParty,
	KindNoted,
	KindRoomAsked,
	KindMoved,
	KindPartyAsked,
	KindPartyAnswered,
	KindRoom,
	KindPartyLeft,
	KindConsent,
	KindRecordingAsked,
	KindRecording,
	KindRecordingKept,
	KindRecordingGone,
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

func compareRequests(a, b *Request) int {
	return cmp.Or(
		compareTexts(
			a.Clinician, b.Clinician,
			string(a.Sender), string(b.Sender),
			string(a.Patient), string(b.Patient),
			string(a.Recipient), string(b.Recipient),
			a.To.E164(), b.To.E164(),
			a.CallerID.E164(), b.CallerID.E164(),
			string(a.Refusal), string(b.Refusal),
			a.Names.Sender, b.Names.Sender,
			a.Names.Patient, b.Names.Patient,
			a.Names.Recipient, b.Names.Recipient,
			a.Names.Relation, b.Names.Relation,
		),
		compareFlags(a.Household, b.Household),
		cmp.Compare(a.Limit, b.Limit),
	)
}

func compareRooms(a, b *RoomSaid) int {
	return cmp.Or(
		compareTexts(
			a.Conference, b.Conference,
			string(a.Act), string(b.Act),
			a.Label, b.Label,
			string(a.Ref), string(b.Ref),
			a.Entry, b.Entry,
			a.Name, b.Name,
			a.To.E164(), b.To.E164(),
			a.Identity, b.Identity,
			a.By, b.By,
			a.Answers, b.Answers,
			a.Failed, b.Failed,
			a.Reason, b.Reason,
		),
		compareFlags(a.LegLives, b.LegLives),
	)
}

func compareSounds(a, b *RecordingSaid) int {
	return cmp.Or(
		compareTexts(
			string(a.Act), string(b.Act),
			string(a.State), string(b.State),
			a.By, b.By,
			a.Answers, b.Answers,
			a.Failed, b.Failed,
			a.Media, b.Media,
			a.Why, b.Why,
		),
		cmp.Compare(a.Channels, b.Channels),
		compareTimes(a.Started, b.Started),
		compareFlags(a.Whole, b.Whole),
	)
}

// compareTexts compares the first with the second, the third with the fourth, and
// so on.
func compareTexts(pairs ...string) int {
	for i := 0; i < len(pairs); i += 2 {
		if c := strings.Compare(pairs[i], pairs[i+1]); c != 0 {
			return c
		}
	}
	return 0
}

func compareFlags(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
