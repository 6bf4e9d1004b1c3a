package main

import (
	"io"
	"os"
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
