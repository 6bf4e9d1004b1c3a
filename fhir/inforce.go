package fhir

import (
	"encoding/json"
	"time"
)

// moment is when and where it is asked whether something is in force. It is the one
// rule of time for every person, role and contact: none is offered, dialled or let
// call that is over, or has not begun.
type moment struct {
	now  time.Time
	zone *time.Location // the clinic's, whose midnights bound days
}

// holds reports whether something that is active by a flag, unless it says false,
// and valid in a period, unless it has none, is in force.
func (m moment) holds(active json.RawMessage, p *period) bool {
	return !says(active, "false") && !p.over(m) && !p.ahead(m)
}

// over reports whether a period has ended. An end with less than a time of day
// includes the whole day, month or year (FHIR R4, section 2.24.0.10). One that
// cannot be read says nothing.
func (p *period) over(m moment) bool {
	if p == nil {
		return false
	}
	_, end, ok := m.spanOf(p.End)
	return ok && !m.now.Before(end)
}

// ahead reports whether a period has not begun.
func (p *period) ahead(m moment) bool {
	if p == nil {
		return false
	}
	start, _, ok := m.spanOf(p.Start)
	return ok && m.now.Before(start)
}

// meets reports whether a period has anything in common with the time from start to
// end.
func (p *period) meets(start, end time.Time, zone *time.Location) bool {
	if end.Before(start) {
		end = start
	}
	return !p.over(moment{start, zone}) && !p.ahead(moment{end, zone})
}

// spanOf is the time that a dateTime covers, its end not included: an instant the
// second that it is in, a day, month or year all of it, where the clinic is.
func (m moment) spanOf(text string) (start, end time.Time, ok bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if at, err := time.ParseInLocation(layout, text, m.zone); err == nil {
			return at, at.Add(time.Second), true
		}
	}

	for _, span := range []struct {
		layout              string
		years, months, days int
	}{
		{time.DateOnly, 0, 0, 1},
		{"2006-01", 0, 1, 0},
		{"2006", 1, 0, 0},
	} {
		if at, err := time.ParseInLocation(span.layout, text, m.zone); err == nil {
			return at, at.AddDate(span.years, span.months, span.days), true
		}
	}
	return time.Time{}, time.Time{}, false
}
