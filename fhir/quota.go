package fhir

import (
	"context"
	"errors"
	"net/http"
	"time"

	"perci.health/careline"
)

// Quota is what is known of the server's limit on this client.
type Quota struct {
	Known   bool      // the server tells what is left, and the window it told of has not ended
	Left    int       // units left: on Medplum a write takes 100, a search 20, a history 10, a reading 1
	Most    int       // the most units ever seen to be left; 0 when the server tells nothing
	Ends    time.Time // when the window ends and the quota is whole again
	Waiting int       // requests that wait for the quota
}

// Quota is what the server's last answers said of its limit, and how many
// requests wait on its account. It asks nobody.
func (c *Client) Quota() Quota {
	l := c.limiter
	l.mu.Lock()
	defer l.mu.Unlock()
	q := Quota{Most: int(l.most), Ends: l.ends, Known: l.now().Before(l.ends)}
	if q.Known {
		q.Left = max(0, int(l.left-l.pending))
	}
	for _, class := range []*class{&l.reads, &l.writes} {
		q.Waiting += class.waiting + len(class.head)
	}
	return q
}

// spent reports whether a request failed because the quota is used up, by the
// server's word or by what the limiter knows of it.
func spent(err error) bool {
	p, answered := errors.AsType[*Problem](err)
	_, held := errors.AsType[*later](err)
	return answered && p.Status == http.StatusTooManyRequests || held && errors.Is(err, context.DeadlineExceeded)
}

func quotaLow(wait time.Duration, cause error) error {
	return careline.NewError(careline.CodeUnavailable, "The health record takes no more requests for the moment, because its quota is used up. Please try again shortly.", &later{err: cause, after: wait})
}
