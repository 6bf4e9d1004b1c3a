package api

import (
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// auditDays is how many days one question may cover.
const auditDays = 400

// auditAsked is a question as a query has it. Its days are the clinic's.
type auditAsked struct {
	calls.AuditFilter
	from, to string
}

func (s *server) auditAsked(q url.Values) (a auditAsked, err error) {
	a.from, a.to = q.Get("from"), q.Get("to")
	if a.AskedFor, err = s.daysAsked(q); err != nil {
		return a, err
	}

	a.Clinician, a.Outcome, a.Refusal = q.Get("clinician"), careline.Outcome(q.Get("outcome")), careline.Refusal(q.Get("refusal"))
	for _, word := range [...]string{a.Clinician, string(a.Outcome), string(a.Refusal)} {
		if word != "" && !careline.ValidID(word) {
			return a, careline.NewError(careline.CodeInvalid, "The clinician, the outcome or the refusal is not one that there can be.", nil)
		}
	}

	a.Patient = careline.Reference(q.Get("patient"))
	if id, found := strings.CutPrefix(q.Get("patient"), "Patient/"); a.Patient != "" && (!found || !careline.ValidID(id)) {
		return a, careline.NewError(careline.CodeInvalid, "The patient must be named as the health record does, such as Patient/123.", nil)
	}
	return a, nil
}

// daysAsked is from which day to which, and after which page, calls are asked for.
func (s *server) daysAsked(q url.Values) (a careline.AskedFor, err error) {
	from, err := time.ParseInLocation(time.DateOnly, q.Get("from"), s.cfg.Location)
	if err != nil {
		return a, careline.NewError(careline.CodeInvalid, "The first day must be a date such as 2026-11-29.", nil)
	}
	last, err := time.ParseInLocation(time.DateOnly, q.Get("to"), s.cfg.Location)
	if err != nil || last.Before(from) || last.After(from.AddDate(0, 0, auditDays)) {
		return a, careline.NewError(careline.CodeInvalid, "The last day must be a date such as 2026-11-29, not before the first day and at most 400 days after it.", nil)
	}

	a.From, a.To = from, last.AddDate(0, 0, 1)
	if a.After, err = placeOf(q.Get("after")); err != nil {
		return a, careline.NewError(careline.CodeInvalid, "This page cannot be found. Please begin with the first one again.", err)
	}
	return a, nil
}

// said is the question, for the log.
func (a auditAsked) said() []slog.Attr {
	said := []slog.Attr{slog.String("audit_from", a.from), slog.String("audit_to", a.to)}
	for name, word := range map[string]string{
		"audit_clinician": a.Clinician,
		"audit_outcome":   string(a.Outcome),
		"audit_refusal":   string(a.Refusal),
		"audit_patient":   string(a.Patient),
	} {
		if word != "" {
			said = append(said, slog.String(name, word))
		}
	}
	return said
}

// placeText is a place as the API gives it out; placeOf reads it.
func placeText(p careline.AskedPlace) string {
	if p.At.IsZero() {
		return ""
	}
	return strconv.FormatInt(p.At.UnixMicro(), 10) + "." + strconv.FormatInt(p.Number, 10)
}

func placeOf(text string) (p careline.AskedPlace, err error) {
	if text == "" {
		return p, nil
	}
	at, number, _ := strings.Cut(text, ".")
	micros, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return p, err
	}
	p.At = time.UnixMicro(micros).UTC()
	p.Number, err = strconv.ParseInt(number, 10, 64)
	return p, err
}
