package calls

import (
	"slices"
	"strconv"

	"perci.health/careline"
)

// recordingsAtMost bounds how many recordings of one call there are, so that a carrier who
// ends each at once is not asked for ever.
const recordingsAtMost = 50

// recordingDo is what is to be done about the recordings of a call.
type recordingDo string

const (
	doNothing recordingDo = ""
	doNote    recordingDo = "note"   // that nobody was asked, for a machine answered
	doAsk     recordingDo = "ask"    // keep what nobody said, but who is on hold, or has left, makes so
	doBegin   recordingDo = "begin"  // on a leg, unless one is found there
	doName    recordingDo = "name"   // keep that one which was told of is the one that was asked for
	doChange  recordingDo = "change" // pause, go on with, or stop one
	doDelete  recordingDo = "delete" // one, which is stopped before
	doClear   recordingDo = "clear"  // find what the log does not know of, so that it is deleted
	doForget  recordingDo = "forget" // a wish for one that a later wish has overtaken
	doFind    recordingDo = "find"   // find what was begun and is not wanted any more, so that it is stopped
)

// recordingStep is one thing to do.
type recordingStep struct {
	do      recordingDo
	one     oneRecording            // of doName, doChange and doDelete
	leg     string                  // of doBegin
	to      careline.RecordingState // of doChange
	act     careline.RecordingAct   // of doChange and doAsk
	answers string                  // ID of the event because of which it is done
	why     string                  // of doDelete
	maybe   bool                    // of doChange: it may be so already
}

// next is what is to be done first, by what is known; of doNothing all is as it should
// be. It asks nobody: the same events give the same step. announced says that members are
// told by a voice, before they can be asked by anybody.
func (k *knownRecordings) next(announced bool) recordingStep {
	if step := k.naming(); step.do != doNothing {
		return step
	}
	if step := k.overtaken(); step.do != doNothing {
		return step
	}
	if step := k.forbidden(announced); step.do != doNothing {
		return step
	}
	if step := k.unwanted(); step.do != doNothing {
		return step
	}

	if !k.call.Consent.Decision.Allows() {
		return recordingStep{}
	}
	if memberLeft(k.call) {
		return k.ending()
	}
	if step := k.pausing(); step.do != doNothing {
		return step
	}
	return k.beginning()
}

// naming keeps of what runs that it is what was asked for: where its report came and the
// answer was lost, and where it was begun for an earlier wish and goes on.
func (k *knownRecordings) naming() recordingStep {
	if k.begun.id == "" || k.settled[k.begun.id] {
		return recordingStep{}
	}
	for _, one := range k.all {
		if one.running() && one.leg != "" && k.mayBeWanted(one) {
			return recordingStep{do: doName, one: one, answers: k.begun.id}
		}
	}
	return recordingStep{}
}

// mayBeWanted reports whether what runs can be what the newest wish asks for. One that was
// to be stopped since it began may have been stopped, though nobody has told yet.
func (k *knownRecordings) mayBeWanted(one oneRecording) bool {
	began, begot := k.begot[one.Sid]
	if !begot {
		return true
	}
	_, unwanted := k.deletes[one.Sid]
	return !unwanted && k.on(one) && k.stopped.seq < began
}

// overtaken keeps that nothing comes of an earlier wish, which would be told as starting
// for ever. Whatever the carrier may have begun for it is found for the newest one: adopted
// where that stands, else stopped.
func (k *knownRecordings) overtaken() recordingStep {
	for _, start := range k.starts {
		if start != k.begun.id && !k.settled[start] {
			return recordingStep{do: doForget, answers: start}
		}
	}
	return recordingStep{}
}

// forbidden deletes everything where the member does not want it, or cannot have been
// asked. That a machine answered does not outweigh a clinician's word that the member
// agreed.
func (k *knownRecordings) forbidden(announced bool) recordingStep {
	decision := k.call.Consent.Decision
	if machine(k.call.AnsweredBy) && (decision == careline.ConsentAnnounced || announced && decision == careline.ConsentNone) {
		return recordingStep{do: doNote}
	}
	if decision == careline.ConsentNone || decision.Allows() {
		return recordingStep{}
	}

	for _, one := range k.all {
		if one.sounds() {
			return recordingStep{
				do:      doDelete,
				one:     one,
				answers: k.decided,
				why:     whyForbidden(decision),
			}
		}
	}
	if k.begun.id != "" && k.cleared != k.decided {
		return recordingStep{do: doClear, answers: k.decided}
	}
	return recordingStep{}
}

// Why the sound of a recording was deleted. Their text is kept in the log, and is in the
// API: never change one.
const (
	WhyWithdrawn = "withdrawn" // the member did not want it
	WhyMachine   = "machine"   // no person answered
	WhyExpired   = "expired"   // it was kept as long as the clinic keeps recordings
	WhyErased    = "erased"    // with all else of the patient's
	WhyTwice     = "twice"     // another one of the same goes on
)

func whyForbidden(d careline.Decision) string {
	if d == careline.ConsentNotAsked {
		return WhyMachine
	}
	return WhyWithdrawn
}

// unwanted deletes and stops what somebody asked to.
func (k *knownRecordings) unwanted() recordingStep {
	for _, one := range k.all {
		asked, is := k.deletes[one.Sid]
		if is && one.Sid != "" && one.State != careline.RecordingDeleted && one.Gone == "" {
			return recordingStep{
				do:      doDelete,
				one:     one,
				answers: asked.id,
				why:     asked.why,
			}
		}
	}

	if k.stopped.id == "" || k.stopped.seq < k.begun.seq {
		return recordingStep{}
	}
	if k.begun.id != "" && !k.settled[k.begun.id] {
		return recordingStep{do: doFind, answers: k.begun.id}
	}
	for _, one := range k.all {
		if one.running() {
			return recordingStep{
				do:      doChange,
				one:     one,
				to:      careline.RecordingStopped,
				act:     careline.RecordStop,
				answers: k.stopped.id,
			}
		}
	}
	return recordingStep{}
}

// ending has it kept, once, that what was asked for is to be stopped, since the member has
// left: they agreed to be recorded, and whoever still speaks did not. From then on it is
// stopped as if somebody had said so, and begins no more by itself. Of a call that is over
// nothing runs, and nothing is kept.
func (k *knownRecordings) ending() recordingStep {
	wanted := k.begun.id != "" && k.begun.seq > k.stopped.seq
	runs := slices.ContainsFunc(k.all, oneRecording.running)
	if !wanted || !runs && !k.call.Live() {
		return recordingStep{}
	}
	return recordingStep{do: doAsk, act: careline.RecordStop, answers: k.begun.id}
}

// wishID is the ID of a wish that is nobody's word, by the event because of which it is kept.
func wishID(call string, act careline.RecordingAct, because string) string {
	return call + "/recording/" + string(act) + "/" + because
}

// stopID is that of the stop of a call whose member has left, by the wish that it ends.
func stopID(call, wish string) string { return wishID(call, careline.RecordStop, wish) }

// pausing pauses what runs while the member is on hold, or may be, or a person wants it,
// and has it go on when neither is so. What was asked for and not answered may
// have been carried out.
func (k *knownRecordings) pausing() recordingStep {
	step := recordingStep{do: doChange, to: careline.RecordingRunning, act: careline.RecordResume}
	if k.byHand || k.held {
		step.to, step.act = careline.RecordingPaused, careline.RecordPause
	}
	doubt := slices.ContainsFunc(k.open, func(asked told) bool { return asked.act != step.act })

	for _, one := range k.all {
		if !one.running() || !k.on(one) || one.State == step.to && !doubt {
			continue
		}
		step.one, step.answers, step.maybe = one, k.paused.id, one.State == step.to
		if k.paused.act != step.act { // nobody's word, but who is on hold
			step.do, step.answers = doAsk, k.hold.id+"/"+strconv.FormatInt(k.paused.seq, 10)
		}
		return step
	}
	return recordingStep{}
}

// on reports whether a recording is of the leg that the clinician is on.
func (k *knownRecordings) on(one oneRecording) bool {
	return k.leg != "" && (one.leg == k.leg || one.leg == "")
}

// beginning begins one where it is wanted, and none runs. What was begun and has ended is
// begun again only where the call moved meanwhile: the carrier may end a recording with
// the Dial. Else whoever ended it there had a reason. That is not done while it would have
// to be paused at once: of what is said until then, somebody wanted nothing recorded.
func (k *knownRecordings) beginning() recordingStep {
	if k.held || k.byHand && k.settled[k.begun.id] {
		return recordingStep{}
	}
	if k.begun.id == "" || k.begun.seq < k.stopped.seq || k.leg == "" || k.failed > k.begun.seq {
		return recordingStep{}
	}
	if slices.ContainsFunc(k.all, func(one oneRecording) bool { return one.running() && k.on(one) }) {
		return recordingStep{}
	}
	moved := k.call.Room == careline.RoomMoving || k.call.Room == careline.RoomOpen
	if k.started[k.begun.id+"\n"+k.leg] && !moved || len(k.all) >= recordingsAtMost {
		return recordingStep{}
	}
	return recordingStep{do: doBegin, leg: k.leg, answers: k.begun.id}
}
