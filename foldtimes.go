package careline

import "time"

// moments are when what the call tells happened, by what tells it.
type moments struct {
	status, machine, recording, length, side time.Time

	parties time.Time // when somebody last came into the call or left it
	sound   time.Time // what last became known of consent, or of a recording
}

// happened is when the event did: by the carrier's clock, or, where the carrier
// gave no time, when it was kept, which may be late.
func happened(e *CallEvent) time.Time {
	if e.At.IsZero() {
		return e.Kept
	}
	return e.At
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// earlier is the earlier of two times, of which one may not be known.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// times believes reports. The beginning that was looked up stands only when no
// report told of the dialling, but just of what came after it.
func (l *legFold) times(e *CallEvent) {
	l.rang = l.rang || e.Status == StatusRinging
	if e.At.IsZero() {
		return
	}

	if l.Sent.IsZero() || !l.dialled && e.At.Before(l.Sent) {
		l.Sent = e.At
	}

	if before := e.Status.progress(); before > 0 && before < StatusInProgress.progress() {
		l.dialled = true
	}

	if e.Status == StatusInProgress && l.Received.IsZero() {
		l.Received = e.At
	}

	if l.Received.Before(l.Sent) && !l.Received.IsZero() {
		l.Received = l.Sent // the record counts whole seconds
	}
}

// moment tells when the newest of all happened. What changes nothing has no part
// in it: otherwise every late report would make one more version of the record.
// A call that ended without a report of its dialling began when it was asked for.
func (f *fold) moment() {
	c := &f.call
	if c.Sent.IsZero() && c.Final() {
		c.Sent = f.asked
	}
	for _, t := range []time.Time{f.at.status, f.at.machine, f.at.recording, f.at.length, f.at.side, f.at.parties, f.at.sound, c.Sent, c.Received, c.Ended} {
		c.At = later(c.At, t)
	}
}
