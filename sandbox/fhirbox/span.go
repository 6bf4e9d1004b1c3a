package fhirbox

import (
	"strings"
	"time"
)

// span is the time a FHIR date stands for, both ends included, in
// microseconds since 1970 UTC: 2026-11-22 is that whole day.
type span struct{ low, high int64 }

// Spans of periods that are open at one end.
const (
	never   = -1 << 62
	forever = 1<<62 - 1
)

// parseSpan reads a date, dateTime or instant of any precision. Without a time
// zone it is taken as UTC.
func parseSpan(s string) (span, bool) {
	date, clock, hasTime := strings.Cut(s, "T")
	if !hasTime {
		return daySpan(date)
	}

	zone := ""
	if i := strings.LastIndexAny(clock, "Z+-"); i >= 0 {
		clock, zone = clock[:i], clock[i:]
	}

	if zone == "" {
		zone = "Z"
	}
	whole, fraction, _ := strings.Cut(clock, ".")
	width := time.Second
	switch {
	case fraction != "":
		width = fractionWidth(len(fraction))
		whole += "." + fraction
	case len(whole) == len("15:04"):
		width = time.Minute
		whole += ":00"
	}

	t, err := time.Parse(time.RFC3339Nano, date+"T"+whole+zone)
	if err != nil {
		return span{}, false
	}
	return between(t, t.Add(width)), true
}

// fractionWidth is the precision of a time with so many digits after its
// seconds; the index keeps microseconds.
func fractionWidth(digits int) time.Duration {
	width := time.Second
	for range min(digits, 6) {
		width /= 10
	}
	return width
}

func daySpan(date string) (span, bool) {
	switch len(date) {
	case len("2006"):
		t, err := time.Parse("2006", date)
		return between(t, t.AddDate(1, 0, 0)), err == nil
	case len("2006-01"):
		t, err := time.Parse("2006-01", date)
		return between(t, t.AddDate(0, 1, 0)), err == nil
	}
	t, err := time.Parse(time.DateOnly, date)
	return between(t, t.AddDate(0, 0, 1)), err == nil
}

func between(from, to time.Time) span {
	return span{low: from.UnixMicro(), high: to.UnixMicro() - 1}
}
