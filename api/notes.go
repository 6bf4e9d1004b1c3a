package api

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"perci.health/careline"
)

// notesPerMinute is how many notes one person may have kept in the long run: each is a
// version of the record.
const notesPerMinute = 30

// noteJSON is what a clinician noted of a call.
type noteJSON struct {
	Outcome careline.ClinicianOutcome `json:"outcome,omitempty"`
	Text    string                    `json:"text,omitempty"`
	At      time.Time                 `json:"at,omitzero"`
}

// standingNote is nil when nothing is noted.
func standingNote(n careline.CallNote) *noteJSON {
	if n.Empty() {
		return nil
	}
	j := noteOf(n)
	return &j
}

func noteOf(n careline.CallNote) noteJSON {
	return noteJSON{Outcome: n.Outcome, Text: n.Text, At: n.At.UTC()}
}

// noteCall keeps what came of an own call.
func (s *server) noteCall(w http.ResponseWriter, r *http.Request) error {
	practitioner, key, err := ownCall(r)
	if err != nil {
		return err
	}
	if !s.notes.Another(practitioner) {
		return tooMany("You have noted many calls in a short time. Please wait a few seconds, then save the note again.")
	}

	note, err := noteIn(r)
	if err != nil {
		return err
	}
	kept, err := s.cfg.Note(r.Context(), practitioner, key, note)
	if err != nil {
		return fmt.Errorf("note of a call: %w", err)
	}
	return writeJSON(w, http.StatusOK, noteOf(kept))
}

// noteIn reads the note from the body.
func noteIn(r *http.Request) (careline.CallNote, error) {
	var said struct {
		Outcome careline.ClinicianOutcome `json:"outcome"`
		Text    string                    `json:"text"`
	}
	bad := careline.NewError(careline.CodeInvalid, "The note could not be read. Please save it again.", errors.New("the body is no JSON object of texts"))
	if err := bodyIn(r, &said, bad); err != nil {
		return careline.CallNote{}, err
	}
	return careline.NewCallNote(said.Outcome, said.Text)
}
