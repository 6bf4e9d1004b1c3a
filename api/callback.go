package api

import (
	"encoding/json"
	"fmt"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// calledBackJSON is that somebody rang the clinic from a number on file.
type calledBackJSON struct {
	Appointment string      `json:"appointment"`
	At          time.Time   `json:"at"`
	Ending      string      `json:"ending"` // of the number
	Of          *calledJSON `json:"of,omitempty"`
}

func calledBackOf(c calls.CalledBack) *calledBackJSON {
	return &calledBackJSON{
		Appointment: c.Appointment,
		At:          c.At.UTC(),
		Ending:      c.Number.Ending(),
		Of:          calledOf(c.Of, c.Name, c.Relation),
	}
}

// calledBack is who rang back for the clinician's own appointments, by their ids.
func (s *server) calledBack(practitioner string, own []careline.Appointment) map[string]calls.CalledBack {
	if s.cfg.Callbacks == nil {
		return nil
	}
	return s.cfg.Callbacks.Of(practitioner, own)
}

func (j appointmentJSON) calledBack(all map[string]calls.CalledBack) appointmentJSON {
	if one, rang := all[j.ID]; rang {
		j.CalledBack = calledBackOf(one)
	}
	return j
}

// rang tells of who rang back in a stream. It has no id: what is told is not in the
// log's order of the clinician's calls, and told again after a break.
func (e eventWriter) rang(c calls.CalledBack) error {
	data, err := json.Marshal(calledBackOf(c))
	if err != nil {
		return fmt.Errorf("write who called back: %w", err)
	}
	return e.text("event: called-back\ndata: " + string(data) + "\n\n")
}
