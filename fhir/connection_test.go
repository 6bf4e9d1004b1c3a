package fhir_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"perci.health/careline/fhir"
)

func TestTransportUsesConnectionsAgain(t *testing.T) {
	t.Parallel()
	var opened, asked atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		status := []int{200, 404, 412, 500}[asked.Add(1)%4] // also after an error the body must be read
		w.WriteHeader(status)
		if _, err := w.Write([]byte(empty)); err != nil {
			t.Error(err)
		}
	}))

	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}

	server.Start()
	t.Cleanup(server.Close)
	c, err := fhir.New(fhir.Config{BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}

	for range 40 {
		_ = ask(t.Context(), c) // three of four are errors, on purpose
	}
	if n := opened.Load(); n != 1 {
		t.Errorf("%d connections for 40 requests one after the other", n)
	}
}
