package sandbox

import "net/http"

// discovery is what an OpenID Connect client reads first (OpenID Connect
// Discovery 1.0 section 3). The URLs have the paths that Descope documents for
// a project (docs.descope.com, OIDC Endpoints and OIDC Federated Applications).
// Descope's own document lists more, such as userinfo; which values it gives for
// the lists is a guess, but for "none": its browser SDK is a public client.
type discovery struct {
	Issuer            string   `json:"issuer"`
	Authorization     string   `json:"authorization_endpoint"`
	Token             string   `json:"token_endpoint"`
	Keys              string   `json:"jwks_uri"`
	EndSession        string   `json:"end_session_endpoint"`
	ResponseTypes     []string `json:"response_types_supported"`
	ResponseModes     []string `json:"response_modes_supported"`
	GrantTypes        []string `json:"grant_types_supported"`
	SubjectTypes      []string `json:"subject_types_supported"`
	SigningAlgorithms []string `json:"id_token_signing_alg_values_supported"`
	Scopes            []string `json:"scopes_supported"`
	Claims            []string `json:"claims_supported"`
	ClientAuth        []string `json:"token_endpoint_auth_methods_supported"`
	ChallengeMethods  []string `json:"code_challenge_methods_supported"`
	RequestURI        bool     `json:"request_uri_parameter_supported"` // true when left out
}

func (i *Issuer) serveDiscovery(w http.ResponseWriter, r *http.Request) {
	if !i.hasProject(w, r) {
		return
	}

	base := i.cfg.BaseURL
	answerJSON(w, http.StatusOK, discovery{
		Issuer:            i.url(),
		Authorization:     base + "/oauth2/v1/authorize",
		Token:             base + "/oauth2/v1/token",
		Keys:              i.url() + "/.well-known/jwks.json",
		EndSession:        base + "/oauth2/v1/logout",
		ResponseTypes:     []string{"code"},
		ResponseModes:     []string{"query"},
		GrantTypes:        []string{"authorization_code", "refresh_token"},
		SubjectTypes:      []string{"public"},
		SigningAlgorithms: []string{"RS256"},
		Scopes:            []string{"openid", "profile", "email", "offline_access", "descope.claims", "descope.custom_claims"},
		Claims:            []string{"iss", "sub", "aud", "iat", "exp", "auth_time", "nonce", "name", "sid"},
		ClientAuth:        []string{"none"},
		ChallengeMethods:  []string{"S256"},
	})
}

func (i *Issuer) serveKeys(w http.ResponseWriter, r *http.Request) {
	if !i.hasProject(w, r) {
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	answerJSON(w, http.StatusOK, i.keys.public())
}

func (i *Issuer) hasProject(w http.ResponseWriter, r *http.Request) bool {
	if r.PathValue("project") == i.cfg.Project {
		return true
	}
	refuse(w, http.StatusNotFound, "This issuer has no such project: use the DESCOPE_PROJECT_ID that the sandbox prints.")
	return false
}
