package fhir_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"perci.health/careline/fhir"
)

// private is what no log may ever hold, in the forms in which servers wrote it.
var private = []string{"Ellis", "ellis", "ELLIS", "Meyer", "Łukasz", "O'Neil", "7700", "900123", "1980-02-29", "Sauchiehall", "axel@"}

// Whatever a server writes into an OperationOutcome, nothing of a person leaves it.
func TestNothingOfAPersonLeavesAnOutcome(t *testing.T) {
	t.Parallel()

	for name, o := range map[string]map[string]any{
		"a name, bare":                outcome("invalid", "Invalid name Ellis"),
		"a name, quoted":              outcome("invalid", "Invalid name \"Ellis\" of 'Meyer'"),
		"a quote that does not end":   outcome("invalid", `Invalid name 'O'Neil of Sauchiehall Street`),
		"typographic quotes":          outcome("invalid", "Invalid name “Łukasz” ‘Ellis’ «Meyer»"),
		"a name in a constraint":      outcome("invariant", "Constraint pat-1 not met: Patient.name.where(family='Ellis').exists()"),
		"a name before the phrase":    outcome("invalid", "ellis: Missing required property; Meyer File too large"),
		"a word in a phrase's gap":    outcome("invalid", "Invalid ellis format, Invalid Meyer format"),
		"a phrase run on":             outcome("invalid", "HAPI-7700900123 Constraint ellis-1 not met"),
		"a telephone number":          outcome("value", "Invalid phone 07700 900123, also 07700-900123, 7700.900123"),
		"a birth date and an address": outcome("value", "born 1980-02-29, 12 Sauchiehall Street, axel@example.org"),
		"a literal in the expression": outcome("value", "", "Patient.name.where(family='Ellis').given"),
		"a name as a path":            outcome("value", "", "Patient.name.ellis", "Patient.Ellis"),
		"a name run on":               outcome("value", "", "Patient.nameEllis.family"),
		"a name behind an index":      outcome("value", "", "Patient.name[0]Ellis"),
		"a name as an index":          outcome("value", "", "Patient.name[Ellis].family"),
		"a number as an index":        outcome("value", "", "Patient.telecom[07700900123].value"),
		"a name as the type":          outcome("value", "", "Ellis.name"),
		"only a name":                 outcome("value", "", "Ellis"),
		"a name as the code":          outcome("ellis", "x"),
		"a long code":                 outcome("processing Ellis Meyer", "x"),
		"lines and control signs":     outcome("invalid", "Resource cap\x1b[31m\r\nEllis\u202e exceeded"),
		"many issues":                 both(outcome("invalid", "Ellis"), outcome("invalid", "Meyer")),
		"a location":                  {"resourceType": "OperationOutcome", "issue": []any{map[string]any{"code": "processing", "location": []string{"/f:Patient[f:name='Ellis']"}}}},
		"diagnostics":                 {"resourceType": "OperationOutcome", "issue": []any{map[string]any{"code": "processing", "diagnostics": "Ellis"}}},
		"the tracing extension": {"resourceType": "OperationOutcome", "issue": []any{}, "extension": []any{map[string]any{
			"url": "https://medplum.com/fhir/StructureDefinition/tracing", "extension": []any{map[string]any{"url": "requestId", "valueString": "ellis"}}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, err := json.Marshal(o)
			if err != nil {
				t.Fatal(err)
			}
			for _, status := range []int{400, 403, 404, 409, 412, 422, 429, 500} {
				client := offline(t, func(*http.Request) (int, http.Header, string) { return status, nil, string(body) }, false)
				_, err = client.Read(t.Context(), "Patient", "1")
				silent(t, err)
			}
		})
	}
}

func silent(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, secret := range private {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%q is in %q", secret, err)
		}
	}
	if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r == 0x202e }) {
		t.Errorf("%q moves a terminal", err)
	}
}

// What an operator needs to mend it is told.
func TestWhatAnOperatorNeedsIsTold(t *testing.T) {
	t.Parallel()

	for want, o := range map[string]map[string]any{
		"Resource cap exceeded":                       outcome("business-rule", "Resource cap exceeded"),
		"ECONNREFUSED":                                outcome("invalid", "connect ECONNREFUSED 10.0.0.3:5432"),
		"the database system is starting up":          outcome("invalid", "the database system is starting up"),
		"Missing required property":                   outcome("structure", "Missing required property"),
		"Constraint ext-1 not met":                    outcome("invariant", "Constraint ext-1 not met: Must have either extensions or value[x], not both"),
		"Invalid reference (Not found)":               outcome("structure", "Invalid reference (Not found)"),
		"Invalid dateTime format":                     outcome("invalid", "Invalid dateTime format"),
		"expected number, but got string":             outcome("structure", "Invalid JSON type: expected number, but got string"),
		"HAPI-1094":                                   outcome("processing", "HAPI-1094: Resource Patient/x not found, specified in path: Communication.subject"),
		"at Communication.extension[0].extension[12]": outcome("invariant", "x", "Communication.extension[0].extension[12]"),
		"at Patient.name.…":                           outcome("invariant", "x", "Patient.name.where(family='Ellis')"),
		"8f0c62b1-53a6-4a5f-9a6e-8f4f3f0c9a11": {"resourceType": "OperationOutcome", "issue": []any{}, "extension": []any{map[string]any{
			"url": "https://medplum.com/fhir/StructureDefinition/tracing", "extension": []any{map[string]any{"url": "requestId", "valueString": "8f0c62b1-53a6-4a5f-9a6e-8f4f3f0c9a11"}}}}},
	} {
		client := offline(t, func(*http.Request) (int, http.Header, string) { return 422, nil, textOf(t, o) }, false)
		if _, err := client.Read(t.Context(), "Patient", "1"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %q", want, err)
		}
	}
}

// A server whose answer is out of step has net/http quote what it read.
func TestBrokenAnswersAreNotQuoted(t *testing.T) {
	t.Parallel()

	for _, spilled := range []string{"Ellis, 07700 900123\r\n\r\n", "HTTP/1.1 Ellis\r\n\r\n", "HTTP/1.1 200 OK\r\nEllis 7700\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: Ellis\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: Ellis\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nEllis\r\n"} {
		ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			for {
				conn, err := ln.Accept()
				if err != nil {
					return
				}
				if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					_, _ = conn.Write([]byte(spilled)) // what the client makes of it is looked at
				}
				_ = conn.Close()
			}
		}()
		c, err := fhir.New(fhir.Config{BaseURL: "http://" + ln.Addr().String()})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Search(t.Context(), "Patient", url.Values{"phone": {"+447700900123"}})
		silent(t, err)
		if err := ln.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	}
}
