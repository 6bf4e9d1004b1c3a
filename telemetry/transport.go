package telemetry

import (
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Transport makes each request to the named party a client span, passes the
// trace on in its traceparent header, and tells observe (Metrics.Outbound, or
// nil) how it went. next nil is http.DefaultTransport.
func (t *Traces) Transport(next http.RoundTripper, party string, observe func(party, method string, status int, took time.Duration)) http.RoundTripper {
	if next == nil {
		next = http.DefaultTransport
	}
	if observe == nil {
		observe = func(string, string, int, time.Duration) {}
	}

	return &transport{
		next:    next,
		party:   party,
		observe: observe,
		traces:  t,
	}
}

type transport struct {
	next    http.RoundTripper
	party   string
	observe func(party, method string, status int, took time.Duration)
	traces  *Traces
}

var _ http.RoundTripper = (*transport)(nil)

// RoundTrip does not change r (http.RoundTripper's contract): the header goes
// into a copy.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	began := time.Now()
	ctx, traced := r.Context(), t.traces.on || trace.SpanContextFromContext(r.Context()).IsValid()

	var span trace.Span
	if traced {
		what := resourceOf(r.URL.Path)
		ctx, span = t.traces.tracer.Start(ctx, strings.TrimSpace(r.Method+" "+t.party+" "+what), trace.WithSpanKind(trace.SpanKindClient),
			trace.WithAttributes(attribute.String("http.request.method", r.Method), attribute.String("peer.service", t.party), attribute.String("careline.resource", what)))
		defer span.End()
		r = r.Clone(ctx)
		t.traces.w3c.Inject(ctx, propagation.HeaderCarrier(r.Header))
	}

	resp, err := t.next.RoundTrip(r)
	status := 0
	if err == nil {
		status = resp.StatusCode
	}

	t.observe(t.party, r.Method, status, time.Since(began))
	if traced && (err != nil || status >= http.StatusBadRequest) {
		span.SetStatus(codes.Error, "")
	}
	if traced && err == nil {
		span.SetAttributes(attribute.Int("http.response.status_code", status))
	}

	return resp, err
}

// resourceOf is the kind of thing that a path asks for and nothing of the thing
// itself: its last segment that is a capitalised word, as FHIR's and Twilio's
// resource types are. Ids have digits or begin in lower case.
func resourceOf(path string) string {
	segments := strings.Split(path, "/")
	for i := len(segments) - 1; i >= 0; i-- {
		if word := strings.TrimSuffix(segments[i], ".json"); isWord(word) {
			return word
		}
	}
	return ""
}

func isWord(s string) bool {
	for i := range len(s) {
		upper, lower := s[i] >= 'A' && s[i] <= 'Z', s[i] >= 'a' && s[i] <= 'z'
		if !upper && !lower || i == 0 && !upper {
			return false
		}
	}
	return s != ""
}
