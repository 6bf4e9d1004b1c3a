package fhirbox_test

import (
	"fmt"
	"strings"
	"testing"

	"perci.health/careline/sandbox/fhirbox"
)

// What goes with the recording of a call, each as it is written.
const (
	aMedia = `{"resourceType":"Media","status":"preparation","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/media-type","code":"audio"}]},
		"meta":{"tag":[{"system":"https://perci.health/fhir/tag","code":"call-recording"}]},"identifier":[{"system":"https://www.twilio.com/","value":"RE1"}],
		"partOf":[{"reference":"Communication/c1"}],"subject":{"reference":"Patient/ann"},"createdDateTime":"2026-11-22T10:15:00Z","operator":{"reference":"Practitioner/cla"},"duration":61,
		"content":{"contentType":"audio/mpeg","url":"https://app.example/recordings/RE1/audio","title":"Call recording"}}`
	aConsent = `{"resourceType":"Consent","status":"active","scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
		"category":[{"coding":[{"system":"https://perci.health/fhir/CodeSystem/communication-category","code":"call-recording"}]}],"patient":{"reference":"Patient/ann"},
		"dateTime":"2026-11-01","policyRule":{"text":"x"},"provision":{"type":"deny"}}`
	anAudit = `{"resourceType":"AuditEvent","type":{"system":"http://terminology.hl7.org/CodeSystem/audit-event-type","code":"rest"},"subtype":[{"system":"http://hl7.org/fhir/restful-interaction","code":"read"}],
		"recorded":"2026-11-22T10:20:00Z","outcome":"0","agent":[{"who":{"reference":"Practitioner/cla"},"requestor":true}],"source":{"observer":{"display":"app"}},
		"entity":[{"what":{"reference":"Media/m1"}},{"what":{"reference":"Patient/ann"}}]}`
	aTask = `{"resourceType":"Task","status":"requested","intent":"order","code":{"coding":[{"system":"https://perci.health/fhir/CodeSystem/follow-up","code":"missed-call"}]},
		"focus":{"reference":"Communication/c1"},"for":{"reference":"Patient/ann"},"owner":{"reference":"Practitioner/cla"},"authoredOn":"2026-11-22T10:15:00Z"}`
)

// Each is made, found, changed and removed with versions, as any other resource.
func TestRecordingsAndWhatGoesWithThem(t *testing.T) {
	t.Parallel()
	for kind, tt := range map[string]struct {
		body, before, after string // what an update changes
		found, not          []string
	}{
		"Media": {aMedia, `"preparation"`, `"completed"`,
			[]string{"identifier=https://www.twilio.com/|RE1", "patient=Patient/ann", "patient=ann", "subject=Patient/ann", "_tag=https://perci.health/fhir/tag|call-recording", "_tag=call-recording",
				"created=ge2026-11-22", "created=lt2026-11-23&patient=ann", "operator=Practitioner/cla", "status=completed", "type=audio"},
			[]string{"identifier=https://www.twilio.com/|RE2", "patient=bob", "_tag=legal-hold", "created=lt2026-11-22", "status=preparation"}},
		"Consent": {aConsent, `"active"`, `"inactive"`,
			[]string{"patient=Patient/ann", "patient=ann&status=inactive", "category=https://perci.health/fhir/CodeSystem/communication-category|call-recording", "category=call-recording", "scope=patient-privacy", "date=2026-11"},
			[]string{"patient=bob", "status=active", "category=sms", "category=urn:other|call-recording"}},
		"AuditEvent": {anAudit, `"outcome":"0"`, `"outcome":"8"`,
			[]string{"patient=ann", "entity=Media/m1", "agent=Practitioner/cla", "date=2026-11-22", "type=rest", "subtype=read", "outcome=8"},
			[]string{"entity=Media/m2", "outcome=0", "date=gt2026-11-22"}},
		"Task": {aTask, `"requested"`, `"accepted"`,
			[]string{"patient=ann", "status=accepted", "owner=Practitioner/cla", "code=missed-call", "focus=Communication/c1", "authored-on=2026-11-22"},
			[]string{"status=requested", "owner=Practitioner/bob", "code=voicemail"}},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, fhirbox.Config{})
			made := a.want(201, "POST", "/"+kind, tt.body)
			first := made.resource(t)
			path := "/" + kind + "/" + first.ID
			body := strings.Replace(tt.body, `"resourceType"`, fmt.Sprintf(`"id":%q,"resourceType"`, first.ID), 1)
			changed := strings.Replace(body, tt.before, tt.after, 1)
			second := a.want(200, "PUT", path, changed, "If-Match", made.Header.Get("ETag")).resource(t)
			if second.Meta.VersionID == first.Meta.VersionID {
				t.Error("the update made no version")
			}
			a.want(412, "PUT", path, body, "If-Match", made.Header.Get("ETag"))
			if old := a.want(200, "GET", path+"/_history/"+first.Meta.VersionID, ""); !strings.Contains(old.Text, tt.before) {
				t.Errorf("the version before: %s", old.Text)
			}
			for _, query := range tt.found {
				if ids := a.want(200, "GET", "/"+kind+"?"+strings.ReplaceAll(query, "|", "%7C"), "").resource(t).ids(""); ids != first.ID {
					t.Errorf("%s?%s found %q", kind, query, ids)
				}
			}
			for _, query := range tt.not {
				if ids := a.want(200, "GET", "/"+kind+"?"+strings.ReplaceAll(query, "|", "%7C"), "").resource(t).ids(""); ids != "" {
					t.Errorf("%s?%s found %q", kind, query, ids)
				}
			}
			a.want(200, "DELETE", path, "")
			a.want(410, "GET", path, "")
			if n := len(a.want(200, "GET", path+"/_history", "").resource(t).Entry); n != 3 {
				t.Errorf("%d versions, want made, changed and removed", n)
			}
			if ids := a.want(200, "GET", "/"+kind, "").resource(t).ids(""); ids != "" {
				t.Errorf("still found: %s", ids)
			}
		})
	}
}
