package main

import (
	"fmt"
	"testing"
)

// However Twilio's reports arrive, the record of a call that was answered says
// the same in the end.
func TestServeReportsDoubledDelayedAndCrossed(t *testing.T) {
	t.Parallel()
	s := newSystem(t, map[string]string{"CALLS_PER_MINUTE": "1000", "CALLS_AT_ONCE": "1000"})
	s.put(s.world.TwilioURL+"/sandbox/v1/faults", map[string]any{"duplicate": 0.6, "reorder": 0.6, "delayMs": 5})
	a := s.reaching(answers)
	keys := make([]string, 12)
	for i := range keys {
		keys[i] = s.call(a, answers)
	}
	for _, key := range keys {
		versions := s.record(key, func(v []communication) bool {
			last := v[len(v)-1]
			return final(v) && last.says("answeredBy") == "human" && last.Received != "" && last.says("durationSeconds") == "12"
		})
		last := versions[len(versions)-1]
		if last.says("callStatus") != "completed" || len(last.Identifier) != 2 {
			t.Errorf("ended as %s", last.raw)
		}
		reopened := false
		for i, v := range versions {
			reopened = reopened || i > 0 && versions[i-1].Status == "completed" && v.Status != "completed"
		}
		if reopened || len(versions) > 8 {
			t.Errorf("%d versions, reopened: %v", len(versions), reopened)
		}
	}
}

// When every report of the member's leg is lost, the dial result still ends the
// call.
func TestEveryStatusCallbackLost(t *testing.T) {
	t.Parallel()
	s := newSystem(t, nil)
	s.put(s.world.TwilioURL+"/sandbox/v1/faults", map[string]any{"drop": 1})
	versions := s.record(s.call(s.reaching(answers), answers), final)
	if last := versions[len(versions)-1]; last.says("callStatus") != "completed" || last.says("durationSeconds") != "12" {
		t.Errorf("ended as %s", last.raw)
	}
}

// A health record that is down, loses answers, or asks to be left alone delays
// the record and changes nothing in it.
func TestServeWithTheHealthRecordInTrouble(t *testing.T) {
	t.Parallel()
	faults := map[string]any{
		"answers of creations lost": []map[string]any{{"method": "POST", "path": "/Communication", "times": 2, "status": 0, "after": true}},
		"answers of updates lost":   []map[string]any{{"method": "PUT", "path": "/Communication", "times": 3, "status": 0, "after": true}},
		"errors before writing":     []map[string]any{{"method": "PUT", "path": "/Communication", "times": 3, "status": 503}},
	}
	for name, list := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSystem(t, nil)
			s.put(s.fhirRoot()+"/sandbox/v1/faults", list)
			versions := s.record(s.call(s.reaching(answers), answers), func(v []communication) bool {
				return final(v) && v[len(v)-1].says("answeredBy") == "human"
			})
			seen := map[string]bool{}
			for _, v := range versions {
				if seen[string(withoutMeta(v))] {
					t.Errorf("a version twice: %s", v.raw)
				}
				seen[string(withoutMeta(v))] = true
			}
		})
	}
}

func withoutMeta(c communication) string {
	return fmt.Sprint(c.Status, c.says("callStatus"), c.says("durationSeconds"), c.says("answeredBy"), c.says("endedBy"), c.says("ended"), c.Received, c.Identifier)
}

func TestServeThroughAnOutageOfTheHealthRecord(t *testing.T) {
	t.Parallel()
	s := newSystem(t, nil)
	a := s.reaching(answers)
	s.get(s.url+"/bff_clinical/v1/appointments/"+a.ID, s.session(a.Practitioner)) // the app has shown it
	s.put(s.fhirRoot()+"/sandbox/v1/faults", map[string]any{"down": true})
	key := s.call(a, answers)
	eventually(t, "the call's end at Twilio", func() bool { return s.over(key) })
	s.put(s.fhirRoot()+"/sandbox/v1/faults", []any{})
	versions := s.record(key, final)
	// How many come between depends on the order in which reports arrived.
	if versions[0].Status != "preparation" || len(versions) < 2 {
		t.Errorf("%d versions, the first %s: the outage cost its beginning", len(versions), versions[0].Status)
	}
}

// over reports whether Twilio has nothing more to tell about a call.
func (s *system) over(key string) bool {
	s.t.Helper()
	var c struct{ Status string }
	decode(s.t, s.get(s.world.TwilioURL+"/sandbox/v1/calls/"+key, ""), &c)
	return c.Status == "completed" || c.Status == "failed"
}
