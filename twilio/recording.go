package twilio

import "perci.health/careline"

// The subjects of what is recorded. Their text names them also on other transports
// than HTTP.
const (
	SubjectRecording Subject = "Recording" // how a recording gets on (voice/api/recording, recordingStatusCallback)
	SubjectConsent   Subject = "Consent"   // what the member pressed when they were told (voice/twiml/gather, action)
)

// TextParameter is the fingerprint of what was announced, in the URL that is asked with
// the member's key (careline.Consent.Text).
const TextParameter = "text"

// declines is the key with which a member declines.
const declines = "9"

// recordingReport is a report of a recording. One of a room's has no CallSid: whose it
// is says the URL alone. What can be told apart by neither is kept under the recording's
// own id, for an operator.
func recordingReport(f Form) (e careline.CallEvent, left []string, err error) {
	r := report{Form: f}
	sid, once := f.one("RecordingSid")
	if !once || !isSID(sidRecording, sid) {
		return e, nil, notReport("RecordingSid is missing or malformed")
	}

	e.Kind, e.Recording = careline.KindRecording, string(sid)
	e.Call, e.Leg = r.sid(CallParameter, sidCall), r.sid("CallSid", sidCall)
	if e.Call == "" && e.Leg == "" {
		e.Leg = e.Recording
	}

	e.Word = r.word("RecordingStatus")
	e.Sound.State = recordingStateOf(e.Word)
	e.Sound.Channels, _ = r.number("RecordingChannels")
	e.Sound.Whole = r.sid("ConferenceSid", sidConference) != "" && !isSID(sidCall, e.Leg)
	e.Sound.Started = parseTime(string(r.value("RecordingStartTime")))
	if n, ok := r.number("RecordingDuration"); ok {
		e.Seconds = careline.SecondsOf(n)
	}
	if e.At = r.timestamp(); e.At.IsZero() && e.Sound.State == careline.RecordingRunning {
		e.At = e.Sound.Started
	}
	if code, ok := r.number("ErrorCode"); ok && code != 0 {
		e.Failure.Code = code
	}

	word := e.Word
	if word == "" {
		word = "-"
	}
	e.ID, e.Report = e.Recording+"/"+word, f.JSON()
	return e, r.left, nil
}

// recordingStateOf reads a recording's status (Twilio, voice/api/recording). A word that
// is new to us has no state; whoever keeps the event keeps the word.
func recordingStateOf(word string) careline.RecordingState {
	switch word {
	case "in-progress", "resumed", "started":
		return careline.RecordingRunning
	case "paused":
		return careline.RecordingPaused
	case "stopped", "processing":
		return careline.RecordingStopped
	case "completed":
		return careline.RecordingCompleted
	case "absent":
		return careline.RecordingAbsent
	case "failed":
		return careline.RecordingFailed
	case "deleted":
		return careline.RecordingDeleted
	}

	return careline.RecordingNone
}

// consentReport is what the member pressed. Any other key than the one that declines is
// none. A request without a call that the URL names is nobody's decision.
func consentReport(f Form) (e careline.CallEvent, left []string, err error) {
	r := report{Form: f}
	leg, once := f.one("CallSid")
	if !once || !isSID(sidCall, leg) {
		return e, nil, notReport("CallSid is missing or malformed")
	}
	call := r.sid(CallParameter, sidCall)
	if call == "" {
		return e, nil, notReport("it names no call")
	}

	e.Kind, e.Call, e.Leg = careline.KindConsent, call, string(leg)
	e.Consent = careline.Consent{
		Decision: careline.ConsentAnnounced,
		By:       "key",
		Text:     r.word(TextParameter),
	}
	if f.Get("Digits") == declines {
		e.Consent.Decision = careline.ConsentDeclined
	}

	e.Report = f.JSON()
	e.ID = identify(e.Leg+"/consent", e.Report)
	return e, r.left, nil
}
