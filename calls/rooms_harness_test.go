package calls_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/credential"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
	"perci.health/careline/twilio"
)

const (
	roomAccount = "AC00000000000000000000000000000001"
	parentLeg   = "CA00000000000000000000000000000001"
	childLeg    = "CA00000000000000000000000000000002"
	roomSID     = "CF00000000000000000000000000000001"
)

// exchange is a Twilio of one call: its legs, its room, and the reports of them, which
// it tells the service at once. It is asked over HTTP.
type exchange struct {
	mu   sync.Mutex
	hall *hall
	legs map[string]string // SID → status
	made map[string]string // label → SID, of those it dialled
	room map[string]string // SID → label, of those who are in it
	held map[string]bool
	mute map[string]bool
	late string // a leg that comes to the room only when the test has it
	open bool
	seq  int
	said []string

	asked  []string
	faults map[string]func(w http.ResponseWriter, do func()) // by what is asked
}

// told is a fault that answers so, and does nothing.
func told(status, code int) func(http.ResponseWriter, func()) {
	return func(w http.ResponseWriter, _ func()) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]int{"code": code})
	}
}

func (x *exchange) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x.mu.Lock() // one after the other, and seen by who looks when nobody asks
	defer x.mu.Unlock()
	_ = r.ParseForm() // what cannot be read is asked for in vain
	path := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/2010-04-01/Accounts/"+roomAccount), ".json")
	part := strings.Split(path, "/")
	what, do := x.meant(r, part)
	x.asked = append(x.asked, what)
	if fault := x.faults[what]; fault != nil {
		fault(w, do)
		return
	}
	x.answer(w, r, part, do)
}

// meant is what a request asks for, and what comes of it.
func (x *exchange) meant(r *http.Request, part []string) (what string, do func()) {
	form := r.PostForm
	switch {
	case r.Method == http.MethodGet:
		return "look", func() {}
	case part[1] == "Calls" && form.Get("Url") != "":
		return "move", func() { x.move(part[2], form.Get("Url")) }
	case part[1] == "Calls":
		return "hang up", func() { x.end(part[2], "completed") }
	case len(part) == 3:
		return "end", x.close
	case len(part) == 4:
		return "add", func() { x.dial(form) }
	case r.Method == http.MethodDelete:
		return "remove", func() { x.end(part[4], "completed") }
	case form.Has("AnnounceUrl"):
		return "tell", func() { x.said = append(x.said, x.room[part[4]]+" "+form.Get("AnnounceUrl")) }
	case form.Has("Hold"):
		return "hold", func() { x.hold(part[4], form.Get("Hold") == "true") }
	}
	return "mute", func() { x.silence(part[4], form.Get("Muted") == "true") }
}

// answer does what is asked, if there is anybody of whom it can be, and says how it is.
func (x *exchange) answer(w http.ResponseWriter, r *http.Request, part []string, do func()) {
	missing := false
	switch part[1] {
	case "Calls":
		missing = x.legs[part[2]] == "" || r.Method != http.MethodGet && over(x.legs[part[2]])
	case "Conferences":
		missing = len(part) == 5 && x.room[part[4]] == "" || len(part) == 3 && r.Method == http.MethodPost && !x.open
	}
	if missing {
		told(404, 20404)(w, nil)
		return
	}

	do()
	_ = json.NewEncoder(w).Encode(x.told(part, r.PostForm))
}

func over(status string) bool {
	return slices.Contains([]string{"completed", "no-answer", "busy"}, status)
}

func (x *exchange) told(part []string, form url.Values) map[string]any {
	switch {
	case part[1] == "Calls":
		return x.resource(part[2])
	case len(part) == 2 && !x.open:
		return map[string]any{"conferences": []any{}}
	case len(part) == 2:
		return map[string]any{"conferences": []any{map[string]string{"sid": roomSID}}}
	case len(part) == 4 && form.Has("Label"):
		return map[string]any{"call_sid": x.made[form.Get("Label")]}
	}

	var all []map[string]any
	for sid, label := range x.room {
		all = append(all, map[string]any{"call_sid": sid, "label": label, "hold": x.held[sid], "muted": x.mute[sid]})
	}
	for label, sid := range x.made {
		if x.room[sid] == "" && !over(x.legs[sid]) {
			all = append(all, map[string]any{"call_sid": sid, "label": label})
		}
	}
	return map[string]any{"participants": all}
}

func (x *exchange) resource(sid string) map[string]any {
	r := map[string]any{"sid": sid, "status": x.legs[sid], "direction": "outbound-api", "duration": nil}
	switch sid {
	case parentLeg:
		r["direction"] = "inbound"
	case childLeg:
		r["direction"], r["parent_call_sid"] = "outbound-dial", parentLeg
	}
	if over(x.legs[sid]) {
		at := x.hall.clock().UTC().Format(time.RFC1123Z)
		r["start_time"], r["end_time"], r["duration"] = at, at, "1"
	}
	return r
}

// move takes the member's leg out of its Dial. The clinician's leg is asked for what it
// does now, and goes where it is told, unless the hall keeps it.
func (x *exchange) move(leg, to string) {
	x.join(leg, labelIn(to))
	if x.hall.kept[parentLeg] || over(x.legs[parentLeg]) {
		return
	}
	answer, moved, err := x.hall.rooms.Moved(context.Background(), parentLeg)
	if join, ok := answer.(calls.Join); ok && moved && err == nil {
		x.join(parentLeg, join.Label)
	}
}

func labelIn(to string) string {
	u, err := url.Parse(to)
	if err != nil {
		return ""
	}
	return u.Query().Get("party")
}

func (x *exchange) join(leg, label string) {
	if x.hall.kept[leg] || x.late == leg || x.room[leg] != "" {
		return
	}
	x.open, x.room[leg] = true, label
	x.report("participant-join", leg)
	if len(x.room) == 2 {
		x.report("conference-start", "")
	}
}

func (x *exchange) dial(form url.Values) {
	label := form.Get("Label")
	sid := fmt.Sprintf("CA%032x", 0x100+len(x.made))
	x.made[label], x.legs[sid] = sid, "ringing"
	x.leg(sid, "ringing")
}

// pick has somebody who was dialled answer.
func (x *exchange) pick(label string) {
	sid := x.made[label]
	x.legs[sid] = "in-progress"
	x.leg(sid, "in-progress")
	x.join(sid, label)
}

func (x *exchange) hold(leg string, on bool) {
	x.held[leg] = on
	x.report(map[bool]string{true: "participant-hold", false: "participant-unhold"}[on], leg)
}

func (x *exchange) silence(leg string, on bool) {
	x.mute[leg] = on
	x.report(map[bool]string{true: "participant-mute", false: "participant-unmute"}[on], leg)
}

// end ends a leg; who was in the room has left it.
func (x *exchange) end(leg, status string) {
	x.legs[leg] = status
	x.leave(leg)
	x.leg(leg, status)
	if leg == parentLeg && !x.open {
		x.legs[childLeg] = "completed"
		x.leg(childLeg, "completed")
	}
}

func (x *exchange) leave(leg string) {
	if x.room[leg] == "" {
		return
	}
	x.report("participant-leave", leg)
	delete(x.room, leg)
	if len(x.room) == 0 {
		x.open = false
		x.report("conference-end", "")
	}
}

func (x *exchange) close() {
	for leg := range x.room {
		x.legs[leg] = "completed"
		x.leg(leg, "completed")
	}
	for _, leg := range slices.Sorted(keysOf(x.room)) {
		x.leave(leg)
	}
}

func keysOf(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// report tells the service of the room, as Twilio's form does.
func (x *exchange) report(word, leg string) {
	x.seq++
	if x.hall.deaf {
		return
	}
	form := url.Values{
		"AccountSid":            {roomAccount},
		"ConferenceSid":         {roomSID},
		"FriendlyName":          {parentLeg},
		"SequenceNumber":        {fmt.Sprint(x.seq)},
		"StatusCallbackEvent":   {word},
		"Timestamp":             {x.hall.clock().UTC().Format(time.RFC1123Z)},
		"CallSid":               {leg},
		"ParticipantLabel":      {x.room[leg]},
		"ParticipantCallStatus": {"completed"},
	}
	if x.hall.slow {
		x.hall.post = append(x.hall.post, form)
		return
	}
	x.hall.told(twilio.SubjectConference, form)
}

// leg tells the service of a leg.
func (x *exchange) leg(sid, status string) {
	if x.hall.silent[sid] {
		return
	}
	x.seq++
	form := url.Values{
		"AccountSid":     {roomAccount},
		"CallSid":        {sid},
		"CallStatus":     {status},
		"SequenceNumber": {fmt.Sprint(x.seq)},
		"Timestamp":      {x.hall.clock().UTC().Format(time.RFC1123Z)},
	}
	switch {
	case sid == parentLeg:
		form.Set("Direction", "inbound")
		form.Set("From", "client:dr-1")
	case sid == childLeg:
		form.Set("Direction", "outbound-dial")
		form.Set("ParentCallSid", parentLeg)
	default:
		form.Set("Direction", "outbound-api")
		form.Set("call", parentLeg)
		for label, leg := range x.made {
			if leg == sid {
				form.Set("party", label)
			}
		}
	}
	x.hall.told(twilio.SubjectCallStatus, form)
}

// hall is the service's part of a call in a room: its log, and its keeper, whose clock
// is moved by hand and which is asked to look by hand.
type hall struct {
	t      *testing.T
	x      *exchange
	log    store.Store
	rooms  *calls.Rooms
	keeper *calls.Keeper
	server *httptest.Server

	mu     sync.Mutex
	now    time.Time
	kept   map[string]bool // legs that do not come to the room
	silent map[string]bool // legs that nobody reports
	deaf   bool            // no report of a room comes
	slow   bool            // reports of a room wait in post
	post   []url.Values
	became []string // what became of commands
	fuse   int      // after so many steps the process is dead; 0: never
	steps  int
}

var errKilled = errors.New("killed")

// newHall is a clinician and a member who speak with each other.
func newHall(t *testing.T) *hall {
	t.Helper()
	h := &hall{t: t, now: noon, kept: map[string]bool{}, silent: map[string]bool{}}
	h.x = &exchange{
		hall:   h,
		legs:   map[string]string{},
		made:   map[string]string{},
		room:   map[string]string{},
		held:   map[string]bool{},
		mute:   map[string]bool{},
		faults: map[string]func(http.ResponseWriter, func()){},
	}
	log, err := sqlite.Open(t.Context(), store.Config{URL: "file:" + filepath.Join(t.TempDir(), "log.db"), Consumers: []string{"chart"}, Now: h.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	h.log, h.server = log, httptest.NewServer(h.x)
	t.Cleanup(h.server.Close)
	h.restart()

	h.keep(careline.CallEvent{
		ID:          parentLeg + "/request",
		Call:        parentLeg,
		Leg:         parentLeg,
		Kind:        careline.KindRequested,
		Appointment: "a1",
		Request: careline.Request{
			Clinician: "dr-1",
			Sender:    "Practitioner/dr-1",
			Patient:   "Patient/p1",
			Recipient: "Patient/p1",
			To:        phone(t, "+447700900142"),
			CallerID:  phone(t, "+442079460000"),
		},
	})
	h.x.legs[parentLeg], h.x.legs[childLeg] = "in-progress", "in-progress"
	h.x.leg(childLeg, "in-progress")
	return h
}

// restart is a new process: it knows nothing but the log.
func (h *hall) restart() {
	h.fuse = 0
	client, err := twilio.NewClient(twilio.ClientConfig{
		BaseURL:    h.server.URL,
		AccountSID: roomAccount,
		Password:   credential.NewSecret("x"),
		HTTP:       &http.Client{Transport: mortalWire{h}},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.keeper = &calls.Keeper{
		Log:     mortal{h.log, h},
		Carrier: twilio.Conferences{Client: client, PublicURL: "https://example.org"},
		Alone:   time.Minute,
		Limit:   time.Hour,
		Now:     h.clock,
		Only:    true,
		Observe: func(act, outcome string) { h.became = append(h.became, act+" "+outcome) },
	}
	h.rooms = &calls.Rooms{
		Log:          mortal{h.log, h},
		Most:         5,
		Alone:        time.Minute,
		Now:          h.clock,
		Appointments: func(context.Context, string) (careline.Appointment, error) { return kin(h.t), nil },
		Directory: []calls.Entry{{
			ID:       "polish",
			Name:     "Interpreter, Polish",
			Role:     careline.RoleInterpreter,
			Number:   phone(h.t, "+441614960301"),
			Language: "pl",
		}},
		Present: func(context.Context) ([]calls.Ringable, error) {
			return []calls.Ringable{{Clinician: "dr-2", Name: "Dr Two", Identity: "dr-2"}, {Clinician: "dr-1", Identity: "dr-1"}}, nil
		},
		Policy: careline.Policy{Regions: []string{"GB"}, PerMinute: 10, Concurrent: 2},
	}
}

func kin(t *testing.T) careline.Appointment {
	t.Helper()
	a := clinic(t)
	a.Relatives = []careline.Person{
		{Ref: "RelatedPerson/d1", Patient: "Patient/p1", Name: "Ann", Relation: "daughter", Phones: []careline.Phone{phone(t, "+447700900143")}},
		{Ref: "RelatedPerson/d2", Patient: "Patient/p1", Name: "Ben", Phones: []careline.Phone{phone(t, "+353861234567")}},
		{Ref: "RelatedPerson/d3", Patient: "Patient/p1", Name: "Cy"},
	}
	return a
}

// mortal is the log of a process that can be killed before and after it writes.
type mortal struct {
	store.Store
	hall *hall
}

func (m mortal) Append(ctx context.Context, e careline.CallEvent) (careline.CallEvent, bool, error) {
	if m.hall.dead() {
		return e, false, errKilled
	}
	kept, repeated, err := m.Store.Append(ctx, e)
	if err == nil && !repeated {
		m.hall.keeper.Changed([]careline.News{{Event: kept}})
	}
	if m.hall.dead() {
		return kept, repeated, errKilled
	}
	return kept, repeated, err
}

func (m mortal) AppendAll(ctx context.Context, all ...careline.CallEvent) ([]careline.CallEvent, []bool, error) {
	if m.hall.dead() {
		return all, nil, errKilled
	}
	kept, repeated, err := m.Store.AppendAll(ctx, nil, all...)
	for i, e := range kept {
		if !repeated[i] {
			m.hall.keeper.Changed([]careline.News{{Event: e}})
		}
	}
	if m.hall.dead() {
		return kept, repeated, errKilled
	}
	return kept, repeated, err
}

// mortalWire is the network of such a process, before and after it asks.
type mortalWire struct{ hall *hall }

func (d mortalWire) RoundTrip(r *http.Request) (*http.Response, error) {
	if d.hall.dead() {
		return nil, errKilled
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && d.hall.dead() {
		_ = response.Body.Close()
		return nil, errKilled
	}
	return response, err
}

// dead counts a step, and reports whether the process has not lived to see it.
func (h *hall) dead() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.steps++
	return h.fuse > 0 && h.steps >= h.fuse
}

func (h *hall) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// told keeps a report, as the webhook does.
func (h *hall) told(subject twilio.Subject, form url.Values) {
	parsed, err := twilio.ParseForm([]byte(form.Encode()))
	if err != nil {
		h.t.Error(err)
		return
	}
	e, err := twilio.Event(subject, parsed)
	if err != nil {
		h.t.Error(err)
		return
	}
	h.keep(e)
}

func (h *hall) keep(e careline.CallEvent) {
	kept, _, err := h.log.Append(context.Background(), e)
	if err != nil {
		h.t.Error(err)
	}
	h.keeper.Changed([]careline.News{{Event: kept}})
}

// look has the keeper look once, now.
func (h *hall) look() (next time.Time) {
	next, err := h.keeper.Look(h.t.Context(), parentLeg)
	h.x.mu.Lock()
	defer h.x.mu.Unlock()
	if err != nil && h.fuse == 0 {
		h.t.Error(err)
	}
	return next
}

// pass lets time go on, second by second, with a look each.
func (h *hall) pass(d time.Duration) {
	for range int(d / time.Second) {
		h.mu.Lock()
		h.now = h.now.Add(time.Second)
		h.mu.Unlock()
		h.look()
	}
}

func (h *hall) events() []careline.CallEvent {
	h.t.Helper()
	events, err := h.log.Events(h.t.Context(), parentLeg)
	if err != nil {
		h.t.Fatal(err)
	}
	return events
}

func (h *hall) call() careline.Call { return careline.Fold(h.events()) }

// seats are who is in the room at the exchange, by label.
func (h *hall) seats() string {
	var all []string
	for _, label := range h.x.room {
		all = append(all, label)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// times is how often something was asked of the exchange.
func (h *hall) times(what string) (n int) {
	for _, a := range h.x.asked {
		if a == what {
			n++
		}
	}
	return n
}

func (h *hall) reason(err error) careline.Reason {
	if e, ok := errors.AsType[*careline.Error](err); ok {
		return e.Reason
	}
	return ""
}
