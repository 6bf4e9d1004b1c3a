package sandbox

import (
	_ "embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"
)

//go:embed console/signin.html
var signInHTML string

//go:embed console/signin.css
var signInCSS []byte

var signInTemplate = template.Must(template.New("signin").Parse(signInHTML))

// signInPage shows who may sign in. Its query has redirect_uri, where to go
// with the session, which must be on this machine, and state, which is handed
// back as it came.
func (i *Issuer) signInPage(w http.ResponseWriter, r *http.Request) {
	back, err := returnAddress(r.URL.Query().Get("redirect_uri"))
	if err != nil {
		refuse(w, http.StatusBadRequest, sentence(err))
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	// The form's answer redirects, and browsers hold redirects to form-action too.
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' "+back.Scheme+"://"+back.Host)
	err = signInTemplate.Execute(w, map[string]any{
		"People":   i.cfg.People,
		"Redirect": back.String(),
		"State":    r.URL.Query().Get("state"),
		"Site":     back.Host,
	})
	if err != nil {
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
	}
}

// signIn sends the browser back with #sessionJwt=…&state=… : a fragment stays
// in the browser and is in no server's log.
func (i *Issuer) signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	back, err := returnAddress(r.PostFormValue("redirect_uri"))
	if err != nil {
		refuse(w, http.StatusBadRequest, sentence(err))
		return
	}
	token, err := i.Session(r.PostFormValue("practitioner"))
	if err != nil {
		refuse(w, http.StatusBadRequest, sentence(err))
		return
	}
	answer := url.Values{"sessionJwt": {token}}
	if state := r.PostFormValue("state"); state != "" {
		answer.Set("state", state)
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Location", back.String()+"#"+answer.Encode())
	w.WriteHeader(http.StatusSeeOther)
}

func (i *Issuer) signInStyle(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Write(signInCSS)
}

// returnAddress reads a redirect_uri and refuses any that leaves this machine.
func returnAddress(raw string) (*url.URL, error) {
	if raw == "" {
		return nil, errors.New("redirect_uri is missing: add the address of the app to return to, as ?redirect_uri=http://127.0.0.1:8080/")
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, errors.New("redirect_uri is not a URL: give one as http://127.0.0.1:8080/")
	}
	local := (u.Scheme == "http" || u.Scheme == "https") && u.User == nil && u.Opaque == "" && isLoopback(u.Hostname())
	if !local {
		return nil, errors.New("redirect_uri must be on this machine: http or https, at 127.0.0.1 or localhost")
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}
