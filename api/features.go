package api

import (
	"net/http"

	"perci.health/careline"
)

// off is the answer of a route whose feature is not switched on.
func off(setting string) error {
	return careline.NewReasoned(careline.CodeNotFound, careline.ReasonFeatureOff, "This is switched off at your clinic. It is switched on with the setting "+setting+".")
}

// conferring is a route of rooms, which answers only where they are switched on.
func (s *server) conferring(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !s.cfg.Conference {
			return off("CONFERENCE")
		}
		return h(w, r)
	}
}

// recording is a route of what is recorded, or was. It answers also where nothing new is
// recorded any more: what runs can still be seen and ended, and what was is there.
func (s *server) recording(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if s.cfg.Recordings == nil {
			return off("RECORDING")
		}
		return h(w, r)
	}
}
