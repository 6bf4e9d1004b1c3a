package sandbox

import (
	_ "embed"
	"errors"
	"io"
	"net/http"
	"net/url"
)

//go:embed console/signin.html
var signInHTML markup

//go:embed console/signin.css
var signInCSS []byte

// What the page says: one of these, in place of __SAID__.
const (
	refusedHTML markup = `<h1>You cannot sign in like this</h1>
<p class="lead">__REFUSAL__</p>
`
	signedOutHTML markup = `<h1>You are signed out</h1>
<p class="lead">You can close this page. To sign in again, go back to the app.</p>
`
	chooseHTML markup = `<h1>Who is signing in?</h1>
<p class="lead">This page stands in for the clinic's sign-in service. Nobody here is real and no password is needed. You go back to <strong>__SITE__</strong>.</p>
<form method="post" action="/signin">
<input type="hidden" name="request" value="__REQUEST__">
<ul>
__PEOPLE__</ul>
</form>
`
	personHTML markup = `<li><button name="practitioner" value="__ID__"__FOCUS__><span class="who">__NAME__</span><span class="role">__ROLE__</span></button></li>
`
)

// signInView is what the page shows: a refusal, that somebody is signed out, or
// who may sign in.
type signInView struct {
	Refusal   string // a sentence
	SignedOut bool
	People    []Person
	Hint      string // the Practitioner id that login_hint suggests
	Site      string // where the browser goes back to
	Request   string // the authorization request, to come back with the choice
}

// signInPage shows who may sign in.
func (i *Issuer) signInPage(w http.ResponseWriter, a authorization) {
	showSignIn(w, http.StatusOK, a.back.Scheme+"://"+a.back.Host, signInView{
		People:  i.cfg.People,
		Hint:    a.query.Get("login_hint"),
		Site:    a.back.Host,
		Request: a.query.Encode(),
	})
}

// refusedPage tells a person what cannot be told to the app.
func (i *Issuer) refusedPage(w http.ResponseWriter, why error) {
	showSignIn(w, http.StatusBadRequest, "", signInView{Refusal: sentence(why)})
}

func showSignIn(w http.ResponseWriter, status int, site string, view signInView) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	// The form's answer redirects, and browsers hold redirects to form-action too.
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' "+site)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, string(view.page())) // whoever asked may have gone
}

func (v signInView) page() markup {
	said := v.choice()
	switch {
	case v.Refusal != "":
		said = refusedHTML.with(map[string]markup{"__REFUSAL__": text(v.Refusal)})
	case v.SignedOut:
		said = signedOutHTML
	}

	return signInHTML.with(map[string]markup{"__SAID__": said})
}

// choice is the form in which a person is chosen.
func (v signInView) choice() markup {
	var people markup
	for _, p := range v.People {
		focus := markup("")
		if p.ID == v.Hint {
			focus = " autofocus"
		}

		people += personHTML.with(map[string]markup{
			"__ID__":    text(p.ID),
			"__FOCUS__": focus,
			"__NAME__":  text(p.Name),
			"__ROLE__":  text(p.Role),
		})
	}

	return chooseHTML.with(map[string]markup{
		"__SITE__":    text(v.Site),
		"__REQUEST__": text(v.Request),
		"__PEOPLE__":  people,
	})
}

// signIn takes the page's choice: practitioner, and the request it was shown
// for, which is checked again.
func (i *Issuer) signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	query, err := url.ParseQuery(r.PostFormValue("request"))
	if err != nil {
		i.refusedPage(w, errors.New("the sign-in page was sent damaged: go back to the app and sign in again"))
		return
	}

	a, err := i.readAuthorization(query)
	if err != nil {
		i.refusedPage(w, err)
		return
	}
	if wrong := a.wrong(); wrong != nil {
		i.refusedPage(w, errors.New(wrong.description))
		return
	}

	practitioner := r.PostFormValue("practitioner")
	if !i.knows(practitioner) {
		i.refusedPage(w, errNobody)
		return
	}

	i.browsers.welcome(w, practitioner)
	goBack(w, a, url.Values{"code": {i.grants.begin(a.pending(visitor{practitioner, i.cfg.Now()}))}})
}

func (i *Issuer) signInStyle(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Write(signInCSS)
}
