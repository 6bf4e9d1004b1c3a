package clock

import (
	"testing"
	"time"

	"perci.health/careline/setup"
)

// A Date header leaves fractions of a second out, and an answer takes its time:
// neither is the clock's fault.
func TestJudge(t *testing.T) {
	t.Parallel()
	asked := time.Date(2026, 6, 1, 10, 15, 42, 900_000_000, time.UTC)
	answered := asked.Add(400 * time.Millisecond)
	for name, test := range map[string]struct {
		theirs time.Time
		want   setup.Verdict
	}{
		"the second of the question":  {asked.Truncate(time.Second), setup.VerdictGood},
		"the second of the answer":    {answered.Truncate(time.Second), setup.VerdictGood},
		"just good, slow":             {answered.Add(5 * time.Second), setup.VerdictGood},
		"just doubtful, slow":         {answered.Add(5*time.Second + 1), setup.VerdictDoubt},
		"just good, fast":             {asked.Add(-6 * time.Second), setup.VerdictGood},
		"just doubtful, fast":         {asked.Add(-6*time.Second - 1), setup.VerdictDoubt},
		"a minute slow":               {answered.Add(time.Minute), setup.VerdictDoubt},
		"more than a minute slow":     {answered.Add(time.Minute + 1), setup.VerdictFault},
		"more than a minute too fast": {asked.Add(-time.Minute - time.Second - 1), setup.VerdictFault},
	} {
		if found := judge(test.theirs, asked, answered); found.Verdict != test.want {
			t.Errorf("%s: %+v", name, found)
		}
	}
}
