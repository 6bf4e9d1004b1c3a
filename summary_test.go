package careline_test

import (
	"testing"

	"perci.health/careline"
)

func TestSummaryOfLengths(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[int]string{
		-1:   "Answered, then ended",
		0:    "Answered, lasted 0 s",
		59:   "Answered, lasted 59 s",
		60:   "Answered, lasted 1 min",
		61:   "Answered, lasted 1 min 1 s",
		120:  "Answered, lasted 2 min",
		179:  "Answered, lasted 2 min 59 s",
		3661: "Answered, lasted 61 min 1 s",
	} {
		c := careline.Call{Status: careline.StatusCompleted, Seconds: careline.SecondsOf(seconds)}
		if c.Summary() != want {
			t.Errorf("%d s: %s", seconds, c.Summary())
		}
	}
}

func TestSummaryOfARefusal(t *testing.T) {
	t.Parallel()
	c := careline.Call{Status: careline.StatusRefused, Refusal: careline.RefusedRate}
	if want := "Not placed: " + careline.RefusedRate.Sentence(); c.Summary() != want {
		t.Errorf("by its reason: %s", c.Summary())
	}
	if c.Told = "Another sentence."; c.Summary() != "Not placed: Another sentence." {
		t.Errorf("as it was told: %s", c.Summary())
	}
}
