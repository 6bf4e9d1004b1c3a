package twiliobox

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
)

// userDefined is the one type of message that the Voice SDK may send.
const userDefined = "user-defined-message"

// mostContent is the largest content of a message, in octets (voice/api/
// userdefinedmessage-resource).
const mostContent = 10 << 10

var errNoBrowser = errors.New("no Voice SDK is on this leg")

// mailbox is what the application and the Voice SDK on a leg send each other. The
// call's goroutine alone uses it.
type mailbox struct {
	subscribers []subscriber
	posted      int               // messages of the browser
	queue       *callbackQueue    // of those to the application
	made        map[string]string // sids, by their prefix and idempotency key
}

// subscriber is where the browser's messages go.
type subscriber struct {
	sid string
	hook
}

// once returns the sid of what was made under an idempotency key, or has it made. What
// has no key is always made.
func (m *mailbox) once(prefix, key string, do func(sid string)) string {
	if sid, made := m.made[prefix+key]; made {
		return sid
	}
	sid := newSID(prefix)
	do(sid)
	if key == "" {
		return sid
	}
	if m.made == nil {
		m.made = map[string]string{}
	}

	m.made[prefix+key] = sid
	return sid
}

// active says whether messages can go: while it rings and while it is in progress
// (voice/sdks/call-message-events).
func (l *leg) active() bool { return l.status == Ringing || l.status == InProgress }

// posted takes a message of the browser on a leg: into the transcript, and to every
// subscriber.
func (c *call) posted(l *leg, content json.RawMessage, contentType, sid string) {
	c.said(l, Utterance{Kind: "message", Text: string(content)})
	l.mail.posted++
	form := url.Values{
		"AccountSid":     {c.engine.config.AccountSID},
		"CallSid":        {l.sid},
		"Content":        {string(content)},
		"ContentType":    {contentType},
		"SequenceNumber": {strconv.Itoa(l.mail.posted)},
		"Sid":            {sid},
		"Timestamp":      {c.clock.now.Format("Mon, 2 Jan 2006 15:04:05 -0700")},
	}

	if l.mail.queue == nil {
		l.mail.queue = &callbackQueue{call: c}
	}
	for _, s := range l.mail.subscribers {
		d := delivery{leg: l, event: "message", request: c.callback("message", s.hook, l)}
		d.form = form
		l.mail.queue.post(d)
	}
}

// message is a message of the browser: acknowledged once it is on its way.
func (s *socket) message(m heard) {
	p := m.Payload
	refuse := func(why *Refusal) {
		s.send("error", fields{"callsid": p.CallSID, "voiceeventsid": p.VoiceEventSID, "error": why})
	}
	if p.MessageType != userDefined {
		refuse(errMessageType)
		return
	}
	var content bytes.Buffer
	if err := json.Compact(&content, p.Content); err != nil {
		refuse(errMalformed)
		return
	}
	if content.Len() > mostContent {
		refuse(errMessageSize)
		return
	}

	c, ok := s.find(p.CallSID)
	if !ok {
		refuse(errMessageNoCall)
		return
	}
	if p.ContentType == "" {
		p.ContentType = "application/json"
	}

	err := c.leg.order(func() error {
		if !c.leg.active() {
			return errEnded
		}
		c.leg.call().posted(c.leg, content.Bytes(), p.ContentType, p.VoiceEventSID)
		return nil
	})
	if err != nil {
		refuse(errMessageNoCall)
		return
	}

	s.send("ack", fields{"acktype": "message", "callsid": p.CallSID, "voiceeventsid": p.VoiceEventSID})
}

// atBrowser does something for the browser on a leg that is active, on the call's
// goroutine.
func (e *engine) atBrowser(l *leg, do func(*clientCall)) error {
	return l.order(func() error {
		if !l.active() {
			return errEnded
		}
		c, ok := l.party.(*clientCall)
		if !ok {
			return errNoBrowser
		}
		do(c)
		return nil
	})
}

// deliver hands a message of the application to the browser. One whose connection is
// lost at this moment misses it.
func (c *clientCall) deliver(content json.RawMessage, sid string) {
	c.exchange.mu.Lock()
	defer c.exchange.mu.Unlock()
	if c.socket == nil {
		return
	}
	c.socket.send("message", fields{
		"callsid": c.callSID(), "content": content, "contenttype": "application/json", "messagetype": userDefined, "voiceeventsid": sid,
	})
}
