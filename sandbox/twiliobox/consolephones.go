package twiliobox

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// phoneView is a phone as the console shows it.
type phoneView struct {
	Number string `json:"number"`
	Phone
	State    string    `json:"state"` // idle, ringing or in-call
	CallSID  string    `json:"callSid,omitempty"`
	From     string    `json:"from,omitempty"` // the caller id it shows
	Since    time.Time `json:"since,omitzero"` // of the state, on the wall clock
	Attended bool      `json:"attended"`       // somebody sits in front of it
	Digits   string    `json:"digits"`         // keys heard from the other side in this call
}

// phoneRule is a line of the package comment's table.
type phoneRule struct {
	LastDigits string `json:"lastDigits"`
	Outcome    string `json:"outcome"`
	SIP        int    `json:"sipResponseCode,omitempty"`
}

var (
	phoneRanges = []string{"+447700900000-+447700900999", "+442079460000-+442079460999", "+441614960000-+441614960999"}
	phoneRules  = []phoneRule{
		{"404", "failed", 404}, {"480", "failed", 480}, {"486", "busy", 486}, {"487", "no-answer", 487},
		{"503", "failed", 503}, {"603", "decline", 603}, {"700-709", "voicemail", 0}, {"800-809", "manual", 0},
		{"others", "answer", 0},
	}
)

// seePhones shows the phones that have a script or a call; all others do what
// the rules say.
func (b *Box) seePhones(*http.Request) (int, any, error) {
	phones := []phoneView{}
	seen := map[string]bool{}
	show := func(number string) {
		if !seen[number] {
			seen[number] = true
			phones = append(phones, b.engine.phone(number))
		}
	}
	for _, number := range b.engine.phones.scripted() {
		show(number)
	}
	for _, v := range b.engine.views(func(l *leg) bool { return l.toPhone() && !l.status.Final() }) {
		show(v.To)
	}
	return http.StatusOK, map[string]any{"phones": phones, "ranges": phoneRanges, "rules": phoneRules}, nil
}

func (e *engine) phone(number string) phoneView {
	v := phoneView{
		Number:   number,
		Phone:    e.phones.lookup(number),
		State:    "idle",
		Attended: e.phones.isAttended(number),
	}

	e.mu.Lock()
	defer e.mu.Unlock()
	l := e.latestLocked(number)
	if l == nil {
		return v
	}

	switch {
	case l.status == Ringing:
		v.State = "ringing"
	case l.status == InProgress:
		v.State = "in-call"
	case !l.status.Final():
		return v // on its way: the phone does not know yet
	}

	v.Since = l.since
	if v.State == "idle" {
		return v
	}
	v.CallSID, v.From, v.Digits = l.sid, l.from, l.digits
	return v
}

// latestLocked finds the leg at an address that its phone shows: the newest live
// one, else the newest.
func (e *engine) latestLocked(address string) (latest *leg) {
	for _, l := range slices.Backward(e.order) {
		if l.to != address || !l.toPhone() {
			continue
		}
		if !l.status.Final() {
			return l
		}
		if latest == nil {
			latest = l
		}
	}
	return latest
}

// address reads the number of a path: a client may also be named.
func address(r *http.Request) (string, error) {
	number := r.PathValue("number")
	if !strings.HasPrefix(number, "client:") && !servedNumber().MatchString(number) {
		return "", badRequest{fmt.Errorf("there are phones only at %v, and at client:<identity>", phoneRanges)}
	}
	return number, nil
}

func (b *Box) setPhone(r *http.Request) (int, any, error) {
	number, err := address(r)
	if err != nil {
		return 0, nil, err
	}
	var p Phone
	if err := decode(r, &p); err != nil {
		return 0, nil, err
	}
	if err := p.check(); err != nil {
		return 0, nil, badRequest{err}
	}
	b.engine.phones.set(number, p)
	b.engine.bus.publish(Event{Type: "phone", Text: number})
	return http.StatusOK, b.engine.phone(number), nil
}

func (b *Box) seePhone(r *http.Request) (int, any, error) {
	number, err := address(r)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, b.engine.phone(number), nil
}

// usePhone does what a person does with the phone that has the newest call at a
// number. Any phone that rings can be answered before its script does.
func (b *Box) usePhone(r *http.Request) (int, any, error) {
	number, err := address(r)
	if err != nil {
		return 0, nil, err
	}
	acts := map[string]func(*http.Request, *leg) (string, error){
		"answer": b.answerPhone, "voicemail": b.toVoicemail, "digits": b.pressDigits,
		"decline": func(_ *http.Request, l *leg) (string, error) {
			return "", b.engine.press(l, func() func() { return l.onDecline })
		},
		"hangup": func(_ *http.Request, l *leg) (string, error) { return "", b.engine.hangUp(l) },
	}
	act, known := acts[r.PathValue("act")]
	if !known {
		return 0, nil, badRequest{errors.New("a phone can answer, decline, hangup, voicemail and digits")}
	}
	l, ok := b.engine.live(number)
	if !ok {
		return 0, nil, errNotRinging
	}
	sdp, err := act(r, l)
	if err != nil {
		return 0, nil, err
	}

	return http.StatusOK, struct {
		phoneView
		SDP string `json:"sdp,omitempty"`
	}{b.engine.phone(number), sdp}, nil
}

// press does what a phone's button does while it rings.
func (e *engine) press(l *leg, button func() func()) error {
	return l.order(func() error {
		act := button()
		if act == nil {
			return errNotRinging
		}
		act()
		return nil
	})
}
