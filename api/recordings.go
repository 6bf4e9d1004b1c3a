package api

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// callRecordingJSON is how it stands with recording a call.
type callRecordingJSON struct {
	Call         string    `json:"call"`
	Mode         string    `json:"mode"`
	Consent      string    `json:"consent"`
	State        string    `json:"state"`
	Since        time.Time `json:"since,omitzero"`
	PausedSince  time.Time `json:"pausedSince,omitzero"`
	PausedByHold bool      `json:"pausedByHold,omitempty"`
	MayStart     bool      `json:"mayStart"`
	Refused      string    `json:"refused,omitempty"`
}

func callRecordingOf(n calls.RecordingNow) callRecordingJSON {
	if n.Mode == "" {
		n.Mode = "off"
	}
	return callRecordingJSON{
		Call:         n.Call,
		Mode:         n.Mode,
		Consent:      orNone(string(n.Consent)),
		State:        orNone(string(n.State)),
		Since:        n.Since,
		PausedSince:  n.PausedSince,
		PausedByHold: n.PausedByHold,
		MayStart:     n.MayStart,
		Refused:      shown(n.Refused),
	}
}

func orNone(word string) string {
	if word == "" {
		return "none"
	}
	return word
}

// callRecording is how it stands with recording an own call.
func (s *server) callRecording(w http.ResponseWriter, r *http.Request) error {
	practitioner, key, err := ownCall(r)
	if err != nil {
		return err
	}
	now, err := s.cfg.Recordings.Tell(r.Context(), practitioner, key)
	if err != nil {
		return fmt.Errorf("how a call is recorded: %w", err)
	}
	return writeJSON(w, http.StatusOK, callRecordingOf(now))
}

// asksPerMinute is how often one person may ask something of a recording in the long run.
const asksPerMinute = 60

// controlRecording keeps what a clinician wants of the recording of an own call.
func (s *server) controlRecording(w http.ResponseWriter, r *http.Request) error {
	practitioner, key, err := ownCall(r)
	if err != nil {
		return err
	}
	if !s.records.Another(practitioner) {
		return tooMany("You have changed recordings many times in a short time. Please wait a few seconds, then try again.")
	}

	var asked struct {
		Action careline.RecordingAct `json:"action"`
	}
	if err := bodyIn(r, &asked, unreadable()); err != nil {
		return err
	}
	actions := []careline.RecordingAct{careline.RecordStart, careline.RecordPause, careline.RecordResume, careline.RecordStop, careline.RecordWithdraw}
	if !slices.Contains(actions, asked.Action) {
		return unreadable()
	}

	now, err := s.cfg.Recordings.Ask(r.Context(), practitioner, key, asked.Action)
	if err != nil {
		return fmt.Errorf("recording a call: %w", err)
	}
	return writeJSON(w, http.StatusAccepted, callRecordingOf(now))
}

type recordingsJSON struct {
	Call       string          `json:"call"`
	Consent    string          `json:"consent"`
	MayDelete  bool            `json:"mayDelete"`
	Recordings []recordingJSON `json:"recordings"`
}

type recordingJSON struct {
	Sid      string    `json:"sid"`
	State    string    `json:"state"`
	Ready    bool      `json:"ready"`
	Channels int       `json:"channels,omitempty"`
	Seconds  *int      `json:"seconds,omitempty"`
	Started  time.Time `json:"started,omitzero"`
	Gone     string    `json:"gone,omitempty"`
}

func recordingOf(r careline.Recording) recordingJSON {
	j := recordingJSON{
		Sid:      r.Sid,
		State:    string(r.State),
		Ready:    r.State == careline.RecordingCompleted && r.Gone == "",
		Channels: r.Channels,
		Started:  r.Started,
		Gone:     goneOf(r.Gone),
	}
	if n, known := r.Seconds.Value(); known {
		j.Seconds = &n
	}
	return j
}

// goneOf is why a recording is deleted, in one of a few words: what a reviewer wrote is
// in the record, and for nobody else.
func goneOf(why string) string {
	switch why {
	case "", calls.WhyWithdrawn, calls.WhyExpired, calls.WhyErased, calls.WhyMachine, calls.WhyTwice:
		return why
	}
	return "reviewer"
}

// listRecordings is what was recorded of a call.
func (s *server) listRecordings(w http.ResponseWriter, r *http.Request) error {
	who, err := visitor(r)
	if err != nil {
		return err
	}
	if !callKey.MatchString(r.PathValue("key")) {
		return noSuchCall()
	}
	list, err := s.cfg.Recordings.List(r.Context(), who, r.PathValue("key"))
	if err != nil {
		return fmt.Errorf("recordings of a call: %w", err)
	}

	return writeJSON(w, http.StatusOK, recordingsOf(list))
}

func recordingsOf(list calls.RecordingList) recordingsJSON {
	j := recordingsJSON{
		Call:       list.Call,
		Consent:    orNone(string(list.Consent)),
		MayDelete:  list.MayDelete,
		Recordings: make([]recordingJSON, 0, len(list.Recordings)),
	}
	for _, one := range list.Recordings {
		j.Recordings = append(j.Recordings, recordingOf(one))
	}
	return j
}

// sidForm is what the carrier's id of a recording looks like.
var sidForm = regexp.MustCompile(`^RE[0-9a-f]{32}$`)

// longestReason is how much a reviewer may write, in characters.
const longestReason = 300

// deleteRecording keeps that a reviewer wants a recording deleted, and why.
func (s *server) deleteRecording(w http.ResponseWriter, r *http.Request) error {
	who, err := visitor(r)
	if err != nil {
		return err
	}
	if !callKey.MatchString(r.PathValue("key")) || !sidForm.MatchString(r.PathValue("sid")) {
		return noSuchCall()
	}

	var asked struct {
		Reason string `json:"reason"`
	}
	if err := bodyIn(r, &asked, unreadable()); err != nil {
		return err
	}
	why := strings.TrimSpace(asked.Reason)
	if why == "" || utf8.RuneCountInString(why) > longestReason {
		return careline.NewError(careline.CodeInvalid, "Please say in a few words why the recording is deleted.", nil)
	}

	one, err := s.cfg.Recordings.Delete(r.Context(), who, r.PathValue("key"), r.PathValue("sid"), why)
	if err != nil {
		return fmt.Errorf("delete a recording: %w", err)
	}
	return writeJSON(w, http.StatusAccepted, recordingOf(one))
}
