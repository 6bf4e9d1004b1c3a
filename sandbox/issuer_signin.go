package sandbox

import (
	"bytes"
	_ "embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"sync"
)

//go:embed console/signin.html
var signInHTML string

//go:embed console/signin.css
var signInCSS []byte

var signInTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("signin").Parse(signInHTML))
})

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
		People: i.cfg.People, Hint: a.query.Get("login_hint"), Site: a.back.Host, Request: a.query.Encode(),
	})
}

// refusedPage tells a person what cannot be told to the app.
func (i *Issuer) refusedPage(w http.ResponseWriter, why error) {
	showSignIn(w, http.StatusBadRequest, "", signInView{Refusal: sentence(why)})
}

func showSignIn(w http.ResponseWriter, status int, site string, view signInView) {
	var page bytes.Buffer
	if err := signInTemplate().Execute(&page, view); err != nil {
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	// The form's answer redirects, and browsers hold redirects to form-action too.
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' "+site)
	w.WriteHeader(status)
	w.Write(page.Bytes())
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
	goBack(w, a, url.Values{"code": {i.grants.begin(a.pending(practitioner))}})
}

func (i *Issuer) signInStyle(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Write(signInCSS)
}
