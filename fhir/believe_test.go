package fhir_test

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/fhir"
	"perci.health/careline/setup"
)

// A server that does not know a search parameter and is lenient answers with
// everything. No way of filing may write over what it finds then.
func TestASearchThatIgnoresIdentifierWritesNothing(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]careline.Filing{
		"looked for":                   {Tried: true},
		"looked for, when it was lost": {ID: "8f0c62b1-53a6-4a5f-9a6e-8f4f3f0c9a11", Version: "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLiar(t)
			theirs := others(t, l.honest)
			l.tells(overlooks("identifier"))
			f.Call = "CAparent"
			_, err := l.chart(t).File(t.Context(), completed(), f, nil)
			wantCode(t, err, careline.CodeUnavailable)
			if !strings.Contains(err.Error(), "not asked for") {
				t.Errorf("the outage has no name: %v", err)
			}
			untouched(t, l.honest, theirs)
		})
	}

	t.Run("twins", func(t *testing.T) {
		t.Parallel()
		l := newLiar(t)
		theirs := others(t, l.honest)
		f := file(t, l.honest.chart(t), ringing(), careline.Filing{Call: "CAparent", Tried: true})
		l.tells(overlooks("identifier"))
		_, err := l.chart(t).File(t.Context(), completed(), f, nil)
		wantCode(t, err, careline.CodeUnavailable)
		wantCode(t, l.chart(t).Settle(t.Context(), completed(), f), careline.CodeUnavailable)
		untouched(t, l.honest, theirs)
	})
}

func TestReadingsThatIgnoreAParameterShowNothing(t *testing.T) {
	t.Parallel()
	calls := func(ctx context.Context, c *fhir.Client) error { _, err := c.Calls(ctx, "a1"); return err }
	last := func(ctx context.Context, c *fhir.Client) error {
		_, err := c.LastCalls(ctx, []string{"a1", "a2"})
		return err
	}

	one := func(ctx context.Context, c *fhir.Client) error {
		_, err := c.Appointment(ctx, "8f0c62b1-53a6-4a5f-9a6e-8f4f3f0c9a11")
		return err
	}

	day := func(ctx context.Context, c *fhir.Client) error {
		_, err := c.AppointmentsOn(ctx, "p1", tenFifteen, tenFifteen.Add(24*time.Hour))
		return err
	}

	ready := func(ctx context.Context, c *fhir.Client) error { return c.Ready(ctx) }
	provision := func(ctx context.Context, c *fhir.Client) error { _, err := c.Plan(ctx); return err }
	for name, c := range map[string]struct {
		parameter string
		read      func(context.Context, *fhir.Client) error
	}{
		"calls: based-on":       {"based-on", calls},
		"calls: category":       {"category", calls},
		"last calls: based-on":  {"based-on", last},
		"last calls: category":  {"category", last},
		"appointment: id":       {"_id", one},
		"day: practitioner":     {"practitioner", day},
		"ready: id":             {"_id", ready},
		"definitions: url":      {"url", provision},
		"naming systems: value": {"value", provision},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLiar(t)
			others(t, l.honest)
			for _, theirs := range []object{
				{"resourceType": "Communication", "status": "completed", "basedOn": []object{{"reference": "Appointment/a1"}}},
				{"resourceType": "Appointment", "status": "booked", "participant": takesPart("accepted", "Practitioner/p2"), "start": "2025-11-24T10:15:00Z", "end": "2025-11-24T10:30:00Z"},
				{"resourceType": "PractitionerRole", "practitioner": object{"reference": "Practitioner/p2"}},
				{"resourceType": "CodeSystem", "status": "active", "content": "complete", "url": "https://theirs.example/codes"},
				{"resourceType": "NamingSystem", "status": "active", "name": "Theirs", "kind": "identifier", "date": "2026-01-01",
					"uniqueId": []object{{"type": "uri", "value": "https://theirs.example/ids"}}},
			} {
				seed(t, l.honest.client(t), theirs)
			}
			if err := c.read(t.Context(), l.client(t)); careline.CodeOf(err) == careline.CodeUnavailable {
				t.Fatalf("unavailable though all is well: %v", err)
			}
			l.tells(overlooks(c.parameter))
			wantCode(t, c.read(t.Context(), l.client(t)), careline.CodeUnavailable)
		})
	}
}

// The day's list is held to who takes part by the appointments themselves.
func TestADayThatIgnoresTheActorShowsOnlyTheClinicians(t *testing.T) {
	t.Parallel()
	l := newLiar(t)
	var refs []string
	for _, who := range []string{"Practitioner/p1", "Practitioner/p2"} {
		refs = append(refs, seed(t, l.honest.client(t), object{"resourceType": "Appointment", "status": "booked", "participant": takesPart("accepted", who),
			"start": tenFifteen.Format(time.RFC3339), "end": tenFifteen.Add(time.Hour).Format(time.RFC3339)}))
	}
	l.tells(overlooks("actor", "date"))
	day, err := l.client(t).AppointmentsOn(t.Context(), "p1", tenFifteen, tenFifteen.Add(time.Hour))
	if err != nil || len(day) != 1 || day[0].ID != id(refs[0]) {
		t.Errorf("%+v, %v", day, err)
	}
}

// One answer that is about something else moves no filing, is written over by
// nothing, and passes.
func TestAnAnswerAboutAnotherResourceIsNotTaken(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		method string
		known  bool // filed before, by an instance that has ended
		body   func(other fhir.Resource) string
	}{
		"read: another's":      {http.MethodGet, true, func(o fhir.Resource) string { return string(o.JSON) }},
		"read: another type":   {http.MethodGet, true, func(fhir.Resource) string { return `{"resourceType":"Patient","id":"p"}` }},
		"read: an outcome":     {http.MethodGet, true, func(fhir.Resource) string { return `{"resourceType":"OperationOutcome","issue":[]}` }},
		"update: another's":    {http.MethodPut, true, func(o fhir.Resource) string { return string(o.JSON) }},
		"update: another type": {http.MethodPut, true, func(o fhir.Resource) string { return `{"resourceType":"Patient","id":"` + o.ID + `"}` }},
		"create: another's":    {http.MethodPost, false, func(o fhir.Resource) string { return string(o.JSON) }},
		"create: another type": {http.MethodPost, false, func(fhir.Resource) string { return `{"resourceType":"Patient","id":"p"}` }},
		"create: no id": {http.MethodPost, false, func(fhir.Resource) string {
			return `{"resourceType":"Communication","identifier":[{"system":"https://www.twilio.com/","value":"CAparent"}]}`
		}},
		"create: an id that is none": {http.MethodPost, false, func(fhir.Resource) string {
			return `{"resourceType":"Communication","id":"../x","identifier":[{"system":"https://www.twilio.com/","value":"CAparent"}]}`
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLiar(t)
			theirs := others(t, l.honest)
			other, err := l.honest.client(t).Read(t.Context(), "Communication", theirs[0].ID)
			if err != nil {
				t.Fatal(err)
			}
			f := careline.Filing{Call: "CAparent"}
			if c.known {
				f = file(t, l.honest.chart(t), ringing(), f)
			}
			chart := l.chart(t)
			l.tells(answers(c.method, []byte(c.body(other))))
			g, err := chart.File(t.Context(), completed(), f, nil)
			wantCode(t, err, careline.CodeUnavailable)
			if g.ID != f.ID || g.Version != f.Version || g.Tried == c.known {
				t.Errorf("the filing moved to %+v", g)
			}
			l.tells(lie{})
			g = file(t, chart, completed(), g)
			wantOne(t, l.honest, g.ID)
			untouched(t, l.honest, theirs)
		})
	}
}

func TestAHistoryOfAnotherIsNotShown(t *testing.T) {
	t.Parallel()
	l := newLiar(t)
	f := file(t, l.honest.chart(t), ringing(), careline.Filing{Call: "CAparent"})
	theirs := others(t, l.honest)
	l.tells(lie{asked: func(r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/_history") {
			r.URL.Path = strings.Replace(r.URL.Path, f.ID, theirs[0].ID, 1)
		}
	}})
	_, err := l.client(t).Calls(t.Context(), "a1")
	wantCode(t, err, careline.CodeUnavailable)
}

// A filing that an earlier mistake pointed at another call's Communication goes
// back to its own, and writes over nothing.
func TestFileSetsAMixedUpFilingRight(t *testing.T) {
	t.Parallel()
	s := newLiar(t).honest
	theirs := others(t, s)
	mixed := careline.Filing{Call: "CAparent", ID: theirs[0].ID, Version: theirs[0].Version}
	_, err := s.chart(t).File(t.Context(), completed(), mixed, nil)
	wantCode(t, err, careline.CodeRejected)
	untouched(t, s, theirs)
	own := file(t, s.chart(t), ringing(), careline.Filing{Call: "CAparent"})
	if f := file(t, s.chart(t), completed(), mixed); f.ID != own.ID {
		t.Errorf("filed as %s, want %s", f.ID, own.ID)
	}
	untouched(t, s, theirs)
}

// Somebody who took the identifiers away did not make it another call: what the
// call is stands in its extension, and it gets its identifiers back.
func TestIdentifiersThatAPersonRemovedComeBack(t *testing.T) {
	t.Parallel()
	s := newLiar(t).honest
	f := file(t, s.chart(t), ringing(), careline.Filing{Call: "CAparent"})
	r, err := s.client(t).Read(t.Context(), "Communication", f.ID)
	if err != nil {
		t.Fatal(err)
	}
	r.JSON = edit(t, r.JSON, func(m map[string]any) { delete(m, "identifier") })
	if _, err := s.client(t).Update(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	file(t, s.chart(t), completed(), f)
	wantOne(t, s, f.ID)
}

// The system that careline replaces knew one leg and wrote its SID alone.
func TestACallIsFoundByEitherSID(t *testing.T) {
	t.Parallel()

	for _, sid := range []string{"CAparent", "CAchild"} {
		for _, lagging := range []bool{false, true} {
			l := newLiar(t)
			theirs := seed(t, l.honest.client(t), object{"resourceType": "Communication", "status": "in-progress",
				"identifier": []object{{"system": "https://www.twilio.com/", "value": sid}}})
			if lagging { // a search on a replica does not see it yet, the conditional create does
				l.tells(lie{answered: func(r *http.Request, _ int, own []byte) []byte {
					if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/Communication") {
						return []byte(empty)
					}
					return own
				}})
			}
			f := file(t, l.chart(t), completed(), careline.Filing{Call: "CAparent", Tried: true})
			if found := all(t, l.honest); "Communication/"+f.ID != theirs || len(found) != 1 || len(found[0].Identifier) != 2 {
				t.Errorf("%s, lagging %v: filed as %s beside %s: %d Communications", sid, lagging, f.ID, theirs, len(found))
			}
		}
	}
}

// Where the server keeps nothing by which a call is found again, careline does not
// fill the record with copies of it.
func TestAServerThatKeepsNoIdentityIsNotFilled(t *testing.T) {
	t.Parallel()
	l := newLiar(t)
	forget := func(m map[string]any) { delete(m, "identifier"); delete(m, "extension") }
	l.tells(lie{
		asked: func(r *http.Request) { // stored without
			if r.Method == http.MethodPost {
				rewriteBody(t, r, forget)
			}
		},
	})

	chart, f := l.chart(t), careline.Filing{Call: "CAparent"}
	f, err := chart.File(t.Context(), ringing(), f, nil)
	wantCode(t, err, careline.CodeUnavailable)
	_, err = chart.File(t.Context(), ringing(), f, nil)
	wantCode(t, err, careline.CodeRejected)
	if n := len(all(t, l.honest)); n != 2 {
		t.Errorf("%d Communications of one call", n)
	}
}

// An answer without a version heals: what has one is read again, and what has none
// is written all the same.
func TestAnswersWithoutAVersionHeal(t *testing.T) {
	t.Parallel()
	without := func(m map[string]any) { delete(m, "meta") }
	noTag := func(_ *http.Request, h http.Header) { h.Del("ETag") }

	for name, c := range map[string]struct {
		lie     lie
		heals   bool // the server tells versions later on
		version bool // and so does the filing
	}{
		"once":              {lie{answered: rewrites(t, without, http.MethodPost), header: noTag}, true, true},
		"in the tag":        {lie{answered: rewrites(t, without, http.MethodPost, http.MethodPut, http.MethodGet)}, false, true},
		"never":             {lie{answered: rewrites(t, without, http.MethodPost, http.MethodPut, http.MethodGet), header: noTag}, false, false},
		"an empty one":      {lie{answered: rewrites(t, func(m map[string]any) { m["meta"] = map[string]any{"versionId": ""} }, http.MethodPost), header: noTag}, true, true},
		"no version's form": {lie{answered: rewrites(t, func(m map[string]any) { m["meta"] = map[string]any{"versionId": "a\"b"} }, http.MethodPost), header: noTag}, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLiar(t)
			l.tells(c.lie)
			chart := l.chart(t)
			f, err := chart.File(t.Context(), ringing(), careline.Filing{Call: "CAparent"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if c.heals {
				l.tells(lie{})
			}
			note(t, l.honest, f.ID) // somebody writes in between
			if f, err = chart.File(t.Context(), completed(), f, nil); err != nil || (f.Version != "") != c.version {
				t.Fatalf("%+v, %v", f, err)
			}
			wantOne(t, l.honest, f.ID)
			now := all(t, l.honest)
			if now[0].Status != "completed" {
				t.Errorf("status %s", now[0].Status)
			}
			r, err := l.honest.client(t).Read(t.Context(), "Communication", f.ID)
			if err != nil || !strings.Contains(string(r.JSON), "Sorry.") {
				t.Errorf("the note is gone: %s, %v", r.JSON, err)
			}
		})
	}
}

// A searchset may leave the versions out; a twin is withdrawn all the same.
func TestTwinsWithoutAVersionAreWithdrawn(t *testing.T) {
	t.Parallel()
	l := newLiar(t)
	f := file(t, l.honest.chart(t), ringing(), careline.Filing{Call: "CAparent", Tried: true})
	file(t, l.honest.chart(t), ringing(), careline.Filing{Call: "CAparent"}) // the first try, stored late
	l.tells(lie{answered: func(_ *http.Request, _ int, own []byte) []byte {
		if !bytes.Contains(own, []byte(`"Bundle"`)) {
			return own
		}
		return edit(t, own, func(bundle map[string]any) {
			for _, e := range bundle["entry"].([]any) {
				delete(e.(map[string]any)["resource"].(map[string]any), "meta")
			}
		})
	}})

	file(t, l.chart(t), completed(), f)
	wantOne(t, l.honest, f.ID)
}

// What doctor stored by mistake it takes back; what it did not store stays.
func TestDoctorDeletesNothingOfOthers(t *testing.T) {
	t.Parallel()
	l := newLiar(t)
	theirs := others(t, l.honest)
	other, err := l.honest.client(t).Read(t.Context(), "Communication", theirs[0].ID)
	if err != nil {
		t.Fatal(err)
	}

	c := offline(t, func(r *http.Request) (int, http.Header, string) {
		switch r.Method {
		case http.MethodPost:
			return 201, nil, string(other.JSON)
		case http.MethodDelete:
			t.Errorf("DELETE %s", r.URL.Path)
		}
		return sound(r)
	}, false)
	if f := findings(t, c)["fhir: write"]; f.Verdict == setup.VerdictGood {
		t.Errorf("%+v", f)
	}
}

func TestWhatIsAskedForIsEscaped(t *testing.T) {
	t.Parallel()
	var asked string
	c := offline(t, func(r *http.Request) (int, http.Header, string) {
		if r.Method == http.MethodGet {
			asked = r.URL.Query().Get("identifier")
			return 200, nil, empty
		}
		asked += " " + r.Header.Get("If-None-Exist")
		return 503, nil, ""
	}, false)

	call := ringing()
	call.Key, call.ClinicianLeg, call.MemberLeg = `CA,p|1`, `CA,p|1`, "CA&m"
	_, err := newChart(t, c).File(t.Context(), call, careline.Filing{Call: call.Key, Tried: true}, nil)
	wantCode(t, err, careline.CodeUnavailable)
	want := `https://www.twilio.com/|CA&m,https://www.twilio.com/|CA\,p\|1`
	if asked != want+" identifier="+url.QueryEscape(want) {
		t.Errorf("asked for %s", asked)
	}
}

// A call for two appointments, or one that names its appointment in full, is the
// last call of each that was asked for.
func TestLastCallsOfEveryFormOfReference(t *testing.T) {
	t.Parallel()

	for _, based := range [][]string{{"Appointment/a1"}, {"Appointment/other", "Appointment/a1"}, {"http://fhir.test/fhir/R4/Appointment/a1"}, {"Appointment/a1/_history/2"}} {
		var refs []object
		for _, ref := range based {
			refs = append(refs, object{"reference": ref})
		}
		body := textOf(t, object{"resourceType": "Bundle", "entry": []object{{"resource": object{"resourceType": "Communication", "id": "1", "status": "completed", "basedOn": refs,
			"category": []object{{"coding": []object{{"system": "https://perci.health/communication-category", "code": "twilio-voice"}}}}}}}})
		c := offline(t, func(*http.Request) (int, http.Header, string) { return 200, nil, body }, false)
		last, err := c.LastCalls(t.Context(), []string{"a1", "a2"})
		if _, ok := last["a1"]; err != nil || !ok || len(last) != 1 {
			t.Errorf("%v: %v, %v", based, last, err)
		}
	}
}
