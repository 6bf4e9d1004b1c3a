package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"perci.health/careline"
)

type reviewedPageJSON struct {
	Calls []reviewedJSON `json:"calls"`
	Next  string         `json:"next,omitempty"`
}

// reviewedJSON is a call with what was recorded of it, as a reviewer sees it.
type reviewedJSON struct {
	recordingsJSON
	Asked         time.Time   `json:"asked"`
	Clinician     string      `json:"clinician,omitempty"`
	ClinicianName string      `json:"clinicianName,omitempty"`
	Subject       *calledJSON `json:"subject,omitempty"`
}

// reviewCalls is a page of the calls of which something was recorded.
func (s *server) reviewCalls(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	asked, err := s.daysAsked(q)
	if err != nil {
		return err
	}
	careline.Note(r.Context(), slog.String("review_from", q.Get("from")), slog.String("review_to", q.Get("to")))

	ctx, done := context.WithTimeout(r.Context(), AnswerWithin)
	defer done()
	page, err := s.cfg.Review.Page(ctx, asked)
	if err != nil {
		return fmt.Errorf("a page of what was recorded: %w", err)
	}

	answer := reviewedPageJSON{Calls: make([]reviewedJSON, 0, len(page.Calls)), Next: placeText(page.Next)}
	for _, one := range page.Calls {
		answer.Calls = append(answer.Calls, reviewedJSON{
			recordingsJSON: recordingsOf(one.Recorded),
			Asked:          one.Audited.Asked.UTC(),
			Clinician:      one.Audited.Clinician,
			ClinicianName:  one.Audited.Names.Sender,
			Subject:        callOf(one.Audited.Call).Subject,
		})
	}
	return writeJSON(w, http.StatusOK, answer)
}
