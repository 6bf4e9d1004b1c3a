package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"perci.health/careline/store"
)

// typed has a command do what is typed behind its name.
func typed(ctx context.Context, c *cobra.Command, out io.Writer, args ...string) error {
	root := bareRoot()
	root.AddCommand(c)
	root.SetArgs(append([]string{c.Name()}, args...))
	root.SetOut(out)
	root.SetErr(out)
	return root.ExecuteContext(ctx)
}

// typedOf is typed for the settings that get answers; the command is made by of.
func typedOf(ctx context.Context, of func(source) *cobra.Command, get func(string) string, out io.Writer, args ...string) error {
	return typed(ctx, of(source{get: get}), out, args...)
}

// kept is an open log that a command finds open, and leaves so.
type kept struct{ store.Store }

func (kept) Close() error { return nil }

func (k kept) open(context.Context, func(string) string) (store.Store, error) { return k, nil }

// carelineSays runs what a person types, with these settings and no others.
func carelineSays(t *testing.T, settings map[string]string, args ...string) (out, aside string, err error) {
	t.Helper()
	var said, besides bytes.Buffer
	from := source{get: func(name string) string { return settings[name] }, names: inOrder(settings)}
	err = run(t.Context(), from, console{out: &said, aside: &besides}, args)
	return said.String(), besides.String(), err
}

func TestRunTellsWhatThereIs(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"help"}, {"--help"}, {"-h"}} {
		out, _, err := carelineSays(t, nil, args...)
		if err != nil {
			t.Errorf("%q: %v", args, err)
		}
		wantText(t, out, "serve ", "demo ", "sandbox ", "doctor ", "provision ", "migrate ", "replay ", "purge ", "completion ", "--version")
	}
	for _, args := range [][]string{{"version"}, {"--version"}, {"-v"}} {
		if out, _, err := carelineSays(t, nil, args...); err != nil || out != "careline "+version+"\n" {
			t.Errorf("%q: %q, %v", args, out, err)
		}
	}
	for _, args := range [][]string{{"help", "purge"}, {"purge", "--help"}, {"purge", "-h"}} {
		out, _, err := carelineSays(t, nil, args...)
		if err != nil {
			t.Errorf("%q: %v", args, err)
		}
		wantText(t, out, "--before", "--patient", "--apply", "--env-file")
	}
	if out, _, err := carelineSays(t, nil, "help", "replay", "calls"); err != nil || !strings.Contains(out, "--since") {
		t.Errorf("help of a command's command: %q, %v", out, err)
	}
}

func TestRunSaysWhatWasMeant(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"provison":                     `there is no command "provison"; did you mean provision? careline --help lists what there is`,
		"nonsense":                     `there is no command "nonsense"; careline --help`,
		"help sreve":                   `there is no command "sreve"; did you mean serve?`,
		"replay agian chart/1":         `there is no command "replay agian"; did you mean again? careline replay --help lists`,
		"doctor --josn":                "careline doctor has no flag --josn; did you mean --json?",
		"doctor -json":                 "careline doctor has no flag -json; did you mean --json?",
		"doctor --nothing-like-it":     "careline doctor has no flag --nothing-like-it; see careline doctor --help",
		"serve now":                    `careline serve does not know what to do with "now"; see careline serve --help`,
		"demo --port http":             "careline demo: invalid argument",
		"demo --port 70000":            "--port must be from 0 to 65535, and is 70000",
		"sandbox --pace 0":             "--pace must be above 0, and is 0",
		"demo --set ORGANISATON_NAME=": "--set ORGANISATON_NAME: careline has no such setting; did you mean ORGANISATION_NAME?",
		"demo --set COLOUR=red":        "--set COLOUR: careline has no such setting; careline serve --help lists them",
		"demo --set PORT":              "--set takes a setting as NAME=value",
		"replay again":                 "say which, such as chart/12",
	} {
		_, _, err := carelineSays(t, nil, strings.Fields(typed)...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", typed, err, want)
		}
		if got := exitStatus(err); got != 1 {
			t.Errorf("%s ends with status %d", typed, got)
		}
	}
}

// Every command and every flag says what it is.
func TestCommandLineIsDescribed(t *testing.T) {
	t.Parallel()
	var look func(c *cobra.Command)
	look = func(c *cobra.Command) {
		if c.Short == "" {
			t.Errorf("%s is not described", c.CommandPath())
		}
		for line := range strings.Lines(c.LocalFlags().FlagUsages()) {
			if !regexp.MustCompile(`^ +(-\w, )?--[a-z-]+( \w+)?   +\S.*`).MatchString(line) {
				t.Errorf("%s: %q is not described", c.CommandPath(), line)
			}
		}
		for _, sub := range c.Commands() {
			look(sub)
		}
	}
	look(commandLine(source{}))
}

func TestCompletionKnowsTheCommands(t *testing.T) {
	t.Parallel()
	for shell, want := range map[string]string{"bash": "complete ", "zsh": "#compdef careline", "fish": "complete -c careline", "powershell": "Register-ArgumentCompleter"} {
		out, _, err := carelineSays(t, nil, "completion", shell)
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("%s: %v, %d bytes", shell, err, len(out))
		}
	}
	out, _, err := carelineSays(t, nil, "__complete", "re")
	if err != nil || !strings.Contains(out, "replay\t") {
		t.Errorf("re completes to %q, %v", out, err)
	}
}

// envFile writes a file of settings.
func envFile(t *testing.T, mode os.FileMode, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "careline.env")
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEnvFileIsBeneathTheEnvironment(t *testing.T) {
	t.Parallel()
	path := envFile(t, 0o600, "# a comment\nDATABASE_URL=file:of-the-file.db\n\nexport RETENTION_DAYS='30'\nPORT=http\n")
	read, notes, err := readEnvFile(path)
	if err != nil || len(notes) != 0 {
		t.Fatal(notes, err)
	}
	own := map[string]string{"PORT": "9090", "LISTEN_HOST": ""}
	set := map[string]string{}
	s, err := source{
		get:   func(name string) string { return own[name] },
		names: inOrder(own),
		keep:  func(name, value string) error { set[name] = value; return nil },
	}.over(mergedWith(read, "LISTEN_HOST", "10.0.0.1", "OTEL_SERVICE_NAME", "x", "OTEL_EXPORTER_OTLP_ENDPOINT", "y"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"PORT": "9090", "RETENTION_DAYS": "30", "LISTEN_HOST": "", "DATABASE_URL": "file:of-the-file.db"} {
		if got := s.get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := inOrder(set); !slices.Equal(got, []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_SERVICE_NAME"}) {
		t.Errorf("kept for others: %q", got)
	}
}

func mergedWith(settings map[string]string, pairs ...string) map[string]string {
	for i := 0; i < len(pairs); i += 2 {
		settings[pairs[i]] = pairs[i+1]
	}
	return settings
}

func TestEnvFileFaultsAndWarnings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"PORT=1\nTWILIO_AUTH_TOKEN very-secret\n":    "line 2 of ",
		"\n\nTWILIO_AUTH_TOKEN=\"very-secret\n":      "line 3 of ",
		"1PORT=1":                                    "line 1 of ",
		"A_TOKEN=x\nTWILIO_AUTH_TOKEN=very#secret\n": "line 2 of ",
	} {
		path := envFile(t, 0o600, text)
		_, _, err := carelineSays(t, nil, "purge", "--env-file", path)
		if err == nil || !strings.Contains(err.Error(), want+path) || strings.Contains(err.Error(), "very") {
			t.Errorf("%q: %v", text, err)
		}
	}

	path := envFile(t, 0o644, "TWILIO_ACOUNT_SID=AC1\nOTHER_THING=1\nOTEL_SERVICE_NAME=x\nTWILIO_AUTH_TOKEN=very-secret\nRETENTION_DAYS=0\nORGANISATION_NAME=Café\nDATABASE_URL=file:"+filepath.Join(t.TempDir(), "log.db")+"\n")
	_, aside, err := carelineSays(t, map[string]string{"FHIR_BASE_ULR": "x", "HOME": "/", "HOST": "here"}, "purge", "--env-file", path)
	if err == nil || !strings.Contains(err.Error(), `RETENTION_DAYS must be a whole number from 1 to 36600, and is "0"`) {
		t.Errorf("purge says %v", err)
	}
	wantText(t, aside,
		"careline: FHIR_BASE_ULR is no setting of careline's: did you mean FHIR_BASE_URL?\n",
		"careline: TWILIO_ACOUNT_SID in "+path+" is no setting of careline's: did you mean TWILIO_ACCOUNT_SID?\n",
		"careline: OTHER_THING in "+path+" is no setting of careline's; careline serve --help lists them\n",
		"careline: everybody on this machine can read "+path+", which holds TWILIO_AUTH_TOKEN: chmod 600 "+path+"\n",
	)
	if strings.Count(aside, "\n") != 4 || strings.Contains(aside, "very-secret") {
		t.Errorf("besides it says:\n%s", aside)
	}
	if _, _, err := carelineSays(t, nil, "serve", "--env-file", filepath.Join(t.TempDir(), "none")); err == nil || !strings.Contains(err.Error(), "--env-file cannot be read") {
		t.Errorf("a file that is not there: %v", err)
	}
}
