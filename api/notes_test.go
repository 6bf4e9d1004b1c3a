package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
)

func TestNoteOfACall(t *testing.T) {
	t.Parallel()
	const path = "/bff_clinical/v1/calls/CA1/note"
	tests := map[string]struct {
		path, token, body string
		status            int
		want              string // the answer, or the problem's code
		reason            string
	}{
		"both":         {path, ada, `{"outcome":"left-message","text":"Said\r\nthat we rang."}`, 200, `{"outcome":"left-message","text":"Said\nthat we rang.","at":"2026-07-01T23:30:00Z"}`, ""},
		"taken back":   {path, ada, `{}`, 200, `{"at":"2026-07-01T23:30:00Z"}`, ""},
		"the longest":  {path, ada, `{"text":"` + strings.Repeat(`\ud83d\udc69`, 1000) + `"}`, 200, `{"text":"` + strings.Repeat("👩", 1000) + `","at":"2026-07-01T23:30:00Z"}`, ""},
		"too long":     {path, ada, `{"text":"` + strings.Repeat("é", 1001) + `"}`, 400, "invalid", "note-too-long"},
		"a bell":       {path, ada, `{"text":"a\u0007"}`, 400, "invalid", "note-unreadable"},
		"another word": {path, ada, `{"outcome":"dead"}`, 400, "invalid", "note-outcome"},
		"no object":    {path, ada, `null`, 400, "invalid", ""},
		"no text":      {path, ada, `{"text":7}`, 400, "invalid", ""},
		"misspelt":     {path, ada, `{"note":"Said that we rang."}`, 400, "invalid", ""},
		"two of them":  {path, ada, `{"text":"a"}{}`, 400, "invalid", ""},
		"more":         {path, ada, `{"text":"a"}}`, 400, "invalid", ""},
		"half a one":   {path, ada, `{"text":"a"`, 400, "invalid", ""},
		"nothing":      {path, ada, ``, 400, "invalid", ""},
		"too large":    {path, ada, `{"text":"` + strings.Repeat(" ", 33<<10) + `"}`, 413, "too-large", ""},
		"nobody":       {path, "", `{}`, 401, "unauthenticated", ""},
		"not theirs":   {path, ben, `{}`, 404, "not-found", ""},
		"no key":       {"/bff_clinical/v1/calls/CA-1/note", ada, `{}`, 404, "not-found", "no-such-call"},
		"too late":     {"/bff_clinical/v1/calls/OLD/note", ada, `{}`, 409, "conflict", "too-late"},
		"log down":     {"/bff_clinical/v1/calls/DOWN/note", ada, `{}`, 503, "unavailable", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.cfg.Note = keepNote
			got := b.ask(http.MethodPut, tt.path, tt.token, body(tt.body))
			if tt.status == 200 {
				if diff := cmp.Diff(tt.want, got.body); got.StatusCode != 200 || diff != "" {
					t.Errorf("status %d (-want +got):\n%s", got.StatusCode, diff)
				}
				if log := b.log.String(); strings.Contains(log, "rang") || strings.Contains(log, "👩") {
					t.Errorf("the log has the note: %s", log)
				}
				return
			}
			p := b.problem(got, tt.status, tt.want)
			if reason, _ := p["reason"].(string); reason != tt.reason {
				t.Errorf("its reason is %q", reason)
			}
		})
	}
}

// keepNote keeps those of one clinician's calls.
func keepNote(_ context.Context, clinician, call string, note careline.CallNote) (careline.CallNote, error) {
	switch {
	case clinician != ada:
		return note, careline.NewError(careline.CodeNotFound, "There is no such call.", nil)
	case call == "OLD":
		return note, careline.NewReasoned(careline.CodeConflict, careline.ReasonTooLate, "This call is too old.")
	case call == "DOWN":
		return note, careline.NewError(careline.CodeUnavailable, "The log cannot be used.", errSecret)
	}
	note.At = noon
	return note, nil
}

// Who notes without end writes a version of the record each time.
func TestNotesHaveAPace(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cfg.Note = keepNote
	h := b.handler()
	last := 0
	for i := range 31 {
		last = b.askOf(h, http.MethodPut, "/bff_clinical/v1/calls/CA1/note", ada, body(fmt.Sprintf(`{"text":"%d"}`, i))).StatusCode
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the 31st was answered %d", last)
	}
}

// A call tells what was noted of it, wherever it is told.
func TestCallsTellTheirNote(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	noted := careline.RecordedVersion{ID: "1", Call: careline.Call{Note: careline.CallNote{Outcome: careline.CameToOther, Text: "Moved.", At: noon}}}
	b.last = map[string]careline.RecordedVersion{"apt-1": noted}
	b.recorded["apt-1"] = []careline.RecordedCall{{ID: "c", Versions: []careline.RecordedVersion{noted}}}
	for _, path := range []string{"/bff_clinical/v1/appointments", "/bff_clinical/v1/appointments/apt-1", "/bff_clinical/v1/appointments/apt-1/calls"} {
		if got := b.ask(http.MethodGet, path, ada).body; !strings.Contains(got, `"note":{"outcome":"other","text":"Moved.","at":"2026-07-01T23:30:00Z"}`) {
			t.Errorf("%s: %s", path, got)
		}
	}
}

// Only of a call that the log knows as the clinician's is a note offered: the service
// takes none of another's.
func TestCallsTellWhetherTheyAreTheAskersOwn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.cfg.Owner = func(_ context.Context, call string) (string, error) {
		return map[string]string{"CA1": ada, "CA2": ben}[call], nil
	}
	for _, key := range []string{"CA1", "CA2", "CA3", ""} {
		b.recorded["apt-1"] = append(b.recorded["apt-1"], careline.RecordedCall{
			ID:       "of-" + key,
			Versions: []careline.RecordedVersion{{ID: "1", Call: careline.Call{Key: key}}},
		})
	}

	var answer struct {
		Calls []struct {
			ID  string `json:"id"`
			Own bool   `json:"own"`
		} `json:"calls"`
	}
	body := b.ask(http.MethodGet, "/bff_clinical/v1/appointments/apt-1/calls", ada).body
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	for _, call := range answer.Calls {
		if want := call.ID == "of-CA1"; call.Own != want {
			t.Errorf("%s: own is %t, want %t", call.ID, call.Own, want)
		}
	}
	if len(answer.Calls) != 4 {
		t.Errorf("%d calls, want 4", len(answer.Calls))
	}
}
