package api_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"perci.health/careline"
	"perci.health/careline/api"
	"perci.health/careline/calls"
)

// TestStreamTellsOfRecordings: beside a call, how it stands with recording it, and only
// when that has changed; where calls are not recorded any more, only of one of which something
// was decided or recorded.
func TestStreamTellsOfRecordings(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"asked", ""} {
		b := newBench(t)
		b.cfg.Recording, b.cfg.Recordings = mode, &calls.Recordings{Mode: mode}
		srv := httptest.NewServer(api.New(b.cfg))
		t.Cleanup(srv.Close)
		key := ada + "/1"
		b.events.add(ringing(key))
		next, closeIt := b.listen(srv.Client(), srv.URL, "")
		go b.cfg.Live.Run(t.Context())

		var names []string
		until := func(event string, n int) {
			for seen := 0; seen < n; {
				line := next()
				if name, is := strings.CutPrefix(line, "event: "); is {
					names = append(names, name)
					if name == event {
						seen++
					}
				}
			}
			next()
		}
		until("call", 1)
		for _, e := range []careline.CallEvent{
			{Call: key, ID: "note", Kind: careline.KindNoted, Note: careline.CallNote{Text: "Nothing of a recording"}},
			{Call: key, ID: "declined", Kind: careline.KindConsent, Consent: careline.Consent{Decision: careline.ConsentDeclined, By: "standing"}},
			{Call: key, ID: "again", Kind: careline.KindNoted, Note: careline.CallNote{Text: "Nothing again"}},
		} {
			b.events.add(e)
			b.cfg.Live.Changed([]string{key})
			until("call", 1)
		}
		closeIt()

		got := strings.Join(names, " ")
		if mode == "" && got != "call call call recording call" { // what was decided before is told still
			t.Errorf("off: %s", got)
		}
		if mode != "" && got != "call recording call call recording call" {
			t.Errorf("on: %s", got)
		}
	}
}
