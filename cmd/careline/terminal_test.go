package main

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"perci.health/careline"
	"perci.health/careline/setup"
)

// moves are bytes that move a terminal, or feign a line of ours.
const moves = "\x1b[2J\x1b]0;title\a\x9b1A\u009b2K\r\nstray/9  kept, all is well\x08\u202eevil\u2066\x7f"

// wantStill fails on whatever a terminal would act on.
func wantStill(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("stray bytes in %q", text)
	}
	for i, r := range text {
		if r != '\n' && r != '\t' && !unicode.IsGraphic(r) {
			t.Errorf("%q moves the terminal: %q", r, text[max(0, i-20):min(len(text), i+20)])
			return
		}
	}
}

func TestReplayMovesNoTerminal(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	if err := s.store.KeepStray(t.Context(), careline.Stray{ID: "m" + moves, Attributes: map[string]string{"type" + moves: moves}, Data: []byte(moves), Why: "odd " + moves}); err != nil {
		t.Fatal(err)
	}
	s.call("CA1", "Patient/1")
	if err := s.store.Bury(t.Context(), s.taken("CA1"), "the record says "+moves); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{}, {"show", "stray/1"}, {"show", "chart/1"}} {
		text := s.replay(args...)
		wantStill(t, text)
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "stray/9") {
				t.Errorf("%v: a line is feigned:\n%s", args, text)
			}
		}
		wantText(t, text, `\u001b[2J`)
	}
}

func TestDoctorAndProvisionMoveNoTerminal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := (doctorFlags{}).print(terminal{&out}, results{{Check: "fhir: " + moves, Verdict: setup.VerdictFault, Found: "It says " + moves, Do: "Ask " + moves}}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(terminal{&out}, told(setup.Plan{{Party: "twilio", Thing: moves, Have: moves, Want: moves}})); err != nil {
		t.Fatal(err)
	}
	wantStill(t, out.String())
	for line := range strings.Lines(out.String()) {
		if strings.HasPrefix(line, "stray/9") {
			t.Errorf("a line is feigned:\n%s", &out)
		}
	}
}

// Every command prints through it, and its errors too.
func TestCommandsMoveNoTerminal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	from, to := source{get: func(string) string { return "" }, names: []string{"FHIR_BASE_ULR" + moves}}, console{out: &out, aside: &out}
	err := run(t.Context(), from, to, []string{"replay", "show" + moves, "x"})
	if err == nil {
		t.Fatal("the command is known")
	}
	wantStill(t, sentence(err))

	path := envFile(t, 0o600, "RETENTION_DAYS='"+"\u009b2K\u202e"+"'\n")
	err = run(t.Context(), from, to, []string{"purge", "--env-file", path})
	if err == nil || !strings.Contains(err.Error(), "RETENTION_DAYS must be") {
		t.Fatal("the setting is good: ", err)
	}
	wantStill(t, sentence(err))
	wantStill(t, out.String())
}

// What a program reads stays what it was.
func TestJSONThroughTheTerminalStaysJSON(t *testing.T) {
	t.Parallel()
	want := "C1 \u009b, marks \u202e\u2028, beyond \U000e0001, plain é 😀 " + strings.ToValidUTF8(moves, "")
	var out bytes.Buffer
	if err := json.NewEncoder(terminal{&out}).Encode(want); err != nil {
		t.Fatal(err)
	}
	wantStill(t, out.String())
	var got string
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got != want {
		t.Errorf("read as %q, %v; want %q", got, err, want)
	}
}
