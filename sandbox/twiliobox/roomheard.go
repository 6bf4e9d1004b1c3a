package twiliobox

import (
	"errors"
	"net/url"
	"time"

	"perci.health/careline/sandbox/media"
)

// waits lets p hear what is heard before the room begins.
func (p *participant) waits() { p.rests("wait", p.wait, p.silent) }

// rests takes p away from the room, to hear a document: music, when there is none.
// The caller holds rooms.mu.
func (p *participant) rests(purpose string, document page, silent bool) {
	p.hush()
	if document.url == "" {
		var music media.Source
		if !silent {
			music = media.Music()
		}
		p.seat.Leave(music)
		return
	}

	p.seat.Leave(nil)
	s, e := p.room.engine.newScript(nil, func(Utterance) {}), p.room.engine
	s.loop, s.hear = true, e.rooms.while(p, s)
	p.music = s
	first := document.request(purpose, p.room, p.leg)
	e.running.Go(func() {
		code, err := s.run(first)
		if err == nil || errors.Is(err, errStopped) {
			return
		}
		p.leg.call().notice(p.leg, Notice{
			Level:   "error",
			Code:    code,
			Message: purpose + " document: " + err.Error(),
			URL:     document.url,
		})
		if purpose == "wait" {
			e.rooms.unable(p, s)
		}
	})
}

// while lets p hear what a script plays, for as long as it is the one that plays.
func (s *rooms) while(p *participant, playing *script) func(media.Source) {
	return func(sound media.Source) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if p.music == playing && p.seat != nil {
			p.seat.Leave(sound)
		}
	}
}

// unable has p leave whose wait document cannot be had: the conference is not
// established for it (voice/twiml/conference, waitUrl).
func (s *rooms) unable(p *participant, playing *script) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.music == playing {
		p.outcome = "failed"
		p.send()
	}
}

// hush ends what p hears while it is away.
func (p *participant) hush() {
	p.music.end()
	p.music = nil
}

// announced plays a document to p alone, in place of one that runs, and reports the
// end of it. The caller holds rooms.mu.
func (p *participant) announced(document page) {
	p.news.end()
	p.news = p.room.announce(document, p, p.seat.Play)
}

// announce plays a document to whom play lets hear it. The caller holds rooms.mu.
func (r *room) announce(document page, p *participant, play func(media.Source) func()) *script {
	stop := func() {}
	hear := func(sound media.Source) {
		stop()
		stop = func() {}
		if sound != nil {
			stop = play(sound)
		}
	}

	var to *leg
	if p != nil {
		to = p.leg
	}
	s := r.engine.newScript(hear, func(u Utterance) { r.heardBy(p, u) })
	first := document.request("announce", r, to)
	r.engine.running.Go(func() {
		code, err := s.run(first)
		hear(nil)
		if errors.Is(err, errStopped) {
			return
		}
		r.announcedBy(document, p, code, err)
	})
	return s
}

// announcedBy reports how an announcement ended.
func (r *room) announcedBy(document page, p *participant, code int, failed error) {
	about := r.first
	if p != nil {
		about = p.leg
	}
	now := timeOf(about)
	s := r.engine.rooms
	s.mu.Lock()
	defer s.mu.Unlock()
	if p != nil {
		if p.seat == nil {
			p = nil // it has gone: the report does not describe it any more
		}
	}

	more, event := url.Values{"AnnounceUrl": {document.url}}, "announcement-end"
	if failed != nil {
		event = "announcement-fail"
		more.Set("ReasonAnnouncementFailed", failed.Error())
		about.call().notice(about, Notice{
			Level:   "error",
			Code:    code,
			Message: "announcement: " + failed.Error(),
			URL:     document.url,
		})
	}
	r.tell(event, p, more, now)
}

// timeOf is what the clock of a leg's call shows, or the wall's when it has ended.
func timeOf(l *leg) time.Time {
	now := time.Now().UTC()
	// When it has ended nobody turns that clock any more.
	_ = l.order(func() error {
		now = l.call().clock.now
		return nil
	})
	return now
}

// heardBy keeps what is announced in the transcripts of those who hear it.
func (r *room) heardBy(p *participant, u Utterance) {
	s := r.engine.rooms
	s.mu.Lock()
	all := r.in()
	s.mu.Unlock()
	if p != nil {
		all = []*participant{p}
	}
	for _, one := range all {
		l := one.leg
		// Who has ended hears nothing.
		_ = l.order(func() error {
			l.call().said(l, u)
			return nil
		})
	}
}
