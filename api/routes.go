package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// Who may use a route. Anybody's words are good for Mount; of all but the last two this
// package checks the session before the handler runs, the others are checked by the
// route's own handler.
const (
	Clinician  = "clinician"
	Auditor    = "auditor"    // somebody who may see every call
	Reviewer   = "reviewer"   // somebody who may hear every recording
	Supervisor = "supervisor" // somebody who may see every call that goes on
	Follower   = "follower"   // a clinician or a supervisor
	Somebody   = "somebody"   // any session that is good
	Operator   = "operator"   // whoever the network lets through; logged at debug level
	Anybody    = "anybody"
)

// DefaultLimit is the largest body of a route that names no other, in bytes. The
// largest webhook that Twilio documents is below 4 kB.
const DefaultLimit = 64 << 10

// Route is one line of the table.
type Route struct {
	Method  string // GET also answers HEAD
	Path    string // as net/http's ServeMux writes it, with {name} segments
	Handler http.Handler
	Who     string
	Limit   int64 // largest body in bytes; 0: DefaultLimit
}

// Check is one thing that the service needs to be ready.
type Check struct {
	Name  string
	Probe func(ctx context.Context) error // ends when ctx does, or is left behind
}

// Config is what the API is made of. What is marked optional may be nil.
type Config struct {
	Log            *slog.Logger
	Now            func() time.Time // optional: time.Now
	Location       *time.Location   // whose midnight begins a day; optional: UTC
	Prefix         string           // path of the public base URL, such as "/project/region/api"; may be empty
	AllowedOrigins []string         // other origins whose pages may call, such as "https://app.example.org"

	// Session is the clinician behind a request; an error answers it.
	Session func(ctx context.Context, r *http.Request) (careline.Clinician, error)
	// Policy is what the clinic allows, by which numbers are told of that would be
	// refused.
	Policy careline.Policy
	// Visitor is the person behind a request, whoever it is and whatever they may do; an
	// error answers it.
	Visitor func(ctx context.Context, r *http.Request) (careline.Visitor, error)
	// Mint makes an access token for the carrier's calling SDK.
	Mint func(identity string) (string, error)
	// CallerID is a number that calls can be made from.
	CallerID func(ctx context.Context) (careline.Phone, error)

	Appointments interface {
		// Appointment is one appointment with its people; an error of code
		// not-found means that there is none.
		Appointment(ctx context.Context, id string) (careline.Appointment, error)
		// AppointmentsOn are a practitioner's that start in [from, to).
		AppointmentsOn(ctx context.Context, practitioner string, from, to time.Time) ([]careline.Appointment, error)
	}
	Calls interface {
		// Calls are those recorded for an appointment, the newest first, each
		// with its history.
		Calls(ctx context.Context, appointmentID string) ([]careline.RecordedCall, error)
		// LastCalls is the newest version of the newest call of each of these
		// appointments that has one, by appointment id.
		LastCalls(ctx context.Context, ids []string) (map[string]careline.RecordedVersion, error)
	}
	// Note keeps what a clinician notes of a call of theirs, and returns it as it
	// then stands; an error of code not-found means that they have no such call.
	Note func(ctx context.Context, clinician, call string, note careline.CallNote) (careline.CallNote, error)
	// Owner is the clinician who asked for a call, as the log knows it; empty when it
	// does not. Optional: nobody is told that a call is theirs.
	Owner func(ctx context.Context, call string) (string, error)
	// Audit tells every call to auditors; nil: there are none, and the routes are not there.
	Audit *calls.Audit
	// Review tells reviewers what was recorded; nil: there are none, and the route is not there.
	Review *calls.Review
	// Conference says that people can be brought into calls, and Recording how calls are
	// recorded: "asked", "announced", or not at all.
	Conference bool
	Recording  string
	// Rooms change who is in a call, and end it.
	Rooms *calls.Rooms
	// RoomsLive tells of rooms to those whose call it is not; nil: nobody is told.
	RoomsLive *calls.RoomsLive
	// Available notes that a clinician's app can be rung now, or no more.
	Available func(ctx context.Context, clinician, device string, ready bool) error
	// Recordings are what was recorded; nil: nothing is, and nothing was.
	Recordings *calls.Recordings
	// Recorded is what the record holds of a call, by the record's id for it.
	Recorded func(ctx context.Context, id string) (careline.RecordedCall, error)
	// Shown is told each appointment that was shown to its clinician, who may
	// call in a moment; optional.
	Shown func(careline.Appointment)
	// Looked is told of each appointment that was opened, each number that was shown in
	// full, and who was not let; optional. Its error is logged and hinders nobody.
	Looked func(ctx context.Context, l careline.Look) error
	Live   *calls.Live
	// Callbacks tell who rang the clinic back; optional: nobody is told.
	Callbacks *calls.Callbacks
	// LiveFrom is the place in the log after which a stream begins that does not
	// resume another; optional: the log's beginning.
	LiveFrom func(ctx context.Context, clinician string) (int64, error)
	// Newest is the place of the log's newest event, 0 when it has none. A
	// stream that would resume beyond it begins anew: its client comes from
	// before the database was restored or replaced. Optional: none does.
	Newest func(ctx context.Context) (int64, error)

	// Apart says that readiness and metrics are on an address of their own, which
	// NewAdmin answers, and on no other.
	Apart   bool
	Ready   []Check
	Metrics http.Handler // GET /metrics; optional: there is none
	Web     http.Handler // the web app: every GET that no route takes; optional
	Mount   []Route      // routes of other places

	// Observe is told of every answer; route is the table's path, never the
	// request's; took is negative for a stream of events, which lasts as long as
	// somebody listens; optional.
	Observe func(route string, status int, took time.Duration)
	// Span begins a trace span for a request and returns its context and end;
	// optional.
	Span func(r *http.Request, route string) (context.Context, func(status int))

	// Streams is told when a stream of events opens, +1, and when it ends, -1;
	// optional.
	Streams func(by int)

	operators bool // their routes alone
}

// alivePath is what platforms ask, at the address that the public uses.
const alivePath = "/healthz"

// NewAdmin is the handler of an address of the operators' own: liveness, readiness
// and metrics, and nothing else. It takes of cfg what belongs to these.
func NewAdmin(cfg Config) http.Handler {
	return New(Config{
		Log:       cfg.Log,
		Now:       cfg.Now,
		Ready:     cfg.Ready,
		Metrics:   cfg.Metrics,
		Observe:   cfg.Observe,
		Span:      cfg.Span,
		operators: true,
	})
}

// New is the service's handler.
func New(cfg Config) http.Handler {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Location == nil {
		cfg.Location = time.UTC
	}
	return newServer(cfg)
}

// streamPath is the one route whose answer has no end.
const streamPath = "/bff_clinical/v1/calls/events"

// The routes of one call.
const (
	callPath         = "/bff_clinical/v1/calls/{key}"
	participantsPath = callPath + "/participants"
)

// ownRoutes is the table of our own routes. New adds those that are mounted.
var ownRoutes = []struct {
	method, path, who string
	limit             int64
	handle            func(*server) handler
}{
	{http.MethodPost, "/bff_clinical/v1/twilio/access-token", Clinician, 4 << 10, func(s *server) handler { return s.token }},
	{http.MethodGet, "/bff_clinical/v1/appointments", Clinician, 0, func(s *server) handler { return s.reading(s.listAppointments) }},
	{http.MethodGet, "/bff_clinical/v1/appointments/{id}", Clinician, 0, func(s *server) handler { return s.reading(s.oneAppointment) }},
	{http.MethodGet, "/bff_clinical/v1/appointments/{id}/calls", Clinician, 0, func(s *server) handler { return s.reading(s.listCalls) }},
	{http.MethodGet, streamPath, Follower, 0, func(s *server) handler { return s.stream }},
	{http.MethodGet, "/bff_clinical/v1/calls/live", Supervisor, 0, func(s *server) handler { return s.reading(s.liveCalls) }},
	{http.MethodPut, "/bff_clinical/v1/calls/{key}/note", Clinician, 32 << 10, func(s *server) handler { return s.noteCall }},
	{http.MethodGet, participantsPath, Somebody, 0, func(s *server) handler { return s.conferring(s.reading(s.participants)) }},
	{http.MethodPost, participantsPath, Clinician, 4 << 10, func(s *server) handler { return s.conferring(s.addParticipant) }},
	{http.MethodGet, participantsPath + "/candidates", Clinician, 0, func(s *server) handler { return s.conferring(s.reading(s.candidates)) }},
	{http.MethodPatch, participantsPath + "/{label}", Clinician, 4 << 10, func(s *server) handler { return s.conferring(s.changeParticipant) }},
	{http.MethodDelete, participantsPath + "/{label}", Clinician, 0, func(s *server) handler { return s.conferring(s.removeParticipant) }},
	{http.MethodPost, callPath + "/end", Clinician, 4 << 10, func(s *server) handler { return s.endCall }},
	{http.MethodGet, callPath + "/recording", Clinician, 0, func(s *server) handler { return s.recording(s.reading(s.callRecording)) }},
	{http.MethodPost, callPath + "/recording", Clinician, 4 << 10, func(s *server) handler { return s.recording(s.controlRecording) }},
	{http.MethodGet, callPath + "/recordings", Somebody, 0, func(s *server) handler { return s.recording(s.reading(s.listRecordings)) }},
	{http.MethodDelete, callPath + "/recordings/{sid}", Somebody, 4 << 10, func(s *server) handler { return s.recording(s.deleteRecording) }},
	{http.MethodGet, callPath + "/recordings/{sid}/audio", Somebody, 0, func(s *server) handler { return s.recording(s.hearRecording) }},
	{http.MethodGet, "/bff_clinical/v1/recordings", Reviewer, 0, func(s *server) handler { return s.recording(s.reading(s.reviewCalls)) }},
	{http.MethodGet, "/bff_clinical/v1/recordings/{sid}/audio", Somebody, 0, func(s *server) handler { return s.recording(s.hearRecording) }},
	{http.MethodPut, "/bff_clinical/v1/availability", Clinician, 4 << 10, func(s *server) handler { return s.conferring(s.available) }},
	{http.MethodPost, "/bff_clinical/v1/appointments/{id}/reveal", Clinician, 4 << 10, func(s *server) handler { return s.reading(s.reveal) }},
	{http.MethodGet, "/bff_clinical/v1/me", Somebody, 0, func(s *server) handler { return s.me }},
	{http.MethodGet, auditPath, Auditor, 0, func(s *server) handler { return s.reading(s.auditCalls) }},
	{http.MethodGet, auditCallersPath, Auditor, 0, func(s *server) handler { return s.reading(s.auditCallers) }},
	{http.MethodGet, auditPath + "/{key}", Auditor, 0, func(s *server) handler { return s.reading(s.auditCall) }},
	{http.MethodGet, "/openapi.yaml", Anybody, 0, func(s *server) handler { return s.openAPIYAML }},
	{http.MethodGet, "/openapi.json", Anybody, 0, func(s *server) handler { return s.openAPIJSON }},
	{http.MethodGet, "/openapi", Anybody, 0, func(s *server) handler { return s.openAPIPage }},
	{http.MethodGet, alivePath, Operator, 0, func(s *server) handler { return s.alive }},
	{http.MethodGet, "/readyz", Operator, 0, func(s *server) handler { return s.ready }},
	{http.MethodGet, "/metrics", Operator, 0, func(s *server) handler { return s.metrics }},
}

func (s *server) routes() []Route {
	table := make([]Route, 0, len(ownRoutes)+len(s.cfg.Mount))
	for _, r := range ownRoutes {
		if s.cfg.operators && r.who != Operator {
			continue
		}

		h := r.handle(s)
		if s.cfg.Apart && r.who == Operator && r.path != alivePath {
			h = notFound
		}

		table = append(table, Route{
			Method:  r.method,
			Path:    r.path,
			Handler: s.answer(h),
			Who:     r.who,
			Limit:   r.limit,
		})
	}

	return append(table, s.cfg.Mount...)
}
