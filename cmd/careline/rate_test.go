package main

import (
	"strings"
	"testing"
)

// A person who asks for call after call is refused each time, and leaves one record
// of it; also when Twilio reports how those that nobody recorded ended.
func TestServeRecordsManyRefusalsByRateOnce(t *testing.T) {
	t.Parallel()
	s := newSystem(t, map[string]string{"CALLS_PER_MINUTE": "1", "CALLS_AT_ONCE": "100"})
	a := s.reaching(answers)
	first := s.call(a, answers)
	refused := s.call(a, answers)
	s.record(refused, final)
	for range 8 {
		key := s.call(a, answers)
		eventually(t, "the refused call to end", func() bool { return s.over(key) })
		if said := s.spoken(key); !strings.Contains(said, "many calls in a short time") {
			t.Errorf("said to the clinician: %q", said)
		}
	}
	s.record(first, final)
	if found := s.search("Communication?_count=100"); len(found) != 2 {
		t.Errorf("%d Communications; want the call and one refusal", len(found))
	}
	s.stop() // so that every line is written
	if n := strings.Count(s.log.String(), `"recorded":false`); n != 8 {
		t.Errorf("%d refusals are in the log as not recorded; want 8", n)
	}
}
