package telemetry

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Backlog is how far the deliveries to one consumer are behind.
type Backlog struct {
	Consumer string
	Pending  int           // waiting, or waiting to be tried again
	Dead     int           // given up, until an operator replays them
	Oldest   time.Duration // age of the oldest one pending; 0 when there is none
}

// Sources are asked when the metrics are read, by several readers at once if
// need be. Each may be nil. The context ends after 2 s.
type Sources struct {
	Backlog   func(ctx context.Context) ([]Backlog, error)
	CallerIDs func() int // size of the number pool
	// Gauges are further single numbers, each by its name and help.
	Gauges []Gauge
}

// Gauge is one number that is asked for when the metrics are read.
type Gauge struct {
	Name, Help string
	// Ask finds it; ErrNothingToTell leaves the gauge out, and is no failure.
	Ask func(ctx context.Context) (float64, error)
}

// ErrNothingToTell is a gauge's answer when there is no number at the moment.
var ErrNothingToTell = errors.New("nothing to tell")

// scrapeWithin bounds what a reading may ask of the store; Prometheus itself
// gives up after 10 s unless told otherwise (scrape_timeout).
const scrapeWithin = 2 * time.Second

func (s Sources) registry(failures *prometheus.CounterVec) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	if s.CallerIDs != nil {
		registry.MustRegister(prometheus.NewGaugeFunc(
			prometheus.GaugeOpts{Name: "careline_caller_ids", Help: "Telephone numbers that calls can be made from."},
			func() float64 { return float64(s.CallerIDs()) },
		))
	}

	for _, g := range s.Gauges {
		registry.MustRegister(&gaugeCollector{
			ask:      g.Ask,
			failures: failures.WithLabelValues(g.Name),
			desc:     prometheus.NewDesc(g.Name, g.Help, nil, nil),
		})
	}

	if s.Backlog != nil {
		registry.MustRegister(newBacklogCollector(s.Backlog, failures.WithLabelValues("backlog")))
	}

	return registry
}

// backlogCollector is a prometheus.Collector, so that one question to the store
// answers for all its gauges.
type backlogCollector struct {
	ask                       func(ctx context.Context) ([]Backlog, error)
	failures                  prometheus.Counter
	up, pending, dead, oldest *prometheus.Desc
}

func newBacklogCollector(ask func(ctx context.Context) ([]Backlog, error), failures prometheus.Counter) *backlogCollector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return &backlogCollector{
		ask:      ask,
		failures: failures,
		up:       desc("careline_backlog_up", "1 if the backlog could be read."),
		pending:  desc("careline_backlog_pending", "Deliveries that wait, by consumer.", "consumer"),
		dead:     desc("careline_backlog_dead", "Deliveries given up until they are replayed, by consumer.", "consumer"),
		oldest:   desc("careline_backlog_oldest_age_seconds", "Age of the oldest delivery that waits, by consumer.", "consumer"),
	}
}

// Describe implements prometheus.Collector.
func (c *backlogCollector) Describe(descs chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.up, c.pending, c.dead, c.oldest} {
		descs <- d
	}
}

// Collect implements prometheus.Collector, which is not told of the reader's own
// context.
func (c *backlogCollector) Collect(metrics chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeWithin)
	defer cancel()

	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		metrics <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}

	all, err := c.ask(ctx)
	if err != nil {
		c.failures.Inc()
		gauge(c.up, 0)
		return
	}

	gauge(c.up, 1)
	for _, b := range all {
		gauge(c.pending, float64(b.Pending), b.Consumer)
		gauge(c.dead, float64(b.Dead), b.Consumer)
		gauge(c.oldest, b.Oldest.Seconds(), b.Consumer)
	}
}

// gaugeCollector leaves its gauge out, and counts it, when it cannot be read.
type gaugeCollector struct {
	ask      func(ctx context.Context) (float64, error)
	failures prometheus.Counter
	desc     *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (c *gaugeCollector) Describe(descs chan<- *prometheus.Desc) { descs <- c.desc }

// Collect implements prometheus.Collector.
func (c *gaugeCollector) Collect(metrics chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeWithin)
	defer cancel()
	v, err := c.ask(ctx)
	if errors.Is(err, ErrNothingToTell) {
		return
	}
	if err != nil {
		c.failures.Inc()
		return
	}
	metrics <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, v)
}
