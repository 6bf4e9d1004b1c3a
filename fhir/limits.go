package fhir

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"perci.health/careline"
)

// What a request costs of the quota, in the units of Medplum's "fhirInteractions"
// limit (https://www.medplum.com/docs/rate-limits). Another server counts
// otherwise; then only the pace is a little off, never the outcome.
const (
	costRead    = 1
	costHistory = 10
	costSearch  = 20
	costWrite   = 100
)

// limiter slows down before the server's quota is gone, so that what is left
// lasts until the window ends. Below a tenth of the most ever seen, requests are
// let go one after the other at the pace that the rest allows.
type limiter struct {
	now func() time.Time

	mu      sync.Mutex
	most    float64   // the most units ever seen to be left: about the whole quota
	left    float64   // units left in the window, less what was let go since
	ends    time.Time // end of the window; zero before any header was seen
	nextOne time.Time // when the next request may go
}

// sameWindow is how far two answers may differ about the end of one window: the
// header counts whole seconds, and answers cross on their way.
const sameWindow = 2 * time.Second

// observe takes what an answer says of the quota.
func (l *limiter) observe(h http.Header) {
	left, reset, ok := quota(h)
	if !ok {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	ends := l.now().Add(reset)
	if l.now().Before(l.ends) && ends.Sub(l.ends).Abs() <= sameWindow {
		l.left = min(l.left, left)
	} else {
		l.left, l.ends, l.nextOne = left, ends, time.Time{}
	}
	l.most = max(l.most, left)
}

// wait returns when a request of this cost may go. An urgent one goes at once.
// It fails without waiting when ctx would end first.
func (l *limiter) wait(ctx context.Context, cost float64, urgent bool) error {
	delay := l.reserve(cost, urgent)
	if delay <= 0 {
		return nil
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < delay {
		return quotaLow(delay, context.DeadlineExceeded)
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return quotaLow(delay, ctx.Err())
	}
}

func (l *limiter) reserve(cost float64, urgent bool) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if !now.Before(l.ends) || l.left >= l.most/10 {
		l.left -= cost
		return 0
	}
	if urgent {
		l.left -= cost // taken from what the others share
		return 0
	}
	if l.left < cost {
		return l.ends.Sub(now)
	}
	at := now
	if l.nextOne.After(now) {
		at = l.nextOne
	}
	share := time.Duration(float64(l.ends.Sub(now)) * cost / l.left)
	l.nextOne = at.Add(share)
	if l.nextOne.After(l.ends) {
		l.nextOne = l.ends
	}
	return at.Sub(now)
}

func quotaLow(wait time.Duration, cause error) error {
	return careline.NewError(careline.CodeUnavailable, "The health record's quota is nearly used up, so this waits.", &later{err: cause, after: wait})
}

// later is a cause that knows when to try again.
type later struct {
	err   error
	after time.Duration
}

func (l *later) Error() string             { return l.err.Error() }
func (l *later) Unwrap() error             { return l.err }
func (l *later) RetryAfter() time.Duration { return l.after }

// waitAsked is how long the server, or the limiter on its behalf, asks to wait
// before the request that failed with err is sent again; 0 when nobody asked.
func waitAsked(err error) time.Duration {
	if r, ok := errors.AsType[interface {
		error
		RetryAfter() time.Duration
	}](err); ok {
		return r.RetryAfter()
	}
	return 0
}

// limitItem is one item of a RateLimit header field, such as
// "fhirInteractions";r=0;t=49 (draft-ietf-httpapi-ratelimit-headers, section 4:
// r is what is left, t the seconds until the window ends).
var limitItem = regexp.MustCompile(`"([^"]*)"((?:\s*;\s*[a-z]+=[^;,]*)*)`)

var limitParameter = regexp.MustCompile(`;\s*([rt])=(\d+)`)

func quota(h http.Header) (left float64, reset time.Duration, ok bool) {
	for _, item := range limitItem.FindAllStringSubmatch(strings.Join(h.Values("RateLimit"), ", "), -1) {
		if item[1] != "fhirInteractions" {
			continue
		}
		values := map[string]string{}
		for _, p := range limitParameter.FindAllStringSubmatch(item[2], -1) {
			values[p[1]] = p[2]
		}
		r, errR := strconv.Atoi(values["r"])
		t, errT := strconv.Atoi(values["t"])
		return float64(r), time.Duration(t) * time.Second, errR == nil && errT == nil
	}
	return 0, 0, false
}

// retryAfter reads how long a refused request should wait: Retry-After (RFC
// 9110, section 10.2.3), else the end of the quota's window if it is used up.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		return time.Duration(min(n, 3600)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), 0), time.Hour)
	}
	if left, reset, ok := quota(h); ok && left < costWrite {
		return reset
	}
	return 0
}
