package twiliobox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// answerPhone picks a phone up: by itself, or with the sound of the page that
// gives an SDP offer. A page may also take a call that goes on, its own after it
// was loaded again or the automatic voice's. It returns the SDP answer.
func (b *Box) answerPhone(r *http.Request, l *leg) (string, error) {
	var in struct {
		SDP string `json:"sdp"`
	}
	if err := decodeSome(r, &in); err != nil {
		return "", err
	}
	if in.SDP == "" {
		return "", b.pickUpPhone(l)
	}
	p, sdp, err := b.engine.newPlug(r.Context(), l, in.SDP)
	if err != nil {
		return "", badRequest{fmt.Errorf("sdp: it cannot be answered: %w", err)}
	}

	p.silent = time.AfterFunc(b.engine.patience.phone, func() {
		p.onLine(func(l *leg) { l.call().leave(l) })
	})
	err = l.order(func() error { return l.takeByPage(p) })
	if err != nil {
		p.close()
		return "", err
	}

	b.engine.bus.publish(Event{Type: "phone", Text: l.to})
	return sdp, nil
}

// takeByPage gives a leg to the person at a page, who talks as long as he likes.
func (l *leg) takeByPage(p *plug) error {
	if l.onAnswer == nil && l.status != InProgress {
		return errNotRinging
	}
	l.call().attach(l, p)
	l.phone.TalkSeconds = new(float64)
	if l.onAnswer != nil {
		l.onAnswer(l.phone)
	}
	return nil
}

// pickUpPhone lets the automatic voice answer. Of a phone that somebody attends
// that person also decides when the call ends.
func (b *Box) pickUpPhone(l *leg) error {
	return b.engine.press(l, func() func() {
		if l.onAnswer == nil {
			return nil
		}
		phone := l.phone
		if b.engine.phones.isAttended(l.to) {
			phone.TalkSeconds = new(float64)
		}
		return func() { l.onAnswer(phone) }
	})
}

// toVoicemail lets a machine answer a phone that rings.
func (b *Box) toVoicemail(_ *http.Request, l *leg) (string, error) {
	machine := Phone{Outcome: "voicemail"}.completed()
	return "", b.engine.press(l, func() func() {
		if l.onAnswer == nil {
			return nil
		}
		return func() { l.onAnswer(machine) }
	})
}

// pressDigits is keys pressed on a phone in a call.
func (b *Box) pressDigits(r *http.Request, l *leg) (string, error) {
	var in struct {
		Digits string `json:"digits"`
	}
	if err := decode(r, &in); err != nil {
		return "", err
	}
	if !pressable(in.Digits) {
		return "", badRequest{fmt.Errorf("digits must be 1 to %d keys of a phone: 0-9, *, #, A-D, and w or W to wait", mostKeys)}
	}

	return "", l.order(func() error {
		if l.status != InProgress {
			return errNotInCall
		}
		l.call().pressed(l, in.Digits)
		return nil
	})
}

// decodeSome is decode for a body that may be left out.
func decodeSome(r *http.Request, into any) error {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return badRequest{fmt.Errorf("read the body: %w", err)}
	}
	if len(raw) == 0 {
		return nil
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return badRequest{fmt.Errorf("the body must be the documented JSON: %w", err)}
	}
	return nil
}
