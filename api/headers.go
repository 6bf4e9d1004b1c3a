package api

import "net/http"

// Header values that never change, made once: a header is a list, and net/http
// copies the lists before it writes them. Nobody may write into one.
var (
	noSniff    = []string{"nosniff"}
	noReferrer = []string{"no-referrer"}
	denyFrames = []string{"DENY"}
	noContent  = []string{"default-src 'none'; frame-ancestors 'none'"}
	httpsOnly  = []string{"max-age=31536000"}
	noStore    = []string{"no-store"}
	typeJSON   = []string{"application/json"}
	byOrigin   = []string{"Origin"}
)

// setHeaders keep browsers from guessing, framing and telling other sites. The web
// app sets its own policy over the strict one here.
func setHeaders(h http.Header, route *Route) {
	h["X-Content-Type-Options"] = noSniff
	person := route.Who == Clinician || route.Who == Auditor || route.Who == Somebody
	if !person && route.Who != Operator && route.Who != Anybody {
		return // machines that show nothing to anybody
	}

	h["Referrer-Policy"] = noReferrer
	h["X-Frame-Options"] = denyFrames
	h["Content-Security-Policy"] = noContent
	h["Strict-Transport-Security"] = httpsOnly
	if person {
		h["Cache-Control"] = noStore
	}
}
