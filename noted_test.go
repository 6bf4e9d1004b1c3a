package careline_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
)

// noted is what the clinician noted, at noon + at.
func noted(outcome careline.ClinicianOutcome, text string, at time.Duration) careline.CallEvent {
	return careline.CallEvent{ID: fmt.Sprintf("%s/noted/%s%x%v", parent, outcome, text, at), Call: parent, Kind: careline.KindNoted, At: noon.Add(at),
		Note: careline.CallNote{Outcome: outcome, Text: text, By: "dr-1"}}
}

func TestFoldTellsWhatWasNotedLast(t *testing.T) {
	t.Parallel()
	a, b, c := noted(careline.CameToMessage, "A", time.Second), noted("", "B", 2*time.Second), noted(careline.CameToMessage, "A", 3*time.Second)
	back := noted("", "", 4*time.Second)
	tests := map[string]struct {
		events []careline.CallEvent
		text   string
		at     time.Duration
	}{
		"one":                 {[]careline.CallEvent{a}, "A", time.Second},
		"a newer one":         {[]careline.CallEvent{a, b}, "B", 2 * time.Second},
		"the first once more": {[]careline.CallEvent{a, b, c}, "A", 3 * time.Second},
		"sent again":          {[]careline.CallEvent{a, c}, "A", time.Second},
		"taken back":          {[]careline.CallEvent{a, back}, "", 0},
		"taken back, and not": {[]careline.CallEvent{a, back, noted(careline.CameToMessage, "A", 5*time.Second)}, "A", 5 * time.Second},
		"nothing to take":     {[]careline.CallEvent{back}, "", 0},
	}
	for name, test := range tests {
		for about, call := range map[string][]careline.CallEvent{"a call": answered(), "a call that goes on": {requested(), progress(1, "ringing", 0)}, "one that was refused": {refused()}, "the API's": {byAPI(0, "ringing", 0)}} {
			was := careline.Fold(call)
			got := foldedAnyhow(t, append(call, test.events...)...)
			if want := (careline.CallNote{}); test.text != "" && (got.Note.Text != test.text || !got.Note.At.Equal(noon.Add(test.at)) || got.Note.By != "dr-1") || test.text == "" && got.Note != want {
				t.Errorf("%s, of %s: %q %v", name, about, got.Note.Text, got.Note.At)
			}
			got.Note = careline.CallNote{}
			if got.Status != was.Status || got.At != was.At || got.Sent != was.Sent || len(got.Legs) != len(was.Legs) || got.MemberLeg != was.MemberLeg || got.Recordable() != was.Recordable() {
				t.Errorf("%s: it changes %s: %+v", name, about, got)
			}
		}
	}
}

// A note is no report of the carrier's: it ends nothing, and keeps no call alive.
func TestStandingIsNotMovedByANote(t *testing.T) {
	t.Parallel()
	e := noted(careline.CameToOther, "", 0)
	if e.Asks() || e.Ends() || e.Settles() {
		t.Errorf("it asks %v, ends %v, settles %v", e.Asks(), e.Ends(), e.Settles())
	}
	begun := careline.Standing{}.Told(keptAt(requested(), 0))
	if told := begun.Told(keptAt(e, time.Minute)); told != begun {
		t.Errorf("%+v became %+v", begun, told)
	}
}

func TestNewCallNote(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		outcome careline.ClinicianOutcome
		text    string
		want    string
		bad     string
	}{
		"both":             {careline.CameToPatient, " Fine. ", "Fine.", ""},
		"lines":            {"", "one\r\ntwo\rthree\u2028four\tfive", "one\ntwo\nthree\nfour five", ""},
		"the longest":      {"", strings.Repeat("é", 999) + "👩", strings.Repeat("é", 999) + "👩", ""},
		"too long":         {"", strings.Repeat("a", 1001), "", "longer than 1,000"},
		"long by blanks":   {"", strings.Repeat(" ", 900) + strings.Repeat("a", 1000), strings.Repeat("a", 1000), ""},
		"a bell":           {"", "a\ab", "", "cannot be shown"},
		"a C1 control":     {"", "a\u0085b", "", "cannot be shown"},
		"not UTF-8":        {"", "a\xff", "", "cannot be shown"},
		"a word of nobody": {"dead", "", "", "not one of the outcomes"},
		"nothing":          {"", "\n ", "", ""},
	}
	for name, test := range tests {
		got, err := careline.NewCallNote(test.outcome, test.text)
		if test.bad != "" {
			if careline.CodeOf(err) != careline.CodeInvalid || !strings.Contains(fmt.Sprint(err), test.bad) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || got.Text != test.want || got.Outcome != test.outcome {
			t.Errorf("%s: %q, %v", name, got.Text, err)
		}
	}
}

func TestANoteIsNeverPrinted(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	e := noted(careline.CameToOther, "secret", 0)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "note", e.Note, "event", e)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "note", e.Note, "event", e)
	fmt.Fprintf(&out, "%v %+v %#v %s", e.Note, e, e.Note, e.Note)
	if strings.Contains(out.String(), "secret") {
		t.Errorf("printed: %s", out.String())
	}
}
