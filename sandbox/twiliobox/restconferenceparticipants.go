package twiliobox

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// listParticipants lists who is in a room now; a finished one has nobody.
func (b *Box) listParticipants(r *http.Request) (any, *restError) {
	s := b.engine.rooms
	flag := func(name string, value bool) bool { return wanted(r.Form, name, strconv.FormatBool(value)) }
	s.mu.Lock()
	one, ok := s.find(r.PathValue("room"))
	if !ok {
		s.mu.Unlock()
		return nil, errRestNotFound
	}

	var all []resource
	for _, p := range slices.Backward(one.people) {
		if flag("Muted", p.muted) && flag("Hold", p.held) && flag("Coaching", p.coach != "") {
			all = append(all, resource{p.leg.sid, b.participantJSON(p)})
		}
	}
	s.mu.Unlock()
	return b.page(r, "participants", all)
}

// participant finds one by CallSid or label. The caller holds rooms.mu.
func (b *Box) participant(r *http.Request) (*participant, *restError) {
	one, ok := b.engine.rooms.find(r.PathValue("room"))
	if !ok {
		return nil, errRestNotFound
	}
	key := sid(r)
	i := slices.IndexFunc(one.people, func(p *participant) bool { return p.leg.sid == key || p.label == key && key != "" })
	if i < 0 {
		return nil, errRestNotFound
	}
	return one.people[i], nil
}

func (b *Box) fetchParticipant(r *http.Request) (any, *restError) {
	b.engine.rooms.mu.Lock()
	defer b.engine.rooms.mu.Unlock()
	p, fault := b.participant(r)
	if fault != nil {
		return nil, fault
	}
	return b.participantJSON(p), nil
}

func (b *Box) updateParticipant(r *http.Request) (any, *restError) {
	s := b.engine.rooms
	s.mu.Lock()
	p, fault := b.participant(r)
	s.mu.Unlock()
	if fault != nil {
		return nil, fault
	}
	want, fault := readChange(r.PostForm)
	if fault != nil {
		return nil, fault
	}

	if err := s.change(p, want); err != nil {
		return nil, errRestNotFound // gone, or not in yet
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return b.participantJSON(p), nil
}

// readChange reads what is to be changed. Anything but true is false, as at Twilio.
func readChange(form url.Values) (change, *restError) {
	flag := func(name string) *bool {
		if !form.Has(name) {
			return nil
		}
		value := form.Get(name) == "true"
		return &value
	}
	want := change{
		muted:      flag("Muted"),
		held:       flag("Hold"),
		ends:       flag("EndConferenceOnExit"),
		beepsOut:   flag("BeepOnExit"),
		coaching:   flag("Coaching"),
		hold:       page{url: form.Get("HoldUrl"), method: form.Get("HoldMethod")},
		wait:       page{url: form.Get("WaitUrl"), method: form.Get("WaitMethod")},
		waitSilent: form.Has("WaitUrl") && form.Get("WaitUrl") == "",
		announce:   page{url: form.Get("AnnounceUrl"), method: form.Get("AnnounceMethod")},
	}
	if form.Has("CallSidToCoach") {
		to := form.Get("CallSidToCoach")
		want.coach = &to
	}

	if want.hold.url != "" && want.hold.method == "" {
		want.hold.method = http.MethodGet // the page says so of HoldUrl alone
	}
	for _, p := range []page{want.hold, want.wait, want.announce} {
		if checkURL(p.url) != nil || !validMethod(p.method) {
			return change{}, restFault(http.StatusBadRequest, 20001, "HoldUrl, WaitUrl and AnnounceUrl must be absolute, with http or https, and their methods GET or POST")
		}
	}

	return want, nil
}

// removeParticipant ends the leg of one who is in a room, or is dialled into it.
func (b *Box) removeParticipant(r *http.Request) (any, *restError) {
	s := b.engine.rooms
	s.mu.Lock()
	p, fault := b.participant(r)
	if fault == nil {
		p.kicked = true
	}
	s.mu.Unlock()
	if fault != nil {
		return nil, fault
	}

	if errors.Is(p.remove(), errEnded) {
		return nil, errRestNotFound
	}
	return noContent{}, nil
}

func (b *Box) participantJSON(p *participant) map[string]any {
	b.engine.mu.Lock()
	waited := p.leg.waited
	b.engine.mu.Unlock()
	return map[string]any{
		"call_sid": p.leg.sid, "conference_sid": p.room.sid, "account_sid": b.engine.config.AccountSID,
		"label": orNull(p.label), "status": p.status(), "muted": p.muted, "hold": p.held,
		"coaching": p.coach != "", "call_sid_to_coach": orNull(p.coach),
		"start_conference_on_enter": p.starts, "end_conference_on_exit": p.ends,
		"queue_time":   strconv.FormatInt(waited.Milliseconds(), 10),
		"date_created": rfc2822(p.made), "date_updated": rfc2822(p.changed),
		"uri": b.uri("/Conferences/%s/Participants/%s.json", p.room.sid, p.leg.sid),
	}
}
