package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"perci.health/careline"
)

// The drn ("Descope resource name") says what a token is for. A refresh token and
// the one of a trusted device are signed with the same keys and live for weeks,
// and are no sessions; a template may leave the claim out.
const (
	sessionToken = "DS"
	refreshToken = "DSR"
)

// ours reports why verified claims are not those of a session of our project.
//
// The issuer writes iss as the bare project id; with the JWT templates made for
// API gateways as a URL that ends in it; for a session of one tenant as such a URL
// with the tenant's id after it.
func (v *Verifier) ours(claims jwt.MapClaims) error {
	iss, _ := claims["iss"].(string)
	if iss != v.cfg.ProjectID && !names(iss, v.cfg.ProjectID) {
		return errors.New("the token was issued for another project")
	}
	if !v.meant(claims) {
		return errors.New("the token was issued for another audience; SESSION_AUDIENCE names ours")
	}

	switch drn, given := claims["drn"]; {
	case drn == refreshToken:
		return errors.New("this is a refresh token, not a session token")
	case given && drn != sessionToken:
		return errors.New("this is not a session token")
	}

	return nil
}

// tenantForm is how the issuer writes the id that it gave a tenant.
var tenantForm = regexp.MustCompile(`^T[0-9A-Za-z]+$`)

// names reports whether iss is a URL of the project, or of one of its tenants. The
// path is compared as it is written: an escaped slash divides nothing.
func names(iss, project string) bool {
	u, err := url.Parse(iss)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	before, last := path.Split(u.EscapedPath())
	if tenantForm.MatchString(last) && last != project {
		_, last = path.Split(strings.TrimSuffix(before, "/"))
	}
	return last == project
}

// meant reports whether the token is for one of the audiences that are ours (RFC
// 7519, section 4.1.3), when any were named.
func (v *Verifier) meant(claims jwt.MapClaims) bool {
	if len(v.cfg.Audiences) == 0 {
		return true
	}
	said, err := claims.GetAudience()
	return err == nil && slices.ContainsFunc(said, func(a string) bool { return slices.Contains(v.cfg.Audiences, a) })
}

// clinician is the person whom verified claims describe.
//
// Custom claims stand at the top level. Those that a client asked for at sign-in,
// which anybody can choose for themselves, Descope nests in the claim "nsec"
// (Descope, "Secure vs Non-Secured Custom Claims"); so the practitioner id is
// read from the top level and nowhere else.
func (v *Verifier) clinician(claims jwt.MapClaims) (careline.Clinician, error) {
	switch here, elsewhere := hasRole(claims, v.cfg.ClinicianRole); {
	case !here && elsewhere:
		return careline.Clinician{}, careline.Because(careline.CodeForbidden, careline.ReasonOtherOrganisation, nil)
	case !here:
		return careline.Clinician{}, careline.Because(careline.CodeForbidden, careline.ReasonNoClinician, nil)
	}

	id, _ := claims[v.cfg.PractitionerClaim].(string)
	if !careline.ValidID(id) {
		return careline.Clinician{}, careline.Because(careline.CodeInvalid, careline.ReasonNotLinked, nil)
	}

	return careline.Clinician{ID: id}, nil
}

// has reports whether the person has a role where they are signed in to; of one without
// a name nobody has it.
func has(claims jwt.MapClaims, role string) bool {
	if role == "" {
		return false
	}
	here, _ := hasRole(claims, role)
	return here
}

// idForm is how issuers write the id of a person that they made up themselves.
var idForm = regexp.MustCompile(`^[A-Za-z0-9._|-]{1,64}$`)

// personOf is the id of the session's person. It goes into logs: a subject that may be an
// address or a name becomes a hash, by which the same person is still told from others.
func personOf(claims jwt.MapClaims) string {
	sub, _ := claims["sub"].(string)
	if sub == "" || idForm.MatchString(sub) {
		return sub
	}
	sum := sha256.Sum256([]byte(sub))
	return "sha256-" + hex.EncodeToString(sum[:8])
}

// hasRole reports whether the person has the role where they are signed in to
// (here), or only elsewhere. A role of the project, in the claim "roles", counts
// everywhere. One of a tenant, in {"tenants": {"<id>": {"roles": […]}}}, counts
// while that tenant is the current one. Descope names the current tenant in "dct"
// as soon as it was chosen or is the only one; without it none of several counts,
// for nobody has said in whose name the person acts.
func hasRole(claims jwt.MapClaims, role string) (here, elsewhere bool) {
	if contains(claims["roles"], role) {
		return true, false
	}

	tenants, _ := claims["tenants"].(map[string]any)
	current, named := claims["dct"]
	for id, t := range tenants {
		tenant, _ := t.(map[string]any)
		if !contains(tenant["roles"], role) {
			continue
		}
		if named && current == id || !named && len(tenants) == 1 {
			return true, false
		}
		elsewhere = true
	}

	return false, elsewhere
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
