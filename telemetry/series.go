package telemetry

import (
	"maps"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// answer is what the series of answered requests are told apart by. Routes and
// statuses are few.
type answer struct {
	route  string
	status int
}

// answerSeries are the series that one kind of answer counts in.
type answerSeries struct {
	count prometheus.Counter
	time  prometheus.Observer
}

// routeSeries finds them without asking the library for each request again, which
// would compare every label.
type routeSeries struct {
	found  atomic.Pointer[map[answer]answerSeries]
	adding sync.Mutex
}

func (r *routeSeries) of(m *Metrics, a answer) answerSeries {
	if found := r.found.Load(); found != nil {
		if s, ok := (*found)[a]; ok {
			return s
		}
	}

	r.adding.Lock()
	defer r.adding.Unlock()
	all := map[answer]answerSeries{}
	if found := r.found.Load(); found != nil {
		all = maps.Clone(*found)
	}

	s := answerSeries{
		count: m.requests.WithLabelValues(a.route, statusText(a.status)),
		time:  m.requestTime.WithLabelValues(a.route),
	}
	all[a] = s
	r.found.Store(&all)
	return s
}
