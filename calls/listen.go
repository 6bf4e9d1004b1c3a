package calls

import (
	"context"
	"io"

	"perci.health/careline"
)

// Sound is the sound of a recording, or a part of it, on its way. Nothing of it is kept.
type Sound struct {
	Type   string        // its media type: audio/mpeg
	Length int64         // of Body, in bytes; negative: not known
	Part   string        // which part it is, as Content-Range has it (RFC 9110, section 14.4); empty: all of it
	Beyond bool          // the part that was asked for lies beyond its end: Part tells how long it is, and there is no Body
	Body   io.ReadCloser // whoever reads it closes it
}

// RecordingList is what was recorded of a call.
type RecordingList struct {
	Call       string
	Consent    careline.Decision
	Recordings []careline.Recording // each has a Sid
	MayDelete  bool                 // whoever asks may have one deleted
}

// heardBy is the call, if the visitor may hear what was recorded of it: its clinician may,
// and a reviewer. For anybody else there is no such call.
func (r Recordings) heardBy(ctx context.Context, who careline.Visitor, call string) (*knownRecordings, error) {
	events, err := r.Log.Events(ctx, call)
	if err != nil {
		return nil, err
	}
	k := known(events)
	own := who.Clinician.ID != "" && who.Clinician.ID == k.call.Clinician
	if !own && !(who.Reviewer && len(events) > 0) {
		return nil, noSuchCall()
	}
	return k, nil
}

// List is what was recorded of a call, for whoever may hear it.
func (r Recordings) List(ctx context.Context, who careline.Visitor, call string) (RecordingList, error) {
	k, err := r.heardBy(ctx, who, call)
	if err != nil {
		return RecordingList{}, err
	}
	return k.listed(who), nil
}

// listed is all of it, for somebody who may hear it.
func (k *knownRecordings) listed(who careline.Visitor) RecordingList {
	list := RecordingList{
		Call:      k.call.Key,
		Consent:   k.call.Consent.Decision,
		MayDelete: who.Reviewer,
	}
	for _, one := range k.all {
		list.Recordings = append(list.Recordings, k.shown(one).Recording)
	}
	return list
}

// shown is a recording as people see it: one that is to be deleted is gone for them.
func (k *knownRecordings) shown(one oneRecording) oneRecording {
	why := ""
	if asked, is := k.deletes[one.Sid]; is {
		why = asked.why
	}
	if d := k.call.Consent.Decision; d != careline.ConsentNone && !d.Allows() {
		why = whyForbidden(d)
	}
	if why != "" && one.sounds() {
		one.State, one.Gone, one.Media = careline.RecordingDeleted, why, ""
	}
	return one
}

// recording finds one for whoever may hear it. Without a call, the carrier and the log
// say whose it is.
func (r Recordings) recording(ctx context.Context, who careline.Visitor, call, sid string) (*knownRecordings, oneRecording, error) {
	alone := call == ""
	if call == "" {
		leg, err := r.LegOf(ctx, sid)
		if err == nil {
			call, err = r.Log.CallOf(ctx, leg)
		}
		if err != nil && careline.CodeOf(err) != careline.CodeNotFound {
			return nil, oneRecording{}, err
		}
		if call == "" {
			return nil, oneRecording{}, noRecording()
		}
	}

	k, err := r.heardBy(ctx, who, call)
	if alone && err != nil && careline.CodeOf(err) == careline.CodeNotFound {
		err = noRecording() // that there is one is not told
	}
	if err != nil {
		return nil, oneRecording{}, err
	}
	for _, one := range k.all {
		if one.Sid == sid {
			return k, k.shown(one), nil
		}
	}
	return nil, oneRecording{}, noRecording()
}

func noRecording() error {
	return careline.Because(careline.CodeNotFound, careline.ReasonNoRecording, nil)
}

// deaf is why a recording cannot be heard, or not yet.
func deaf(one oneRecording) error {
	switch {
	case one.Gone != "" || one.State == careline.RecordingDeleted:
		return deleted()
	case one.State == careline.RecordingAbsent, one.State == careline.RecordingFailed:
		return careline.Because(careline.CodeNotFound, careline.ReasonNoSound, nil)
	case one.State != careline.RecordingCompleted:
		return careline.Because(careline.CodeConflict, careline.ReasonNotReady, nil)
	}
	return nil
}

func deleted() error {
	return careline.Because(careline.CodeNotFound, careline.ReasonGone, nil)
}

// Hear is the sound of a recording of the call, or the part of it that the header Range
// asks for; an empty call is whichever the recording is of. That the visitor listens is
// durable when it returns. Errors: not-found for what they may not hear, with the reason
// gone for what is deleted; conflict with the reason not-ready; rejected, when the carrier
// gives no sound; unavailable, also when it could not be kept who listens.
func (r Recordings) Hear(ctx context.Context, who careline.Visitor, call, sid, part string) (Sound, error) {
	k, one, err := r.recording(ctx, who, call, sid)
	if err != nil {
		return Sound{}, err
	}
	if err := deaf(one); err != nil {
		return Sound{}, err
	}

	sound, err := r.Sound(ctx, sid, part)
	if err != nil || sound.Beyond {
		return sound, err
	}
	if err := r.Heard(ctx, lookAt(k.call, one, who, careline.LookHeard)); err != nil {
		_ = sound.Body.Close() // nobody hears it
		return Sound{}, careline.Because(careline.CodeUnavailable, careline.ReasonNotNoted, err)
	}
	return sound, nil
}

// lookAt is that the visitor hears a recording, or has it deleted.
func lookAt(c careline.Call, one oneRecording, who careline.Visitor, what careline.LookAt) careline.Look {
	l := careline.Look{
		Clinician:   who.Clinician.ID,
		Appointment: c.Appointment,
		What:        what,
		Recording:   one.Sid,
		Outcome:     careline.LookShown,
	}

	if l.Clinician == "" {
		l.Visitor = who.ID
	}
	if c.Patient != "" {
		l.Patients = []careline.Reference{c.Patient}
	}
	if one.Media != "" {
		l.Media = careline.Reference("Media/" + one.Media)
	}
	return l
}

// Delete has a reviewer's wish kept that a recording of the call is deleted, and why.
// Errors: not-found for whoever may not hear it, forbidden for whoever may hear it and is
// no reviewer; not-found with the reason gone for what is deleted.
func (r Recordings) Delete(ctx context.Context, who careline.Visitor, call, sid, why string) (careline.Recording, error) {
	k, one, err := r.recording(ctx, who, call, sid)
	if err != nil {
		return careline.Recording{}, err
	}
	if !who.Reviewer {
		return careline.Recording{}, careline.Because(careline.CodeForbidden, careline.ReasonNoReviewer, nil)
	}
	if one.Gone != "" {
		return careline.Recording{}, deleted()
	}

	if err := r.Heard(ctx, lookAt(k.call, one, who, careline.LookDeleted)); err != nil {
		return careline.Recording{}, careline.Because(careline.CodeUnavailable, careline.ReasonNotNoted, err)
	}
	by := who.Clinician.ID
	if by == "" {
		by = who.ID
	}
	_, _, err = r.Log.AppendFor(ctx, RecordingsConsumer, careline.CallEvent{
		ID:        sid + "/delete",
		Call:      k.call.Key,
		Kind:      careline.KindRecordingAsked,
		Recording: sid,
		At:        r.Now(),
		Sound: careline.RecordingSaid{
			Act: careline.RecordDelete,
			By:  by,
			Why: why,
		},
	})
	one.State, one.Gone, one.Media = careline.RecordingDeleted, why, ""
	return one.Recording, err
}
