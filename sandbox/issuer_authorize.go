package sandbox

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// challengeShape is the S256 of a verifier: 32 bytes in base64url.
var challengeShape = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)
})

// authorization is a request for a code (RFC 6749 section 4.1.1, RFC 7636
// section 4.3, OpenID Connect Core 1.0 section 3.1.2.1).
type authorization struct {
	back  *url.URL // redirect_uri
	query url.Values
}

// oauthError is one of RFC 6749's, with a sentence for the app's developer. Its
// characters are ASCII without quotation marks (section 5.2).
type oauthError struct{ code, description string }

// authorize shows the sign-in page: always, so that one may sign in as somebody
// else, unless the app wants no page (prompt=none): then whoever is signed in in this
// browser is, if that is recent enough for max_age. What is wrong with the client or the way
// back is told to the person, all else to the app at its redirect_uri (RFC 6749
// section 4.1.2.1).
func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	a, err := i.readAuthorization(r.URL.Query())
	if err != nil {
		i.refusedPage(w, err)
		return
	}
	if wrong := a.wrong(); wrong != nil {
		goBack(w, a, url.Values{"error": {wrong.code}, "error_description": {wrong.description}})
		return
	}
	if !a.silent() {
		i.signInPage(w, a)
		return
	}

	who, ok := i.browsers.visitor(r)
	if !ok || !a.suits(who, i.cfg.Now()) {
		goBack(w, a, url.Values{"error": {"login_required"}, "error_description": {"Nobody is signed in here: leave prompt=none out, so that a person can."}})
		return
	}
	goBack(w, a, url.Values{"code": {i.grants.begin(a.pending(who))}})
}

// readAuthorization returns a request that may be answered at its redirect_uri.
func (i *Issuer) readAuthorization(query url.Values) (authorization, error) {
	if query.Get("client_id") != i.cfg.Project {
		return authorization{}, errors.New("this sign-in service does not know that client_id: the app must send its DESCOPE_PROJECT_ID")
	}
	back, err := returnAddress("redirect_uri", query.Get("redirect_uri"))
	if err != nil {
		return authorization{}, err
	}
	return authorization{back: back, query: query}, nil
}

// wrong returns what the app must be told, or nil. That state must be there and
// scope contain openid is Descope's rule (docs.descope.com/api, OIDC
// authorization endpoint); that PKCE must be S256 is this sandbox's own.
func (a authorization) wrong() *oauthError {
	get := a.query.Get
	switch {
	case get("response_type") != "code":
		return &oauthError{"unsupported_response_type", "Send response_type=code: only the authorization code flow is served."}
	case get("state") == "":
		return &oauthError{"invalid_request", "Send a state that cannot be guessed, and check it on the way back."}
	case !slices.Contains(strings.Fields(get("scope")), "openid"):
		return &oauthError{"invalid_scope", "Send a scope that contains openid."}
	case get("code_challenge_method") != "S256":
		return &oauthError{"invalid_request", "Send code_challenge_method=S256: a public client must use PKCE."}
	case !challengeShape().MatchString(get("code_challenge")):
		return &oauthError{"invalid_request", "Send as code_challenge the SHA-256 of the code_verifier in base64url, 43 characters."}
	case get("response_mode") != "" && get("response_mode") != "query":
		return &oauthError{"invalid_request", "Leave response_mode out: the code comes back in the query."}
	case a.silent() && len(a.prompts()) > 1:
		return &oauthError{"invalid_request", "Send prompt=none alone: it contradicts the others."}
	}

	return nil
}

// pending is the sign-in of one person that a asks for.
func (a authorization) pending(who visitor) pending {
	return pending{
		signedIn: &signedIn{
			practitioner:  who.practitioner,
			scope:         a.query.Get("scope"),
			nonce:         a.query.Get("nonce"),
			authenticated: who.at,
		},
		redirectURI: a.query.Get("redirect_uri"),
		challenge:   a.query.Get("code_challenge"),
	}
}

// goBack sends the browser to the app with answer and the state it gave.
func goBack(w http.ResponseWriter, a authorization, answer url.Values) {
	back := *a.back
	query := back.Query()
	for name := range answer {
		query.Set(name, answer.Get(name))
	}
	if state := a.query.Get("state"); state != "" {
		query.Set("state", state)
	}

	back.RawQuery = query.Encode()

	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Location", back.String())
	w.WriteHeader(http.StatusSeeOther)
}

// returnAddress reads an address to send a browser to, the parameter called
// name, and refuses any that leaves this machine.
func returnAddress(name, raw string) (*url.URL, error) {
	if raw == "" {
		return nil, errors.New(name + " is missing: the app must send the address to return to, as http://127.0.0.1:8080/signed-in")
	}

	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New(name + " is not a URL: the app must send one as http://127.0.0.1:8080/signed-in")
	}

	local := (u.Scheme == "http" || u.Scheme == "https") && u.User == nil && u.Opaque == "" && isLoopback(u.Hostname())
	if !local {
		return nil, errors.New(name + " must be on this machine: open the app at 127.0.0.1 or localhost and sign in there")
	}
	if strings.Contains(raw, "#") {
		return nil, errors.New(name + " must have no fragment: leave out what begins with #")
	}

	return u, nil
}
