package telemetry

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// labels are a series' label values; unused places are empty. An array, so that
// it is a map key without an allocation.
type labels [3]string

// family is a metric with its series.
type family[S any] struct {
	name, help string
	labels     []string
	make       func() *S

	mu     sync.RWMutex
	series map[labels]*S
}

// at is the series of these label values, which come from tables of ours or from
// small vocabularies, never from a request's own text: each lives for ever.
func (f *family[S]) at(values ...string) *S {
	var key labels
	copy(key[:], values)
	f.mu.RLock()
	s, ok := f.series[key]
	f.mu.RUnlock()
	if ok {
		return s
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if s, ok := f.series[key]; ok {
		return s
	}
	s = f.make()
	f.series[key] = s
	return s
}

// each visits the series in the order of their labels, with those written out.
func (f *family[S]) each(visit func(pairs string, s *S)) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	keys := make([]labels, 0, len(f.series))
	for k := range f.series {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b labels) int { return slices.Compare(a[:], b[:]) })
	for _, k := range keys {
		var pairs []string
		for i, name := range f.labels {
			pairs = append(pairs, name+`="`+escape(k[i])+`"`)
		}
		visit(strings.Join(pairs, ","), f.series[k])
	}
}

type counters struct{ family[atomic.Uint64] }

func newCounters(name, help string, labelNames ...string) *counters {
	return &counters{family[atomic.Uint64]{name: name, help: help, labels: labelNames,
		make: func() *atomic.Uint64 { return new(atomic.Uint64) }, series: map[labels]*atomic.Uint64{}}}
}

func (c *counters) write(t *exposition) {
	t.head(c.name, c.help, "counter")
	c.each(func(pairs string, n *atomic.Uint64) { t.line(c.name, pairs, strconv.FormatUint(n.Load(), 10)) })
}

type histograms struct {
	family[histogram]
	bounds []float64
}

// histogram counts durations by upper bound. A reading taken meanwhile may have
// one observation in its buckets and not yet in its sum: Prometheus's own client
// allows the same.
type histogram struct {
	bounds []float64
	counts []atomic.Uint64 // one more than bounds: above the last
	sum    atomic.Int64    // nanoseconds
}

func newHistograms(name, help string, bounds []float64, labelNames ...string) *histograms {
	return &histograms{bounds: bounds, family: family[histogram]{name: name, help: help, labels: labelNames,
		make:   func() *histogram { return &histogram{bounds: bounds, counts: make([]atomic.Uint64, len(bounds)+1)} },
		series: map[labels]*histogram{}}}
}

func (h *histogram) observe(d time.Duration) {
	i, _ := slices.BinarySearch(h.bounds, d.Seconds())
	h.counts[i].Add(1)
	h.sum.Add(int64(d))
}

func (h *histograms) write(t *exposition) {
	t.head(h.name, h.help, "histogram")
	h.each(func(pairs string, s *histogram) {
		var total uint64
		for i := range s.counts {
			total += s.counts[i].Load()
			bound := "+Inf"
			if i < len(h.bounds) {
				bound = number(h.bounds[i])
			}
			t.line(h.name+"_bucket", pairs+`,le="`+bound+`"`, strconv.FormatUint(total, 10))
		}
		t.line(h.name+"_sum", pairs, number(time.Duration(s.sum.Load()).Seconds()))
		t.line(h.name+"_count", pairs, strconv.FormatUint(total, 10))
	})
}
