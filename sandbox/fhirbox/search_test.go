package fhirbox_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"perci.health/careline/sandbox/fhirbox"
)

const clinic = `{"resourceType":"Bundle","type":"transaction","entry":[
 {"resource":{"resourceType":"Patient","id":"ann","identifier":[{"system":"urn:nhs","value":"9000000009"},{"value":"bare"}],"active":true,"birthDate":"1980-05-17","gender":"female",
   "name":[{"family":"Archer-Smith","given":["Ann","Marie"]}],"telecom":[{"system":"phone","value":"+447700900001"},{"system":"email","value":"ann@example.org"}]},"request":{"method":"PUT","url":"Patient/ann"}},
 {"resource":{"resourceType":"Patient","id":"bob","name":[{"text":"Bob Öst"}],"telecom":[{"system":"phone","value":"+447700900002"}]}},
 {"resource":{"resourceType":"RelatedPerson","id":"rel","patient":{"reference":"Patient/ann"},"telecom":[{"system":"phone","value":"+447700900003"}]}},
 {"resource":{"resourceType":"Organization","id":"org","name":"Perci"}},
 {"resource":{"resourceType":"Practitioner","id":"cla","name":[{"family":"Clark","given":["Cla"]}]}},
 {"resource":{"resourceType":"PractitionerRole","id":"role","practitioner":{"reference":"Practitioner/cla"},"organization":{"reference":"Organization/org"},"identifier":[{"system":"urn:r","value":"1"}]}},
 {"resource":{"resourceType":"Appointment","id":"a1","status":"booked","start":"2026-11-22T09:00:00Z","end":"2026-11-22T09:30:00Z","participant":[{"status":"accepted","actor":{"reference":"Patient/ann"}},{"status":"accepted","actor":{"reference":"Practitioner/cla"}}]}},
 {"resource":{"resourceType":"Appointment","id":"a2","status":"booked","start":"2026-11-22T23:30:00-01:00","end":"2026-11-23T01:00:00Z","participant":[{"status":"accepted","actor":{"reference":"Patient/bob"}},{"status":"accepted","actor":{"reference":"PractitionerRole/role"}}]}},
 {"resource":{"resourceType":"Appointment","id":"a3","status":"cancelled","start":"2026-11-21T09:00:00Z","end":"2026-11-21T09:30:00Z","participant":[{"status":"declined","actor":{"reference":"Patient/ann"}}]}},
 {"resource":{"resourceType":"Communication","id":"c1","status":"completed","identifier":[{"system":"https://www.twilio.com/","value":"CA1"},{"system":"https://www.twilio.com/","value":"CA2"}],"category":[{"coding":[{"system":"urn:cat","code":"twilio-voice"}]}],
   "medium":[{"coding":[{"system":"urn:m","code":"TEL"},{"system":"urn:m","code":"PHONE"}]}],"subject":{"reference":"Patient/ann"},"sender":{"reference":"PractitionerRole/role"},"recipient":[{"reference":"RelatedPerson/rel"}],"basedOn":[{"reference":"Appointment/a1"}],
   "sent":"2026-11-22T10:15:00Z","received":"2026-11-22T10:15:10.5Z"}},
 {"resource":{"resourceType":"Communication","id":"c2","status":"in-progress","identifier":[{"system":"https://www.twilio.com/","value":"CA3"}],"subject":{"reference":"Patient/bob"},"basedOn":[{"reference":"Appointment/a2"}],"sent":"2026-11-22T11:00:00Z"}},
 {"resource":{"resourceType":"Communication","id":"c3","status":"not-done","identifier":[{"value":"no,comma|pipe"}],"subject":{"identifier":{"system":"urn:nhs","value":"9"}},"basedOn":[{"reference":"Appointment/a1"}]}}
]}`

func TestSearch(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	a.seed(clinic)

	for query, want := range map[string]string{
		"Patient":             "ann bob",
		"Patient?_id=ann":     "ann",
		"Patient?_id=bob,ann": "ann bob",
		"Patient?identifier=urn:nhs%7C9000000009":                        "ann",
		"Patient?identifier=urn:nhs|":                                    "ann",
		"Patient?identifier=9000000009":                                  "ann",
		"Patient?identifier=|9000000009":                                 "",
		"Patient?identifier=|bare":                                       "ann",
		"Patient?identifier=BARE":                                        "",
		"Patient?identifier:missing=true":                                "bob",
		"Patient?identifier:missing=false":                               "ann",
		"Patient?name=arch":                                              "ann",
		"Patient?name=MARIE":                                             "ann",
		"Patient?name=ann+marie+arch":                                    "ann",
		"Patient?name=smith":                                             "",
		"Patient?name:contains=smith":                                    "ann",
		"Patient?name:exact=Ann":                                         "ann",
		"Patient?name:exact=ann":                                         "",
		"Patient?name=bob+%C3%B6":                                        "bob",
		"Patient?family=archer":                                          "ann",
		"Patient?phone=%2B447700900001":                                  "ann",
		"Patient?phone=447700900001":                                     "",
		"Patient?telecom=ann@example.org":                                "ann",
		"Patient?phone=ann@example.org":                                  "",
		"Patient?email=ann@example.org":                                  "ann",
		"Patient?birthdate=1980":                                         "ann",
		"Patient?birthdate=lt1980":                                       "",
		"Patient?gender=female&active=true":                              "ann",
		"Patient?gender:not=female":                                      "bob",
		"Practitioner?name=clark":                                        "cla",
		"RelatedPerson?patient=Patient/ann":                              "rel",
		"RelatedPerson?patient=ann":                                      "rel",
		"RelatedPerson?phone=%2B447700900003":                            "rel",
		"PractitionerRole?practitioner=cla":                              "role",
		"PractitionerRole?organization=org":                              "role",
		"PractitionerRole?identifier=urn:r|1":                            "role",
		"Appointment?actor=Practitioner/cla":                             "a1",
		"Appointment?actor=PractitionerRole/role":                        "a2",
		"Appointment?actor=cla":                                          "a1",
		"Appointment?actor:Patient=ann":                                  "a1 a3",
		"Appointment?patient=ann":                                        "a1 a3",
		"Appointment?patient=ann,bob":                                    "a1 a2 a3",
		"Appointment?patient=ann&patient=bob":                            "",
		"Appointment?practitioner=Practitioner/cla":                      "a1",
		"Appointment?status=booked":                                      "a1 a2",
		"Appointment?date=2026-11-22":                                    "a1",
		"Appointment?date=2026-11-23":                                    "a2",
		"Appointment?date=2026-11":                                       "a1 a2 a3",
		"Appointment?date=eq2026-11-22T09:00":                            "a1",
		"Appointment?date=ge2026-11-22":                                  "a1 a2",
		"Appointment?date=gt2026-11-22":                                  "a2",
		"Appointment?date=le2026-11-22":                                  "a1 a3",
		"Appointment?date=lt2026-11-22":                                  "a3",
		"Appointment?date=ne2026-11-22":                                  "a2 a3",
		"Appointment?date=sa2026-11-22":                                  "a2",
		"Appointment?date=eb2026-11-22":                                  "a3",
		"Appointment?date=ap2026-11-22":                                  "a1",
		"Appointment?date=ge2026-11-22T09:00:00Z":                        "a1 a2",
		"Appointment?date=gt2026-11-22T09:00:00Z":                        "a2",
		"Appointment?date=lt2026-11-22T10:00:00.001%2B01:00":             "a1 a3",
		"Appointment?date=lt2026-11-22T10:00:00%2B01:00":                 "a3",
		"Appointment?date=ge2026-11-21&date=lt2026-11-22":                "a3",
		"Appointment?patient.phone=%2B447700900001":                      "a1 a3",
		"Appointment?actor:Patient.telecom=%2B447700900002":              "a2",
		"Communication?identifier=https://www.twilio.com/|CA2":           "c1",
		"Communication?identifier=CA1,CA3":                               "c1 c2",
		`Communication?identifier=no\,comma\|pipe`:                       "c3",
		"Communication?based-on=Appointment/a1":                          "c1 c3",
		"Communication?based-on=a2":                                      "c2",
		"Communication?based-on=http://elsewhere/fhir/R4/Appointment/a2": "c2",
		"Communication?subject=Patient/ann":                              "c1",
		"Communication?patient=bob":                                      "c2",
		"Communication?subject:identifier=urn:nhs|9":                     "c3",
		"Communication?sender=PractitionerRole/role":                     "c1",
		"Communication?recipient=rel":                                    "c1",
		"Communication?sent=ge2026-11-22T10:30:00Z":                      "c2",
		"Communication?received=2026-11-22T10:15:10Z":                    "c1",
		"Communication?received=gt2026-11-22T10:15:10.4Z":                "c1",
		"Communication?received:missing=true":                            "c2 c3",
		"Communication?category=urn:cat|twilio-voice":                    "c1",
		"Communication?medium=TEL&medium=PHONE":                          "c1",
		"Communication?status=completed,not-done":                        "c1 c3",
		"Communication?_lastUpdated=gt2020":                              "c1 c2 c3",
		"Communication?_lastUpdated=lt2020":                              "",
		"Communication?_sort=-sent":                                      "c2 c1 c3",
		"Communication?_sort=sent":                                       "c1 c2 c3",
		"Communication?_sort=status,-_id":                                "c1 c2 c3",
		"Communication?_sort=-_id":                                       "c3 c2 c1",
		"Communication?_count=1&_offset=1":                               "c2",
		"Communication?_count=0":                                         "",
		"Communication?status=completed&_format=json":                    "c1",
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			a := a.in(t)
			kind, condition, _ := strings.Cut(query, "?")
			got := a.want(200, "GET", "/"+query, "")
			b := got.resource(t)
			if b.ids("match") != want || b.Type != "searchset" || b.Total != nil {
				t.Errorf("got %q, want %q: %s", b.ids("match"), want, got.Text)
			}
			if want == "" && strings.Contains(got.Text, `"entry"`) {
				t.Errorf("entry without matches: %s", got.Text)
			}
			form := a.want(200, "POST", "/"+kind+"/_search", condition, "Content-Type", "application/x-www-form-urlencoded")
			if posted := form.resource(t); posted.ids("match") != want {
				t.Errorf("POST: got %q", posted.ids("match"))
			}
		})
	}
}

func TestSearchIncludes(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	a.seed(clinic)
	for query, want := range map[string]string{
		"Appointment?_id=a1&_include=Appointment:patient":                                                             "ann",
		"Appointment?_id=a1&_include=Appointment:practitioner":                                                        "cla",
		"Appointment?_id=a1&_include=Appointment:actor":                                                               "ann cla",
		"Appointment?_id=a1&_include=Appointment:actor:Patient":                                                       "ann",
		"Appointment?patient=ann&_include=Appointment:patient&_include=Appointment:practitioner":                      "ann cla",
		"Appointment?_id=a2&_include=Appointment:actor":                                                               "bob role",
		"Appointment?_id=a2&_include=Appointment:actor&_include=PractitionerRole:practitioner":                        "bob role",
		"Appointment?_id=a2&_include=Appointment:actor&_include:iterate=PractitionerRole:practitioner":                "bob role cla",
		"Appointment?_id=a1&_revinclude=Communication:based-on":                                                       "c1 c3",
		"Communication?_id=c1&_include=Communication:based-on&_include=Communication:subject":                         "a1 ann",
		"Communication?_id=c1&_include=Communication:sender&_include:iterate=PractitionerRole:practitioner":           "role cla",
		"PractitionerRole?_include=PractitionerRole:practitioner":                                                     "cla",
		"Appointment?_id=nope&_include=Appointment:actor":                                                             "",
		"Patient?_id=ann&_revinclude=Appointment:patient&_revinclude:iterate=Communication:based-on&_elements=gender": "a1 a3 c1 c3",
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			a := a.in(t)
			got := a.want(200, "GET", "/"+query, "")
			if ids := got.resource(t).ids("include"); ids != want {
				t.Errorf("got %q, want %q: %s", ids, want, got.Text)
			}
		})
	}

	part := a.want(200, "GET", "/Patient?_id=ann&_elements=gender", "").Text
	if !strings.Contains(part, `"female"`) || strings.Contains(part, "Archer") || !strings.Contains(part, `"fullUrl":"`+a.root+`/fhir/R4/Patient/ann"`) {
		t.Error(part)
	}
}

func TestSearchRefusals(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})

	for query, want := range map[string]string{
		"Communication?twilio-call-sid=CA1":           "Unknown search parameter: twilio-call-sid",
		"Communication?_content=x":                    "Unknown search parameter: _content",
		"Communication?_sort=-nothing":                "Unknown search parameter: nothing",
		"Appointment?date=tomorrow":                   "Invalid format for date search parameter",
		"Appointment?date=xx2026":                     "Invalid format for date search parameter",
		"Appointment?date=":                           "Invalid format for date search parameter",
		"Communication?sent=2026-13-01":               "Invalid format for date search parameter",
		"Communication?status:above=x":                "Unsupported search modifier: above on status",
		"Communication?_id:missing=true":              "Unsupported search modifier: missing on _id",
		"Communication?status:missing=maybe":          "Invalid value for :missing: expected true or false",
		"Communication?_include=Communication":        "Invalid include value 'Communication': expected Type:parameter",
		"Communication?_include=Communication:status": "Invalid include value 'Communication:status': Communication has no reference parameter status",
		"Communication?subject.name=x":                "Unable to identify next resource type for search parameter: subject; name it as subject:Type.name",
		"Communication?patient.nothing=x":             "Unknown search parameter: nothing",
		"Communication?_offset=10001":                 "Search offset exceeds maximum (got 10001, max 10000)",
		"Communication?_count=many":                   "Invalid _count: expected a whole number",
		"Communication?_cursor=x":                     "Invalid _cursor: follow the next link of an answer as it is",
		"Communication?_summary=text":                 "Unsupported _summary: text; this server knows count and false",
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			a := a.in(t)
			if code, text, _ := a.want(400, "GET", "/"+query, "", "Prefer", "handling=lenient").issue(t); text != want || code != "invalid" {
				t.Errorf("got %s: %s", code, text)
			}
		})
	}
}

func TestPagingAndTotals(t *testing.T) {
	t.Parallel()
	a := newAPI(t, fhirbox.Config{})
	var bundle strings.Builder
	var all []string
	for i := range 1005 {
		all = append(all, fmt.Sprintf("p%04d", i))
		fmt.Fprintf(&bundle, `,{"resource":{"resourceType":"Patient","id":"p%04d","active":true}}`, i)
	}

	a.seed(`{"resourceType":"Bundle","type":"collection","entry":[` + bundle.String()[1:] + `]}`)
	for _, tt := range []struct {
		query string
		pages []int
	}{
		{"?active=true&_count=400", []int{400, 400, 205}},
		{"?_sort=_lastUpdated&_count=500", []int{500, 500, 5}},
		{"?_count=5000", []int{1000, 5}},
	} {
		var ids []string
		next := "/Patient" + tt.query
		for _, want := range tt.pages {
			page := a.want(200, "GET", next, "").resource(t)
			if len(page.Entry) != want || page.link("self") == "" {
				t.Fatalf("%s: %d on a page, want %d", next, len(page.Entry), want)
			}
			ids = append(ids, strings.Fields(page.ids("match"))...)
			next = strings.TrimPrefix(page.link("next"), a.root+"/fhir/R4")
		}
		if next != "" || !slices.Equal(ids, all) {
			t.Errorf("%s: %d found, next %q", tt.query, len(ids), next)
		}
	}

	if page := a.want(200, "GET", "/Patient?_sort=_lastUpdated", "").resource(t); len(page.Entry) != 20 || !strings.Contains(page.link("next"), "_cursor=") {
		t.Errorf("default page: %d, %v", len(page.Entry), page.Link)
	}
	if b := a.want(200, "GET", "/Patient?_summary=count", "").resource(t); *b.Total != 1005 || len(b.Entry) != 0 {
		t.Error(b)
	}

	if b := a.want(200, "GET", "/Patient?_total=accurate&_count=1", "").resource(t); *b.Total != 1005 || len(b.Entry) != 1 {
		t.Error(b)
	}
	self := a.want(200, "GET", "/Patient?identifier="+url.QueryEscape("urn:x|+1&2"), "").resource(t).link("self")
	if want := a.root + "/fhir/R4/Patient?identifier=urn%3Ax%7C%2B1%262"; self != want {
		t.Errorf("self %s, want %s", self, want)
	}

	bundle.Reset()
	for i := range 1001 {
		fmt.Fprintf(&bundle, `,{"resource":{"resourceType":"RelatedPerson","id":"r%d","patient":{"reference":"Patient/p0000"}}}`, i)
	}

	a.seed(`{"resourceType":"Bundle","type":"collection","entry":[` + bundle.String()[1:] + `]}`)
	if _, text, _ := a.want(400, "GET", "/Patient?_id=p0000&_revinclude=RelatedPerson:patient", "").issue(t); text != "Search with _(rev)include reached query scope limit: depth=1, results=1001" {
		t.Error(text)
	}
}
