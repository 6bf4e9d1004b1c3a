package main

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"
)

var writeREADME = flag.Bool("readme.write", false, "write the settings into README.md, in the place of what stands there")

// readme is where the settings stand between marks.
const readme = "../../README.md"

// betweenMarks are the generated parts of the README: each begins with its mark and ends with the next
// end mark.
func betweenMarks(name string) *regexp.Regexp {
	return regexp.MustCompile(`(?s)(<!-- ` + name + ` -->\n).*?(<!-- end -->)`)
}

// The README tells the settings as the table has them, and begins with what suffices.
// -readme.write puts them there.
func TestREADMEHasTheSettings(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}

	want := string(text)
	for name, part := range map[string]string{
		"smallest": "```sh\n" + smallest() + "```\n",
		"settings": settingsTable() + "\n",
	} {
		marks := betweenMarks(name)
		if !marks.MatchString(want) {
			t.Fatalf("README.md has no place for %s", name)
		}
		want = marks.ReplaceAllString(want, "${1}"+strings.ReplaceAll(part, "$", "$$")+"${2}")
	}

	if want == string(text) {
		return
	}
	if !*writeREADME {
		t.Fatal("README.md does not tell the settings as they are: go test ./cmd/careline -run README -readme.write")
	}
	if err := os.WriteFile(readme, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// What the README begins with is enough, once the examples are somebody's own.
func TestSmallestFileIsEnough(t *testing.T) {
	t.Parallel()
	read, notes, err := readEnvFile(envFile(t, 0o600, smallest()))
	if err != nil || len(notes) > 0 {
		t.Fatal(notes, err)
	}
	if _, err := readConfig(func(name string) string { return read[name] }); err != nil {
		t.Error(err)
	}
	for _, name := range inOrder(read) {
		value := read[name]
		delete(read, name)
		if _, err := readConfig(func(name string) string { return read[name] }); err == nil || !strings.Contains(err.Error(), name+" is required") {
			t.Errorf("without %s: %v", name, err)
		}
		read[name] = value
	}
}

// Every setting that is read is in the table, and the other way round.
func TestTableIsWhatIsRead(t *testing.T) {
	t.Parallel()
	read := map[string]bool{}
	settings := enough()
	maps.Copy(settings, map[string]string{"EVENTS": "pubsub", "ADMIN_PORT": "9090", "FHIR_CLIENT_ID": "x", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"})
	_, _ = readConfig(func(name string) string { // what is wrong with these is no matter
		read[name] = true
		return settings[name]
	})

	for name := range read {
		if _, ok := tabled(name); !ok {
			t.Errorf("%s is read, and not in the table", name)
		}
	}
	for _, name := range settingNames() {
		if s, _ := tabled(name); !read[name] || s.meaning == "" {
			t.Errorf("%s is in the table, and not read, or not described", name)
		}
	}
}

func TestServeHelpListsEverySetting(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"serve", "--help"}, {"help", "serve"}} {
		out, _, err := carelineSays(t, nil, args...)
		if err != nil {
			t.Fatal(err)
		}
		at := 0
		for _, name := range settingNames() {
			next := strings.Index(out[at:], "\n  "+name)
			if next < 0 {
				t.Errorf("%q: %s is not told in its place", args, name)
				continue
			}
			at += next
		}
		wantText(t, out, "PORT (8080)\n      where to listen", "FUNCTIONS_URL (required)", "TWILIO_PHONE_NUMBER (the account's numbers)", "--env-file")
		for line := range strings.Lines(out) {
			if len([]rune(line)) > 110 && !strings.Contains(line, "--env-file") {
				t.Errorf("a line is too long: %s", line)
			}
		}
	}
}

// A fault repeats what is wrong, and nothing that could be a secret.
func TestFaultsRepeatTheValue(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ set, want, not string }{
		{"PORT=http", `PORT must be a whole number from 0 to 65535, and is "http"`, ""},
		{"TWILIO_ACCOUNT_SID=AC12", `TWILIO_ACCOUNT_SID must be AC and 32 hexadecimal digits, from the Twilio Console, and is "AC12"`, ""},
		{"TWILIO_ACCOUNT_SID=AC0000000000000000000000000000000Z", `and is "AC0000000000000000000000000000000Z"`, ""},
		{"FUNCTIONS_URL=https://a:very-secret@b.example.org/x?token=very-secret", `and is "https://b.example.org/x?…"`, "very"},
		{"FUNCTIONS_URL=a:very@secret@b.example.org", `and is "b.example.org"`, "very"},
		{"FUNCTIONS_URL=ftp://a:very/secret@b.example.org", `and is "ftp://b.example.org"`, "very"},
		{"FHIR_CLIENT_ID=x FHIR_CLIENT_SECRET=very-secret FHIR_BASE_URL=very-secret", "FHIR_BASE_URL must be", "very"},
		{"LOG_LEVEL=very-secret-token", "LOG_LEVEL must be one of", "very"}, // that of enough()
		{"LOG_LEVEL=0123456789abcdef0123456789abcdef", "LOG_LEVEL must be one of", "0123"},
		{"DATABASE_URL=mysql://u:very-secret@h/d", "DATABASE_URL must name", "mysql:"},
		{"VOICE_LANGUAGE=" + strings.Repeat("é", 200), `and is "` + strings.Repeat("é", tellAtMost) + `…"`, ""},
		{"LOG_LEVEL=\x1b[2J", `and is "\u001b[2J"`, "\x1b"},
	} {
		settings := enough()
		for _, pair := range pairs(test.set) {
			settings[pair[0]] = pair[1]
		}
		_, err := readConfig(func(name string) string { return settings[name] })
		if told := fmt.Sprint(err); !strings.Contains(told, test.want) || test.not != "" && strings.Contains(told, test.not) {
			t.Errorf("%s: told %q, want %q and no %q", test.set, told, test.want, test.not)
		}
	}
}

func TestSettingsOfTheApp(t *testing.T) {
	t.Parallel()
	for set, fault := range map[string]string{
		"":                           "",
		"LANGUAGE=en-XA":             "",
		"LANGUAGE=cy":                "",
		"LANGUAGE=en_GB:en":          "",
		"LANGUAGE=English":           "LANGUAGE must be a language tag such as en-GB, and is \"English\"",
		"HELP_URL=https://x.org/a?b": "",
		"HELP_URL=mailto:it@x.org":   "",
		"HELP_URL=http://x.org":      "HELP_URL must begin with https:// or mailto:",
		"HELP_URL=javascript:x":      "HELP_URL must begin with https:// or mailto:",
		"PRIVACY_URL=mailto:nobody":  "PRIVACY_URL must begin with",
		"CHART_URL=https://emr.example.org/p/{patient}?a=b#c": "",
		"CHART_URL=https://emr.example.org/p/":                "CHART_URL must be an https:// URL with {patient}",
		"CHART_URL=http://emr.example.org/{patient}":          "CHART_URL must be",
		"CHART_URL=https://{patient}.example.org/":            "CHART_URL must be",
		"IDLE_LOCK_MINUTES=480":                               "",
		"IDLE_LOCK_MINUTES=481":                               "IDLE_LOCK_MINUTES must be a whole number from 0 to 480",
		"LOG_FORMAT=text":                                     "",
		"LOG_FORMAT=logfmt":                                   "LOG_FORMAT must be one of: json, text",
		"AUDIT_EVENTS=yes":                                    "AUDIT_EVENTS must be one of",
		"SESSION_AUDITOR_ROLE=auditor":                        "",
		"FHIR_SYSTEM_BASE=https://clinic.example.org/fhir/":   "",
		"FHIR_SYSTEM_BASE=clinic":                             "FHIR_SYSTEM_BASE must be an https URL",
	} {
		settings := enough()
		for _, pair := range pairs(set) {
			settings[pair[0]] = pair[1]
		}
		c, err := readConfig(func(name string) string { return settings[name] })
		if (err != nil) != (fault != "") || !strings.Contains(fmt.Sprint(err), fault) {
			t.Errorf("%s: %v, want %q", set, err, fault)
		}
		if strings.HasPrefix(set, "LANGUAGE=en_GB") && c.app.language != "en-GB" {
			t.Errorf("%s is read as %q", set, c.app.language)
		}
	}
}

// settingsTable is the same for the README.
func settingsTable() string {
	var text strings.Builder
	for _, g := range table() {
		fmt.Fprintf(&text, "\n**%s**\n\n| setting | default | meaning |\n| --- | --- | --- |\n", g.heading)
		for _, s := range g.settings {
			standard := s.standard()
			if s.shown == "" && s.fallback != "" && !s.required {
				standard = "`" + s.fallback + "`"
			}
			fmt.Fprintf(&text, "| `%s` | %s | %s |\n", s.name, standard, s.meaning)
		}
	}
	return text.String()
}

// smallest is a file of settings with which careline starts, but for the values
// being examples.
func smallest() string {
	var text strings.Builder
	for _, g := range table() {
		for _, s := range g.settings {
			if s.required {
				fmt.Fprintf(&text, "%s=%s\n", s.name, s.example)
			}
		}
	}
	return text.String()
}
