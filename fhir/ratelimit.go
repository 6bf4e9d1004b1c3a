package fhir

import (
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

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

// limits are the items of the RateLimit header: of each limit, what is left and
// how long its window lasts.
func limits(h http.Header) map[string]limit {
	all := map[string]limit{}
	for _, item := range limitItem.FindAllStringSubmatch(strings.Join(h.Values("RateLimit"), ", "), -1) {
		values := map[string]string{}
		for _, p := range limitParameter.FindAllStringSubmatch(item[2], -1) {
			values[p[1]] = p[2]
		}
		r, errR := strconv.Atoi(values["r"])
		t, errT := strconv.Atoi(values["t"])
		if errR == nil && errT == nil {
			all[item[1]] = limit{left: float64(r), reset: time.Duration(min(t, 3600)) * time.Second}
		}
	}
	return all
}

type limit struct {
	left  float64
	reset time.Duration
}

func quota(h http.Header) (left float64, reset time.Duration, ok bool) {
	l, ok := limits(h)["fhirInteractions"]
	return l.left, l.reset, ok
}

// retryAfter reads how long a refused request should wait: Retry-After (RFC
// 9110, section 10.2.3), else the end of the window of a limit that is used up.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		return time.Duration(min(n, 3600)) * time.Second
	}

	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), 0), time.Hour)
	}
	var wait time.Duration
	for name, l := range limits(h) {
		if l.left <= 0 || name == "fhirInteractions" && l.left < costWrite {
			wait = max(wait, l.reset)
		}
	}

	return wait
}
