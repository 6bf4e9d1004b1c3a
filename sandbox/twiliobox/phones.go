package twiliobox

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"
)

// Phone says how the phone behind a number behaves when it is called. Pointers
// are nil for the outcome's usual value. Seconds are of the call's clock.
type Phone struct {
	// Outcome is answer, busy, no-answer, failed, voicemail, decline or manual.
	Outcome     string   `json:"outcome"`
	RingSeconds *float64 `json:"ringSeconds,omitempty"` // until it is answered or declined
	// TalkSeconds is how long it stays on the line once answered; 0 means until
	// the other side or the sandbox hangs up.
	TalkSeconds *float64 `json:"talkSeconds,omitempty"`
	// AnsweredBy overrides what machine detection finds.
	AnsweredBy string `json:"answeredBy,omitempty"`
	// AnsweredByFirst is what machine detection reports before it is sure.
	AnsweredByFirst string `json:"answeredByFirst,omitempty"`
	// SIPResponseCode overrides the code of outcome failed (503), busy (486) or
	// decline (603).
	SIPResponseCode int `json:"sipResponseCode,omitempty"`
	// ErrorCode of Twilio's error dictionary goes with outcome failed. That a last
	// report carries one is on no page of the Number noun; a call's resource and its
	// logs have it, so it is sent as further parameters may be.
	ErrorCode int `json:"errorCode,omitempty"`
	// Voice is what somebody who answers by himself says: auto (greets, and
	// answers when the other side stops talking), tone:<hertz>, silence or echo
	// (says what it hears). A voicemail says its announcement instead.
	Voice string `json:"voice,omitempty"`
	// Presses are the keys that somebody who answers by himself presses a second
	// after a Gather has begun on his leg; a voicemail presses none.
	Presses string `json:"presses,omitempty"`
}

var (
	servedNumber = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\+44(7700900|2079460|1614960)([0-9]{3})$`)
	})
	outcomes   = []string{"answer", "busy", "no-answer", "failed", "voicemail", "decline", "manual"}
	detections = []string{"", "human", "fax", "unknown", "machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other"}
)

// check returns every fault of p in one error, or nil.
func (p Phone) check() error {
	var wrong []error
	if !slices.Contains(outcomes, p.Outcome) {
		wrong = append(wrong, fmt.Errorf("outcome must be one of %v", outcomes))
	}

	for name, s := range map[string]*float64{"ringSeconds": p.RingSeconds, "talkSeconds": p.TalkSeconds} {
		if s != nil && !(*s >= 0 && *s <= 86400) {
			wrong = append(wrong, fmt.Errorf("%s must be between 0 and 86400", name))
		}
	}

	if !slices.Contains(detections, p.AnsweredBy) || !slices.Contains(detections, p.AnsweredByFirst) {
		wrong = append(wrong, fmt.Errorf("answeredBy and answeredByFirst must be one of %v", detections[1:]))
	}
	if p.SIPResponseCode != 0 && (p.SIPResponseCode < 400 || p.SIPResponseCode > 699) {
		wrong = append(wrong, errors.New("sipResponseCode must be between 400 and 699"))
	}
	if p.ErrorCode != 0 && (p.ErrorCode < 10000 || p.ErrorCode > 99999) {
		wrong = append(wrong, errors.New("errorCode must have five digits"))
	}
	if p.Presses != "" && !pressable(p.Presses) {
		wrong = append(wrong, fmt.Errorf("presses must be up to %d keys of a phone", mostKeys))
	}
	if err := checkVoice(p.Voice); err != nil {
		wrong = append(wrong, err)
	}

	return errors.Join(wrong...)
}

// completed fills in the usual values of the outcome.
func (p Phone) completed() Phone {
	ring, talk := 3.0, 12.0
	switch p.Outcome {
	case "voicemail":
		ring, talk = 12, 20
	case "manual":
		talk = 0
	}

	if p.RingSeconds == nil {
		p.RingSeconds = &ring
	}
	if p.TalkSeconds == nil {
		p.TalkSeconds = &talk
	}
	if p.Voice == "" {
		p.Voice = "auto"
	}
	if p.Outcome == "failed" && p.SIPResponseCode == 0 {
		p.SIPResponseCode = 503
	}

	return p
}

// sipOr is the SIP response that the script names, else the usual one.
func (p Phone) sipOr(usual int) int {
	if p.SIPResponseCode != 0 {
		return p.SIPResponseCode
	}
	return usual
}

// phonebook knows every phone that can be called.
type phonebook struct {
	mu       sync.Mutex
	script   map[string]Phone
	attended map[string]int // people in front of it
}

// attend counts somebody in who sits in front of a phone (1), or out (-1).
func (b *phonebook) attend(address string, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.attended[address] += n
	if b.attended[address] == 0 {
		delete(b.attended, address)
	}
}

func (b *phonebook) isAttended(address string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.attended[address] > 0
}

// lookup returns the phone behind an address: an E.164 number or client:name.
// It always returns one; what nobody answers fails.
func (b *phonebook) lookup(address string) Phone {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p, ok := b.script[address]; ok {
		return p.completed()
	}
	return usual(address).completed()
}

func (b *phonebook) isScripted(address string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, scripted := b.script[address]
	return scripted
}

func (b *phonebook) set(address string, p Phone) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.script[address] = p
}

// scripted lists the addresses that were given a script of their own.
func (b *phonebook) scripted() (addresses []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for a := range b.script {
		addresses = append(addresses, a)
	}
	slices.Sort(addresses)
	return addresses
}

// usual is what a phone does that nobody has scripted: the package comment's
// table.
func usual(address string) Phone {
	m := servedNumber().FindStringSubmatch(address)
	if m == nil && len(address) > 7 && address[:7] == "client:" {
		return Phone{Outcome: absent}
	}
	if m == nil {
		return Phone{Outcome: "failed", SIPResponseCode: 404}
	}

	switch last := m[2]; {
	case last == "404":
		return Phone{Outcome: "failed", SIPResponseCode: 404}
	case last == "480":
		return Phone{Outcome: "failed", SIPResponseCode: 480}
	case last == "503":
		return Phone{Outcome: "failed", SIPResponseCode: 503}
	case last == "486":
		return Phone{Outcome: "busy"}
	case last == "487":
		return Phone{Outcome: "no-answer"}
	case last == "603":
		return Phone{Outcome: "decline"}
	case last >= "700" && last <= "709":
		return Phone{Outcome: "voicemail"}
	case last >= "800" && last <= "809":
		return Phone{Outcome: "manual"}
	}

	return Phone{Outcome: "answer"}
}
