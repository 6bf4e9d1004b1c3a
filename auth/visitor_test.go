package auth_test

import (
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"perci.health/careline"
	"perci.health/careline/auth"
)

func TestVisitorMayWhatTheSessionSays(t *testing.T) {
	t.Parallel()
	c := newClock()
	key := ec(t, "e")
	i := newIssuer(t, key)
	roles := func(names ...string) jwt.MapClaims { return jwt.MapClaims{"roles": names} }
	with := func(auditor string) *auth.Verifier {
		v, err := auth.New(auth.Config{ProjectID: project, BaseURL: i.server.URL, PractitionerClaim: "medplumPractitionerId",
			ClinicianRole: "clinician", AuditorRole: auditor, HTTP: i.server.Client(), Now: c.now})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	set, unset := with("auditor"), with("")

	for name, tt := range map[string]struct {
		claims             jwt.MapClaims
		clinician, auditor bool
	}{
		"clinician":                         {roles("clinician"), true, false},
		"auditor":                           {roles("auditor"), false, true},
		"auditor without a practitioner":    {jwt.MapClaims{"roles": []string{"auditor"}, "medplumPractitionerId": nil}, false, true},
		"both":                              {roles("clinician", "auditor"), true, true},
		"neither":                           {roles("porter"), false, false},
		"a clinician who is not linked":     {jwt.MapClaims{"medplumPractitionerId": nil}, false, false},
		"auditor of the current tenant":     {jwt.MapClaims{"roles": nil, "dct": "T2", "tenants": tenants("nurse", "auditor")}, false, true},
		"auditor of another tenant":         {jwt.MapClaims{"roles": nil, "dct": "T1", "tenants": tenants("nurse", "auditor")}, false, false},
		"what a client says of itself":      {jwt.MapClaims{"roles": nil, "nsec": map[string]any{"roles": []string{"auditor"}}}, false, false},
		"a role of nearly the name":         {roles("auditors", "Auditor", ""), false, false},
		"roles that are not a list of them": {jwt.MapClaims{"roles": "auditor"}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token := sign(t, key, c.claims(tt.claims))
			for range 2 { // found out, and remembered
				got, err := set.Visitor(t.Context(), request("Bearer "+token))
				if err != nil || got.ID != "U2user" || (got.Clinician.ID == practitioner) != tt.clinician || got.Auditor != tt.auditor {
					t.Errorf("Visitor = %+v, %v; want clinician %t, auditor %t", got, err, tt.clinician, tt.auditor)
				}
			}
			if _, err := set.Session(t.Context(), request("Bearer "+token)); (err == nil) != tt.clinician {
				t.Errorf("a session of a clinician's: %v", err)
			}
			if got, err := unset.Visitor(t.Context(), request("Bearer "+token)); err != nil || got.Auditor {
				t.Errorf("without the setting: %+v, %v", got, err)
			}
		})
	}
}

func TestVisitorNeedsAGoodSession(t *testing.T) {
	t.Parallel()
	c := newClock()
	key := ec(t, "e")
	v := verifier(t, newIssuer(t, key), c)
	for name, header := range map[string]string{
		"none":    "",
		"ended":   "Bearer " + sign(t, key, c.claims(jwt.MapClaims{"exp": c.now().Unix() - 3600})),
		"foreign": "Bearer " + sign(t, key, c.claims(jwt.MapClaims{"iss": "another"})),
		"forged":  "Bearer " + sign(t, ec(t, "e"), c.claims(nil)),
		"refresh": "Bearer " + sign(t, key, c.claims(jwt.MapClaims{"drn": "DSR"})),
	} {
		if got, err := v.Visitor(t.Context(), request(header)); careline.CodeOf(err) != careline.CodeUnauthenticated || got != (careline.Visitor{}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// A subject may be a person's address; the id goes into logs.
func TestVisitorIsNoAddress(t *testing.T) {
	t.Parallel()
	c := newClock()
	key := ec(t, "e")
	v := verifier(t, newIssuer(t, key), c)
	of := func(sub any) string {
		got, err := v.Visitor(t.Context(), request("Bearer "+sign(t, key, c.claims(jwt.MapClaims{"sub": sub}))))
		if err != nil {
			t.Error(err)
		}
		return got.ID
	}
	one, same, two := of("grace@example.org"), of("grace@example.org"), of("sam@example.org")
	if !strings.HasPrefix(one, "sha256-") || one != same || one == two || strings.Contains(one, "grace") {
		t.Errorf("addresses became %q, %q and %q", one, same, two)
	}
	if got := of("auth0|5f7c8ec7c33c6c004bbafe82"); got != "auth0|5f7c8ec7c33c6c004bbafe82" {
		t.Errorf("an issuer's own id became %q", got)
	}
	if got := of(nil); got != "" {
		t.Errorf("no subject became %q", got)
	}
}
