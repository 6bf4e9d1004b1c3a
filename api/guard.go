package api

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"perci.health/careline"
)

// The names under which the answers of the BFF stand.
const bffPrefix = "/bff_clinical/"

// guard sets the headers of a route's answers and checks what can be checked
// before its handler. It returns the request as the handler shall see it; nil
// when it has answered already.
func (s *server) guard(w *answering, r *http.Request, route *Route) *http.Request {
	s.headers(w.Header(), route)
	if r.ContentLength > route.Limit {
		Fail(w, r, &http.MaxBytesError{Limit: route.Limit})
		return nil
	}
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = http.MaxBytesReader(w.ResponseWriter, r.Body, route.Limit)
	}
	if strings.HasPrefix(route.Path, bffPrefix) && !s.origin(w, r, route) {
		return nil
	}
	if route.Who != Clinician {
		return r
	}
	ctx, done := context.WithTimeout(r.Context(), AnswerWithin) // also for a stream: its beginning is an answer
	defer done()
	c, err := s.cfg.Session(ctx, r)
	if err != nil {
		Fail(w, r, err)
		return nil
	}
	careline.Note(r.Context(), slog.String("clinician", c.ID))
	return r.WithContext(careline.WithClinician(r.Context(), c))
}

// headers keep browsers from guessing, framing and telling other sites. The web
// app sets its own policy over the strict one here.
func (s *server) headers(h http.Header, route *Route) {
	h["X-Content-Type-Options"] = s.nosniff
	if route.Who != Clinician && route.Who != Operator && route.Who != Anybody {
		return // machines that show nothing to anybody
	}
	h["Referrer-Policy"] = s.noReferrer
	h["X-Frame-Options"] = s.deny
	h["Content-Security-Policy"] = s.noContent
	h["Strict-Transport-Security"] = s.httpsOnly
	if route.Who == Clinician {
		h["Cache-Control"] = s.noStore
	}
}

// origin answers preflights, and lets pages of allowed origins read the answer
// (WHATWG Fetch, section 3.2, CORS protocol). A session comes in the
// Authorization header only, so no credentials are allowed and a page of another
// origin could not borrow one. It reports whether the request goes on.
func (s *server) origin(w *answering, r *http.Request, route *Route) bool {
	h := w.Header()
	h.Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	allowed := origin != "" && slices.Contains(s.cfg.AllowedOrigins, origin)
	if allowed {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", "X-Request-Id, Retry-After")
	}
	if r.Method != http.MethodOptions {
		return true
	}
	if !allowed {
		Fail(w, r, careline.NewError(codeOrigin, "Pages of this origin may not call this service. Ask its operator to allow the origin.", nil))
		return false
	}
	h.Set("Access-Control-Allow-Methods", strings.Join(s.methods[route.Path], ", "))
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID")
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return false
}
