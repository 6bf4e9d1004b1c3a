package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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
	err := run(t.Context(), []string{"replay", "show" + moves, "x"}, &out)
	if err == nil {
		t.Fatal("the command is known")
	}
	told := command{name: "x", run: func(_ context.Context, _ []string, out io.Writer) error {
		_, err := io.WriteString(out, moves)
		return errors.Join(err, errors.New("it ends with "+moves))
	}}
	wantStill(t, sentence(told.into(t.Context(), nil, &out)))
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
