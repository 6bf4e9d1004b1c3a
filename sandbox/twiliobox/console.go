package twiliobox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// console adds the sandbox's own API: what a phone, a browser or a person in
// front of the box would do. It asks for no login: bind it to loopback.
func (b *Box) console(mux *http.ServeMux) {
	handle := func(pattern string, h consoleHandler) {
		method, path, _ := strings.Cut(pattern, " ")
		mux.Handle(method+" /sandbox/v1"+path, b.ours(h))
	}
	handle("POST /connect", b.connect)
	handle("POST /incoming", b.incoming)
	handle("GET /calls", b.seeCalls)
	handle("GET /calls/{sid}", b.seeCall)
	handle("POST /calls/{sid}/hangup", b.hangUpCall)
	handle("POST /calls/{sid}/digits", b.pressKeys)
	handle("GET /recordings", b.seeRecordings)
	handle("GET /recordings/{sid}", b.seeRecording)
	handle("PUT /recordings/{sid}", b.ageRecording)
	handle("POST /webhooks", b.sendWebhook)

	handle("GET /phones", b.seePhones)
	handle("GET /phones/{number}", b.seePhone)
	handle("PUT /phones/{number}", b.setPhone)
	handle("POST /phones/{number}/{act}", b.usePhone)
	handle("GET /network", b.seeNetwork)
	handle("PUT /network", b.setNetwork)
	handle("GET /faults", b.seeFaults)
	handle("PUT /faults", b.setFaults)
	handle("GET /rooms", b.seeRooms)
	handle("GET /unproven", b.seeUnproven)
	handle("PUT /unproven", b.setUnproven)
	mux.HandleFunc("GET /sandbox/v1/recordings/{sid}/sound", b.hearRecording)
	mux.HandleFunc("GET /sandbox/v1/events", b.stream)
	mux.HandleFunc("GET /sandbox/v1/phones/{number}/events", b.streamPhone)
}

// consoleHandler returns a status and what to answer, or an error: a Refusal is
// answered 401 (400 for 31105), others as their sort says.
type consoleHandler func(*http.Request) (int, any, error)

// badRequest is what the caller of the console did wrong.
type badRequest struct{ error }

func (b *Box) ours(h consoleHandler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Nobody logs in here, so a page from elsewhere could hang up a call with
		// a form, without reading the answer.
		if !fromHere(r.Header.Get("Origin")) {
			b.json(w, http.StatusForbidden, &Refusal{Code: http.StatusForbidden, Message: "only pages of this machine may steer the sandbox"})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
		status, answer, err := h(r)
		if err != nil {
			status, answer = fault(err)
		}
		if answer == nil {
			w.WriteHeader(status)
			return
		}

		b.json(w, status, answer)
	})
}

// fault answers an error; those without a code of Twilio's have the HTTP status.
func fault(err error) (int, any) {
	var refused *Refusal
	var bad badRequest
	status := http.StatusInternalServerError
	switch {
	case errors.As(err, &refused) && refused.Code == 31105:
		return http.StatusBadRequest, refused
	case errors.As(err, &refused):
		return http.StatusUnauthorized, refused
	case errors.As(err, &bad), errors.Is(err, errNoSuchNumber), errors.Is(err, errBadCaller):
		status = http.StatusBadRequest
	case errors.Is(err, errNotFound):
		status = http.StatusNotFound
	case errors.Is(err, errEnded), errors.Is(err, errNotRinging), errors.Is(err, errNotInCall):
		status = http.StatusConflict
	case errors.Is(err, errClosed):
		status = http.StatusServiceUnavailable
	}

	return status, &Refusal{Code: status, Message: err.Error()}
}

// decode reads a JSON body; unknown members are mistakes and said so.
func decode(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return badRequest{fmt.Errorf("the body must be the documented JSON: %w", err)}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badRequest{errors.New("the body must be one JSON object")}
	}
	return nil
}

func (b *Box) connect(r *http.Request) (int, any, error) {
	var in struct {
		Token  string            `json:"token"`
		Params map[string]string `json:"params"`
		Voice  string            `json:"voice"` // as a phone's, but none unless it is given
	}
	if err := decode(r, &in); err != nil {
		return 0, nil, err
	}
	if err := checkVoice(in.Voice); err != nil {
		return 0, nil, badRequest{err}
	}
	return created(b.engine.connect(in.Token, in.Params, in.Voice))
}

func (b *Box) incoming(r *http.Request) (int, any, error) {
	var in struct {
		From string `json:"from"`
		To   string `json:"to"`
	}
	if err := decode(r, &in); err != nil {
		return 0, nil, err
	}
	return created(b.engine.incoming(in.From, in.To))
}

func created(sid string, err error) (int, any, error) {
	return http.StatusCreated, map[string]string{"callSid": sid}, err
}

// callView is a call as the console shows it.
type callView struct {
	SID        string      `json:"sid"`
	Status     Status      `json:"status"`
	Legs       []legView   `json:"legs"` // the parent first, then children as they were dialled
	Transcript []Utterance `json:"transcript"`
	Notices    []Notice    `json:"notices"`
}

// see describes the call whose parent is l.
func (e *engine) see(l *leg) callView {
	e.mu.Lock()
	defer e.mu.Unlock()
	v := callView{
		SID:        l.sid,
		Status:     l.status,
		Legs:       []legView{l.view()},
		Transcript: append([]Utterance{}, l.transcript...),
		Notices:    append([]Notice{}, l.notices...),
	}
	for _, child := range l.dialled {
		v.Legs = append(v.Legs, child.view())
	}
	return v
}

func (b *Box) seeCalls(*http.Request) (int, any, error) {
	calls := []callView{}
	for _, v := range b.engine.views(func(l *leg) bool { return l.call().parent == l }) {
		if l, ok := b.engine.leg(v.SID); ok {
			calls = append(calls, b.engine.see(l))
		}
	}
	return http.StatusOK, map[string]any{"calls": calls}, nil
}

func (b *Box) seeCall(r *http.Request) (int, any, error) {
	l, ok := b.engine.leg(r.PathValue("sid"))
	if !ok {
		return 0, nil, fmt.Errorf("call %s: %w", r.PathValue("sid"), errNotFound)
	}
	return http.StatusOK, b.engine.see(l.call().parent), nil
}

func (b *Box) hangUpCall(r *http.Request) (int, any, error) {
	l, ok := b.engine.leg(r.PathValue("sid"))
	if !ok {
		return 0, nil, fmt.Errorf("call %s: %w", r.PathValue("sid"), errNotFound)
	}
	if err := b.engine.hangUp(l); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, b.engine.see(l.call().parent), nil
}

func (b *Box) seeFaults(*http.Request) (int, any, error) {
	return http.StatusOK, b.engine.gremlin.get(), nil
}

func (b *Box) setFaults(r *http.Request) (int, any, error) {
	var f Faults
	if err := decode(r, &f); err != nil {
		return 0, nil, err
	}
	if err := f.check(); err != nil {
		return 0, nil, badRequest{err}
	}
	b.engine.gremlin.set(f)
	return http.StatusOK, f, nil
}
