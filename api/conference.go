package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

const (
	// commandsPerMinute is how much one person may ask of calls in the long run: each is
	// a request to Twilio.
	commandsPerMinute = 60
	// commandWithin is how long an answer waits for what was asked to be done.
	commandWithin = 3 * time.Second
)

// asker is who asks, for a route that anybody with a good session may ask.
func asker(r *http.Request) calls.Asker {
	who, _ := visitor(r) // without one it is nobody who asks
	return calls.Asker{Clinician: who.Clinician.ID, Supervisor: who.Supervisor}
}

// participants tells who is in a call.
func (s *server) participants(w http.ResponseWriter, r *http.Request) error {
	key := r.PathValue("key")
	if !callKey.MatchString(key) {
		return noSuchCall()
	}
	seen, err := s.cfg.Rooms.Participants(r.Context(), asker(r), key)
	if err != nil {
		return fmt.Errorf("who is in a call: %w", err)
	}
	return writeJSON(w, http.StatusOK, participantsOf(seen))
}

// liveCalls tells supervisors of every call that goes on.
func (s *server) liveCalls(w http.ResponseWriter, r *http.Request) error {
	going, err := s.cfg.Rooms.GoingOn(r.Context(), asker(r))
	if err != nil {
		return fmt.Errorf("calls that go on: %w", err)
	}

	answer := liveCallsJSON{Calls: make([]liveCallJSON, 0, len(going))}
	for _, one := range going {
		answer.Calls = append(answer.Calls, liveCallJSON{
			participantsJSON: participantsOf(one.Seen),
			Asked:            one.Asked.UTC(),
		})
	}
	return writeJSON(w, http.StatusOK, answer)
}

// command is what a clinician asks for, of which call.
func (s *server) command(r *http.Request) (practitioner, key string, err error) {
	if practitioner, key, err = ownCall(r); err != nil {
		return "", "", err
	}
	if !s.rooms.Another(practitioner) {
		return "", "", tooMany("You have changed calls many times in a short time. Please wait a few seconds, then try again.")
	}
	return practitioner, key, nil
}

// addParticipant brings somebody into an own call.
func (s *server) addParticipant(w http.ResponseWriter, r *http.Request) error {
	practitioner, key, err := s.command(r)
	if err != nil {
		return err
	}
	var asked struct {
		Kind string `json:"kind"`
		ID   string `json:"id"`
	}
	if err := bodyIn(r, &asked, unreadable()); err != nil {
		return err
	}

	who, err := s.cfg.Rooms.Add(r.Context(), practitioner, key, asked.Kind, asked.ID)
	if err != nil {
		return fmt.Errorf("add to a call: %w", err)
	}
	return writeJSON(w, http.StatusAccepted, participantOf(who))
}

// candidates tells whom the clinician may bring into an own call.
func (s *server) candidates(w http.ResponseWriter, r *http.Request) error {
	practitioner, key, err := ownCall(r)
	if err != nil {
		return err
	}

	all, full, err := s.cfg.Rooms.Candidates(r.Context(), practitioner, key)
	if err != nil {
		return fmt.Errorf("whom to add to a call: %w", err)
	}
	return writeJSON(w, http.StatusOK, candidatesOf(all, full))
}

// changeParticipant puts somebody on hold, or mutes them.
func (s *server) changeParticipant(w http.ResponseWriter, r *http.Request) error {
	practitioner, key, err := s.command(r)
	if err != nil {
		return err
	}
	label, err := labelIn(r)
	if err != nil {
		return err
	}
	var asked struct {
		Hold  *bool `json:"hold"`
		Muted *bool `json:"muted"`
	}
	if err := bodyIn(r, &asked, unreadable()); err != nil {
		return err
	}
	if asked.Hold == nil && asked.Muted == nil {
		return unreadable()
	}

	ctx, cancel := context.WithTimeout(r.Context(), commandWithin)
	defer cancel()
	done, err := s.cfg.Rooms.Change(ctx, practitioner, key, label, calls.Wanted{Hold: asked.Hold, Muted: asked.Muted})
	if err != nil {
		return fmt.Errorf("change somebody in a call: %w", err)
	}
	who, err := s.party(r, label)
	if err != nil {
		return err
	}
	if !done {
		return writeJSON(w, http.StatusAccepted, who)
	}
	return writeJSON(w, http.StatusOK, who)
}

// removeParticipant takes somebody out of a call.
func (s *server) removeParticipant(w http.ResponseWriter, r *http.Request) error {
	practitioner, key, err := s.command(r)
	if err != nil {
		return err
	}
	label, err := labelIn(r)
	if err != nil {
		return err
	}

	ctx, cancel := context.WithTimeout(r.Context(), commandWithin)
	defer cancel()
	if err := s.cfg.Rooms.Remove(ctx, practitioner, key, label); err != nil {
		return fmt.Errorf("remove somebody from a call: %w", err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// endCall ends an own call for all.
func (s *server) endCall(w http.ResponseWriter, r *http.Request) error {
	practitioner, key, err := s.command(r)
	if err != nil {
		return err
	}
	if err := s.cfg.Rooms.End(r.Context(), practitioner, key); err != nil {
		return fmt.Errorf("end a call: %w", err)
	}
	w.WriteHeader(http.StatusAccepted)
	return nil
}

func labelIn(r *http.Request) (string, error) {
	label := r.PathValue("label")
	if !careline.ValidLabel(label) {
		return "", nobody()
	}
	return label, nil
}

// party is somebody in a call, as they stand now.
func (s *server) party(r *http.Request, label string) (participantJSON, error) {
	who, err := clinician(r)
	if err != nil {
		return participantJSON{}, err
	}
	seen, err := s.cfg.Rooms.Participants(r.Context(), calls.Asker{Clinician: who}, r.PathValue("key"))
	if err != nil {
		return participantJSON{}, fmt.Errorf("who is in a call: %w", err)
	}

	for _, p := range participantsOf(seen).Participants {
		if p.Label == label {
			return p, nil
		}
	}
	return participantJSON{}, nobody()
}

func nobody() error {
	return careline.Because(careline.CodeNotFound, careline.ReasonNoParty, nil)
}
