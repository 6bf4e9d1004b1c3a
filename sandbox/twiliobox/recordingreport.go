package twiliobox

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// recordingEvents are what a recordingStatusCallback can be told.
var recordingEvents = []string{string(recordingRuns), string(recordingCompleted), string(recordingAbsent)}

// report sends the status callback of a recording, when it is subscribed to. The
// next one waits for the one before it, as those of a leg do.
func (s *recorder) report(r *recording, status recordingStatus) {
	if r.hook.url == "" || !slices.Contains(r.hook.events, string(status)) {
		return
	}
	s.mu.Lock()
	view := s.viewLocked(r)
	s.mu.Unlock()

	event := "recording-" + string(status)
	d := delivery{leg: r.leg, event: event, request: r.call.callback("recording", r.hook, r.leg)}
	d.form = r.call.recordingForm(view, status)
	d.fate = s.engine.gremlin.strike(event, fmt.Sprint(r.call.number, " ", r.number))
	d.last = status != recordingRuns
	r.callbacks.post(d)
	if d.last {
		r.callbacks.flush()
	}
}

// recordingForm are the parameters of a recording's status callback: none of the
// call's own but the SID, which is the parent leg's.
func (c *call) recordingForm(v recordingView, status recordingStatus) url.Values {
	account := c.engine.config.AccountSID
	form := url.Values{
		"AccountSid":         {account},
		"CallSid":            {v.CallSID},
		"RecordingSid":       {v.SID},
		"RecordingStatus":    {string(status)},
		"RecordingChannels":  {strconv.Itoa(v.Channels)},
		"RecordingStartTime": {v.Started.Format(time.RFC1123Z)},
		"RecordingSource":    {v.Source},
		"RecordingTrack":     {v.Track},
		"ErrorCode":          {"0"},
		"RecordingUrl":       {recordingURL(account, v.SID)},
	}
	if status != recordingRuns {
		form.Set("RecordingDuration", strconv.Itoa(v.DurationSeconds))
		v.encryption.report(form)
	}

	return form
}

// recordingURL is where Twilio keeps the sound. Whoever talks to a box asks the
// box for that path.
func recordingURL(account, sid string) string {
	return "https://api.twilio.com/" + restVersion + "/Accounts/" + account + "/Recordings/" + sid
}
