package sandbox

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/golang-jwt/jwt/v5"
)

// logout ends a sign-in (OpenID Connect RP-Initiated Logout 1.0): the refresh
// tokens of id_token_hint's sign-in are worthless from now on, nobody is signed in in
// this browser, and it goes to post_logout_redirect_uri with the state, or stays on a
// page that says so. Sessions live out their few minutes, as Descope's do.
func (i *Issuer) logout(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if client := query.Get("client_id"); client != "" && client != i.cfg.Project {
		i.refusedPage(w, errors.New("this sign-in service does not know that client_id: the app must send its DESCOPE_PROJECT_ID"))
		return
	}

	if hint := query.Get("id_token_hint"); hint != "" {
		signIn, err := i.readHint(hint)
		if err != nil {
			i.refusedPage(w, err)
			return
		}
		i.grants.end(signIn)
	}

	i.browsers.goodbye(w, r)

	after := query.Get("post_logout_redirect_uri")
	if after == "" {
		showSignIn(w, http.StatusOK, "", signInView{SignedOut: true})
		return
	}

	back, err := returnAddress("post_logout_redirect_uri", after)
	if err != nil {
		i.refusedPage(w, err)
		return
	}

	goBack(w, authorization{back: back, query: query}, nil)
}

// readHint returns the sid of one of this issuer's ID tokens, however old: a
// person signs out after a long day too.
func (i *Issuer) readHint(hint string) (string, error) {
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(hint, claims, i.keys.verifier,
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation())
	if err != nil || claims["iss"] != i.url() {
		return "", errors.New("id_token_hint is not an ID token of this sign-in service: leave it out, or send the one the app got at its sign-in")
	}
	return fmt.Sprint(claims["sid"]), nil
}
