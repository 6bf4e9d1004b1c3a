package twiliobox

import (
	"net/url"
	"slices"
	"time"

	"perci.health/careline/sandbox/media"
)

// participant is a leg in a room, or one that is being dialled into it.
type participant struct {
	roomNoun
	room          *room
	leg           *leg
	made, changed time.Time
	seat          *media.Seat // nil: not in yet, or no more
	held          bool
	hold          page
	kicked        bool
	out           bool    // is to leave
	added         bool    // by the REST API
	music         *script // what is heard while it is away, or nil
	news          *script // announced to it alone, or nil
	outcome       string  // of its Dial: answered, or failed
	coached       *participant
}

// invite counts a leg in that is to come to a room: dialled by the REST API, or
// come by TwiML. A notice says why it may not.
func (s *rooms) invite(n roomNoun, l *leg, now time.Time) (*participant, *Notice) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.enter(n.name, n.region, now)
	if err != nil {
		return nil, &Notice{Level: "error", Message: err.Error()}
	}
	switch {
	case n.label != "" && slices.ContainsFunc(r.people, func(p *participant) bool { return p.label == n.label }):
		return nil, &Notice{Level: "error", Code: 16025, Message: "participant label " + n.label + " is already used in this conference"}
	case len(r.people) >= n.most:
		return nil, &Notice{Level: "error", Message: "the conference is full: maxParticipants"}
	}

	p := &participant{
		roomNoun: n,
		room:     r,
		leg:      l,
		made:     now,
		changed:  now,
		outcome:  "answered",
	}
	r.people = append(r.people, p)
	return p, nil
}

// join lets an invited one in. It is called on the goroutine of its call.
func (s *rooms) join(p *participant) {
	c, now := p.leg.call(), p.leg.call().clock.now
	s.mu.Lock()
	defer s.mu.Unlock()
	r := p.room
	r.hookTo(p)
	if r.over() || p.out {
		p.out = true
		return
	}

	p.seat = p.leg.line.sit(r.mixer)
	p.seat.Mute(p.muted)
	p.coaches(c)
	p.changed, r.changed = now, now
	if r.status == "init" {
		p.waits()
	}
	r.tell("participant-join", p, nil, now)
	r.begin(now)
	if p.beepsIn {
		r.mixer.Play(media.Beep())
	}
	r.wake(p)
	s.show()
}

// wake lets the calls of all others see that somebody has come or gone.
func (r *room) wake(but *participant) {
	for _, p := range r.in() {
		if p != but {
			p.wake()
		}
	}
}

// coaches finds the one who is to hear p alone.
func (p *participant) coaches(c *call) {
	if p.coach == "" {
		return
	}
	for _, other := range p.room.in() {
		if other.leg.sid == p.coach {
			p.coached = other
			p.seat.Coach(other.seat)
			return
		}
	}
	p.coach = ""
	c.notice(p.leg, Notice{Level: "warning", Code: 13240, Message: "Dial->Conference: the call to coach is not in the conference"})
}

// send has p leave, as soon as its call's goroutine sees it. The caller holds
// rooms.mu.
func (p *participant) send() {
	p.out = true
	p.wake()
}

// wake lets p's call look again at how things are.
func (p *participant) wake() {
	e, l := p.room.engine, p.leg
	e.running.Go(func() {
		// That it has ended meanwhile is as good.
		_ = l.order(func() error { return nil })
	})
}

// isOut says whether p is to leave.
func (s *rooms) isOut(p *participant) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return p.out
}

// leave takes p out of its room. It is called on the goroutine of its call.
func (s *rooms) leave(p *participant) {
	l, now := p.leg, p.leg.call().clock.now
	s.mu.Lock()
	defer s.mu.Unlock()
	r := p.room
	if p.hook.url != "" {
		r.hookTo(p) // it never came in, but says where its room reports
	}
	r.people = slices.DeleteFunc(r.people, func(other *participant) bool { return other == p })
	reason := p.reason()
	p.hush()
	p.news.end()
	if p.seat != nil {
		p.uncoach()
		p.leg.line.rise()
		p.seat = nil
		p.exit(s)
	}

	p.changed, r.changed = now, now
	r.tell("participant-leave", p, url.Values{
		"ParticipantCallStatus": {string(l.status)},
		"ReasonParticipantLeft": {reason},
	}, now)
	s.settle(r, p, now)
	r.wake(p)
	s.show()
}

// reason is why p leaves. The caller holds rooms.mu.
func (p *participant) reason() string {
	switch {
	case p.seat == nil || p.outcome == "failed":
		return "participant_add_failed"
	case p.room.ending.reason == endedByREST:
		return "conference_ended_via_api"
	case p.out && p.room.over():
		return "moderator_ended_conference"
	case p.kicked || p.leg.next != nil || p.leg.byREST:
		return "participant_updated_via_api"
	}
	return "participant_hung_up"
}

// exit is what the others notice of one who leaves. Who is on hold does not
// end the room (seen with Flex, flex-project-template issue 80).
func (p *participant) exit(s *rooms) {
	r := p.room
	if p.beepsOut && len(r.in()) > 0 {
		r.mixer.Play(media.Beep())
	}
	if !p.ends || p.held {
		return
	}

	why := ending{
		reason:  "participant-with-end-conference-on-exit-left",
		text:    "Participant with endConferenceOnExit left",
		callSID: p.leg.sid,
		label:   p.label,
	}
	if p.kicked {
		why.reason, why.text = "participant-with-end-conference-on-exit-kicked", "Participant with endConferenceOnExit was removed"
	}
	s.shut(r, why)
	for _, other := range r.people {
		other.send()
	}
}

// uncoach lets everybody hear those again who spoke to p alone.
func (p *participant) uncoach() {
	for _, other := range p.room.in() {
		if other.coached == p {
			other.coached, other.coach = nil, ""
			other.seat.Coach(nil)
		}
	}
}
