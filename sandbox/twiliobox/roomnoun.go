package twiliobox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// page is a document that is fetched for somebody in a room.
type page struct{ url, method string }

// roomNoun is a Conference noun, or what the REST API says of a participant: into
// which room somebody comes, and as what.
type roomNoun struct {
	name, label, region string
	muted, starts, ends bool
	beepsIn, beepsOut   bool
	coach               string // CallSid of the one who alone hears this one
	wait                page   // while the room has not begun; without a URL: music
	silent              bool   // in place of it: waitUrl was empty
	most                int    // people in the room
	hook                hook   // for the room, if this is its first
}

const (
	mostInRoom  = 250
	longestName = 128
)

// roomEvents are the words of statusCallbackEvent (voice/twiml/conference).
var roomEvents = []string{"start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"}

// usualRoom is a Conference noun without attributes.
func usualRoom(name string) roomNoun {
	return roomNoun{
		name:     name,
		starts:   true,
		beepsIn:  true,
		beepsOut: true,
		most:     mostInRoom,
	}
}

// readRoom reads a Conference noun; a value that Twilio does not accept gives its
// warning and the default, one that the box does nothing with a notice.
func (c *call) readRoom(d document, v *node) *roomNoun {
	n := usualRoom(v.text)
	n.label, n.region, n.coach = v.attrs["participantLabel"], v.attrs["region"], v.attrs["coach"]
	n.muted = c.flag(v, "muted", 13230)
	n.ends = c.flag(v, "endConferenceOnExit", 13231)
	if v.attrs["startConferenceOnEnter"] != "" {
		n.starts = c.flag(v, "startConferenceOnEnter", 13232)
	}

	if beep, given := v.attrs["beep"]; given && !n.beep(beep) {
		c.warn(13235, "Dial->Conference: invalid beep value: true, false, onEnter or onExit; true is used")
	}
	if !goodLabel(n.label) {
		c.warn(12200, "schema validation warning: participantLabel must have at most 128 characters and no /; it is left out")
		n.label = ""
	}

	n.most = c.whole(c.parent, v, "maxParticipants", limits{
		usual: mostInRoom,
		from:  1,
		to:    mostInRoom,
		code:  12200,
	})

	wait, given := v.attrs["waitUrl"]
	n.silent = given && wait == ""
	if wait != "" {
		n.wait = page{url: resolve(d.base, wait), method: c.method(v, "waitMethod", 13234)}
	}

	n.hook = c.readRoomHook(d, v)
	c.readWithoutEffect(v)
	return &n
}

// beep says whether the word is one of Twilio's.
func (n *roomNoun) beep(word string) bool {
	n.beepsIn, n.beepsOut = word != "false" && word != "onExit", word != "false" && word != "onEnter"
	return slices.Contains([]string{"true", "false", "onEnter", "onExit"}, word)
}

func goodLabel(label string) bool { return len(label) <= longestName && !strings.Contains(label, "/") }

func (c *call) readRoomHook(d document, v *node) hook {
	to := v.attrs["statusCallback"]
	if to == "" {
		return hook{}
	}
	h := hook{url: resolve(d.base, to), method: c.method(v, "statusCallbackMethod", 12200)}

	for _, event := range strings.Fields(v.attrs["statusCallbackEvent"]) {
		if !slices.Contains(roomEvents, event) {
			c.warn(12200, fmt.Sprintf("schema validation warning: statusCallbackEvent %q is none of %v", event, roomEvents))
			continue
		}
		if event == "speaker" {
			c.warn(0, "not simulated: speaker events; none is sent")
		}
		h.events = append(h.events, event)
	}
	return h
}

// readWithoutEffect says of what is accepted that nothing comes of it.
func (c *call) readWithoutEffect(v *node) {
	words := map[string][]string{
		"record":           {"do-not-record", "record-from-start", "true", "false"},
		"trim":             {"trim-silence", "do-not-trim"},
		"jitterBufferSize": {"small", "medium", "large", "off"},
	}
	for _, name := range []string{"record", "trim", "jitterBufferSize"} {
		word, given := v.attrs[name]
		if given && !slices.Contains(words[name], word) {
			c.warn(12200, fmt.Sprintf("schema validation warning: %s must be one of %v", name, words[name]))
		}
	}

	if record := v.attrs["record"]; record == "record-from-start" || record == "true" {
		c.warn(0, "not simulated: record of a Conference; the room goes on without a recording")
	}
	if size := v.attrs["jitterBufferSize"]; size != "" && size != "small" {
		c.warn(0, "not simulated: jitterBufferSize "+size+"; sound is as late as with small")
	}
}

// request is for the page, with what is said of the room and of the one who hears.
func (p page) request(purpose string, r *room, l *leg) request {
	form := r.parameters()
	sid := ""
	if l != nil {
		sid = l.sid
		form.Set("CallSid", l.sid)
		form.Set("From", l.from)
		form.Set("To", l.to)
	}
	method := p.method
	if method == "" {
		method = http.MethodPost
	}

	return request{
		purpose: purpose,
		method:  method,
		url:     p.url,
		form:    form,
		callSID: sid,
		client:  r.client,
		token:   newUUID(),
	}
}
