package api

import (
	"net/http"

	"perci.health/careline"
)

// TODO(recordings): these answer until recordings are built.

func (s *server) callRecording(http.ResponseWriter, *http.Request) error    { return unbuilt() }
func (s *server) controlRecording(http.ResponseWriter, *http.Request) error { return unbuilt() }
func (s *server) listRecordings(http.ResponseWriter, *http.Request) error   { return unbuilt() }
func (s *server) deleteRecording(http.ResponseWriter, *http.Request) error  { return unbuilt() }
func (s *server) hearRecording(http.ResponseWriter, *http.Request) error    { return unbuilt() }

func unbuilt() error {
	return careline.NewError(careline.CodeUnavailable, "This is being built.", nil)
}
