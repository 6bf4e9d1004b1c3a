package calls

import (
	"slices"

	"perci.health/careline"
)

// memberLeft reports whether whoever was called has left the call's room, and their leg
// does not go on elsewhere. Of a call without a room it says nothing: that ends with them.
func memberLeft(c careline.Call) bool {
	return slices.ContainsFunc(c.Parties, func(p careline.Party) bool { return p.Role == careline.RoleMember && p.Outcome != "" })
}

// memberHeld reports whether whoever was called is on hold.
func memberHeld(c careline.Call) bool {
	return slices.ContainsFunc(c.Parties, func(p careline.Party) bool { return p.Role == careline.RoleMember && p.Held })
}

// may is why what is asked of a call's recording cannot be done. Where calls are not
// recorded any more, what runs can still be paused, stopped and taken back.
func (r Recordings) may(c careline.Call, act careline.RecordingAct) error {
	if r.Mode == "" && (act == careline.RecordStart || act == careline.RecordResume) {
		return recordingOff()
	}
	state := newestOf(c).State
	switch act {
	case careline.RecordStart:
		return r.mayStart(c)
	case careline.RecordWithdraw:
		return mayWithdraw(c)
	case careline.RecordPause:
		if state == careline.RecordingPaused && newestOf(c).ByHand {
			return already("The recording is paused already.")
		}
	case careline.RecordResume:
		if memberLeft(c) {
			return withoutMember()
		}
		if state == careline.RecordingRunning {
			return already("The recording goes on already.")
		}
	case careline.RecordStop:
		if state == careline.RecordingStopped {
			return already("The recording is stopped already.")
		}
	}

	switch state {
	case careline.RecordingStarting, careline.RecordingRunning, careline.RecordingPaused:
		return nil
	}
	return careline.NewReasoned(careline.CodeConflict, careline.ReasonNotInProgress, "This call is not being recorded at the moment.")
}

// mayStart is why a recording cannot be started.
func (r Recordings) mayStart(c careline.Call) error {
	if r.Mode == "" {
		return recordingOff()
	}
	if memberLeft(c) {
		return withoutMember()
	}

	consent := c.Consent.Decision
	switch newestOf(c).State {
	case careline.RecordingStarting, careline.RecordingRunning, careline.RecordingPaused:
		return already("The call is being recorded already.")
	}

	switch {
	case consent == careline.ConsentDeclined && c.Consent.By == "standing":
		return standingRefusal()
	case consent == careline.ConsentDeclined, consent == careline.ConsentWithdrawn:
		return declined()
	case clinicianLeg(c) == "" || c.Status != careline.StatusInProgress && c.Room != careline.RoomOpen:
		return careline.NewReasoned(careline.CodeConflict, careline.ReasonNotInProgress, "A call can be recorded while you speak with somebody.")
	case memberHeld(c):
		return careline.NewReasoned(careline.CodeConflict, careline.ReasonNotInProgress, "The person called is on hold. A recording can begin when they are back.")
	case r.Mode != "asked" && !consent.Allows():
		return careline.Because(careline.CodeConflict, careline.ReasonConsentMissing, nil)
	}
	return nil
}

// mayWithdraw is why nothing can be taken back: of a call that was not placed nothing was
// recorded.
func mayWithdraw(c careline.Call) error {
	switch {
	case c.Status == careline.StatusRefused:
		return careline.NewReasoned(careline.CodeConflict, careline.ReasonNotInProgress, "This call was not placed, so nothing of it was recorded.")
	case c.Consent.Decision == careline.ConsentWithdrawn:
		return already("What was recorded of this call is deleted, or will be in a moment.")
	}
	return nil
}

func recordingOff() error {
	return careline.NewReasoned(careline.CodeNotFound, careline.ReasonFeatureOff, "This is switched off at your clinic. It is switched on with the setting RECORDING.")
}

func withoutMember() error {
	return careline.NewReasoned(careline.CodeConflict, careline.ReasonNotInProgress, "The person you called has left, so nothing more of this call is recorded.")
}

func already(sentence string) error {
	return careline.NewReasoned(careline.CodeConflict, careline.ReasonAlready, sentence)
}

func declined() error {
	return careline.Because(careline.CodeConflict, careline.ReasonDeclined, nil)
}

func standingRefusal() error {
	return careline.NewReasoned(careline.CodeConflict, careline.ReasonDeclined, "The patient’s record says that they do not want calls to be recorded.")
}
