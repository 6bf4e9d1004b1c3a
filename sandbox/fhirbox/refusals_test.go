package fhirbox_test

import (
	"testing"

	"perci.health/careline/sandbox/fhirbox"
)

const ext1 = "Constraint ext-1 not met: Must have either extensions or value[x], not both"

// call is a Communication with the sub-extensions of a call's extension.
func call(inner string) string {
	return with(`,"extension":[{"url":"urn:call","extension":[` + inner + `]}]`)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})

	for name, tt := range map[string]struct{ body, code, text, expression string }{
		"sub-extension without value": {call(`{"url":"x"}`), "invariant", ext1, "Communication.extension[0].extension[0]"},
		"sub-extension []":            {call(``), "invariant", ext1, "Communication.extension[0]"},
		"extension url only":          {with(`,"extension":[{"url":"urn:x"}]`), "invariant", ext1, "Communication.extension[0]"},
		"empty value":                 {call(`{"url":"x","valueString":""}`), "structure", `Invalid additional property "valueString"`, "Communication.extension[0].extension[0].valueString"},
		"null value":                  {call(`{"url":"x","valueString":null}`), "structure", "Invalid null value", "Communication.extension[0].extension[0].valueString"},
		"value and extension":         {with(`,"extension":[{"url":"u","valueString":"x","extension":[{"url":"v","valueString":"y"}]}]`), "invariant", ext1, "Communication.extension[0]"},
		"extension without url":       {call(`{"valueString":"x"}`), "structure", "Missing required property", "Communication.extension[0].extension[0].url"},
		"two values":                  {call(`{"url":"x","valueString":"x","valueInteger":1}`), "structure", `Conflicting choice of type properties: "valueInteger", "valueString"`, "Communication.extension[0].extension[0].valueString"},
		"integer as text":             {call(`{"url":"x","valueInteger":"42"}`), "structure", "Invalid JSON type: expected number, but got string", "Communication.extension[0].extension[0].valueInteger"},
		"integer with fraction":       {call(`{"url":"x","valueInteger":4.2}`), "structure", "Expected number to be an integer", "Communication.extension[0].extension[0].valueInteger"},
		"empty content":               {with(`,"payload":[{"contentString":""}]`), "structure", `Invalid additional property "contentString"`, "Communication.payload[0].contentString"},
		"empty payload":               {with(`,"payload":[{}]`), "structure", "Invalid empty non-primitive value", "Communication.payload[0]"},
		"null payload":                {with(`,"payload":[null]`), "structure", "Invalid null value", "Communication.payload[0]"},
		"empty object":                {with(`,"subject":{}`), "structure", "Invalid empty non-primitive value", "Communication.subject"},
		"empty string":                {with(`,"language":""`), "structure", "String must contain non-whitespace content", "Communication.language"},
		"no status":                   {`{"resourceType":"Communication"}`, "structure", "Missing required property", "Communication.status"},
		"null status":                 {`{"resourceType":"Communication","status":null}`, "structure", "Invalid null value", "Communication.status"},
		"unknown property":            {with(`,"foo":1`), "structure", `Invalid additional property "foo"`, "Communication.foo"},
		"unknown inner property":      {with(`,"subject":{"reference":"Patient/1","foo":1}`), "structure", `Invalid additional property "foo"`, "Communication.subject.foo"},
		"unknown underscore":          {with(`,"_subject":{"id":"x"}`), "structure", `Invalid additional property "_subject"`, "Communication._subject"},
		"sent in words":               {with(`,"sent":"yesterday"`), "structure", "Invalid dateTime format", "Communication.sent"},
		"sent as RFC 2822":            {with(`,"sent":"Sun, 22 Nov 2026 10:15:00 +0000"`), "structure", "Invalid dateTime format", "Communication.sent"},
		"no such day":                 {with(`,"sent":"2026-02-30"`), "structure", "Invalid dateTime value", "Communication.sent"},
		"code with blank":             {with(`,"language":" en"`), "structure", "Invalid code format", "Communication.language"},
		"uri with blank":              {with(`,"implicitRules":"a b"`), "structure", "Invalid uri format", "Communication.implicitRules"},
		"single for list":             {with(`,"category":{"text":"x"}`), "structure", "Expected array of values for property", "Communication.category"},
		"list for single":             {with(`,"subject":[{"reference":"Patient/1"}]`), "structure", "Expected single value for property", "Communication.subject"},
		"text for object":             {with(`,"subject":"Patient/1"`), "structure", "Invalid JSON type: expected object, but got string", "Communication.subject"},
		"boolean as text":             {`{"resourceType":"Patient","active":"true"}`, "structure", "Invalid JSON type: expected boolean, but got string", "Patient.active"},
		"instant by day":              {`{"resourceType":"Appointment","status":"booked","start":"2026-11-22","end":"2026-11-22","participant":[{"status":"accepted","actor":{"reference":"Patient/1"}}]}`, "structure", "Invalid instant format", "Appointment.start"},
		"no participant":              {`{"resourceType":"Appointment","status":"proposed"}`, "structure", "Missing required property", "Appointment.participant"},
		"participant of nobody":       {`{"resourceType":"Appointment","status":"proposed","participant":[{"status":"accepted"}]}`, "invariant", "Constraint app-1 not met: Either the type or actor on the participant SHALL be specified", "Appointment.participant[0]"},
		"booked for no time":          {`{"resourceType":"Appointment","status":"booked","participant":[{"status":"accepted","actor":{"reference":"Patient/1"}}]}`, "invariant", "Constraint app-3 not met: Only proposed or cancelled appointments can be missing start/end dates", "Appointment"},
		"positiveInt 0":               {`{"resourceType":"Appointment","status":"proposed","minutesDuration":0,"participant":[{"status":"accepted","actor":{"reference":"Patient/1"}}]}`, "structure", "Expected number to be in the range 1..2147483647", "Appointment.minutesDuration"},
		"telecom without system":      {`{"resourceType":"Patient","telecom":[{"value":"x"}]}`, "invariant", "Constraint cpt-2 not met: A system is required if a value is provided.", "Patient.telecom[0]"},
		"period backwards":            {`{"resourceType":"PractitionerRole","period":{"start":"2026","end":"2025"}}`, "invariant", "Constraint per-1 not met: If present, start SHALL have a lower value than end", "PractitionerRole.period"},
		"contained of no type":        {with(`,"contained":[{"id":"x"}]`), "structure", `Unknown resource type ""`, "Communication.contained[0]"},
		"contained with a fault":      {with(`,"contained":[{"resourceType":"Patient","id":"x","foo":1}]`), "structure", `Invalid additional property "foo"`, "Communication.contained[0].foo"},
		"consent to no policy":        {`{"resourceType":"Consent","status":"active","scope":{"text":"x"},"category":[{"text":"x"}]}`, "invariant", "Constraint ppc-1 not met: Either a Policy or PolicyRule", "Consent"},
		"consent of no category":      {`{"resourceType":"Consent","status":"active","scope":{"text":"x"},"policyRule":{"text":"x"}}`, "structure", "Missing required property", "Consent.category"},
		"media without content":       {`{"resourceType":"Media","status":"completed"}`, "structure", "Missing required property", "Media.content"},
		"task without intent":         {`{"resourceType":"Task","status":"requested"}`, "structure", "Missing required property", "Task.intent"},
		"task changed before it was":  {`{"resourceType":"Task","status":"requested","intent":"order","authoredOn":"2026-11-23","lastModified":"2026-11-22"}`, "invariant", "Constraint inv-1 not met: Last modified date must be greater than or equal to authored-on date.", "Task"},
		"audit of a name and a query": {`{"resourceType":"AuditEvent","type":{"code":"x"},"recorded":"2026-11-22T10:00:00Z","source":{"observer":{"display":"x"}},"agent":[{"requestor":true}],"entity":[{"name":"x","query":"eA=="}]}`, "invariant", "Constraint sev-1 not met: Either a name or a query (NOT both)", "AuditEvent.entity[0]"},
		"audit without agent":         {`{"resourceType":"AuditEvent","type":{"code":"x"},"recorded":"2026-11-22T10:00:00Z","source":{"observer":{"display":"x"}}}`, "structure", "Missing required property", "AuditEvent.agent"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := a.in(t)
			kind := "Communication"
			for _, k := range []string{"Patient", "Appointment", "PractitionerRole", "AuditEvent", "Consent", "Media", "Task"} {
				if len(tt.expression) >= len(k) && tt.expression[:len(k)] == k && (len(tt.expression) == len(k) || tt.expression[len(k)] == '.') {
					kind = k
				}
			}
			r := a.want(400, "POST", "/"+kind, tt.body)
			for _, i := range r.resource(t).Issue {
				if i.Code == tt.code && i.Details.Text == tt.text && len(i.Expression) == 1 && i.Expression[0] == tt.expression {
					return
				}
			}
			t.Errorf("want %s %q at %s, got %s", tt.code, tt.text, tt.expression, r.Text)
		})
	}
}

func TestAccepted(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})

	for name, body := range map[string]string{
		"references to nowhere":  with(`,"subject":{"reference":"hello"},"sender":{"reference":"Foo/1"}`),
		"subject by identifier":  with(`,"subject":{"identifier":{"system":"urn:x","value":"1"}}`),
		"no items":               with(`,"payload":[]`),
		"unknown code":           `{"resourceType":"Communication","status":"bogus"}`,
		"unknown profile":        with(`,"meta":{"profile":["urn:none"]}`),
		"no time zone":           with(`,"sent":"2026-11-22T10:15:00"`),
		"large integer":          call(`{"url":"x","valueInteger":3000000000}`),
		"extension of a status":  with(`,"_status":{"extension":[{"url":"u","valueCode":"c"}]}`),
		"extension only":         `{"resourceType":"Communication","_status":{"extension":[{"url":"u","valueCode":"c"}]}}`,
		"names with gaps":        `{"resourceType":"Patient","name":[{"given":["A",null],"_given":[null,{"extension":[{"url":"u","valueString":"x"}]}]}]}`,
		"contained":              with(`,"contained":[{"resourceType":"Patient","id":"x"}]`),
		"structure definition":   `{"resourceType":"StructureDefinition","url":"urn:x","name":"X","status":"active","kind":"complex-type","abstract":false,"type":"Extension","context":[{"type":"element","expression":"Communication"}],"differential":{"element":[{"id":"Extension","path":"Extension"}]}}`,
		"nested code system":     `{"resourceType":"CodeSystem","status":"active","content":"complete","concept":[{"code":"a","concept":[{"code":"b"}]}]}`,
		"audit event":            `{"resourceType":"AuditEvent","type":{"code":"x"},"recorded":"2026-11-22T10:00:00Z","agent":[{"requestor":true}],"source":{"observer":{"display":"x"}}}`,
		"provenance":             `{"resourceType":"Provenance","target":[{"reference":"Communication/1/_history/2"}],"recorded":"2026-11-22T10:00:00Z","agent":[{"who":{"display":"x"}}]}`,
		"proposed without times": `{"resourceType":"Appointment","status":"proposed","participant":[{"status":"accepted","actor":{"reference":"Patient/1"}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := a.in(t)
			a.create(body)
		})
	}
}
