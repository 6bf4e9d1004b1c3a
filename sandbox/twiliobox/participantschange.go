package twiliobox

// change is what the REST API wants of a participant; nil: as it is.
type change struct {
	muted, held, ends, beepsOut, coaching *bool
	coach                                 *string
	hold, wait, announce                  page
	waitSilent                            bool
}

// change does to a participant what the REST API asks, and reports it, on the
// goroutine of its call.
func (s *rooms) change(p *participant, want change) error {
	return p.leg.order(func() error {
		c := p.leg.call()
		s.mu.Lock()
		defer s.mu.Unlock()
		if p.seat == nil {
			return errNotFound
		}
		p.changed, p.room.changed = c.clock.now, c.clock.now
		p.mute(want, c)
		p.setHold(want, c)
		p.modify(want, c)
		if want.announce.url != "" {
			p.announced(want.announce)
		}
		s.show()
		return nil
	})
}

func (p *participant) mute(want change, c *call) {
	if want.muted == nil || *want.muted == p.muted {
		return
	}
	p.muted = *want.muted
	p.seat.Mute(p.muted)
	event := "participant-unmute"
	if p.muted {
		event = "participant-mute"
	}
	p.room.tell(event, p, nil, c.clock.now)
}

func (p *participant) setHold(want change, c *call) {
	switch {
	case want.held == nil:
		return
	case *want.held:
		began := !p.held
		if began || want.hold.url != "" {
			p.held, p.hold = true, want.hold
			p.rests("hold", p.hold, false)
		}
		if began {
			p.room.tell("participant-hold", p, nil, c.clock.now)
		}
	case p.held:
		p.held = false
		p.hush()
		if p.room.status == "init" {
			p.waits()
		} else {
			p.seat.Back()
		}
		p.room.tell("participant-unhold", p, nil, c.clock.now)
	}
}

// modify changes what is reported as one modification.
func (p *participant) modify(want change, c *call) {
	changed := false
	set := func(to *bool, from *bool) {
		if from != nil && *from != *to {
			*to, changed = *from, true
		}
	}
	set(&p.ends, want.ends)
	set(&p.beepsOut, want.beepsOut)
	if want.wait.url != "" || want.waitSilent {
		p.wait, p.silent, changed = want.wait, want.waitSilent, true
		if p.room.status == "init" && !p.held {
			p.waits()
		}
	}

	if p.recoach(want, c) || changed {
		p.room.tell("participant-modify", p, nil, c.clock.now)
	}
}

func (p *participant) recoach(want change, c *call) (changed bool) {
	before := p.coach
	if want.coach != nil {
		p.coach = *want.coach
	}
	if want.coaching != nil && !*want.coaching {
		p.coach = ""
	}
	if p.coach == before {
		return false
	}

	p.coached = nil
	p.seat.Coach(nil)
	p.coaches(c)
	return true
}
