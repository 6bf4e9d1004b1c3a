package api

import (
	"net/http"

	"perci.health/careline"
)

// TODO(rooms): these answer until rooms are built.

func (s *server) participants(http.ResponseWriter, *http.Request) error      { return unbuilt() }
func (s *server) addParticipant(http.ResponseWriter, *http.Request) error    { return unbuilt() }
func (s *server) candidates(http.ResponseWriter, *http.Request) error        { return unbuilt() }
func (s *server) changeParticipant(http.ResponseWriter, *http.Request) error { return unbuilt() }
func (s *server) removeParticipant(http.ResponseWriter, *http.Request) error { return unbuilt() }
func (s *server) endCall(http.ResponseWriter, *http.Request) error           { return unbuilt() }
func (s *server) available(http.ResponseWriter, *http.Request) error         { return unbuilt() }

func unbuilt() error {
	return careline.NewError(careline.CodeUnavailable, "This is being built.", nil)
}
