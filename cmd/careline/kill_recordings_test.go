package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// takes are the carrier's recordings of a leg, the oldest first: their ids, and how they
// stand.
func (s *system) takes(leg string) (sids, stand []string) {
	s.t.Helper()
	var seen struct {
		Recordings []struct{ SID, CallSID, Status string }
	}
	decode(s.t, s.get(s.world.TwilioURL+"/sandbox/v1/recordings", ""), &seen)
	slices.Reverse(seen.Recordings)
	for _, r := range seen.Recordings {
		if r.CallSID == leg {
			sids, stand = append(sids, r.SID), append(stand, r.Status)
		}
	}
	return sids, stand
}

// TestKilledWhileACallIsRecorded: the service is a real process, killed at each request by
// which it begins, pauses, goes on with, stops and deletes a recording: before Twilio has
// the request, and after Twilio has carried it out and before the service knows. Started
// again, it has one recording for one wish, as it was wished, and what was taken back is
// deleted.
func TestKilledWhileACallIsRecorded(t *testing.T) {
	t.Parallel()
	v, gate := newGated(t, recordingBy("asked"))
	for _, test := range []struct {
		before  []string // what was wanted, and done
		wanted  string
		at      int // the request that it dies at
		consent string
		stands  string // by careline
		carrier string
		media   int
	}{
		{nil, "start", 0, "given", "in-progress", "in-progress", 1},
		{[]string{"start"}, "pause", 0, "given", "paused", "paused", 1},
		{[]string{"start", "pause"}, "resume", 0, "given", "in-progress", "in-progress", 1},
		{[]string{"start"}, "stop", 0, "given", "completed", "completed", 1},
		{[]string{"start"}, "withdraw", 0, "withdrawn", "deleted", "deleted", 0},
		{[]string{"start"}, "withdraw", 1, "withdrawn", "deleted", "deleted", 0},
		{[]string{"start", "stop"}, "withdraw", 0, "withdrawn", "deleted", "deleted", 0},
	} {
		for _, after := range []bool{false, true} {
			what := fmt.Sprintf("%s after %v, request %d, done %t", test.wanted, test.before, test.at, after)
			t.Log(what)
			a, key := v.system.speaks(manual)
			for _, wanted := range test.before {
				v.system.wants(a, key, wanted)
				v.system.stands(a, key, "given", states[wanted])
			}
			fell := gate.set(test.at, after)
			v.system.wants(a, key, test.wanted)
			v.await(fell)
			v.kill()
			close(gate.dead)
			v.start()

			v.system.stands(a, key, test.consent, test.stands)
			sids, stand := v.system.takes(key)
			if strings.Join(stand, " ") != test.carrier {
				t.Fatalf("%s: the carrier has %v", what, stand)
			}
			v.system.sounds()
			v.system.phone(manual, "hangup")
			v.system.record(key, final)
			eventually(t, what+": the Media", func() bool { return len(v.system.media(sids[0])) == test.media })
			if again, _ := v.system.takes(key); len(again) != 1 {
				t.Errorf("%s: recorded were %v", what, again)
			}
		}
	}
	v.kill()
}

// states are how a recording stands once that was wanted, and done.
var states = map[string]string{"start": "in-progress", "pause": "paused", "stop": "completed"}
