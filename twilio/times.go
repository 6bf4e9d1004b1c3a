package twilio

import (
	"strings"
	"time"
)

// timestampLayout is a time of RFC 2822, section 3.3, without the day of the week,
// as Twilio writes it: a day has one digit or two; time.RFC1123Z knows only two.
const timestampLayout = "2 Jan 2006 15:04:05 -0700"

// timestamp is Twilio's time of the report, zero when it gives none.
func (r *report) timestamp() time.Time {
	value := r.value("Timestamp")
	at := parseTime(string(value))
	if at.IsZero() && len(value) > 0 {
		r.leave("Timestamp")
	}
	return at
}

// parseTime is zero for what is no time of Twilio's.
func parseTime(text string) time.Time {
	day, rest, hasDay := strings.Cut(text, ", ")
	if !hasDay {
		rest = text
	} else if _, err := time.Parse("Mon", day); err != nil {
		return time.Time{}
	}

	date, zone, ok := cutLast(rest, " ")
	if !ok {
		return time.Time{}
	}
	at, err := time.Parse(timestampLayout, date+" "+offset(zone))
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// offset is a zone's distance from UTC as digits. The names are those of RFC 2822,
// section 4.3; time.Parse would take a name that it does not know for UTC.
func offset(zone string) string {
	switch zone {
	case "GMT", "UTC", "UT", "Z":
		return "+0000"
	case "EDT":
		return "-0400"
	case "EST", "CDT":
		return "-0500"
	case "CST", "MDT":
		return "-0600"
	case "MST", "PDT":
		return "-0700"
	case "PST":
		return "-0800"
	}

	return zone
}

func cutLast(s, sep string) (before, after string, found bool) {
	at := strings.LastIndex(s, sep)
	if at < 0 {
		return s, "", false
	}
	return s[:at], s[at+len(sep):], true
}
