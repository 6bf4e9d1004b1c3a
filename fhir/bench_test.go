package fhir_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/fhir"
)

// echo is a health record without a network: it stamps what it is sent, and gives
// it back.
type echo struct{ writes int }

func (e *echo) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}

	e.writes++
	stamped := fmt.Appendf(nil, `{"id":"c1","meta":{"versionId":"%d","lastUpdated":"2025-11-24T10:15:00Z","project":"p1","compartment":[{"reference":"Project/p1"},{"reference":"Patient/m1"}]},`, e.writes)
	if bytes.HasPrefix(body, []byte(`{"id":`)) { // an update
		stamped = append(stamped[:0], fmt.Appendf(nil, `{"meta":{"versionId":"%d","lastUpdated":"2025-11-24T10:15:00Z","project":"p1","compartment":[{"reference":"Project/p1"},{"reference":"Patient/m1"}]},`, e.writes)...)
	}
	return &http.Response{
		StatusCode: http.StatusOK,
		Header:     http.Header{"Content-Type": {"application/fhir+json"}},
		Body:       io.NopCloser(bytes.NewReader(append(stamped, body[1:]...))),
	}, nil
}

// BenchmarkFile is what filing one event costs beside the network: a version laid
// over the one before it, written, and what comes back believed.
func BenchmarkFile(b *testing.B) {
	client, err := fhir.New(fhir.Config{BaseURL: "http://record.example/fhir/R4", HTTP: &http.Client{Transport: new(echo)}})
	if err != nil {
		b.Fatal(err)
	}
	chart, err := fhir.NewChart(client, false)
	if err != nil {
		b.Fatal(err)
	}
	never := func(context.Context) (careline.Call, error) { return careline.Call{}, nil }
	call := ringing()
	call.Names = careline.Names{Sender: "Ms Grace Adeyemi", Patient: "Mrs Margaret Ellis", Recipient: "Mrs Margaret Ellis"}
	call.ToEnding, call.At = "0142", tenFifteen
	filing, err := chart.File(b.Context(), call, careline.Filing{Call: call.Key}, never)
	if err != nil {
		b.Fatal(err)
	}

	b.ReportAllocs()
	for b.Loop() {
		call.At = call.At.Add(time.Second)
		if filing, err = chart.File(b.Context(), call, filing, never); err != nil {
			b.Fatal(err)
		}
	}
}
