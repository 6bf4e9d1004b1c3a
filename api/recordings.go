package api

import "net/http"

// TODO(recordings): these answer until recordings are built.

func (s *server) callRecording(http.ResponseWriter, *http.Request) error    { return unbuilt() }
func (s *server) controlRecording(http.ResponseWriter, *http.Request) error { return unbuilt() }
func (s *server) listRecordings(http.ResponseWriter, *http.Request) error   { return unbuilt() }
func (s *server) deleteRecording(http.ResponseWriter, *http.Request) error  { return unbuilt() }
func (s *server) hearRecording(http.ResponseWriter, *http.Request) error    { return unbuilt() }
