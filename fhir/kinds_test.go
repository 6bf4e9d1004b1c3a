package fhir_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/fhir"
)

// thing is one resource that is filed, as careline tells it while it goes on and
// when it is over. What is asked of the filer is asked of all of them.
type thing struct {
	kind        *fhir.Kind
	resource    string
	identifier  fhir.Identifier
	early, over string
	written     string // what the record says when it is over, and somebody has added to it
	withdrawn   string // a part of what a twin says when it is taken back
}

const (
	ofTwilio = `"identifier":[{"system":"https://www.twilio.com/","value":"RE1"}],"meta":{"tag":[{"system":"https://perci.health/fhir/tag","code":"call-recording"}]},
		"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/media-type","code":"audio"}]},"partOf":[{"reference":"Communication/c1"}],"createdDateTime":"2025-11-24T10:15:00Z",
		"content":{"contentType":"audio/mpeg","url":"https://backend.perci.health/bff_clinical/v1/recordings/RE1/audio","title":"Call recording"}`
	ofACall = `"identifier":[{"system":"https://perci.health/fhir/follow-up","value":"CA1/missed-call"}],"intent":"order","focus":{"reference":"Communication/c1"},"authoredOn":"2025-11-24T10:15:00Z",
		"code":{"coding":[{"system":"https://perci.health/fhir/CodeSystem/follow-up","code":"missed-call"}]}`
	ofACallItself = `"identifier":[{"system":"https://www.twilio.com/","value":"CA1"}],"category":[{"coding":[{"system":"https://perci.health/communication-category","code":"twilio-voice"}]}]`

	// What somebody adds in between to a resource of any kind, and beside what is ours.
	added = `"note":[{"text":"Please read."}],"extension":[{"url":"urn:theirs","valueString":"x"}]`
)

func allThings() map[string]thing {
	return map[string]thing{
		"a recording's Media": {
			kind: fhir.RecordingKind(), resource: "Media", identifier: fhir.Identifier{System: "https://www.twilio.com/", Value: "RE1"},
			early: `{"resourceType":"Media","status":"preparation",` + ofTwilio + `}`,
			over:  `{"resourceType":"Media","status":"completed","subject":{"reference":"Patient/m1"},"duration":12,` + ofTwilio + `}`,
			written: `{"resourceType":"Media","status":"completed","subject":{"reference":"Patient/m1"},"duration":12,` + added + `,` +
				strings.NewReplacer(`"code":"call-recording"}]`, `"code":"call-recording"},{"system":"https://perci.health/fhir/tag","code":"legal-hold"}]`,
					`"value":"RE1"}]`, `"value":"RE1"},{"system":"urn:theirs","value":"9"}]`).Replace(ofTwilio) + `}`,
		},
		"a follow-up's Task": {
			kind: fhir.FollowUpKind(), resource: "Task", identifier: fhir.Identifier{System: "https://perci.health/fhir/follow-up", Value: "CA1/missed-call"},
			early: `{"resourceType":"Task","status":"requested","owner":{"reference":"Practitioner/p1"},"input":[{"type":{"text":"calls"},"valueInteger":1}],` + ofACall + `}`,
			over:  `{"resourceType":"Task","status":"completed","for":{"reference":"Patient/m1"},"input":[{"type":{"text":"calls"},"valueInteger":2}],` + ofACall + `}`,
			written: `{"resourceType":"Task","status":"completed","for":{"reference":"Patient/m1"},"input":[{"type":{"text":"calls"},"valueInteger":2}],"meta":{"tag":[{"system":"https://perci.health/fhir/tag","code":"legal-hold"}]},` + added + `,` +
				strings.NewReplacer(`"code":"missed-call"}]`, `"code":"missed-call"},{"system":"urn:theirs","code":"urgent"}]`,
					`"value":"CA1/missed-call"}]`, `"value":"CA1/missed-call"},{"system":"urn:theirs","value":"9"}]`).Replace(ofACall) + `}`,
		},
		"a call's Communication": {
			kind: fhir.CallKind(), resource: "Communication", identifier: fhir.Identifier{System: "https://www.twilio.com/", Value: "CA1"},
			early: `{"resourceType":"Communication","status":"in-progress","payload":[{"contentString":"Outbound Twilio voice call; status=ringing"}],` + ofACallItself + `}`,
			over:  `{"resourceType":"Communication","status":"completed","payload":[{"contentString":"Outbound Twilio voice call; status=busy"}],` + ofACallItself + `}`,
			written: `{"resourceType":"Communication","status":"completed","payload":[{"contentString":"Outbound Twilio voice call; status=busy"}],"meta":{"tag":[{"system":"https://perci.health/fhir/tag","code":"legal-hold"}]},` + added + `,` +
				strings.Replace(ofACallItself, `"value":"CA1"}]`, `"value":"CA1"},{"system":"urn:theirs","value":"9"}]`, 1) + `}`,
			withdrawn: `"Entered in error: Outbound Twilio voice call; status=ringing"`,
		},
	}
}

// desk is where things of one kind are filed, against one server.
type desk struct {
	*server
	thing
	t *testing.T
}

func (d desk) filer() *fhir.Filer {
	d.t.Helper()
	f, err := fhir.NewFiler(d.client(d.t), d.kind)
	if err != nil {
		d.t.Fatal(err)
	}
	return f
}

func (d desk) said(text string) fhir.Said {
	return fhir.Said{JSON: text, Identifiers: []fhir.Identifier{d.identifier}}
}

// try files by a filer that remembers nothing.
func (d desk) try(text string, f careline.Filing) (careline.Filing, error) {
	d.t.Helper()
	return d.filer().File(d.t.Context(), d.said(text), f, nil)
}

func (d desk) file(text string, f careline.Filing) careline.Filing {
	d.t.Helper()
	filed, err := d.try(text, f)
	if err != nil {
		d.t.Fatal(err)
	}
	if filed.ID == "" || filed.Version == "" {
		d.t.Fatalf("filed without id or version: %+v", filed)
	}
	return filed
}

func (d desk) read(id string) fhir.Resource {
	d.t.Helper()
	r, err := d.client(d.t).Read(d.t.Context(), d.resource, id)
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

// edit is what a person does.
func (d desk) edit(id string, change func(map[string]any)) fhir.Resource {
	d.t.Helper()
	r := d.read(id)
	r.JSON = edit(d.t, r.JSON, change)
	r, err := d.client(d.t).Update(d.t.Context(), r)
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

func (d desk) versions(id string) []fhir.Resource {
	d.t.Helper()
	all, err := d.client(d.t).History(d.t.Context(), d.resource, id)
	if err != nil {
		d.t.Fatal(err)
	}
	return all
}

func (d desk) wantVersions(id string, want int) {
	d.t.Helper()
	if n := len(d.versions(id)); n != want {
		d.t.Errorf("%d versions, want %d", n, want)
	}
}

// live is the ids of those that are not entered in error.
func (d desk) live() (ids []string) {
	d.t.Helper()
	found, err := d.client(d.t).Search(d.t.Context(), d.resource, url.Values{"identifier": {d.identifier.System + "|" + d.identifier.Value}})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, e := range found {
		if statusIn(d.t, e.Resource) != "entered-in-error" {
			ids = append(ids, e.Resource.ID)
		}
	}
	return ids
}

func (d desk) wantOne(id string) {
	d.t.Helper()
	if ids := d.live(); len(ids) != 1 || ids[0] != id {
		d.t.Errorf("there are %v, want only %s", ids, id)
	}
}

func statusIn(t *testing.T, r fhir.Resource) string {
	t.Helper()
	var said struct{ Status string }
	if err := json.Unmarshal(r.JSON, &said); err != nil {
		t.Fatal(err)
	}
	return said.Status
}

func TestEveryKindAgainstFhirbox(t *testing.T) {
	t.Parallel()
	everyKind(t, box)
}

func TestEveryKindAgainstMedplumLike(t *testing.T) {
	t.Parallel()
	everyKind(t, medplumLike(t))
}

// everyKind asks of each kind of resource what is promised of a call's Communication.
func everyKind(t *testing.T, open func(*testing.T) *server) {
	for kind, of := range allThings() {
		for trouble, test := range map[string]func(desk){
			"a version for each change":              filesEachChange,
			"the answer to the making is lost":       losesTheMaking,
			"the answer to a change is lost":         losesAChange,
			"somebody adds to it meanwhile":          keepsWhatIsAdded,
			"it is told anew before it is laid over": tellsItAnew,
			"there are twins":                        withdrawsTwins,
			"a person has entered it in error":       leavesItInError,
			"it was deleted":                         leavesItDeleted,
			"the id is another's":                    writesOverNoOther,
			"what is over is not reopened":           reopensNothing,
			"the quota, or the database":             waitsWithIt,
		} {
			t.Run(kind+"/"+trouble, func(t *testing.T) { test(desk{server: open(t), thing: of, t: t}) })
		}
	}
}

func filesEachChange(d desk) {
	f := d.file(d.early, careline.Filing{})
	for range 2 {
		if again := d.file(d.early, f); again != f {
			d.t.Errorf("filed again: %+v, want %+v", again, f)
		}
	}
	f = d.file(d.over, f)
	d.wantVersions(f.ID, 2)
	if f.Doubted {
		d.t.Error("doubted, though every answer came")
	}
	if diff := cmp.Diff(stated(d.t, []byte(d.over)), stated(d.t, d.read(f.ID).JSON)); diff != "" {
		d.t.Errorf("the record (-said +there):\n%s", diff)
	}
}

// stated is a resource without what the server gives it.
func stated(t *testing.T, text []byte) (said map[string]any) {
	t.Helper()
	if err := json.Unmarshal(text, &said); err != nil {
		t.Fatal(err)
	}
	delete(said, "id")
	meta, _ := said["meta"].(map[string]any)
	for name := range meta {
		if name != "tag" {
			delete(meta, name)
		}
	}
	if len(meta) == 0 {
		delete(said, "meta")
	}
	return said
}

func losesTheMaking(d desk) {
	d.fail(d.t, fault{Method: http.MethodPost, Path: "/fhir/R4/" + d.resource, After: true, Times: 1})
	f, err := d.try(d.early, careline.Filing{})
	wantCode(d.t, err, careline.CodeUnavailable)
	if !f.Tried {
		d.t.Fatal("not tried, though it is stored")
	}
	f = d.file(d.over, f)
	if !f.Doubted {
		d.t.Error("not doubted after a lost answer")
	}
	d.wantOne(f.ID)
	d.wantVersions(f.ID, 2)
}

func losesAChange(d desk) {
	f := d.file(d.early, careline.Filing{})
	d.fail(d.t, fault{Method: http.MethodPut, Path: f.ID, After: true, Times: 1})
	_, err := d.try(d.over, f)
	wantCode(d.t, err, careline.CodeUnavailable)
	if g := d.file(d.over, f); g.Version == f.Version {
		d.t.Error("the version of the lost change was not adopted")
	}
	d.wantVersions(f.ID, 2)
}

func keepsWhatIsAdded(d desk) {
	filer := d.filer() // which believes to know the newest version
	f, err := filer.File(d.t.Context(), d.said(d.early), careline.Filing{}, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	d.edit(f.ID, func(m map[string]any) {
		m["note"] = []any{object{"text": "Please read."}}
		m["extension"] = []any{object{"url": "urn:theirs", "valueString": "x"}}
		m["identifier"] = append([]any{object{"system": "urn:theirs", "value": "9"}}, m["identifier"].([]any)...)
		m["status"] = "unknown"
		if d.resource == "Task" {
			m["status"] = "received"
			m["code"].(object)["coding"] = append(m["code"].(object)["coding"].([]any), object{"system": "urn:theirs", "code": "urgent"})
		}
		meta, _ := m["meta"].(object)
		tags, _ := meta["tag"].([]any)
		m["meta"] = object{"tag": append([]any{object{"system": "https://perci.health/fhir/tag", "code": "legal-hold"}}, tags...)}
	})
	for range 2 {
		if f, err = filer.File(d.t.Context(), d.said(d.over), f, nil); err != nil {
			d.t.Fatal(err)
		}
	}
	if diff := cmp.Diff(stated(d.t, []byte(d.written)), stated(d.t, d.read(f.ID).JSON)); diff != "" {
		d.t.Errorf("the record (-want +there):\n%s", diff)
	}
	d.wantVersions(f.ID, 3)
}

func tellsItAnew(d desk) {
	early := d.file(d.early, careline.Filing{})
	d.edit(early.ID, func(m map[string]any) { m["note"] = []any{object{"text": "n"}} })
	overtaken := errors.New("it has been filed meanwhile")
	for _, late := range []careline.Filing{early, {Tried: true}} {
		_, err := d.filer().File(d.t.Context(), d.said(d.early), late, func(context.Context) (fhir.Said, error) { return fhir.Said{}, overtaken })
		if !errors.Is(err, overtaken) {
			d.t.Errorf("under %+v: error %v, want that of the telling", late, err)
		}
	}
	d.wantVersions(early.ID, 2)
	f, err := d.filer().File(d.t.Context(), d.said(d.early), early, func(context.Context) (fhir.Said, error) { return d.said(d.over), nil })
	if err != nil || statusIn(d.t, d.read(f.ID)) != "completed" {
		d.t.Errorf("told anew as over: %+v, %v", f, err)
	}
}

func withdrawsTwins(d desk) {
	for range 3 {
		d.file(d.early, careline.Filing{})
	}
	f := d.file(d.early, careline.Filing{Tried: true})
	d.wantOne(f.ID)

	late := d.file(d.early, careline.Filing{}) // the first try, stored after all
	f = d.file(d.over, f)
	d.wantOne(f.ID)
	if text := string(d.read(late.ID).JSON); !strings.Contains(text, `"entered-in-error"`) || !strings.Contains(text, d.withdrawn) {
		d.t.Errorf("the twin is left as %s", text)
	}

	d.file(d.early, careline.Filing{}) // and once more, after the end
	for range 2 {
		if err := d.filer().Settle(d.t.Context(), d.said(d.over), f); err != nil {
			d.t.Fatal(err)
		}
		d.wantOne(f.ID)
	}
	d.wantVersions(f.ID, 2)
}

func leavesItInError(d desk) {
	f := d.file(d.early, careline.Filing{})
	theirs := d.edit(f.ID, func(m map[string]any) { m["status"] = "entered-in-error" })
	for _, known := range []careline.Filing{f, {Tried: true}} {
		if g := d.file(d.over, known); g.ID != f.ID || g.Version != theirs.Version {
			d.t.Errorf("filed as %+v, want to be left at that of the person: %s", g, theirs.Version)
		}
	}
}

func leavesItDeleted(d desk) {
	never := careline.Filing{ID: "8f0c62b1-53a6-4a5f-9a6e-8f4f3f0c9a11", Version: "8f0c62b1-53a6-4a5f-9a6e-8f4f3f0c9a12"}
	_, err := d.try(d.early, never)
	wantCode(d.t, err, careline.CodeRejected)
	f := d.file(d.early, careline.Filing{})
	if g := d.file(d.over, never); g.ID != f.ID {
		d.t.Errorf("id %s, want the one found: %s", g.ID, f.ID)
	}

	removeResource(d.t, d.server, d.resource+"/"+f.ID)
	_, err = d.try(d.over, f)
	wantCode(d.t, err, careline.CodeRejected)
	if !strings.Contains(err.Error(), d.resource+" was deleted from the health record") {
		d.t.Errorf("the sentence does not say what was deleted: %v", err)
	}
	if ids := d.live(); len(ids) > 0 {
		d.t.Errorf("there are %v, though it was deleted", ids)
	}
}

func writesOverNoOther(d desk) {
	other := strings.NewReplacer("RE1", "RE9", "CA1", "CA9").Replace(d.early)
	theirs := strings.TrimPrefix(seed(d.t, d.client(d.t), stated(d.t, []byte(other))), d.resource+"/")
	mixed := careline.Filing{ID: theirs, Version: d.read(theirs).Version}
	_, err := d.try(d.over, mixed)
	wantCode(d.t, err, careline.CodeRejected)
	own := d.file(d.early, careline.Filing{})
	if f := d.file(d.over, mixed); f.ID != own.ID {
		d.t.Errorf("filed as %s, want %s", f.ID, own.ID)
	}
	d.wantVersions(theirs, 1)
}

func reopensNothing(d desk) {
	early := d.file(d.early, careline.Filing{})
	f := d.file(d.over, early)
	for _, late := range []careline.Filing{early, f, {Tried: true}} {
		if got := d.file(d.early, late); got.ID != f.ID || got.Version != f.Version {
			d.t.Errorf("under %+v: %+v, want to be left at %+v", late, got, f)
		}
	}
	d.edit(f.ID, func(m map[string]any) {
		m["identifier"] = []any{object{"system": "urn:theirs", "value": "9"}}
		m["note"] = []any{object{"text": "n"}}
		m["extension"] = []any{object{"url": "https://perci.health/fhir/StructureDefinition/twilio-call", "extension": []any{object{"url": "callSid", "valueString": "CA1"}}}}
	})
	if d.resource != "Communication" { // of which alone the extension names what it is of
		_, err := d.try(d.early, f)
		wantCode(d.t, err, careline.CodeRejected)
		return
	}
	d.file(d.early, f)
	if now := d.read(f.ID); statusIn(d.t, now) != "completed" || !strings.Contains(string(now.JSON), d.identifier.Value+`"`) {
		d.t.Errorf("it got more than its identifier back: %s", now.JSON)
	}
}

func waitsWithIt(d desk) {
	for status, tried := range map[int]bool{429: false, 403: false, 401: false, 503: true, 500: true, 408: true} {
		d.fail(d.t, fault{Method: http.MethodPost, Path: "/fhir/R4/" + d.resource, Status: status, Times: 2})
		f, err := d.try(d.early, careline.Filing{})
		wantCode(d.t, err, careline.CodeUnavailable)
		if f.Tried != tried {
			d.t.Errorf("after HTTP %d tried %t, want %t", status, f.Tried, tried)
		}
	}
	d.fail(d.t)
	d.wantOne(d.file(d.over, careline.Filing{}).ID)
}

// A server that answers with what was not asked for is believed of no kind.
func TestEveryKindBelievesOnlyWhatItAskedFor(t *testing.T) {
	t.Parallel()
	for kind, of := range allThings() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			l := newLiar(t)
			d, honest := desk{server: l.server, thing: of, t: t}, desk{server: l.honest, thing: of, t: t}
			other := strings.NewReplacer("RE1", "RE9", "CA1", "CA9").Replace(of.early)
			theirs := strings.TrimPrefix(seed(t, l.honest.client(t), stated(t, []byte(other))), of.resource+"/")

			l.tells(overlooks("identifier"))
			_, err := d.try(of.over, careline.Filing{Tried: true})
			wantCode(t, err, careline.CodeUnavailable)

			l.tells(answers(http.MethodPost, honest.read(theirs).JSON))
			f, err := d.try(of.early, careline.Filing{})
			wantCode(t, err, careline.CodeUnavailable)
			if !f.Tried || f.ID != "" {
				t.Errorf("taken for its own: %+v", f)
			}

			l.tells(answers(http.MethodPut, honest.read(theirs).JSON))
			f = honest.file(of.early, f)
			_, err = d.try(of.over, f)
			wantCode(t, err, careline.CodeUnavailable)
			honest.wantVersions(theirs, 1)
		})
	}
}
