package telemetry

import (
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"perci.health/careline"
)

// Metrics counts what the service does. Its methods are the hooks of the places
// that do it; they may be called from anywhere at once and never wait for a
// reader. Their label values come from tables of ours or from small vocabularies,
// never from a request's own text: each new one is a series that lives for ever,
// and one that is not UTF-8 panics.
type Metrics struct {
	requests, kept, deliveries, outbound    *prometheus.CounterVec
	messages, lookups, looks, commands      *prometheus.CounterVec
	calls, refusals, recordings             *prometheus.CounterVec
	forgotten                               prometheus.Counter
	requestTime, deliveryTime, outboundTime *prometheus.HistogramVec
	failures                                *prometheus.CounterVec // of Sources, by their name
	registry                                *prometheus.Registry   // our own: the library's default is a global

	answers routeSeries // of requests and requestTime, as they are needed
}

// NewMetrics has counted nothing yet. Beside careline's own metrics it has those
// of the Go runtime and of the process, under the names common dashboards know.
func NewMetrics() *Metrics {
	// Requests: the webhooks' target is 5 ms, Twilio gives up after 15 s.
	fast := []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15}
	// Deliveries and other parties: a health record's usual 20-500 ms, up to our own bounds.
	slow := []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))

	with := promauto.With(registry)
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		return with.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	histograms := func(name, help string, bounds []float64, labels ...string) *prometheus.HistogramVec {
		return with.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: bounds}, labels)
	}

	return &Metrics{
		calls:        counters("careline_calls_total", "Calls that ended, by outcome; counted once, by the instance that files the end. Filed again by careline replay, they count again.", "outcome"),
		refusals:     counters("careline_refusals_total", "Calls that were refused before dialling, by reason, also those by rate that nobody kept.", "reason"),
		recordings:   counters("careline_recordings_total", "What became of recordings at the carrier, by outcome (started, not-started, stopped, deleted; by the hourly sweep expired, held, found).", "outcome"),
		requests:     counters("careline_http_requests_total", "Requests answered, by route and status.", "route", "status"),
		requestTime:  histograms("careline_http_request_duration_seconds", "Time to answer a request.", fast, "route"),
		kept:         counters("careline_events_kept_total", "Events made durable, by kind.", "kind"),
		deliveries:   counters("careline_deliveries_total", "Deliveries tried, by consumer and outcome.", "consumer", "outcome"),
		deliveryTime: histograms("careline_delivery_duration_seconds", "Time that one try of a delivery took.", slow, "consumer"),
		outbound:     counters("careline_outbound_requests_total", "Requests made to another party, by party, method and status (0: no answer).", "party", "method", "status"),
		outboundTime: histograms("careline_outbound_request_duration_seconds", "Time until another party's answer began.", slow, "party"),
		messages:     counters("careline_messages_total", "Messages of the event transport, by direction (out, in) and outcome.", "direction", "outcome"),
		looks:        counters("careline_looks_total", "Appointments opened and numbers shown in full, by what and outcome (shown, refused, missed).", "what", "outcome"),
		lookups:      counters("careline_lookups_total", "Calls looked up at the carrier because no report had told their end, by outcome.", "outcome"),
		commands:     counters("careline_room_commands_total", "What was asked of rooms and calls, and answered, by what and outcome (done, or why it came to nothing).", "act", "outcome"),
		forgotten:    with.NewCounter(prometheus.CounterOpts{Name: "careline_calls_forgotten_total", Help: "Calls purged from the log because they were too old."}),
		failures:     counters("careline_source_failures_total", "Readings of the metrics in which a source could not answer, by source.", "source"),
		registry:     registry,
	}
}

// Request counts an answer; it has the shape of the API's Observe hook. One that
// lasts until somebody goes, such as a stream of events, tells nothing by its time:
// it is counted with a negative one.
func (m *Metrics) Request(route string, status int, took time.Duration) {
	s := m.answers.of(m, answer{route, status})
	s.count.Inc()
	if took >= 0 {
		s.time.Observe(took.Seconds())
	}
}

// CallEnded counts a call whose end was filed.
func (m *Metrics) CallEnded(o careline.Outcome) { m.calls.WithLabelValues(string(o)).Inc() }

// Refused counts a call that was not dialled.
func (m *Metrics) Refused(why careline.Refusal) { m.refusals.WithLabelValues(string(why)).Inc() }

// Recording counts what became of a recording at the carrier; the outcome is a word of few.
func (m *Metrics) Recording(outcome string) { m.recordings.WithLabelValues(outcome).Inc() }

// Build tells of what version of careline this is, made by which Go: 1, always.
func (m *Metrics) Build(version string) {
	promauto.With(m.registry).NewGauge(prometheus.GaugeOpts{
		Name:        "careline_build_info",
		Help:        "1, with the version of careline and of Go that made it.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	}).Set(1)
}

// EventKept counts an event made durable.
func (m *Metrics) EventKept(kind careline.Kind) { m.kept.WithLabelValues(string(kind)).Inc() }

// Delivery counts one try of a delivery. The outcome is a word of few:
// done, retry, buried, interrupted.
func (m *Metrics) Delivery(consumer, outcome string, took time.Duration) {
	m.deliveries.WithLabelValues(consumer, outcome).Inc()
	m.deliveryTime.WithLabelValues(consumer).Observe(took.Seconds())
}

// Message counts a message of the event transport. Direction is out or in, the
// outcome a word of few.
func (m *Metrics) Message(direction, outcome string) {
	m.messages.WithLabelValues(direction, outcome).Inc()
}

// Lookup counts a call looked up at the carrier; the outcome is a word of few.
func (m *Metrics) Lookup(outcome string) { m.lookups.WithLabelValues(outcome).Inc() }

// Look counts that somebody looked at an appointment, or was not let; both are words of few.
func (m *Metrics) Look(what careline.LookAt, outcome careline.LookOutcome) {
	m.looks.WithLabelValues(string(what), string(outcome)).Inc()
}

// Command counts what became of something that was asked of a room or a call; both are
// words of few.
func (m *Metrics) Command(act, outcome string) { m.commands.WithLabelValues(act, outcome).Inc() }

// Forgotten counts calls purged from the log; looks are none.
func (m *Metrics) Forgotten(calls int) { m.forgotten.Add(float64(calls)) }

// Outbound counts a request made to another party; status 0 is no answer.
func (m *Metrics) Outbound(party, method string, status int, took time.Duration) {
	m.outbound.WithLabelValues(party, method, statusText(status)).Inc()
	m.outboundTime.WithLabelValues(party).Observe(took.Seconds())
}

// statusText spares the usual statuses an allocation.
func statusText(status int) string {
	switch status {
	case http.StatusOK:
		return "200"
	case http.StatusCreated:
		return "201"
	case http.StatusNoContent:
		return "204"
	}
	return strconv.Itoa(status)
}

// Handler writes the metrics in the format that the reader accepts, by default
// Prometheus's text format 0.0.4. A source that cannot answer is left out and
// counted, so that the rest can still be read.
func (m *Metrics) Handler(src Sources) http.Handler {
	// The sources go first: a reading tells of its own failures.
	all := prometheus.Gatherers{src.registry(m.failures), m.registry}
	return promhttp.HandlerFor(all, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, Registry: m.registry})
}
