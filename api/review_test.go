package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"perci.health/careline"
	"perci.health/careline/calls"
)

const reviewToday = "/bff_clinical/v1/recordings?from=2026-07-01&to=2026-07-02"

// reviewed is a log of one call that was recorded; it remembers what it was asked for.
type reviewed struct {
	d     *deck
	asked []careline.AskedFor
	more  int // how many calls there are besides
}

func (l *reviewed) CallsAsked(_ context.Context, q careline.AskedFor, limit int) (found []careline.Asked, err error) {
	l.asked = append(l.asked, q)
	one := careline.Asked{Key: "CA1", Place: careline.AskedPlace{At: noon, Number: 7}, Events: l.d.events}
	for range min(1+l.more, limit) {
		found = append(found, one)
	}
	return found, nil
}

func reviewing(t *testing.T) (*bench, *reviewed) {
	t.Helper()
	b, d := recordingBench(t, "asked")
	d.withRecordings()
	l := &reviewed{d: d}
	b.cfg.Review = &calls.Review{Log: l}
	return b, l
}

// The list of what was recorded is for reviewers alone; where nobody is one there is none.
func TestWhoMayReview(t *testing.T) {
	t.Parallel()
	for who, status := range map[string]int{ada: 403, ben: 403, "porter": 403, "auditor": 403, "reviewer": 200, "": 401} {
		b, _ := reviewing(t)
		got := b.ask(http.MethodGet, reviewToday, who)
		if got.StatusCode != status {
			t.Errorf("%q: %d %s, want %d", who, got.StatusCode, got.body, status)
		}
		if me := b.ask(http.MethodGet, "/bff_clinical/v1/me", who); strings.Contains(me.body, `"reviewer":true`) != (who == "reviewer") {
			t.Errorf("%q is told %s", who, me.body)
		}

		// What was recorded stays to be heard when nothing new is.
		b.cfg.Recording = ""
		if got := b.ask(http.MethodGet, reviewToday, who); got.StatusCode != status {
			t.Errorf("%q, nothing new is recorded: %d, want %d", who, got.StatusCode, status)
		}
		if who == "" {
			continue
		}
		b.cfg.Review = nil
		b.problem(b.ask(http.MethodGet, reviewToday, who), 404, "not-found")
		if me := b.ask(http.MethodGet, "/bff_clinical/v1/me", who); strings.Contains(me.body, "reviewer") {
			t.Errorf("%q is told %s where nobody is a reviewer", who, me.body)
		}
	}

	b, _ := reviewing(t)
	b.cfg.Recordings = nil
	if p := b.problem(b.ask(http.MethodGet, reviewToday, "reviewer"), 404, "not-found"); p["reason"] != "feature-off" {
		t.Errorf("where nothing ever was recorded: %v", p)
	}
}

func TestReviewTellsEveryCallThatWasRecorded(t *testing.T) {
	t.Parallel()
	b, l := reviewing(t)
	l.more = calls.ReviewPage
	got := b.ask(http.MethodGet, reviewToday, "reviewer")
	var page struct {
		Calls []struct {
			Call, Consent, Asked, Clinician string
			MayDelete                       bool
			Subject                         struct{ Ref string }
			Recordings                      []struct{ Sid, State, Gone string }
		}
		Next string
	}
	if err := json.Unmarshal([]byte(got.body), &page); err != nil || len(page.Calls) != calls.ReviewPage || page.Next == "" {
		t.Fatalf("%s (error: %v)", got.body, err)
	}
	one := page.Calls[0]
	if one.Call != "CA1" || one.Consent != "given" || one.Asked != "2026-07-01T23:30:00Z" || one.Clinician != ada || !one.MayDelete ||
		one.Subject.Ref != "Patient/p1" || len(one.Recordings) != 4 {
		t.Errorf("told %+v", one)
	}
	for _, r := range one.Recordings {
		if (r.Sid == erased) != (r.Gone == "reviewer") {
			t.Errorf("told %+v", r)
		}
	}

	// The clinic's midnight, an hour before UTC's; the next page goes on after the last call.
	b.ask(http.MethodGet, reviewToday+"&after="+page.Next, "reviewer")
	first, second := l.asked[0], l.asked[1]
	if !first.Recorded || first.From.UTC().Hour() != 23 || first.To.Sub(first.From).Hours() != 48 || second.After != (careline.AskedPlace{At: noon, Number: 7}) {
		t.Errorf("asked for %+v, then %+v", first, second)
	}
	if log := b.log.String(); !strings.Contains(log, `"reviewer":"U-reviewer","review_from":"2026-07-01","review_to":"2026-07-02"`) {
		t.Errorf("the log says %s", log)
	}
	for _, query := range []string{"", "?from=2026-07-01", "?from=x&to=2026-07-02", "?from=2026-07-02&to=2026-07-01", "?from=2026-07-01&to=2026-07-01&after=x"} {
		b.problem(b.ask(http.MethodGet, "/bff_clinical/v1/recordings"+query, "reviewer"), 400, "invalid")
	}
}
