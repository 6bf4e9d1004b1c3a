package setup

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// However many wait for one another, all are asked.
func TestAskWaitsForWhatIsNeeded(t *testing.T) {
	t.Parallel()
	const many = 4 * checksAtOnce
	for blocks := range many + 1 { // with many, none
		var checks []Check
		for i := range many {
			c := Check{Name: fmt.Sprint(i), Ask: func(context.Context) Finding {
				return Finding{Verdict: VerdictGood, Blocks: i == blocks}
			}}
			if i > 0 {
				c.Needs = fmt.Sprint(i - 1)
			}
			checks = append(checks, c)
		}
		checks[0].Needs = "what is not there"

		for i, a := range Ask(t.Context(), checks) {
			blocked := strings.HasPrefix(a.Found, "This was not asked, because of what "+fmt.Sprint(blocks)+" found.")
			if a.Check != fmt.Sprint(i) || blocked != (i > blocks) {
				t.Errorf("blocked by %d: %+v", blocks, a)
			}
		}
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	checks := []Check{{Name: "clock"}, {Name: "fhir: server"}, {Name: "fhir: login"}}
	for only, want := range map[string]string{
		"":                   "clock, fhir: server, fhir: login",
		"fhir":               "fhir: server, fhir: login",
		"fhir: login, clock": "fhir: login, clock",
	} {
		if some, err := Choose(checks, only); err != nil || strings.Join(names(some), ", ") != want {
			t.Errorf("%q: %v, %v", only, names(some), err)
		}
	}

	if _, err := Choose(checks, "clock,fhirs,nonsense"); err == nil || !strings.HasPrefix(err.Error(), `there is no check "fhirs"; the checks are: clock, `) {
		t.Errorf("a check that is none: %v", err)
	}
}
