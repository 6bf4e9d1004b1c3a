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
	at, usual := usualTime(value)
	if !usual {
		at = parseTime(string(value))
	}
	if at.IsZero() && len(value) > 0 {
		r.leave("Timestamp")
	}
	return at
}

// usualTime reads a time as Twilio writes nearly all, "Mon, 04 Aug 2025 09:05:07
// +0000", and any other not at all. Every report has one, and time.Parse costs as
// much as the report's signature.
func usualTime(text []byte) (time.Time, bool) {
	const form = "Mon, 02 Jan 2006 15:04:05 +0000"
	if len(text) != len(form) || string(text[3:5]) != ", " || string(text[25:]) != " +0000" {
		return time.Time{}, false
	}
	if text[7] != ' ' || text[11] != ' ' || text[16] != ' ' || text[19] != ':' || text[22] != ':' {
		return time.Time{}, false
	}

	weekday := place("SunMonTueWedThuFriSat", text[:3])
	month := place("JanFebMarAprMayJunJulAugSepOctNovDec", text[8:11]) + 1
	day, hour, minute, second := twoDigits(text[5:]), twoDigits(text[17:]), twoDigits(text[20:]), twoDigits(text[23:])
	century, year := twoDigits(text[12:]), twoDigits(text[14:])
	if min(weekday, month-1, day-1, hour, minute, second, century, year) < 0 || max(hour-23, minute-59, second-59) > 0 {
		return time.Time{}, false
	}

	at := time.Date(100*century+year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	return at, at.Day() == day // the month has that day
}

// place is which of the names of three letters a text is, from 0; -1 for none.
func place(names string, text []byte) int {
	for at := 0; at < len(names); at += 3 {
		if names[at:at+3] == string(text) {
			return at / 3
		}
	}
	return -1
}

// twoDigits is the number that text begins with; far below 0 for none.
func twoDigits(text []byte) int {
	tens, units := int(text[0])-'0', int(text[1])-'0'
	if tens < 0 || tens > 9 || units < 0 || units > 9 {
		return -1000
	}
	return 10*tens + units
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
