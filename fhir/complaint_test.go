package fhir_test

import (
	"net/http"
	"testing"
	"time"

	"perci.health/careline"
)

// graded is an outcome with one issue of a severity.
func graded(severity, code, text string, expression ...string) map[string]any {
	o := outcome(code, text, expression...)
	o["issue"].([]any)[0].(map[string]any)["severity"] = severity
	return o
}

// both is an outcome with the issues of two.
func both(a, b map[string]any) map[string]any {
	return map[string]any{"resourceType": "OperationOutcome", "issue": append(a["issue"].([]any), b["issue"].([]any)...)}
}

// What complains of the content is rejected; all else waits, and is not buried.
func TestProblemRejectsOnlyForComplaintsOfTheContent(t *testing.T) {
	t.Parallel()
	const page = "<html><body>nginx</body></html>"
	located := map[string]any{"resourceType": "OperationOutcome", "issue": []any{map[string]any{"severity": "error", "code": "processing", "location": []string{"Communication.subject"}}}}

	for name, c := range map[string]struct {
		status int
		body   any
		want   careline.Code
		wait   time.Duration // at least
		unmade bool          // certainly not stored
	}{
		"400 structure":                     {400, outcome("structure", "Missing required property"), careline.CodeRejected, 0, false},
		"400 invalid at a place":            {400, outcome("invalid", "x", "Communication.status"), careline.CodeRejected, 0, false},
		"400 at a location of older form":   {400, located, careline.CodeRejected, 0, false},
		"400 invalid, too large":            {400, outcome("invalid", "File too large"), careline.CodeRejected, 0, false},
		"400 code not in the value set":     {400, outcome("code-invalid", "status"), careline.CodeRejected, 0, false},
		"400 nothing said":                  {400, map[string]any{"resourceType": "OperationOutcome", "issue": []any{}}, careline.CodeUnavailable, 0, false},
		"400 no code":                       {400, outcome("", "no"), careline.CodeUnavailable, 0, false},
		"400 the server's own state":        {400, outcome("business-rule", "Project is suspended"), careline.CodeUnavailable, 0, false},
		"400 protecting itself":             {400, outcome("too-costly", "busy"), careline.CodeUnavailable, 0, false},
		"400 a lock":                        {400, outcome("lock-error", "locked"), careline.CodeUnavailable, 0, false},
		"400 a policy":                      {400, outcome("forbidden", "no"), careline.CodeUnavailable, 0, false},
		"400 a warning besides an outage":   {400, both(graded("warning", "value", "odd", "Communication.medium"), outcome("invalid", "connect ECONNREFUSED")), careline.CodeUnavailable, 0, true},
		"400 a warning besides a fault":     {400, both(graded("warning", "value", "odd"), outcome("required", "status")), careline.CodeRejected, 0, false},
		"400 a page":                        {400, page, careline.CodeUnavailable, 0, false},
		"400 another program's JSON":        {400, map[string]string{"message": "Bad Request"}, careline.CodeUnavailable, 0, false},
		"402":                               {402, outcome("processing", "Payment required"), careline.CodeUnavailable, 30 * time.Second, true},
		"402 a page":                        {402, page, careline.CodeUnavailable, 30 * time.Second, true},
		"405 a proxy's":                     {405, page, careline.CodeUnavailable, 30 * time.Second, false},
		"405 the server's":                  {405, outcome("not-supported", "no create"), careline.CodeRejected, 0, false},
		"409":                               {409, outcome("conflict", "could not serialize access"), careline.CodeConflict, 0, false},
		"412":                               {412, outcome("processing", "Precondition Failed"), careline.CodeConflict, 0, false},
		"412 a page":                        {412, page, careline.CodeConflict, 0, false},
		"413 a proxy's":                     {413, page, careline.CodeUnavailable, 30 * time.Second, false},
		"413 the server's":                  {413, outcome("too-long", "too long"), careline.CodeRejected, 0, false},
		"418":                               {418, page, careline.CodeUnavailable, 30 * time.Second, true},
		"422 resource cap":                  {422, outcome("business-rule", "Resource cap exceeded"), careline.CodeUnavailable, 30 * time.Second, true},
		"422 resource cap, as another code": {422, outcome("processing", "Resource cap exceeded"), careline.CodeUnavailable, 30 * time.Second, true},
		"422 at a place":                    {422, outcome("business-rule", "no", "Communication.status"), careline.CodeRejected, 0, true},
		"422 processing":                    {422, outcome("processing", "no"), careline.CodeRejected, 0, true},
		"422 a page":                        {422, page, careline.CodeUnavailable, 30 * time.Second, true},
		"422 nothing said":                  {422, nil, careline.CodeUnavailable, 30 * time.Second, true},
		"423":                               {423, outcome("lock-error", "locked", "Communication"), careline.CodeUnavailable, 0, false},
		"429":                               {429, outcome("throttled", "Too Many Requests"), careline.CodeUnavailable, time.Second, true},
		"451":                               {451, page, careline.CodeUnavailable, 30 * time.Second, false},
		"500 at a place":                    {500, outcome("structure", "x", "Communication.status"), careline.CodeUnavailable, 0, false},
		"503":                               {503, page, careline.CodeUnavailable, 0, false},
		"301":                               {301, page, careline.CodeUnavailable, 0, false},
		"304":                               {304, nil, careline.CodeUnavailable, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := offline(t, func(*http.Request) (int, http.Header, string) { return c.status, nil, textOf(t, c.body) }, false)
			f, err := newChart(t, client).File(t.Context(), ringing(), careline.Filing{Call: "CAparent"}, nil)
			wantCode(t, err, c.want)
			if asked(err) < c.wait || c.wait == 0 && asked(err) > 0 {
				t.Errorf("wait %v, want %v", asked(err), c.wait)
			}
			if f.Tried == c.unmade {
				t.Errorf("tried: %v", f.Tried)
			}
		})
	}
}

// A limit of the project stops new calls, not those that are filed already, and
// buries none.
func TestAFullProjectBuriesNoCall(t *testing.T) {
	t.Parallel()
	s := box(t)
	chart := s.chart(t)
	known := file(t, chart, ringing(), careline.Filing{Call: "CAparent"})
	s.fail(t, fault{
		Method: http.MethodPost,
		Path:   "/fhir/R4/Communication",
		Status: 422,
		Times:  3,
		Body: map[string]any{"resourceType": "OperationOutcome", "id": "business-rule", "issue": []any{map[string]any{
			"severity": "error", "code": "business-rule", "details": map[string]string{"id": "resource-cap", "text": "Resource cap exceeded"}}}},
	})

	call := completed()
	call.Key, call.ClinicianLeg, call.MemberLeg = "CAother", "CAother", "CAotherchild"
	f := careline.Filing{Call: call.Key}
	for range 3 {
		var err error
		f, err = chart.File(t.Context(), call, f, nil)
		wantCode(t, err, careline.CodeUnavailable)
		if f.Tried {
			t.Error("tried, though nothing can have been stored")
		}
		known = file(t, chart, completed(), known)
	}

	file(t, chart, call, f)
	if n := len(all(t, s)); n != 2 {
		t.Errorf("%d Communications, want 2", n)
	}
}

// A server may say in several ways that it has no conditional create.
func TestServersWithoutConditionalCreate(t *testing.T) {
	t.Parallel()
	for _, refusal := range []fault{{Status: 501}, {Status: 405}, {Status: 400, Body: outcome("not-supported", "If-None-Exist")}} {
		s := box(t)
		refusal.Method, refusal.Path, refusal.Times = http.MethodPost, "/fhir/R4/Communication", 1
		s.fail(t, refusal)
		f := file(t, s.chart(t), ringing(), careline.Filing{Call: "CAparent", Tried: true})
		wantOne(t, s, f.ID)
	}
}
