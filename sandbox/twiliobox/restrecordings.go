package twiliobox

import (
	"net/http"
	"slices"
	"strconv"
)

// recordingRoutes are the paths of recordings: of the account and of one call.
func (b *Box) recordingRoutes(rest func(string, restHandler)) {
	rest("GET /Recordings.json", b.listRecordings)
	rest("GET /Calls/{call}/Recordings.json", b.listRecordings)
	rest("GET /Calls/{call}/Recordings/{sid}", b.fetchRecording)
	rest("DELETE /Recordings/{sid}", b.deleteRecording)
	rest("DELETE /Calls/{call}/Recordings/{sid}", b.deleteRecording)

	rest("GET /Recordings/{sid}", b.recordingOrSound)
	rest("POST /Calls/{call}/Recordings.json", b.startRecording)
	rest("POST /Calls/{call}/Recordings/{sid}", b.steerRecording)
}

// listRecordings lists recordings, newest first, by CallSid, ConferenceSid and
// DateCreated; the operators < and > are part of the name. Deleted ones are left
// out unless IncludeSoftDeleted is true.
func (b *Box) listRecordings(r *http.Request) (any, *restError) {
	days, fault := dateFilters(r.Form, "DateCreated")
	if fault != nil {
		return nil, fault
	}
	call := r.PathValue("call")
	if call != "" {
		l, ok := b.engine.leg(call)
		if !ok {
			return nil, errRestNotFound
		}
		call = l.recorded()
	}

	same := func(name, value string) bool { return !r.Form.Has(name) || r.Form.Get(name) == value }
	var all []resource
	for _, v := range b.engine.recorder.views() {
		if call != "" && v.CallSID != call || !same("CallSid", v.CallSID) || !same("ConferenceSid", "") {
			continue
		}
		if v.Status == recordingSoftDelete && r.Form.Get("IncludeSoftDeleted") != "true" {
			continue
		}
		if slices.ContainsFunc(days, func(f dateFilter) bool { return !f.keeps(v.Created) }) {
			continue
		}
		all = append(all, resource{v.SID, b.recordingJSON(v)})
	}

	return b.page(r, "recordings", all)
}

// recorded is the SID of the leg that recordings of a leg hang on: the parent, also
// for those of a dialled leg (voice/api/recording), unless that is a call of its own
// by now.
func (l *leg) recorded() string {
	if l.parentSID != "" && l.call().parent != l {
		return l.parentSID
	}
	return l.sid
}

func (b *Box) fetchRecording(r *http.Request) (any, *restError) {
	_, v, fault := b.recordingOf(r)
	if fault != nil {
		return nil, fault
	}
	if v.Status == recordingSoftDelete && r.Form.Get("IncludeSoftDeleted") != "true" {
		return nil, errRestNotFound
	}
	return b.recordingJSON(v), nil
}

// recordingOf finds the recording of a path, which may be that of a call.
func (b *Box) recordingOf(r *http.Request) (*recording, recordingView, *restError) {
	found, v, ok := b.engine.recorder.find(sid(r))
	if !ok {
		return nil, v, errRestNotFound
	}
	if call := r.PathValue("call"); call != "" {
		l, ok := b.engine.leg(call)
		if !ok || l.recorded() != v.CallSID {
			return nil, v, errRestNotFound
		}
	}
	return found, v, nil
}

// deleteRecording removes the sound. For one that is not finished the code is
// Twilio's for calls that are not (20009): the page on recordings has none.
func (b *Box) deleteRecording(r *http.Request) (any, *restError) {
	found, v, fault := b.recordingOf(r)
	switch {
	case fault != nil:
		return nil, fault
	case v.Status == recordingSoftDelete:
		return nil, errRestNotFound
	case !b.engine.recorder.delete(found):
		return nil, restFault(http.StatusConflict, 20009, "Cannot delete this resource before it is complete")
	}
	b.engine.recorder.show(found, recordingSoftDelete)
	return noContent{}, nil
}

// recordingJSON is the resource: of a recording that is not over it says only that
// it is processing.
func (b *Box) recordingJSON(v recordingView) map[string]any {
	status := string(v.Status)
	if v.Status == recordingRuns || v.Status == recordingPaused || v.Status == recordingStopped {
		status = "processing"
	}
	media := recordingURL(b.engine.config.AccountSID, v.SID)
	resource := map[string]any{
		"sid": v.SID, "account_sid": b.engine.config.AccountSID, "api_version": restVersion,
		"call_sid": v.CallSID, "conference_sid": nil, "channels": v.Channels, "track": v.Track, "source": v.Source,
		"status": status, "duration": nil, "error_code": v.encryption.errorCode(), "price": nil, "price_unit": "USD", "encryption_details": v.encryption.details(),
		"date_created": rfc2822(v.Created), "date_updated": rfc2822(v.Updated), "start_time": rfc2822(v.Started),
		"media_url": media, "uri": b.uri("/Recordings/%s.json", v.SID),
		"subresource_uris": map[string]string{
			"add_on_results": b.uri("/Recordings/%s/AddOnResults.json", v.SID),
			"transcriptions": b.uri("/Recordings/%s/Transcriptions.json", v.SID),
		},
	}
	if status != "processing" {
		resource["duration"] = strconv.Itoa(v.DurationSeconds)
	}

	return resource
}
