package sandbox

import (
	"net/http"
	"net/url"
)

// crossOrigin lets scripts of pages on this machine read the answer (Fetch
// standard, section 3.3): a web app in development has a port of its own.
func crossOrigin(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Origin")
		if origin := r.Header.Get("Origin"); isLocalOrigin(origin) {
			w.Header().Set("Access-Control-Allow-Origin", origin)
		}
		next(w, r)
	})
}

// preflight answers what a browser asks before it sends method with headers
// that a form could not have.
func preflight(method string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		h := w.Header()
		h.Add("Vary", "Origin")

		if !isLocalOrigin(origin) {
			refuse(w, http.StatusForbidden, "Only pages on this machine may sign in here: open the app at http://127.0.0.1 or http://localhost.")
			return
		}

		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Allow-Methods", method)
		h.Set("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type")
		h.Set("Access-Control-Max-Age", "600")
		w.WriteHeader(http.StatusNoContent)
	}
}

func isLocalOrigin(origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && isLoopback(u.Hostname())
}
