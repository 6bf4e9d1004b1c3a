package twilio

import (
	"strconv"

	"perci.health/careline"
)

// value is a parameter; empty when it is absent, and when it is there with
// several values.
func (r *report) value(name string) []byte {
	value, ok := r.one(name)
	if !ok {
		r.leave(name)
	}
	return value
}

func (r *report) leave(name string) { r.left = append(r.left, name) }

// sid is a SID, or empty.
func (r *report) sid(name, prefix string) string {
	value := r.value(name)
	if len(value) > 0 && !isSID(prefix, value) {
		r.leave(name)
		return ""
	}
	return string(value)
}

// word is one of a few words, or empty.
func (r *report) word(name string) string {
	value := r.value(name)
	if len(value) > 0 && !isWord(value) {
		r.leave(name)
		return ""
	}
	return known(value)
}

// sequence reads the sequence number, and returns it as an event's id has it.
func (r *report) sequence(e *careline.CallEvent) string {
	n, ok := r.number("SequenceNumber")
	if !ok {
		return "-"
	}
	e.Order = n
	return strconv.Itoa(n)
}

// number is a count of at most nine digits; not ok when there is none.
func (r *report) number(name string) (n int, ok bool) {
	value := r.value(name)
	if len(value) > 9 {
		r.leave(name)
		return 0, false
	}

	for _, c := range value {
		if c < '0' || c > '9' {
			r.leave(name)
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, len(value) > 0
}

func (r *report) appointment() string {
	value := string(r.value(AppointmentParameter))
	if value != "" && !careline.ValidID(value) {
		r.leave(AppointmentParameter)
		return ""
	}
	return value
}
