package fhir

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"perci.health/careline"
)

const askAgain = "Ask again after that. If it happens often, look at who else uses this client, or have its quota raised (Medplum: fhirQuota of the membership or project)."

// spent reports whether err says that the quota is used up, and until when.
func (c *Client) spent(err error) (time.Time, bool) {
	q := c.Quota()
	p, answered := errors.AsType[*Problem](err)
	refused := answered && p.Status == http.StatusTooManyRequests
	if !refused && (answered || waitAsked(err) <= 0 || !q.Known || q.Left >= doctorNeeds) {
		return time.Time{}, false
	}
	if q.Known {
		return q.Ends, true
	}
	return c.cfg.Now().Add(waitAsked(err)), true
}

func spentUntil(until time.Time) string {
	return "The quota of the health record is spent until " + clockOf(until) + "; until then calls wait to be filed."
}

func clockOf(t time.Time) string { return t.UTC().Format("15:04:05 UTC") }

// doctorNeeds is about what all the checks cost.
const doctorNeeds = 5 * costWrite

// checkQuota is asked before all that costs: what is spent is one fault, and not as
// many as there are questions.
func (c *Client) checkQuota(ctx context.Context) careline.Finding {
	if _, err := c.Search(ctx, "Communication", url.Values{"_id": {nobodysID}, "_count": {"1"}}); err != nil {
		if until, ok := c.spent(err); ok {
			return careline.Fault(spentUntil(until), askAgain).Blocking()
		}
		return c.failed("The quota cannot be asked for", err)
	}
	q := c.Quota()
	found := fmt.Sprintf("%d units are left until %s; a write takes %d.", q.Left, clockOf(q.Ends), costWrite)
	switch {
	case !q.Known:
		return careline.Good("The server tells of no quota.")
	case q.Left < doctorNeeds:
		return careline.Fault(spentUntil(q.Ends), askAgain).Blocking()
	case q.Left < 50*costWrite:
		return careline.Doubt(found, "Look at who else uses this client, or have its quota raised (Medplum: fhirQuota of the membership or project).")
	}
	return careline.Good(found)
}
