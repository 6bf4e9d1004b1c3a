package api

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync/atomic"

	"perci.health/careline/calls"
)

// server is the handler of the whole service.
type server struct {
	cfg     Config
	mux     *http.ServeMux
	exact   map[string]http.Handler // by path: those of mux that have no {name} in theirs
	methods map[string][]string     // by path: what it answers
	nowhere *Route
	probes  *probes
	streams atomic.Int64 // open ones
	each    shares       // those of each person
	reads   readings
	notes   *calls.Attempts
	rooms   *calls.Attempts // what is asked of calls
	records *calls.Attempts // what is asked of recordings
	hears   shares          // recordings that each person has under way
}

func newServer(cfg Config) *server {
	cfg.Prefix = strings.TrimSuffix(cfg.Prefix, "/")
	s := &server{
		cfg:     cfg,
		mux:     http.NewServeMux(),
		exact:   map[string]http.Handler{},
		methods: map[string][]string{},
		probes:  newProbes(cfg.Ready, cfg.Now),
		notes:   calls.NewPace(notesPerMinute, cfg.Now),
		rooms:   calls.NewPace(commandsPerMinute, cfg.Now),
		records: calls.NewPace(asksPerMinute, cfg.Now),
		reads:   readings{often: calls.NewPace(readsPerMinute, cfg.Now)},
	}
	s.nowhere = &Route{
		Path:    "unmatched",
		Handler: s.answer(notFound),
		Who:     Anybody,
		Limit:   DefaultLimit,
	}

	byPath := map[string]map[string]*Route{}
	for _, route := range s.routes() {
		if route.Limit == 0 {
			route.Limit = DefaultLimit
		}
		if byPath[route.Path] == nil {
			byPath[route.Path] = map[string]*Route{}
		}
		byPath[route.Path][route.Method] = &route
	}

	for p, byMethod := range byPath {
		h := s.atPath(p, byMethod)
		s.mux.Handle(p, h)
		if !strings.Contains(p, "{") {
			s.exact[p] = h
		}
	}
	s.mux.Handle("/", s.elsewhere())
	return s
}

// atPath picks the route by method. ServeMux could, but would answer the other
// methods in its own words.
func (s *server) atPath(p string, byMethod map[string]*Route) http.Handler {
	if get, ok := byMethod[http.MethodGet]; ok && byMethod[http.MethodHead] == nil {
		byMethod[http.MethodHead] = get
	}
	for m := range byMethod {
		s.methods[p] = append(s.methods[p], m)
	}
	slices.Sort(s.methods[p])

	other := &Route{
		Path:    p,
		Handler: s.answer(notThisMethod(s.methods[p])),
		Who:     Anybody,
		Limit:   DefaultLimit,
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		route, ok := byMethod[r.Method]
		if !ok {
			route = other
		}
		s.run(w, r, route)
	})
}

// webPath names the web app's pages and files, whichever is asked for.
const webPath = "/"

// elsewhere is every path that no route takes: the web app's, which has pages
// and files of its own, if there is one.
func (s *server) elsewhere() http.Handler {
	web := &Route{
		Path:    webPath,
		Handler: s.cfg.Web,
		Who:     Anybody,
		Limit:   DefaultLimit,
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		read := r.Method == http.MethodGet || r.Method == http.MethodHead
		if s.cfg.Web == nil || !read || ours(r.URL.Path) {
			s.run(w, r, s.nowhere)
			return
		}
		s.run(w, r, web)
	})
}

// ours reports whether a path is one that only the service may answer, so that a
// client with a misspelt address gets a problem and not a web page.
func ours(p string) bool {
	return strings.HasPrefix(p, "/v1/") || strings.HasPrefix(p, bffPrefix)
}

// ServeHTTP finds the route. A path that is not clean matches nothing: ServeMux
// would redirect it, and a redirected webhook has lost its body.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.cfg.Prefix != "" {
		r = s.stripped(r)
	}

	// The usual path is found at once. One that came with escapes is ServeMux's to
	// read, and so is CONNECT.
	if h, ok := s.exact[r.URL.Path]; ok && r.URL.RawPath == "" && r.Method != http.MethodConnect {
		h.ServeHTTP(w, r)
		return
	}

	if !clean(r.URL.Path) || r.Method == http.MethodConnect {
		s.run(w, r, s.nowhere)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// stripped is r without the prefix of the public base URL, which some platforms
// take off before a request arrives and others leave. RequestURI stays as it
// came: it is what a webhook's signature covers.
func (s *server) stripped(r *http.Request) *http.Request {
	rest, ok := strings.CutPrefix(r.URL.Path, s.cfg.Prefix)
	if !ok || (rest != "" && rest[0] != '/') {
		return r
	}
	if rest == "" {
		rest = "/"
	}

	short := *r
	short.URL = new(url.URL)
	*short.URL = *r.URL
	short.URL.Path, short.URL.RawPath = rest, ""
	if raw, ok := strings.CutPrefix(r.URL.RawPath, s.cfg.Prefix); ok && raw != "" {
		short.URL.RawPath = raw
	}
	return &short
}

func clean(p string) bool {
	return p == "/" || (strings.HasPrefix(p, "/") && path.Clean(p) == strings.TrimSuffix(p, "/"))
}
