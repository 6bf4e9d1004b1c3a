package twiliobox

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// currentRecording names the one recording of a call that runs.
const currentRecording = "Twilio.CURRENT"

var errNotRecordable = restFault(http.StatusBadRequest, 21220, "Requested resource is not eligible for recording: the call is not in-progress")

// startRecording serves POST /Calls/{sid}/Recordings (voice/api/recording, "Create
// a Recording resource"): the call must be in progress.
func (b *Box) startRecording(r *http.Request) (any, *restError) {
	order, fault := readRecordingOrder(r.PostForm)
	if fault != nil {
		return nil, fault
	}
	l, ok := b.engine.leg(r.PathValue("call"))
	if ok {
		l, ok = b.engine.leg(l.recorded())
	}
	if !ok {
		return nil, errRestNotFound
	}

	lost := b.engine.gremlin.startFault()
	if lost == faultNotInProgress {
		return nil, errNotRecordable
	}
	var made *recording
	err := l.order(func() (err error) {
		if l.status != InProgress {
			return errNotInProgress
		}
		made, err = l.call().record(l, order)
		return err
	})
	if errors.Is(err, errNotInProgress) || errors.Is(err, errEnded) {
		return nil, errNotRecordable
	}
	if err != nil {
		b.engine.config.Log.Error("a recording cannot be started", "error", err)
		return nil, restFault(http.StatusInternalServerError, 20500, "Internal error")
	}
	if lost == faultLost {
		return lostAnswer{}, nil
	}

	return createdResource{b.steeredJSON(made, recordingRuns)}, nil
}

// steeredJSON is the resource as starting and steering answer it: with what the
// recording now does, which no fetch tells.
func (b *Box) steeredJSON(r *recording, now recordingStatus) map[string]any {
	_, v, _ := b.engine.recorder.find(r.sid)
	resource := b.recordingJSON(v)
	resource["status"], resource["duration"] = string(now), nil
	resource["uri"] = b.uri("/Calls/%s/Recordings/%s.json", v.CallSID, v.SID)
	return resource
}

func readRecordingOrder(form url.Values) (recordingOrder, *restError) {
	refuse := func(message string) (recordingOrder, *restError) {
		return recordingOrder{}, restFault(http.StatusBadRequest, 20001, message)
	}

	o := recordingOrder{
		source: byREST,
		dual:   form.Get("RecordingChannels") == "dual",
		track:  form.Get("RecordingTrack"),
		trim:   form.Get("Trim") == "trim-silence",
		hook:   hook{url: form.Get("RecordingStatusCallback"), method: form.Get("RecordingStatusCallbackMethod")},
	}
	for name, known := range map[string][]string{
		"RecordingChannels":             {"mono", "dual"},
		"RecordingTrack":                {trackBoth, trackInbound, trackOutbound},
		"Trim":                          {"trim-silence", "do-not-trim"},
		"RecordingStatusCallbackMethod": {http.MethodGet, http.MethodPost},
	} {
		if given := form.Get(name); given != "" && !slices.Contains(known, given) {
			return refuse(name + " must be one of " + strings.Join(known, ", "))
		}
	}

	// One value with spaces, as documented; several are taken too.
	o.hook.events = strings.Fields(strings.Join(form["RecordingStatusCallbackEvent"], " "))
	if len(o.hook.events) == 0 {
		o.hook.events = []string{string(recordingCompleted)}
	}
	for _, event := range o.hook.events {
		if !slices.Contains(recordingEvents, event) {
			return refuse("RecordingStatusCallbackEvent must be of " + strings.Join(recordingEvents, ", "))
		}
	}

	return o, nil
}

// steerRecording serves POST /Calls/{sid}/Recordings/{sid}. For what cannot be done
// the page on recordings has no code: 21220 is Twilio's for a call that is over,
// 20001 for what is asked wrongly.
func (b *Box) steerRecording(r *http.Request) (any, *restError) {
	to, skips := recordingStatus(r.PostForm.Get("Status")), r.PostForm.Get("PauseBehavior") == "skip"
	switch behaviour := r.PostForm.Get("PauseBehavior"); {
	case to != recordingRuns && to != recordingPaused && to != recordingStopped:
		return nil, restFault(http.StatusBadRequest, 20001, "Status must be paused, in-progress or stopped")
	case behaviour != "" && behaviour != "skip" && behaviour != "silence", behaviour != "" && to != recordingPaused:
		return nil, restFault(http.StatusBadRequest, 20001, "PauseBehavior must be skip or silence, and goes with Status paused only")
	}

	found, fault := b.steered(r)
	if fault != nil {
		return nil, fault
	}
	timeout := restFault(http.StatusRequestTimeout, 16114, "Resource not in a state to accept recording action request")
	done := b.engine.gremlin.controlFault()
	if done == faultTimeout {
		return nil, timeout
	}

	err := found.leg.order(func() error { return found.leg.call().steer(found, to, skips) })
	switch {
	case errors.Is(err, errEnded), errors.Is(err, errRecordingOver):
		return nil, restFault(http.StatusBadRequest, 21220, "The recording is not in progress")
	case err != nil:
		return nil, restFault(http.StatusInternalServerError, 20500, "Internal error")
	case done == faultTimeoutDone:
		return nil, timeout
	}

	return b.steeredJSON(found, to), nil
}

// steered finds the recording of a path, which may name the current one.
func (b *Box) steered(r *http.Request) (*recording, *restError) {
	if sid(r) != currentRecording {
		found, _, fault := b.recordingOf(r)
		return found, fault
	}
	l, ok := b.engine.leg(r.PathValue("call"))
	if !ok {
		return nil, errRestNotFound
	}

	var running []string
	for _, v := range b.engine.recorder.views() {
		if v.CallSID == l.recorded() && !v.Status.over() {
			running = append(running, v.SID)
		}
	}
	switch len(running) {
	case 0:
		return nil, errRestNotFound
	case 1:
		found, _, _ := b.engine.recorder.find(running[0])
		return found, nil
	}

	return nil, restFault(http.StatusBadRequest, 16108, "Request failed due to concurrent recordings: Twilio.CURRENT names the only one")
}
