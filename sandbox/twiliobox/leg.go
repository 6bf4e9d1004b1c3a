package twiliobox

import (
	"errors"
	"math"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Status is a CallStatus in Twilio's words (voice/api/call-resource).
type Status string

// The statuses a leg goes through, in order; it may skip some.
const (
	Queued     Status = "queued" // of the REST API's calls only
	Initiated  Status = "initiated"
	Ringing    Status = "ringing"
	InProgress Status = "in-progress"
	Completed  Status = "completed"
	Busy       Status = "busy"
	Failed     Status = "failed"
	NoAnswer   Status = "no-answer"
	Canceled   Status = "canceled"
)

// Final says whether no other status can follow.
func (s Status) Final() bool {
	switch s {
	case Completed, Busy, Failed, NoAnswer, Canceled:
		return true
	}
	return false
}

// State is a status and when the call's clock says it began.
type State struct {
	Status Status    `json:"status"`
	At     time.Time `json:"at"`
}

// Utterance is something heard on a leg. Kind is say, play, pause, digits,
// message (of the Voice SDK) or app-error.
type Utterance struct {
	CallSID  string    `json:"callSid"`
	At       time.Time `json:"at"`
	Kind     string    `json:"kind"`
	Text     string    `json:"text"`
	Voice    string    `json:"voice,omitempty"`
	Language string    `json:"language,omitempty"`
}

// Notice is an entry of Twilio's debugger. Level is warning or error; Code is
// from Twilio's error dictionary, or 0 for something only the sandbox says.
type Notice struct {
	CallSID string `json:"callSid"`
	Level   string `json:"level"`
	Code    int    `json:"code"`
	Message string `json:"message"`
	URL     string `json:"url,omitempty"`
}

// leg is one side of a call: the caller's (the parent) or a dialled one. The
// fields of the second block are written by the call's goroutine alone, under
// engine.mu, and read by others under it.
type leg struct {
	sid, parentSID, direction string
	from, caller, to          string
	applicationSID, numberSID string
	created                   time.Time
	held                      atomic.Pointer[call] // whose goroutine it is; another's after a redirect
	hook                      hook
	fallback                  hook // asked when its TwiML fails
	callbacks                 *callbackQueue
	sequence                  int
	pstn                      bool
	hops                      int   // numbers of the account that led here
	line                      *line // its sound
	deck                      *deck // that records it, or nil; the call's goroutine's
	gathering                 *gathering
	party                     party // who is told what becomes of it, or nil

	// Set by the Dial that holds the leg; the call's goroutine alone uses them.
	phone            Phone // that it rings, as its script is for this call
	onAnswer         func(Phone)
	onDecline, onEnd func()
	leaves           *alarm   // when the phone hangs up by itself
	byREST           bool     // the REST API ended it
	next             *request // TwiML that the REST API has it run in place of what it runs

	mail mailbox // of the Voice SDK on it

	// Of the TwiML that runs on it; the call's goroutine alone uses them.
	rescuing bool    // it comes from the fallback
	trouble  *Notice // why the fallback is to be asked, until it is

	status            Status
	answered, ended   time.Time
	sip               int
	errorCode         int // of Twilio's error dictionary, why it failed; 0: none is told
	answeredBy        string
	states            []State
	transcript        []Utterance   // of the whole call, on the parent
	notices           []Notice      // of the whole call, on the parent
	dialled           []*leg        // on the parent
	bridged           *leg          // whom it can talk to
	digits            string        // keys heard from the other side
	since             time.Time     // of the status, on the wall clock
	applicationFailed bool          // it ended because of that
	waited            time.Duration // for its turn, when the REST API placed it
}

// call is the call that the leg belongs to now.
func (l *leg) call() *call { return l.held.Load() }

// order has the goroutine of the leg's call do something, and returns what came of
// it: errEnded when there is no such goroutine any more. A leg that is taken out
// of its call meanwhile is found again.
func (l *leg) order(do func() error) error {
	for {
		c := l.call()
		err := c.order(func() error {
			if l.call() != c {
				return errMoved
			}
			return do()
		})
		if l.call() == c || err == nil || !errors.Is(err, errMoved) && !errors.Is(err, errEnded) {
			return err
		}
	}
}

// gone says whether what the leg runs now is over for it: it has ended, or is to
// run something else.
func (l *leg) gone() bool { return l.status.Final() || l.next != nil }

// party is whoever is at the far end of a leg and is told what becomes of it. Its
// methods are called on the call's goroutine and must not wait for that.
type party interface {
	rings()    // somebody is being rung for it
	answered() // the leg is now in progress
	ended()    // the leg has its final status
}

// hook is where a leg's status callbacks go, and for which events.
type hook struct {
	url, method string
	events      []string
}

// seconds is the time from answer to end, in whole seconds; 0 when nobody
// answered.
func (l *leg) seconds() int {
	if l.answered.IsZero() || l.ended.IsZero() {
		return 0
	}
	return int(l.ended.Sub(l.answered) / time.Second)
}

// parameters are those that every webhook about the leg carries.
func (l *leg) parameters() url.Values {
	v := url.Values{
		"AccountSid": {l.call().engine.config.AccountSID},
		"ApiVersion": {"2010-04-01"},
		"CallSid":    {l.sid},
		"CallStatus": {string(l.status)},
		"Called":     {l.to},
		"Caller":     {l.caller},
		"Direction":  {l.direction},
		"From":       {l.from},
		"To":         {l.to},
	}
	if l.applicationSID != "" {
		v.Set("ApplicationSid", l.applicationSID)
	}
	if l.parentSID != "" {
		v.Set("ParentCallSid", l.parentSID)
	}
	if l.direction == outboundAPI && l.answeredBy != "" {
		v.Set("AnsweredBy", l.answeredBy)
	}
	if l.pstn {
		geography(v, l)
	}

	return v
}

// geography adds what Twilio knows of where a number is: for UK mobiles the
// country, the rest is sent empty.
func geography(v url.Values, l *leg) {
	for name, number := range map[string]string{"From": l.from, "Caller": l.caller, "To": l.to, "Called": l.to} {
		country := ""
		if strings.HasPrefix(number, "+44") {
			country = "GB"
		}
		v.Set(name+"City", "")
		v.Set(name+"State", "")
		v.Set(name+"Zip", "")
		v.Set(name+"Country", country)
	}
}

// progress are the parameters of a status callback. Duration is in minutes, as
// billed; CallDuration in seconds.
func (l *leg) progress() url.Values {
	v := l.parameters()
	v.Set("CallbackSource", "call-progress-events")
	v.Set("SequenceNumber", strconv.Itoa(l.sequence))
	v.Set("Timestamp", l.call().clock.now.Format(time.RFC1123Z))
	if !l.status.Final() {
		return v
	}

	v.Set("CallDuration", strconv.Itoa(l.seconds()))
	v.Set("Duration", strconv.Itoa(int(math.Ceil(float64(l.seconds())/60))))
	if l.sip != 0 {
		v.Set("SipResponseCode", strconv.Itoa(l.sip))
	}
	if l.status == Failed && l.errorCode != 0 {
		v.Set("ErrorCode", strconv.Itoa(l.errorCode))
	}

	return v
}

// legView is a leg as it was at one moment.
type legView struct {
	SID             string     `json:"sid"`
	ParentCallSID   string     `json:"parentCallSid,omitempty"`
	Direction       string     `json:"direction"`
	From            string     `json:"from"`
	Caller          string     `json:"caller"`
	To              string     `json:"to"`
	Status          Status     `json:"status"`
	SIPResponseCode int        `json:"sipResponseCode,omitempty"`
	AnsweredBy      string     `json:"answeredBy,omitempty"`
	Created         time.Time  `json:"created"`
	Answered        time.Time  `json:"answered,omitzero"`
	Ended           time.Time  `json:"ended,omitzero"`
	DurationSeconds int        `json:"durationSeconds"`
	States          []State    `json:"states"`
	Media           *mediaView `json:"media,omitempty"` // of the browser at its end, where one has been

	numberSID string
	waited    time.Duration
}

// view needs engine.mu.
func (l *leg) view() legView {
	return legView{
		SID:             l.sid,
		ParentCallSID:   l.parentSID,
		Direction:       l.direction,
		From:            l.from,
		Caller:          l.caller,
		To:              l.to,
		Status:          l.status,
		SIPResponseCode: l.sip,
		AnsweredBy:      l.answeredBy,
		Created:         l.created,
		Answered:        l.answered,
		Ended:           l.ended,
		DurationSeconds: l.seconds(),
		States:          append([]State(nil), l.states...),
		numberSID:       l.numberSID,
		waited:          l.waited,
		Media:           l.line.view(),
	}
}
