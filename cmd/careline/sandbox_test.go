package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestSandboxSaysWhatIsWrongWithItsSeed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ holds, says string }{
		"cut.json":     {`{"resourceType":`, "cut.json cannot be read as JSON"},
		"patient.json": {`{"resourceType":"Patient"}`, `patient.json is no FHIR Bundle: its resourceType is "Patient"`},
		"nothing.json": {"null", `its resourceType is ""`},
		"absent.json":  {"", "absent.json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), name)
			if test.holds != "" {
				if err := os.WriteFile(file, []byte(test.holds), 0o600); err != nil {
					t.Fatal(err)
				}
			}

			err := typed(t.Context(), sandboxCommand(), io.Discard, "--seed", file)
			if err == nil || !strings.HasPrefix(err.Error(), "--seed: ") || !strings.Contains(err.Error(), test.says) {
				t.Errorf("said: %v", err)
			}
		})
	}
}

// What the sandbox prints for an app can be pasted into a shell as it stands.
func TestSandboxPrintsSettingsForAShell(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- typed(ctx, sandboxCommand(), in, "--extras", "--console-port", "0", "--twilio-port", "0", "--fhir-port", "0", "--issuer-port", "0")
		in.Close()
	}()

	var script strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan() && !strings.HasPrefix(lines.Text(), "Stop"); {
		if strings.HasPrefix(lines.Text(), "  export ") {
			script.WriteString(lines.Text() + "\n")
		}
	}
	go func() { _, _ = io.Copy(io.Discard, out) }() // until the pipe is closed
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}

	said, err := exec.Command("sh", "-ec", script.String()+`printf %s "$CONFERENCE_DIRECTORY"`).CombinedOutput()
	var people []struct{ Name, Number string }
	if err != nil || json.Unmarshal(said, &people) != nil || len(people) == 0 || people[0].Name != "Ms Agnieszka Nowak" {
		t.Errorf("a shell makes of it: %s %v", said, err)
	}
}

func TestShellWord(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"", "plain-1.2:3/4", "it's", `"a" $HOME \ ` + "`id`", "a b;c&d|e", "'", "*?[x]~", "line\nline"} {
		said, err := exec.Command("sh", "-ec", "export NAME="+shellWord(value)+`; printf %s "$NAME"`).Output()
		if err != nil || string(said) != value {
			t.Errorf("%q became %q, %v", value, said, err)
		}
	}
	if got := shellWord("plain-1.2:3/4"); got != "plain-1.2:3/4" {
		t.Errorf("%s needed no quotation marks", got)
	}
}
