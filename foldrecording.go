package careline

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// tellRecordings tells what was decided of recording the call, and what was recorded.
func (f *fold) tellRecordings() {
	if len(f.recorded) == 0 {
		return
	}

	r := recordingsFold{asked: map[string]*CallEvent{}}
	for _, e := range f.recorded {
		r.meet(e)
	}
	slices.SortStableFunc(f.recorded, func(a, b *CallEvent) int { return happened(a).Compare(happened(b)) })
	for _, e := range f.recorded {
		r.take(e)
	}

	c := &f.call
	c.Consent, c.Recordings = r.consent, r.list()
	f.at.sound = later(c.Consent.At, r.at)
	for _, one := range c.Recordings {
		keep(&c.Recording, one.Sid)
	}
}

// recordingsFold is what was recorded, half told.
type recordingsFold struct {
	consent Consent
	asked   map[string]*CallEvent // KindRecordingAsked, by ID
	starts  []*startFold
	all     []*recordingFold
	at      time.Time // when what the record holds of it last changed
}

// startFold is that a recording was asked for.
type startFold struct {
	id            string
	at            time.Time
	named, failed bool
}

// meet learns which commands and recordings there are, before anything is told of them.
func (r *recordingsFold) meet(e *CallEvent) {
	switch e.Kind {
	case KindConsent:
		r.decide(e)
		return
	case KindRecordingAsked:
		if e.Sound.Act == RecordStart && r.asked[e.ID] == nil {
			r.starts = append(r.starts, &startFold{id: e.ID, at: happened(e)})
		}
		r.asked[e.ID] = e
		return // whatever recording it names is known by what was told of it
	}
	if e.Recording != "" && r.named(e.Recording) == nil {
		r.all = append(r.all, &recordingFold{Recording: Recording{Sid: e.Recording}})
	}
}

// standing are the decisions from the one that stands before none to the one that
// stands before all, whenever each was made: what forbids before what allows, and a
// person's word before a machine's.
var standing = [...]Decision{
	ConsentNone,
	ConsentAnnounced,
	ConsentNotAsked,
	ConsentGiven,
	ConsentDeclined,
	ConsentWithdrawn,
}

// decide takes the decision if it stands before what is known; of two that are the same
// the first stands.
func (r *recordingsFold) decide(e *CallEvent) {
	if slices.Index(standing[:], e.Consent.Decision) > slices.Index(standing[:], r.consent.Decision) {
		r.consent = e.Consent
		r.consent.At = happened(e)
	}
}

func (r *recordingsFold) named(sid string) *recordingFold {
	for _, one := range r.all {
		if one.Sid == sid {
			return one
		}
	}
	return nil
}

// take tells an event to the recording that it is about, the earlier first.
func (r *recordingsFold) take(e *CallEvent) {
	if e.Kind == KindConsent || e.Kind == KindRecordingAsked {
		return
	}

	for _, start := range r.starts {
		if start.id == e.Sound.Answers {
			start.named = start.named || e.Recording != ""
			start.failed = start.failed || e.Sound.Failed != ""
		}
	}
	if one := r.named(e.Recording); one != nil {
		one.take(e, r.asked[e.Sound.Answers])
	}
}

// list are the recordings in the order in which they began. The carrier tells whole
// seconds: of two that began in one, that is first which was answered first. One that was
// asked for, and that the carrier has not named, has no Sid: it is being started, or could
// not be.
func (r *recordingsFold) list() []Recording {
	type begun struct {
		Recording
		second, at time.Time
	}
	var all []begun
	for _, one := range r.all {
		r.at = later(r.at, later(one.Started, one.changed))
		began := earlier(one.Started, one.first)
		all = append(all, begun{one.told(), began.Truncate(time.Second), one.heard})
	}

	for _, start := range r.starts {
		one := begun{Recording{State: RecordingStarting}, start.at.Truncate(time.Second), start.at}
		if start.failed {
			one.State = RecordingFailed
		}
		if !start.named {
			all = append(all, one)
		}
	}

	slices.SortStableFunc(all, func(a, b begun) int {
		return cmp.Or(compareTimes(a.second, b.second), compareTimes(a.at, b.at), strings.Compare(a.Sid, b.Sid), strings.Compare(string(a.State), string(b.State)))
	})
	list := make([]Recording, len(all))
	for i, one := range all {
		list[i] = one.Recording
	}
	return list
}
