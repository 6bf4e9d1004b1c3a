package api

import (
	"encoding/json"
	"fmt"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// recordingTeller tells a stream's client how it stands with recording their calls, each
// time that this has changed.
type recordingTeller struct {
	recordings *calls.Recordings // nil: they are nobody's
	told       map[string]string // by call
}

func (s *server) recordingTeller() recordingTeller {
	return recordingTeller{recordings: s.cfg.Recordings, told: map[string]string{}}
}

// tell writes an event without an id of its own: whoever resumes is told of the call
// again, and with it of this.
func (t recordingTeller) tell(out eventWriter, c careline.Call) error {
	if t.recordings == nil || !t.recordings.Concerns(c) {
		return nil
	}
	before, told := t.told[c.Key]
	if !told && c.Final() && c.Consent.Decision == careline.ConsentNone && len(c.Recordings) == 0 {
		return nil // nothing was recorded, and nothing can be
	}

	data, err := json.Marshal(callRecordingOf(t.recordings.Of(c)))
	if err != nil {
		return fmt.Errorf("write how a call is recorded: %w", err)
	}
	if told && before == string(data) {
		return nil
	}
	t.told[c.Key] = string(data)
	return out.text("event: recording\ndata: " + string(data) + "\n\n")
}
