package api

import (
	"context"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strings"

	"perci.health/careline"
)

// The names under which the answers of the BFF stand.
const bffPrefix = "/bff_clinical/"

// guard sets the headers of a route's answers and checks what can be checked
// before its handler. It reports whether the handler shall see the request; if
// not, it has answered already.
func (s *server) guard(v *visit, r *http.Request, route *Route) bool {
	setHeaders(v.Header(), route)

	if r.ContentLength > route.Limit {
		Fail(v, r, &http.MaxBytesError{Limit: route.Limit})
		return false
	}

	if r.Body != nil && r.Body != http.NoBody && route.Limit != math.MaxInt64 {
		r.Body = http.MaxBytesReader(v.ResponseWriter, r.Body, route.Limit)
	}

	if strings.HasPrefix(route.Path, bffPrefix) && !s.origin(v, r, route) {
		return false
	}

	if err := s.role(v, r, route); err != nil {
		Fail(v, r, err)
		return false
	}
	return true
}

// role checks that the person behind a request has the role which the route asks for.
func (s *server) role(v *visit, r *http.Request, route *Route) error {
	switch route.Who {
	case Clinician:
		c, err := s.session(r, route)
		if err != nil {
			return err
		}
		careline.Note(r.Context(), slog.String("clinician", c.ID))
		v.clinician = c
		return nil
	case Follower:
		return s.follower(v, r, route)
	case Auditor, Reviewer, Supervisor, Somebody:
		return s.visitor(v, r, route)
	}

	return nil
}

// follower lets clinicians in, and supervisors who are none.
func (s *server) follower(v *visit, r *http.Request, route *Route) error {
	c, refused := s.session(r, route)
	if refused == nil {
		careline.Note(r.Context(), slog.String("clinician", c.ID))
		v.clinician = c
		return nil
	}
	if code := careline.CodeOf(refused); code != careline.CodeForbidden && code != careline.CodeInvalid {
		return refused
	}

	who, err := s.behind(r)
	if err != nil || !who.Supervisor {
		return refused
	}
	careline.Note(r.Context(), slog.String("supervisor", who.ID))
	v.visitor = who
	return nil
}

// lacked is why a visitor may not use a route who has not the role that it asks for; empty
// where they have it, or it asks for none.
func lacked(who careline.Visitor, role string) careline.Reason {
	switch {
	case role == Auditor && !who.Auditor:
		return careline.ReasonNoAuditor
	case role == Reviewer && !who.Reviewer:
		return careline.ReasonNoReviewer
	case role == Supervisor && !who.Supervisor:
		return careline.ReasonNoSupervisor
	}
	return ""
}

// visitor checks a route that asks for another role than a clinician's, or for none.
func (s *server) visitor(v *visit, r *http.Request, route *Route) error {
	who, err := s.behind(r)
	if err != nil {
		return err
	}

	v.visitor = who
	if route.Who == Auditor && s.cfg.Audit == nil || route.Who == Reviewer && s.cfg.Review == nil {
		return notFound(v, r)
	}

	lack := lacked(who, route.Who)
	as := route.Who
	if as == Somebody || lack != "" {
		as = "person"
	}
	careline.Note(r.Context(), slog.String(as, who.ID))
	if lack != "" {
		return careline.Because(careline.CodeForbidden, lack, nil)
	}
	return nil
}

// behind is the person behind a request, found within AnswerWithin.
func (s *server) behind(r *http.Request) (careline.Visitor, error) {
	ctx, done := context.WithTimeout(r.Context(), AnswerWithin)
	defer done()
	return s.cfg.Visitor(ctx, r)
}

// session is the clinician behind a request, found within AnswerWithin: also of a
// stream, whose beginning is an answer though it has no other bound.
func (s *server) session(r *http.Request, route *Route) (careline.Clinician, error) {
	if route.Path != streamPath {
		return s.cfg.Session(r.Context(), r)
	}

	ctx, done := context.WithTimeout(r.Context(), AnswerWithin)
	defer done()
	return s.cfg.Session(ctx, r)
}

// origin answers preflights, and lets pages of allowed origins read the answer
// (WHATWG Fetch, section 3.2, CORS protocol). A session comes in the
// Authorization header only, so no credentials are allowed and a page of another
// origin could not borrow one. It reports whether the request goes on.
func (s *server) origin(v *visit, r *http.Request, route *Route) bool {
	h := v.Header()
	h["Vary"] = byOrigin

	origin := r.Header.Get("Origin")
	allowed := origin != "" && slices.Contains(s.cfg.AllowedOrigins, origin)
	if allowed {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", "X-Request-Id, Retry-After")
		if sounds(route.Path) {
			h.Set("Access-Control-Expose-Headers", "X-Request-Id, Retry-After, Accept-Ranges, Content-Range, Content-Length")
		}
	}

	if r.Method != http.MethodOptions {
		return true
	}

	if !allowed {
		Fail(v, r, careline.NewError(codeOrigin, "This page may not use the service from this address. Please tell your IT team.", nil))
		return false
	}

	h.Set("Access-Control-Allow-Methods", strings.Join(s.methods[route.Path], ", "))
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID")
	if sounds(route.Path) {
		h.Set("Access-Control-Allow-Headers", "Authorization, Range")
	}
	h.Set("Access-Control-Max-Age", "600")
	v.WriteHeader(http.StatusNoContent)
	return false
}
