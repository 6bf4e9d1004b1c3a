package twiliobox

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// roomReports are the events of rooms by their subscription.
var roomReports = map[string]string{
	"conference-start":   "start",
	"conference-end":     "end",
	"participant-join":   "join",
	"participant-leave":  "leave",
	"participant-mute":   "mute",
	"participant-unmute": "mute",
	"participant-hold":   "hold",
	"participant-unhold": "hold",
	"participant-modify": "modify",
	"announcement-end":   "announcement",
	"announcement-fail":  "announcement",
}

// tell reports an event of the room, when its first participant subscribed to it;
// p is whom it concerns, or nil. SequenceNumber counts the events sent, from 1. The
// caller holds rooms.mu.
func (r *room) tell(event string, p *participant, more url.Values, now time.Time) {
	if r.hook.url == "" || !slices.Contains(r.hook.events, roomReports[event]) {
		return
	}
	form := r.parameters()
	form.Set("StatusCallbackEvent", event)
	form.Set("SequenceNumber", strconv.Itoa(r.sequence))
	form.Set("Timestamp", now.Format(time.RFC1123Z))
	for name, values := range more {
		form[name] = values
	}

	about := r.first
	if p != nil {
		about = p.leg
		p.describe(form)
	}
	d := delivery{
		leg:   about,
		event: event,
		last:  event == "conference-end",
		request: request{
			purpose: "conference",
			method:  r.hook.method,
			url:     r.hook.url,
			form:    form,
			callSID: about.sid,
			client:  r.client,
			token:   newUUID(),
		},
	}
	d.fate = r.engine.gremlin.strike(event, fmt.Sprint("room ", r.number, " ", r.sequence))
	r.sequence++
	r.callbacks.post(d)
	if d.last {
		r.callbacks.flush()
	}
}

// describe adds what a report says of the one it concerns.
func (p *participant) describe(form url.Values) {
	form.Set("CallSid", p.leg.sid)
	form.Set("Muted", strconv.FormatBool(p.muted))
	form.Set("Hold", strconv.FormatBool(p.held))
	form.Set("Coaching", strconv.FormatBool(p.coach != ""))
	form.Set("EndConferenceOnExit", strconv.FormatBool(p.ends))
	form.Set("StartConferenceOnEnter", strconv.FormatBool(p.starts))
	if p.label != "" {
		form.Set("ParticipantLabel", p.label)
	}
}
