package twiliobox

import (
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"perci.health/careline/sandbox/media"
)

// rooms are the account's conferences. Everything of them changes under mu, on the
// goroutine of the call whose leg comes, goes or is changed. Nobody waits for
// another call with mu held; engine.mu may be taken with mu held, never the other
// way about.
type rooms struct {
	engine *engine
	mu     sync.Mutex
	live   map[string]*room // by name
	all    []*room          // oldest first
	made   int
}

// rememberedRooms is how many can still be looked at.
const rememberedRooms = 1000

// room is one conference.
type room struct {
	engine    *engine
	number    int // among the box's rooms
	sid, name string
	region    string
	client    *http.Client
	mixer     *media.Mixer

	made, changed time.Time
	status        string // init, in-progress or completed
	people        []*participant
	hook          hook // of the first who came
	callbacks     *callbackQueue
	first         *leg
	sequence      int
	news          *script // announced to all, or nil
	ending        ending  // why it is over, or is about to be
}

// endedByREST is the reason of a room that the REST API ended.
const endedByREST = "conference-ended-via-api"

// ending is why a room ended (voice/api/conference-resource).
type ending struct{ reason, text, callSID, label string }

func newRooms(e *engine) *rooms { return &rooms{engine: e, live: map[string]*room{}} }

// enter is the room of a name, made if there is none. The caller holds mu.
func (s *rooms) enter(name, region string, now time.Time) (*room, error) {
	if r, ok := s.live[name]; ok {
		return r, nil
	}
	client, err := s.engine.client()
	if err != nil {
		return nil, err
	}
	if region == "" {
		region = "us1"
	}

	s.made++
	r := &room{
		engine:   s.engine,
		number:   s.made,
		sid:      newSID("CF"),
		name:     name,
		region:   region,
		client:   client,
		mixer:    media.NewMixer(),
		made:     now,
		changed:  now,
		status:   "init",
		sequence: 1,
	}
	s.live[name] = r
	s.all = append(s.all, r)
	if len(s.all) > rememberedRooms && s.all[0].status == "completed" {
		s.all = s.all[1:]
	}

	return r, nil
}

// find is a room by its sid, or a live one by its name. The caller holds mu.
func (s *rooms) find(key string) (*room, bool) {
	if r, ok := s.live[key]; ok {
		return r, true
	}
	i := slices.IndexFunc(s.all, func(r *room) bool { return r.sid == key })
	if i < 0 {
		return nil, false
	}
	return s.all[i], true
}

// parameters are those of every request about the room.
func (r *room) parameters() url.Values {
	return url.Values{
		"AccountSid":    {r.engine.config.AccountSID},
		"ConferenceSid": {r.sid},
		"FriendlyName":  {r.name},
	}
}

// in are those who are in the room now.
func (r *room) in() (in []*participant) {
	for _, p := range r.people {
		if p.seat != nil {
			in = append(in, p)
		}
	}
	return in
}

// hookTo has the reports go where the first who comes wants them.
func (r *room) hookTo(p *participant) {
	if r.first == nil {
		r.first, r.hook = p.leg, p.hook
		r.callbacks = &callbackQueue{call: p.leg.call()}
	}
}

// over says whether nobody can come any more.
func (r *room) over() bool { return r.ending.reason != "" }

// begin starts a room once two are in and one of them may start it.
func (r *room) begin(now time.Time) {
	in := r.in()
	if r.status != "init" || len(in) < 2 || !slices.ContainsFunc(in, func(p *participant) bool { return p.starts }) {
		return
	}
	r.status, r.changed = "in-progress", now
	for _, p := range in {
		if !p.held {
			p.hush()
			p.seat.Back()
		}
	}
	r.tell("conference-start", nil, nil, now)
}

// shut lets no one come any more: the name is free for another room. The first
// reason counts. The caller holds rooms.mu.
func (s *rooms) shut(r *room, why ending) {
	if r.over() {
		return
	}
	r.ending = why
	if s.live[r.name] == r {
		delete(s.live, r.name)
	}
}

// settle ends a room when nobody is in it, nor is being dialled.
func (s *rooms) settle(r *room, last *participant, now time.Time) {
	if len(r.people) > 0 || r.status == "completed" {
		return
	}
	if !r.over() {
		why := ending{
			reason:  "last-participant-left",
			text:    "The last participant left",
			callSID: last.leg.sid,
			label:   last.label,
		}
		if last.kicked {
			why.reason, why.text = "last-participant-kicked", "The last participant was removed"
		}
		s.shut(r, why)
	}

	r.news.end()
	r.status, r.changed = "completed", now
	more := url.Values{"ReasonConferenceEnded": {r.ending.reason}, "Reason": {r.ending.text}}
	if r.ending.callSID != "" {
		more.Set("CallSidEndingConference", r.ending.callSID)
	}
	if r.ending.label != "" {
		more.Set("ParticipantLabelEndingConference", r.ending.label)
	}
	r.tell("conference-end", nil, more, now)
}
