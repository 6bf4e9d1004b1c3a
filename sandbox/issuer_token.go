package sandbox

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// tokens is the answer of RFC 6749 section 5.1 and OpenID Connect Core 1.0
// section 3.1.3.3. AccessToken is the session JWT: Descope's own browser SDK
// takes an OIDC access token for its session token (descope-js, withPersistTokens
// and oidc); that its claims are the very same ones is a guess.
type tokens struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"` // seconds
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token"`
	Scope        string `json:"scope"`
}

// serveToken exchanges a code, or a refresh token for new tokens. A refresh
// token is given for the scope offline_access and is good once (RFC 9700
// section 4.14.2); Descope leaves the rotation to a project's settings.
func (i *Issuer) serveToken(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")

	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		refuseToken(w, oauthError{"invalid_request", "Send the parameters as application/x-www-form-urlencoded."})
		return
	}
	if err := r.ParseForm(); err != nil {
		refuseToken(w, oauthError{"invalid_request", "The form could not be read: encode it as application/x-www-form-urlencoded, at most 16 KB."})
		return
	}
	if r.PostForm.Get("client_id") != i.cfg.Project {
		refuseToken(w, oauthError{"invalid_client", "Send client_id, the DESCOPE_PROJECT_ID: this is a public client and has no secret."})
		return
	}

	who, wrong := i.redeem(r)
	if wrong != nil {
		refuseToken(w, *wrong)
		return
	}

	answer, err := i.issue(who, r.PostForm.Get("grant_type") == "refresh_token")
	if err != nil {
		refuse(w, http.StatusInternalServerError, sentence(err))
		return
	}

	answerJSON(w, http.StatusOK, answer)
}

// redeem spends what the client holds.
func (i *Issuer) redeem(r *http.Request) (*signedIn, *oauthError) {
	form := r.PostForm

	var who *signedIn
	var err error

	switch form.Get("grant_type") {
	case "authorization_code":
		who, err = i.grants.exchange(form.Get("code"), form.Get("redirect_uri"), form.Get("code_verifier"))
	case "refresh_token":
		who, err = i.grants.renew(form.Get("refresh_token"))
	default:
		return nil, &oauthError{"unsupported_grant_type", "Send grant_type=authorization_code or grant_type=refresh_token."}
	}
	if err != nil {
		return nil, &oauthError{"invalid_grant", sentence(err)}
	}
	return who, nil
}

func (i *Issuer) issue(who *signedIn, renewed bool) (tokens, error) {
	access, err := i.Session(who.practitioner)
	if err != nil {
		return tokens{}, fmt.Errorf("make the access token: %w", err)
	}
	id, err := i.idToken(who, renewed)
	if err != nil {
		return tokens{}, fmt.Errorf("make the ID token: %w", err)
	}

	answer := tokens{
		AccessToken: access,
		TokenType:   "Bearer",
		ExpiresIn:   max(0, int64(i.cfg.Life/time.Second)),
		IDToken:     id,
		Scope:       who.scope,
	}
	if slices.Contains(strings.Fields(who.scope), "offline_access") {
		answer.RefreshToken = i.grants.issue(who)
	}

	return answer, nil
}

// idToken says who signed in (OpenID Connect Core 1.0 section 2). A renewed one
// repeats the time of the sign-in and leaves the nonce out (section 12.2). It
// lives SessionLife however short the sessions are set, so that a client can
// check it.
func (i *Issuer) idToken(who *signedIn, renewed bool) (string, error) {
	person, ok := i.person(who.practitioner)
	if !ok {
		return "", errNobody
	}

	now := i.cfg.Now()
	claims := jwt.MapClaims{
		"iss":       i.url(),
		"sub":       userID(person.ID),
		"aud":       i.cfg.Project,
		"iat":       now.Unix(),
		"exp":       now.Add(SessionLife).Unix(),
		"auth_time": who.authenticated.Unix(),
		"name":      person.Name,
		"sid":       who.id,
	}

	if who.nonce != "" && !renewed {
		claims["nonce"] = who.nonce
	}

	return i.sign(claims)
}

// refuseToken answers as RFC 6749 section 5.2 says.
func refuseToken(w http.ResponseWriter, e oauthError) {
	answerJSON(w, http.StatusBadRequest, map[string]string{"error": e.code, "error_description": e.description})
}
