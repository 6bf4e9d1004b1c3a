package telemetry_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"perci.health/careline"
	"perci.health/careline/telemetry"
)

const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

func traces(t *testing.T) (*telemetry.Traces, *tracetest.InMemoryExporter) {
	t.Helper()
	spans := tracetest.NewInMemoryExporter()
	tr, err := telemetry.NewTraces(t.Context(), telemetry.TracesConfig{Processor: sdk.NewSimpleSpanProcessor(spans), Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return tr, spans
}

// One trace from the webhook through the log to the health record.
func TestTracesFollowACall(t *testing.T) {
	t.Parallel()
	tr, spans := traces(t)
	var told string
	fhir := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { told = r.Header.Get("Traceparent") }))
	t.Cleanup(fhir.Close)

	r := httptest.NewRequest(http.MethodPost, "/v1/twilio/webhooks/call-status?AppointmentId=apt-1", strings.NewReader("To=%2B447700900142"))
	r.Header.Set("Traceparent", parent)
	ctx, end := tr.Request(r, "/v1/twilio/webhooks/call-status")
	event := careline.CallEvent{Call: "CA1", Seq: 7, Kind: careline.KindProgress, Trace: tr.Traceparent(ctx)}
	var out bytes.Buffer
	telemetry.NewLogger(&out, slog.LevelInfo).InfoContext(ctx, "request")
	end(200)

	ctx, done := tr.Delivery(context.Background(), careline.Delivery{Consumer: "chart", Event: event, Attempts: 1})
	var counted string
	client := &http.Client{Transport: tr.Transport(fhir.Client().Transport, "fhir", func(party, method string, status int, _ time.Duration) {
		counted = fmt.Sprint(party, method, status)
	})}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, fhir.URL+"/fhir/R4/Communication/123?name=Kettle", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	done(careline.NewError(careline.CodeUnavailable, "Tuna Kettle", errors.New("+447700900142")))
	if req.Header.Get("Traceparent") != "" {
		t.Error("the transport changed the request")
	}

	got := map[string]tracetest.SpanStub{}
	for _, s := range spans.GetSpans() {
		got[s.Name] = s
	}
	server, delivery, put := got["POST /v1/twilio/webhooks/call-status"], got["deliver chart"], got["PUT fhir Communication"]
	if len(got) != 3 || !server.SpanContext.IsValid() || !delivery.SpanContext.IsValid() || !put.SpanContext.IsValid() {
		t.Fatalf("spans: %v", got)
	}
	for name, s := range got {
		if id := s.SpanContext.TraceID().String(); id != "0af7651916cd43dd8448eb211c80319c" {
			t.Errorf("%s is in trace %s", name, id)
		}
	}
	line := []string{server.Parent.SpanID().String(), delivery.Parent.SpanID().String(), put.Parent.SpanID().String(), told}
	want := []string{"b7ad6b7169203331", server.SpanContext.SpanID().String(), delivery.SpanContext.SpanID().String(),
		"00-0af7651916cd43dd8448eb211c80319c-" + put.SpanContext.SpanID().String() + "-01"}
	if diff := cmp.Diff(want, line); diff != "" {
		t.Errorf("parents (-want +got):\n%s", diff)
	}
	if delivery.Status.Description != "unavailable" || counted != "fhirPUT200" || !strings.Contains(out.String(), `"trace_id":"0af7651916cd43dd8448eb211c80319c"`) {
		t.Errorf("delivery %v, counted %s, log %s", delivery.Status, counted, out.String())
	}
	if all := fmt.Sprintf("%+v", spans.GetSpans()); strings.Contains(all, "Kettle") || strings.Contains(all, "900142") || strings.Contains(all, "apt-1") {
		t.Error("a span tells of a patient")
	}
	if err := tr.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestWithoutExportATraceIsOnlyPassedOn(t *testing.T) {
	t.Parallel()
	tr, err := telemetry.NewTraces(t.Context(), telemetry.TracesConfig{})
	if err != nil {
		t.Fatal(err)
	}
	quiet := httptest.NewRequest(http.MethodPost, "/", nil)
	ctx, end := tr.Request(quiet, "/")
	end(200)
	if got := tr.Traceparent(ctx); got != "" {
		t.Errorf("a trace from nowhere: %s", got)
	}
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.Header.Set("Traceparent", parent)
	ctx, end = tr.Request(r, "/")
	end(200)
	if got := tr.Traceparent(ctx); got != parent {
		t.Errorf("passed on %q; want %q", got, parent)
	}
	ctx, done := tr.Delivery(context.Background(), careline.Delivery{Event: careline.CallEvent{Trace: parent}})
	done(nil)
	var told string
	client := http.Client{Transport: tr.Transport(roundTrip(func(r *http.Request) (*http.Response, error) {
		told = r.Header.Get("Traceparent")
		return nil, errors.New("no route")
	}), "fhir", nil)}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://fhir.invalid/Patient", nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := client.Do(req); err == nil {
		resp.Body.Close()
		t.Error("no error")
	}
	if told != parent {
		t.Errorf("the other party was told %q", told)
	}
}

func TestTracesIgnoreAMalformedOne(t *testing.T) {
	t.Parallel()
	tr, spans := traces(t)
	_, done := tr.Delivery(context.Background(), careline.Delivery{Consumer: "chart", Event: careline.CallEvent{Trace: "00-zz"}})
	done(nil)
	if got := spans.GetSpans(); len(got) != 1 || got[0].Parent.IsValid() {
		t.Errorf("spans: %v", got)
	}
}

// A method is anybody's text unless HTTP knows it.
func TestSpanOfARequestHasNoTextOfTheSenders(t *testing.T) {
	t.Parallel()
	for method, want := range map[string]string{"GET": "GET GET /v1/x", "TUNA-KETTLE": "HTTP _OTHER /v1/x", "get": "HTTP _OTHER /v1/x"} {
		tr, spans := traces(t)
		_, done := tr.Request(&http.Request{Method: method, Header: http.Header{}}, "/v1/x")
		done(200)
		got := spans.GetSpans()
		if len(got) != 1 {
			t.Fatalf("%d spans", len(got))
		}
		name, path, _ := strings.Cut(got[0].Name, " ")
		for _, a := range got[0].Attributes {
			if a.Key == "http.request.method" {
				name += " " + a.Value.AsString()
			}
		}
		if name+" "+path != want {
			t.Errorf("%s: %s %s; want %s", method, name, path, want)
		}
	}
}

func TestSpanNamesTheResourceAndNothingMore(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/fhir/R4/Communication/123":                         "GET x Communication",
		"/fhir/R4/Communication/123/_history/4":              "GET x Communication",
		"/fhir/R4/Appointment":                               "GET x Appointment",
		"/oauth2/token":                                      "GET x",
		"/2010-04-01/Accounts/AC1/Calls/CA2.json":            "GET x Calls",
		"/2010-04-01/Accounts/AC1/IncomingPhoneNumbers.json": "GET x IncomingPhoneNumbers",
		"/v2/keys/P2abc":                                     "GET x",
	} {
		tr, spans := traces(t)
		rt := tr.Transport(roundTrip(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: http.NoBody}, nil
		}), "x", nil)
		resp, err := rt.RoundTrip(httptest.NewRequest(http.MethodGet, path+"?identifier=secret", nil))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := spans.GetSpans(); len(got) != 1 || got[0].Name != want {
			t.Errorf("%s: %v; want %q", path, got[0].Name, want)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
