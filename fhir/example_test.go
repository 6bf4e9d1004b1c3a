package fhir_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"time"

	"perci.health/careline"
	"perci.health/careline/fhir"
	"perci.health/careline/sandbox/fhirbox"
)

// A call is filed as it goes on: what is one resource in the record has a version
// for each change.
func ExampleChart_File() {
	record, err := fhirbox.Open(fhirbox.Config{})
	if err != nil {
		panic(err)
	}
	server := httptest.NewServer(record.Handler())
	defer server.Close()

	client, err := fhir.New(fhir.Config{BaseURL: server.URL + "/fhir/R4"})
	if err != nil {
		panic(err)
	}
	chart, err := fhir.NewChart(client, false)
	if err != nil {
		panic(err)
	}

	call := careline.Call{
		Key:          "CA1",
		ClinicianLeg: "CA1",
		MemberLeg:    "CA2",
		Patient:      "Patient/p1",
		Appointment:  "a1",
	}
	filing := careline.Filing{Call: call.Key}
	for _, status := range []careline.Status{careline.StatusRinging, careline.StatusBusy} {
		call.Status, call.Word = status, string(status)
		if filing, err = chart.File(context.Background(), call, filing, nil); err != nil {
			panic(err)
		}
	}

	recorded, err := client.Calls(context.Background(), "a1")
	if err != nil {
		panic(err)
	}
	for _, version := range recorded[0].Versions {
		fmt.Println(version.Call.Status, "-", version.Call.Summary())
	}
	// Output:
	// busy - The line was busy
	// ringing - Ringing
}

// What is written of a call that was refused says why, to machines and to people.
func ExampleSystems_CommunicationOf() {
	m := fhir.Systems{}.CommunicationOf(careline.Call{
		Key:     "CA1",
		Status:  careline.StatusRefused,
		Refusal: careline.RefusedRate,
		Sent:    time.Date(2025, 11, 24, 10, 15, 0, 0, time.UTC),
	}, false)
	fmt.Println(m.Status, m.Sent)
	fmt.Println(m.StatusReason.Coding[0].Code)
	fmt.Println(m.Payload[0].ContentString)
	// Output:
	// not-done 2025-11-24T10:15:00Z
	// too-many-calls-in-a-short-time
	// Not placed: You have placed many calls in a short time. Please wait a minute and try again.
}
