package main

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// measures is a reading of the metrics once it has all of these lines.
func (s *system) measures(lines ...string) string {
	s.t.Helper()
	deadline := time.After(30 * time.Second)
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		told := "\n" + string(s.get(s.url+"/metrics", ""))
		missing := ""
		for _, line := range lines {
			if !strings.Contains(told, "\n"+line+"\n") {
				missing = line
			}
		}
		if missing == "" {
			return told
		}
		select {
		case <-again.C:
		case <-deadline:
			s.t.Fatalf("the metrics never said %s:\n%s", missing, told)
		}
	}
}

// The metrics tell what became of calls, each once however often it is reported, and
// why some were refused.
func TestMetricsTellWhatBecameOfCalls(t *testing.T) {
	t.Parallel()
	s := newSystem(t, nil)
	a := s.reaching(answers)
	s.record(s.call(a, answers), final)
	s.record(s.call(a, "+447700900999"), final) // a number of nobody's
	told := s.measures(
		`careline_calls_total{outcome="ended-with-person"} 1`,
		`careline_calls_total{outcome="refused"} 1`,
		`careline_refusals_total{reason="number-not-on-file"} 1`,
		`careline_calls_live 0`,
		`careline_event_streams 0`,
		`careline_build_info{goversion="`+runtime.Version()+`",version="`+version+`"} 1`,
	)
	if n := strings.Count(told, "\ncareline_calls_total{"); n != 2 {
		t.Errorf("calls of %d outcomes were counted:\n%s", n, told)
	}

	// A stream that has ended is counted, and its length is no latency; one that is
	// open is seen.
	<-s.listening(a.Practitioner, "retry:")
	s.listening(a.Practitioner, "what nobody tells")
	s.measures(`careline_http_request_duration_seconds_count{route="/bff_clinical/v1/calls/events"} 0`, `careline_event_streams 1`)
}
