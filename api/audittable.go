package api

import (
	"encoding/csv"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// wantsTable reports whether the client asks for CSV and not for JSON.
func wantsTable(r *http.Request) bool {
	for _, accept := range r.Header["Accept"] {
		for kind := range strings.SplitSeq(accept, ",") {
			if is, _, err := mime.ParseMediaType(kind); err == nil && is == "text/csv" {
				return true
			}
		}
	}
	return false
}

// tableColumns are the first row; docs/audit.md says what they mean. Programs read them
// by name: add new ones at the end, and rename none.
var tableColumns = [...]string{
	"call", "asked_utc", "asked_clinic", "began_utc", "began_clinic", "answered_utc", "answered_clinic", "ended_utc", "ended_clinic",
	"recorded_utc", "recorded_clinic", "seconds", "outcome", "summary", "refusal", "refusal_sentence", "answered_by", "ended_by", "looked_up",
	"clinician", "clinician_name", "patient", "patient_name", "called", "called_name", "relation", "number_ending",
	"appointment", "direction", "status", "clinician_leg", "member_leg", "record",
	"clinician_outcome", "note", "noted_utc", "noted_clinic",
}

// auditTable writes all calls that pass, page by page (RFC 4180). Who reads slowly is
// waited for; after an error the connection is cut, so that nobody takes a part for all.
func (s *server) auditTable(w http.ResponseWriter, r *http.Request, asked auditAsked) error {
	page, err := s.cfg.Audit.Page(r.Context(), asked.AuditFilter)
	if err != nil {
		return fmt.Errorf("all calls as a table: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8; header=present")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="calls-%s-to-%s.csv"`, asked.from, asked.to))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}

	rows, rc, out := 0, http.NewResponseController(w), csv.NewWriter(w)
	defer func() { careline.Note(r.Context(), slog.Int("audit_rows", rows)) }()
	out.UseCRLF = true
	if err := out.Write(tableColumns[:]); err != nil {
		return lost(err)
	}
	for {
		_ = rc.SetWriteDeadline(s.cfg.Now().Add(writeWithin)) // a writer without deadlines has none to renew
		for _, c := range page.Calls {
			if err := out.Write(s.tableRow(c)); err != nil {
				return lost(err)
			}
		}
		if out.Flush(); out.Error() != nil {
			return lost(out.Error())
		}
		_ = rc.Flush() // what cannot be flushed is sent when there is more
		rows += len(page.Calls)

		if page.Next.At.IsZero() {
			return nil
		}
		asked.After = page.Next
		if page, err = s.cfg.Audit.Page(r.Context(), asked.AuditFilter); err != nil {
			return fmt.Errorf("all calls as a table, after %d rows: %w", rows, err)
		}
	}
}

// tableRow is a call in the order of tableColumns.
func (s *server) tableRow(c calls.Audited) []string {
	row := make([]string, 0, len(tableColumns))
	row = append(row, c.Key)
	for _, at := range [...]time.Time{c.Asked, c.Sent, c.Received, c.Ended, c.Kept} {
		row = append(row, s.tableTimes(at)...)
	}

	sentence, seconds := "", ""
	if c.Refusal != "" {
		sentence = c.Why()
	}
	if n, known := c.Seconds.Value(); known {
		seconds = strconv.Itoa(n)
	}
	row = append(row, seconds, string(c.Outcome), c.Summary, string(c.Refusal), sentence,
		c.AnsweredBy, string(c.EndedBy), strconv.FormatBool(c.Reconciled))
	row = append(row, c.Clinician, c.Names.Sender, string(c.Patient), c.Names.Patient,
		string(c.Recipient), c.Names.Recipient, c.Names.Relation, c.ToEnding)
	row = append(row, c.Appointment, c.Direction, string(c.Status), c.ClinicianLeg, c.MemberLeg, c.Record)
	row = append(row, string(c.Note.Outcome), c.Note.Text)
	row = append(row, s.tableTimes(c.Note.At)...)

	for i := range row {
		row[i] = defused(row[i])
	}
	return row
}

// tableTimes are a time in UTC (RFC 3339) and as the clinic's clock shows it.
func (s *server) tableTimes(t time.Time) []string {
	if t.IsZero() {
		return []string{"", ""}
	}
	return []string{t.UTC().Format(time.RFC3339Nano), t.In(s.cfg.Location).Format(time.DateTime)}
}

// defused is a cell that no spreadsheet takes for a formula (OWASP, "CSV Injection"): names
// are written by anybody, and whoever opens the table is an auditor. One that parts cells
// otherwise than at commas finds none either.
func defused(cell string) string {
	var safe strings.Builder
	before, dangers := ';', "=+-@\t\r\n"
	for _, c := range cell {
		if strings.ContainsRune(";\t\r\n", before) && strings.ContainsRune(dangers, c) {
			safe.WriteByte('\'')
		}
		safe.WriteRune(c)
		before, dangers = c, "=+-@"
	}
	return safe.String()
}
