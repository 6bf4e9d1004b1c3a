package telemetry

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"perci.health/careline"
)

// Metrics counts what the service does. Its methods are the hooks of the places
// that do it; they may be called from anywhere at once and never wait for a
// reader.
type Metrics struct {
	requests, kept, deliveries, outbound    *counters
	requestTime, deliveryTime, outboundTime *histograms
	started                                 time.Time
}

// NewMetrics has counted nothing yet.
func NewMetrics() *Metrics {
	// Requests: the webhooks' target is 5 ms, Twilio gives up after 15 s.
	fast := []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15}
	// Deliveries and other parties: a health record's usual 20-500 ms, up to our own bounds.
	slow := []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	return &Metrics{
		requests:     newCounters("careline_http_requests_total", "Requests answered, by route and status.", "route", "status"),
		requestTime:  newHistograms("careline_http_request_duration_seconds", "Time to answer a request.", fast, "route"),
		kept:         newCounters("careline_events_kept_total", "Events made durable, by kind.", "kind"),
		deliveries:   newCounters("careline_deliveries_total", "Deliveries tried, by consumer and outcome.", "consumer", "outcome"),
		deliveryTime: newHistograms("careline_delivery_duration_seconds", "Time that one try of a delivery took.", slow, "consumer"),
		outbound:     newCounters("careline_outbound_requests_total", "Requests made to another party, by party, method and status (0: no answer).", "party", "method", "status"),
		outboundTime: newHistograms("careline_outbound_request_duration_seconds", "Time until another party's answer began.", slow, "party"),
		started:      time.Now(),
	}
}

// Request counts an answer; it has the shape of the API's Observe hook.
func (m *Metrics) Request(route string, status int, took time.Duration) {
	m.requests.at(route, statusText(status)).Add(1)
	m.requestTime.at(route).observe(took)
}

// EventKept counts an event made durable.
func (m *Metrics) EventKept(kind careline.Kind) { m.kept.at(string(kind)).Add(1) }

// Delivery counts one try of a delivery. The outcome is a word of few:
// delivered, retried, dead.
func (m *Metrics) Delivery(consumer, outcome string, took time.Duration) {
	m.deliveries.at(consumer, outcome).Add(1)
	m.deliveryTime.at(consumer).observe(took)
}

// Outbound counts a request made to another party; status 0 is no answer.
func (m *Metrics) Outbound(party, method string, status int, took time.Duration) {
	m.outbound.at(party, method, statusText(status)).Add(1)
	m.outboundTime.at(party).observe(took)
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

// Backlog is how far the deliveries are behind.
type Backlog struct {
	Pending int           // waiting, or waiting to be tried again
	Dead    int           // given up, until an operator replays them
	Oldest  time.Duration // age of the oldest one pending; 0 when there is none
}

// Sources are asked when the metrics are read. Each may be nil.
type Sources struct {
	Backlog   func(ctx context.Context) (Backlog, error)
	CallerIDs func() int // size of the number pool
}

// scrapeWithin bounds what a reading may ask of the store.
const scrapeWithin = 2 * time.Second

// Handler writes the metrics in Prometheus's text format 0.0.4. A source that
// cannot answer is left out and counted, so that the rest can still be read.
func (m *Metrics) Handler(src Sources) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), scrapeWithin)
		defer cancel()
		var t exposition
		for _, c := range []*counters{m.requests, m.kept, m.deliveries, m.outbound} {
			c.write(&t)
		}
		for _, h := range []*histograms{m.requestTime, m.deliveryTime, m.outboundTime} {
			h.write(&t)
		}
		m.backlog(ctx, &t, src)
		if src.CallerIDs != nil {
			t.gauge("careline_caller_ids", "Telephone numbers that calls can be made from.", float64(src.CallerIDs()))
		}
		writeRuntime(&t, m.started)
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		w.Write(t.Bytes()) //nolint:errcheck // the reader left
	})
}

func (m *Metrics) backlog(ctx context.Context, t *exposition, src Sources) {
	if src.Backlog == nil {
		return
	}
	up := 1.0
	b, err := src.Backlog(ctx)
	if err != nil {
		up = 0
	}
	t.gauge("careline_backlog_up", "1 if the backlog could be read.", up)
	if err != nil {
		return
	}
	t.gauge("careline_backlog_pending", "Deliveries that wait.", float64(b.Pending))
	t.gauge("careline_backlog_dead", "Deliveries given up until they are replayed.", float64(b.Dead))
	t.gauge("careline_backlog_oldest_age_seconds", "Age of the oldest delivery that waits.", b.Oldest.Seconds())
}
