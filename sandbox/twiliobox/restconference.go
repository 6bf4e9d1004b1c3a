package twiliobox

import (
	"net/http"
	"slices"

	"perci.health/careline/sandbox/media"
)

// listConferences lists rooms, newest first, by FriendlyName and Status.
func (b *Box) listConferences(r *http.Request) (any, *restError) {
	s := b.engine.rooms
	s.mu.Lock()
	var all []resource
	for _, one := range slices.Backward(s.all) {
		if wanted(r.Form, "FriendlyName", one.name) && wanted(r.Form, "Status", one.status) {
			all = append(all, resource{one.sid, b.conferenceJSON(one)})
		}
	}
	s.mu.Unlock()
	return b.page(r, "conferences", all)
}

func (b *Box) fetchConference(r *http.Request) (any, *restError) {
	s := b.engine.rooms
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.find(sid(r))
	if !ok {
		return nil, errRestNotFound
	}
	return b.conferenceJSON(one), nil
}

// updateConference ends a room, which hangs up everybody in it, or announces
// something to all who are in it (voice/api/conference-resource).
func (b *Box) updateConference(r *http.Request) (any, *restError) {
	s := b.engine.rooms
	status, announce := r.PostForm.Get("Status"), r.PostForm.Get("AnnounceUrl")
	switch {
	case status != "" && status != "completed":
		return nil, restFault(http.StatusBadRequest, 20001, "Status must be completed")
	case checkURL(announce) != nil || !validMethod(r.PostForm.Get("AnnounceMethod")):
		return nil, restFault(http.StatusBadRequest, 20001, "AnnounceUrl must be absolute, with http or https, and AnnounceMethod GET or POST")
	}

	s.mu.Lock()
	one, ok := s.find(sid(r))
	if !ok || announce != "" && one.status == "completed" {
		s.mu.Unlock()
		return nil, errRestNotFound
	}
	if announce != "" {
		one.news.end()
		one.news = one.announce(page{announce, r.PostForm.Get("AnnounceMethod")}, nil, func(sound media.Source) func() { return one.mixer.Play(sound) })
	}
	s.mu.Unlock()
	if status == "completed" {
		s.finish(one)
	}

	return b.fetchConference(r)
}

// finish ends a room for the REST API.
func (s *rooms) finish(r *room) {
	s.mu.Lock()
	people := slices.Clone(r.people)
	s.shut(r, ending{reason: endedByREST, text: "Conference ended via API"})
	s.mu.Unlock()
	for _, p := range people {
		// Who has hung up meanwhile is out as well.
		_ = p.remove()
	}
}

// remove ends the leg of a participant, or the ringing for it.
func (p *participant) remove() error {
	l := p.leg
	return l.order(func() error {
		switch {
		case l.status.Final():
			return errEnded
		case l.status == InProgress:
			l.byREST = true
			l.call().end(l, Completed, l.sipAnswered())
		default:
			l.call().end(l, Canceled, 487)
		}
		return nil
	})
}

func (b *Box) conferenceJSON(r *room) map[string]any {
	uri := b.uri("/Conferences/%s", r.sid)
	return map[string]any{
		"sid": r.sid, "account_sid": b.engine.config.AccountSID, "api_version": restVersion,
		"friendly_name": r.name, "region": r.region, "status": r.status,
		"date_created": rfc2822(r.made), "date_updated": rfc2822(r.changed),
		"reason_conference_ended": orNull(r.ended().reason), "call_sid_ending_conference": orNull(r.ended().callSID),
		"uri": uri + ".json",
		"subresource_uris": map[string]string{
			"participants": uri + "/Participants.json",
			"recordings":   uri + "/Recordings.json",
		},
	}
}

// ended is why the room has ended, nothing before that.
func (r *room) ended() ending {
	if r.status != "completed" {
		return ending{}
	}
	return r.ending
}
