package telemetry_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/credential"
	"perci.health/careline/telemetry"
)

const (
	jwt   = "eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.eyJzdWIiOiJVMiJ9.c2lnbmF0dXJl"
	phone = "+447700900142"
)

func TestRedact(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"a number", "cannot dial +447700900142 now", "cannot dial … now"},
		{"a spaced number", "cannot dial +44 7700 900142.", "cannot dial …."},
		{"a bracketed number", "+44 (0)7700 900142 is busy", "+44 (0)7700 900142 is busy"}, // replaced below
		{"an encoded number", `To=%2B447700900142&x=1`, "To=…&x=1"},
		{"a number with 00", "dial 00447700900142", "dial …"},
		{"a national number", "dial 07700 900142 please", "dial … please"},
		{"a London number", "dial 020 7946 0000", "dial …"},
		{"two numbers", "+447700900142,+442079460000", "…,…"},
		{"a token", "token " + jwt + " is bad", "token … is bad"},
		{"half a token", "eyJhbGciOiJSUzI1NiJ9", "…"},
		{"a bearer header", "Authorization: Bearer abc.def-ghi", "Authorization: Bearer …"},
		{"a basic header", "authorization: basic QUM6c2VjcmV0", "authorization: basic …"},
		{"a form", "grant_type=x&client_secret=hunter2&scope=y", "grant_type=x&client_secret=…&scope=y"},
		{"a DSN", "postgres://careline:hunter2@db/careline?password=x", "postgres://…@db/careline?…"},
		{"a query", `Get "https://fhir.example/Patient?name=Kettle&birthdate=1980": EOF`, `Get "https://fhir.example/Patient?…": EOF`},
		{"a query without a host", `parse "/v1/x?name=Kettle&d=%zz": invalid URL escape "%zz"`, `parse "/v1/x?…": invalid URL escape "%zz"`},
		{"a query with blanks", `parse "https://fhir.example/Patient?name=Tuna Kettle": no`, `parse "https://fhir.example/Patient?…": no`},
		{"a path and its query", "GET /v1/x?name=Kettle failed", "GET /v1/x?… failed"},
		{"a question", "is it there? yes", "is it there? yes"},
		{"an address", "mail ada.kettle@example.org bounced", "mail … bounced"},
		{"a SID", "CA0123456789abcdef0123456789abcdef", "CA0123456789abcdef0123456789abcdef"},
		{"a uuid", "0d8cb9b7-6e1c-4a3a-9df5-6f8b7c0f7a11", "0d8cb9b7-6e1c-4a3a-9df5-6f8b7c0f7a11"},
		{"a time", "2026-07-01T23:30:00+01:00", "2026-07-01T23:30:00+01:00"},
		{"a stack's offsets", "main.go:17 +0x1d", "main.go:17 +0x1d"},
		{"an address of the network", "dial tcp 127.0.0.1:8080: connection refused", "dial tcp 127.0.0.1:8080: connection refused"},
		{"a quoted number", "cannot dial '07700900123'", "cannot dial '…'"},
		{"a bracketed area", "(020) 7946 0123 is busy", "… is busy"},
		{"a bracketed zero", "dial (0)7700 900123", "dial …"},
		{"a number in a list", "a,07700900123,07700900124", "a,…,…"},
		{"a number in a path", "tel/07700900123", "tel/…"},
		{"a number in square brackets", "[07700900123]", "[…]"},
		{"a number after a colon", "tel:07700900123", "tel:…"},
		{"a number after an underscore", "to_07700900123", "to_…"},
		{"a number after a word", "ref-07700900123 tel.07700900123", "ref-… tel.…"},
		{"a number without its plus", "cannot dial 447700900123", "cannot dial …"},
		{"a quoted number without its plus", "'447700900123', tel-442079460123", "'…', tel-…"},
		{"a uuid that ends like a number", "0d8cb9b7-6e1c-4a3a-9df5-447700900123", "0d8cb9b7-6e1c-4a3a-9df5-447700900123"},
		{"a uuid of digits", "01234567-0123-4567-8901-077009001234", "01234567-0123-4567-8901-077009001234"},
		{"a SID of digits", "CA01234567890123447700900123012345", "CA01234567890123447700900123012345"},
		{"an id", "Communication/8101447700900123", "Communication/8101447700900123"},
		{"a time in digits", "at 20260701233000 or 1782948600123 or 1782948600", "at 20260701233000 or 1782948600123 or 1782948600"},
		{"a time to the nanosecond", "2026-07-01T23:30:00.012345678Z", "2026-07-01T23:30:00.012345678Z"},
		{"a date and a count", "2026-07-01 1234567", "2026-07-01 1234567"},
		{"a duration", "took 1.012345678s, then 0.0123456789 of it", "took 1.012345678s, then 0.0123456789 of it"},
		{"a version", "go1.26.0, v0.0.0-20240102150405-0123456789ab", "go1.26.0, v0.0.0-20240102150405-0123456789ab"},
		{"a count", "44 of 1234567890, 4477009001234", "44 of 1234567890, 4477009001234"},
		{"a sentence", "the health record did not answer in time", "the health record did not answer in time"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.name == "a bracketed number" {
				tt.want = "… is busy"
			}
			if got := telemetry.Redact(tt.text); got != tt.want {
				t.Errorf("Redact(%q) = %q; want %q", tt.text, got, tt.want)
			}
		})
	}
}

type named string

var times = regexp.MustCompile(`"time":"[^"]*"`)

// What must not be in a line, whatever was logged and however.
func TestNewLoggerTellsNothingPrivate(t *testing.T) {
	t.Parallel()
	number, err := careline.ParsePhone(phone, "GB")
	if err != nil {
		t.Fatal(err)
	}
	person := careline.Person{Ref: "Patient/p1", Name: "Tuna Kettle", BirthDate: "1980-02-29", Phones: []careline.Phone{number}}
	secret := credential.NewSecret("hunter2")
	wrapped := fmt.Errorf("file the call: %w", careline.NewError(careline.CodeRejected, "The record refuses.", errors.New("Tuna's number "+phone+" with "+jwt)))
	for name, attr := range map[string]slog.Attr{
		"phone":               slog.Any("to", number),
		"phones":              slog.Any("to", []careline.Phone{number}),
		"phone's text":        slog.String("to", number.E164()),
		"person":              slog.Any("who", person),
		"pointer to a person": slog.Any("who", &person),
		"appointment":         slog.Any("a", careline.Appointment{ID: "a", Patients: []careline.Person{person}}),
		"event":               slog.Any("event", careline.CallEvent{Call: "CA1", Report: []byte(phone)}),
		"request":             slog.Any("request", careline.Request{To: number}),
		"name":                slog.String("name", "Tuna Kettle"),
		"patient name":        slog.String("patientName", "Tuna Kettle"),
		"birth date":          slog.String("birth_date", "1980-02-29"),
		"secret":              slog.Any("s", secret),
		"secret, formatted":   slog.String("s", fmt.Sprintf("%v %s %+v %#v %q", secret, secret, secret, secret, secret)),
		"secret in a struct":  slog.String("s", fmt.Sprintf("%+v", struct{ S credential.Secret }{secret})),
		"password":            slog.String("password", "hunter2"),
		"API secret":          slog.String("TWILIO_API_SECRET", "api_secret=hunter2"),
		"token":               slog.String("access-token", "hunter2"),
		"authorization":       slog.Any("Authorization", "hunter2"),
		"headers":             slog.Any("headers", http.Header{"Authorization": {"Bearer hunter2"}}),
		"error":               slog.Any("err", wrapped),
		"group":               slog.Group("g", slog.String("token", "hunter2"), slog.Group("h", slog.String("to", phone))),
		"named text":          slog.Any("word", named(phone)),
		"texts":               slog.Any("words", []string{"a", phone}),
		"map":                 slog.Any("form", map[string]string{"To": phone}),
		"bytes":               slog.Any("body", []byte("hunter2")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			log := telemetry.NewLogger(&out, slog.LevelInfo)
			log.Info("m", attr)
			log.With(attr).WithGroup("g").Info("call " + phone)
			text := times.ReplaceAllString(out.String(), "") // a clock may show any digits
			for _, private := range []string{"7700900142", "900142", "Kettle", "1980", "hunter2", "eyJ", "aHVudGVyMg"} {
				if strings.Contains(text, private) {
					t.Errorf("%q is in the log: %s", private, text)
				}
			}
			for line := range strings.Lines(out.String()) {
				if !json.Valid([]byte(line)) {
					t.Errorf("not JSON: %s", line)
				}
			}
		})
	}
}

func TestNewLoggerTellsTheRest(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	telemetry.NewLogger(&out, slog.LevelInfo).Info("request", slog.String("call", "CA0123456789abcdef0123456789abcdef"), slog.Int("status", 200),
		slog.Any("state", careline.StatusRinging), slog.Any("err", errors.New("no route to host")), slog.Duration("took", time.Second), slog.String("route", "/v1/x"))
	for _, want := range []string{`"call":"CA0123456789abcdef0123456789abcdef"`, `"status":200`, `"state":"ringing"`, `"err":"no route to host"`, `"route":"/v1/x"`, `"level":"INFO"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s is not in %s", want, out.String())
		}
	}
}

func BenchmarkLogLine(b *testing.B) {
	for name, log := range map[string]*slog.Logger{"redacted": telemetry.NewLogger(blackHole{}, slog.LevelInfo), "plain": slog.New(slog.NewJSONHandler(blackHole{}, nil))} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				log.LogAttrs(b.Context(), slog.LevelInfo, "request", slog.String("id", "7c1f456789abcdef"), slog.String("method", "POST"),
					slog.String("route", "/v1/twilio/webhooks/call-status"), slog.Int("status", 200), slog.Int64("bytes", 0), slog.Float64("took_ms", 0.4),
					slog.String("call", "CA0123456789abcdef0123456789abcdef"), slog.String("word", "ringing"))
			}
		})
	}
}

type blackHole struct{}

func (blackHole) Write(p []byte) (int, error) { return len(p), nil }
