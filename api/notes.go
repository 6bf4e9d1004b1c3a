package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
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

// callKey is what any call's key looks like.
var callKey = regexp.MustCompile(`^[A-Za-z0-9]{1,64}$`)

// noteCall keeps what came of an own call.
func (s *server) noteCall(w http.ResponseWriter, r *http.Request) error {
	practitioner, err := clinician(r)
	if err != nil {
		return err
	}
	key := r.PathValue("key")
	if !callKey.MatchString(key) {
		return careline.NewError(careline.CodeNotFound, "There is no such call of yours. Please open it again from its appointment.", nil)
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

// noteIn reads the note from the body. Causes do not quote it.
func noteIn(r *http.Request) (careline.CallNote, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return careline.CallNote{}, fmt.Errorf("read the request: %w", err)
	}

	var said *struct {
		Outcome careline.ClinicianOutcome `json:"outcome"`
		Text    string                    `json:"text"`
	}
	// A name that is none of ours is refused: to pass over a misspelt one would take
	// back what is noted.
	read := json.NewDecoder(bytes.NewReader(body))
	read.DisallowUnknownFields()
	err = read.Decode(&said)
	if _, after := read.Token(); err != nil || said == nil || !errors.Is(after, io.EOF) {
		return careline.CallNote{}, careline.NewError(careline.CodeInvalid, "The note could not be read. Please save it again.", errors.New("the body is no JSON object of texts"))
	}
	return careline.NewCallNote(said.Outcome, said.Text)
}
