package api

import (
	"fmt"
	"net/http"
)

// available notes that the clinician's app can be rung, or no more.
func (s *server) available(w http.ResponseWriter, r *http.Request) error {
	practitioner, err := clinician(r)
	if err != nil {
		return err
	}
	var said struct {
		Ready  *bool  `json:"ready"`
		Device string `json:"device"`
	}
	if err := bodyIn(r, &said, unreadable()); err != nil {
		return err
	}
	if said.Ready == nil || said.Device == "" || len(said.Device) > 64 {
		return unreadable()
	}

	if err := s.cfg.Available(r.Context(), practitioner, said.Device, *said.Ready); err != nil {
		return fmt.Errorf("say who is available: %w", err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
