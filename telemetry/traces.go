package telemetry

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"perci.health/careline"
)

// TracesConfig says where spans go.
type TracesConfig struct {
	// Export sends spans by OTLP over HTTP to where the variables of the
	// OpenTelemetry specification say (OTEL_EXPORTER_OTLP_ENDPOINT and its kin,
	// OTEL_TRACES_SAMPLER). Without it nothing is recorded, and a trace that
	// others began is only passed on.
	Export bool
	// Processor takes the spans instead, whatever Export says; optional.
	Processor sdk.SpanProcessor
	Version   string // of this program
}

// Traces follows a call from the webhook through the log to the health record.
//
// A span has names from our own tables, ids of calls and events, and the codes of
// errors; never a URL, a body, or an error's text.
type Traces struct {
	tracer trace.Tracer
	w3c    propagation.TraceContext
	on     bool
	stop   func(context.Context) error
}

// NewTraces begins tracing.
func NewTraces(ctx context.Context, cfg TracesConfig) (*Traces, error) {
	const scope = "perci.health/careline"
	if !cfg.Export && cfg.Processor == nil {
		return &Traces{tracer: noop.NewTracerProvider().Tracer(scope), stop: func(context.Context) error { return nil }}, nil
	}

	processor := cfg.Processor
	if processor == nil {
		exporter, err := otlptracehttp.New(ctx)
		if err != nil {
			return nil, fmt.Errorf("trace exporter: %w", err)
		}
		processor = sdk.NewBatchSpanProcessor(exporter)
	}

	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "careline"), attribute.String("service.version", cfg.Version)),
		resource.WithFromEnv(), resource.WithTelemetrySDK())
	if err != nil && !errors.Is(err, resource.ErrPartialResource) {
		return nil, fmt.Errorf("trace resource: %w", err)
	}

	provider := sdk.NewTracerProvider(sdk.WithSpanProcessor(processor), sdk.WithResource(about))
	return &Traces{tracer: provider.Tracer(scope), on: true, stop: provider.Shutdown}, nil
}

// Stop sends what is still to be sent, and ends tracing.
func (t *Traces) Stop(ctx context.Context) error {
	if err := t.stop(ctx); err != nil {
		return fmt.Errorf("stop tracing: %w", err)
	}
	return nil
}

func nothing(int) {}

// Request begins the span of a request to us, continuing its traceparent header
// (W3C Trace Context); it has the shape of the API's Span hook.
func (t *Traces) Request(r *http.Request, route string) (context.Context, func(status int)) {
	if !t.on && r.Header.Get("Traceparent") == "" {
		return r.Context(), nothing
	}
	if route == "/healthz" || route == "/readyz" || route == "/metrics" {
		return r.Context(), nothing
	}

	ctx := t.w3c.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	method, name := r.Method, r.Method
	if !careline.KnownMethod(method) {
		method, name = "_OTHER", "HTTP" // OpenTelemetry, "Semantic conventions for HTTP spans"; it is anybody's text
	}

	ctx, span := t.tracer.Start(ctx, name+" "+route, trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(attribute.String("http.request.method", method), attribute.String("http.route", route)))

	return ctx, func(status int) {
		span.SetAttributes(attribute.Int("http.response.status_code", status))
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// Traceparent is ctx's place in its trace, to be kept with an event; empty when
// ctx is in none.
func (t *Traces) Traceparent(ctx context.Context) string {
	if !trace.SpanContextFromContext(ctx).IsValid() {
		return ""
	}
	carrier := propagation.MapCarrier{}
	t.w3c.Inject(ctx, carrier)
	return carrier.Get("traceparent")
}

// Delivery begins the span of one try of a delivery, in the trace of the request
// that brought its event, however long ago that was.
func (t *Traces) Delivery(ctx context.Context, d careline.Delivery) (context.Context, func(error)) {
	if !t.on && d.Event.Trace == "" {
		return ctx, func(error) {}
	}

	ctx = t.w3c.Extract(ctx, propagation.MapCarrier{"traceparent": d.Event.Trace})
	ctx, span := t.tracer.Start(ctx, "deliver "+d.Consumer, trace.WithSpanKind(trace.SpanKindConsumer), trace.WithAttributes(
		attribute.String("careline.call", d.Event.Call), attribute.String("careline.event.kind", string(d.Event.Kind)),
		attribute.Int64("careline.event.seq", d.Event.Seq), attribute.Int("careline.attempts", d.Attempts)))

	return ctx, func(err error) {
		if err != nil {
			span.SetStatus(codes.Error, string(careline.CodeOf(err)))
		}
		span.End()
	}
}
