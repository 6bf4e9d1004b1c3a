package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"perci.health/careline"
)

const goodDirectory = `[
	{"id": "polish", "name": "Interpreter, Polish", "role": "interpreter", "number": "+441614960301", "language": "pl"},
	{"id": "pharmacy", "name": "Pharmacy", "role": "other", "number": "+442079460530"}
]`

// directory are settings enough with one.
func directory(given string) func(string) string {
	settings := enough()
	settings["CONFERENCE"], settings["CONFERENCE_DIRECTORY"] = "true", given
	return func(name string) string { return settings[name] }
}

// The directory is read from the setting itself, or from the file that it names.
func TestConfigReadsTheDirectory(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "directory.json")
	if err := os.WriteFile(file, []byte(goodDirectory), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, given := range []string{goodDirectory, file} {
		c, err := readConfig(directory(given))
		if err != nil {
			t.Fatal(err)
		}
		d := c.features.directory
		if len(d) != 2 || d[0].ID != "polish" || d[0].Role != careline.RoleInterpreter || d[0].Number.E164() != "+441614960301" || d[0].Language != "pl" || d[1].Role != careline.RoleOther {
			t.Errorf("read as %+v", d)
		}
	}
}

// All that is wrong with it is told at once, and no number.
func TestConfigTellsWhatIsWrongWithTheDirectory(t *testing.T) {
	t.Parallel()
	entry := func(fields string) string { return "[{" + fields + "}]" }
	for name, test := range map[string]struct {
		given string
		want  []string
	}{
		"no JSON":          {"[{", []string{"must be a JSON list"}},
		"more than a list": {"[] []", []string{"must be a JSON list"}},
		"an unknown name":  {entry(`"id":"a","phone":"+441614960301"`), []string{"with no other names"}},
		"no file":          {"/nowhere/directory.json", []string{"the path of a file that careline can read"}},
		"everything":       {entry(`"id":"a b","role":"nurse","number":"0161 496 0302"`), []string{"entry 1: its id", "entry 1: its name", "entry 1: its role", "entry 1: its number must be one in the international form"}},
		"a premium number": {entry(`"id":"a","name":"A","role":"other","number":"+449098790001"`), []string{"entry 1 (a): its number cannot be called"}},
		"another country":  {entry(`"id":"a","name":"A","role":"other","number":"+353861234567"`), []string{"entry 1 (a): its number cannot be called"}},
		"one id twice":     {`[{"id":"a","name":"A","role":"other","number":"+441614960301"},{"id":"a","name":"B","role":"other","number":"+441614960302"}]`, []string{"entry 2 (a): its id must be no other entry's"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := readConfig(directory(test.given))
			if err == nil {
				t.Fatal("taken")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in\n%v", want, err)
				}
			}
			for _, number := range []string{"496 0302", "9098790001", "861234567"} {
				if strings.Contains(err.Error(), number) {
					t.Errorf("a number is told: %v", err)
				}
			}
		})
	}
}
