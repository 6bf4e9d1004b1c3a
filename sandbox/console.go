package sandbox

import (
	"embed"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
)

// The console's page is plain files: nothing is built and nothing is fetched
// from elsewhere.
//
//go:embed console/index.html console/console.css console/phone.css console/*.js console/*.svg
var consoleFiles embed.FS

// console serves the page on which people see and steer the world.
type console struct{ world *World }

func newConsole(w *World) *console { return &console{world: w} }

// consolePolicy lets the page load from its own server and nothing else.
const consolePolicy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"

// handler serves
//
//	GET  /                            the page
//	GET  /phones                      the members' phones
//	GET  /phones/{number}             one of them, to be answered by hand, and to ring the clinic from
//	GET  /console/v1/state            the clinic, the parties' addresses, the settings of an app
//	GET  /console/v1/events           server-sent Entries; resumes by Last-Event-ID
//	POST /console/v1/calls            an Ask → {"callSid"}: Place
//	GET  /console/v1/app              {"url"}: the app's own page, "" when it has none
//	PUT  /console/v1/app              {"url"}: SetApp
//	*    /console/v1/twilio/{path}    twiliobox's /sandbox/v1/{path}
//	*    /console/v1/fhir/{path}      fhirbox's /sandbox/v1/{path}
//	GET  /console/v1/records/{path}   fhirbox's /fhir/R4/{path}, signed in
//
// Whatever is not a GET must come from the page itself and be JSON, which no
// other site's form or link can send without this server's consent.
func (c *console) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /console/v1/state", c.state)
	mux.HandleFunc("GET /console/v1/events", c.events)
	mux.HandleFunc("POST /console/v1/calls", c.call)
	mux.HandleFunc("GET /console/v1/app", c.appPage)
	mux.HandleFunc("PUT /console/v1/app", c.app)
	mux.Handle("/console/v1/twilio/", through("/console/v1/twilio/", "/sandbox/v1/", c.world.twilio.Handler()))
	mux.Handle("/console/v1/fhir/", through("/console/v1/fhir/", "/sandbox/v1/", c.world.fhir.Handler()))
	mux.Handle("GET /console/v1/records/", through("/console/v1/records/", "/fhir/R4/", c.signedIn(c.world.fhir.Handler())))
	mux.HandleFunc("GET /phones", c.phones)
	mux.HandleFunc("GET /phones/{number}", c.phone)
	mux.Handle("/", page())
	return fromThePage(mux)
}

// page serves the embedded files.
func page() http.Handler {
	files, err := fs.Sub(consoleFiles, "console")
	if err != nil {
		// The path is a constant of this file, so this cannot be.
		return http.NotFoundHandler()
	}
	static := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			refuse(w, http.StatusMethodNotAllowed, "The page is only for reading.")
			return
		}
		pageHeaders(w.Header())
		static.ServeHTTP(w, r)
	})
}

func pageHeaders(h http.Header) {
	h.Set("Content-Security-Policy", consolePolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
}

// through hands a request on to one of the world's own handlers, under the path
// that handler knows it by.
func through(ours, theirs string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		on := r.Clone(r.Context())
		on.URL.Path = theirs + strings.TrimPrefix(r.URL.Path, ours)
		on.URL.RawPath = ""
		if raw, ok := strings.CutPrefix(r.URL.EscapedPath(), ours); ok {
			on.URL.RawPath = theirs + raw
		}
		on.RequestURI = on.URL.RequestURI()
		next.ServeHTTP(w, on)
	})
}

// signedIn adds the FHIR client's credentials, so that the page needs none.
func (c *console) signedIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.SetBasicAuth(c.world.FHIRClientID, c.world.FHIRClientSecret)
		next.ServeHTTP(w, r)
	})
}

// fromThePage refuses changes that another site asks for. Browsers name the
// asking site in Sec-Fetch-Site or Origin; a program names none and is let in.
func fromThePage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		if !sameOrigin(r) {
			refuse(w, http.StatusForbidden, "Only the sandbox's own page may ask for this.")
			return
		}
		if !isJSON(r) {
			refuse(w, http.StatusUnsupportedMediaType, "Send this request with Content-Type: application/json.")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func sameOrigin(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	if site != "" && site != "same-origin" && site != "none" {
		return false
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host == r.Host
}
