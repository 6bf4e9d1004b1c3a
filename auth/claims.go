package auth

import (
	"errors"
	"net/url"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"perci.health/careline"
)

// refreshToken is the drn ("Descope resource name") of a refresh token. It is
// signed with the same keys and lives for weeks, and is not a session: it says
// who may ask for one.
const refreshToken = "DSR"

// ours reports why verified claims are not those of a session of our project.
//
// The issuer writes iss as the bare project id, or, with the JWT templates made
// for API gateways, as a URL that ends in it.
func (v *Verifier) ours(claims jwt.MapClaims) error {
	iss, _ := claims["iss"].(string)
	if iss != v.cfg.ProjectID && !endsIn(iss, v.cfg.ProjectID) {
		return errors.New("the token was issued for another project")
	}
	if claims["drn"] == refreshToken {
		return errors.New("this is a refresh token, not a session token")
	}
	return nil
}

func endsIn(iss, project string) bool {
	u, err := url.Parse(iss)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.RawQuery == "" && u.Fragment == "" &&
		strings.HasSuffix(u.Path, "/"+project)
}

// clinician is the person whom verified claims describe.
//
// Custom claims stand at the top level. Those that a client asked for at sign-in,
// which anybody can choose for themselves, Descope nests in the claim "nsec"
// (Descope, "Secure vs Non-Secured Custom Claims"); so the practitioner id is
// read from the top level and nowhere else.
func (v *Verifier) clinician(claims jwt.MapClaims) (careline.Clinician, error) {
	if !v.hasRole(claims) {
		return careline.Clinician{}, careline.NewError(careline.CodeForbidden,
			"Only clinicians may use this. If you are one, ask your administrator for the clinician role, then sign in again.", nil)
	}
	id, _ := claims[v.cfg.PractitionerClaim].(string)
	if !careline.ValidID(id) {
		return careline.Clinician{}, careline.NewError(careline.CodeInvalid,
			"Your account is not linked to a practitioner of the health record. Please ask your administrator to link it, then sign in again.", nil)
	}
	return careline.Clinician{ID: id}, nil
}

// hasRole looks in the project's roles and in those of each tenant:
// {"roles": […], "tenants": {"<id>": {"roles": […]}}}.
func (v *Verifier) hasRole(claims jwt.MapClaims) bool {
	if contains(claims["roles"], v.cfg.ClinicianRole) {
		return true
	}
	tenants, _ := claims["tenants"].(map[string]any)
	for _, t := range tenants {
		tenant, _ := t.(map[string]any)
		if contains(tenant["roles"], v.cfg.ClinicianRole) {
			return true
		}
	}
	return false
}

func contains(list any, want string) bool {
	items, _ := list.([]any)
	for _, item := range items {
		if item == want {
			return true
		}
	}
	return false
}
