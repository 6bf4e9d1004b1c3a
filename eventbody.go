package careline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// eventBody is how the log keeps what an event says: one more fact of an event is one
// more field here, and changes no table. The names are kept in the log: never change
// one. It is for reading; Body writes the same by hand, because every report is
// written and few are read.
type eventBody struct {
	Call        string      `json:"call"` // as the report names it
	Leg         string      `json:"leg"`
	Role        Role        `json:"role"`
	Kind        Kind        `json:"kind"`
	At          *int64      `json:"at"` // microseconds since 1970-01-01 UTC
	Order       int         `json:"order"`
	Status      Status      `json:"status"`
	Word        string      `json:"word"`
	Direction   string      `json:"direction"`
	MemberLeg   string      `json:"memberLeg"`
	Appointment string      `json:"appointment"`
	Seconds     *int        `json:"seconds"`
	AnsweredBy  string      `json:"answeredBy"`
	Recording   string      `json:"recording"`
	EndedBy     Side        `json:"endedBy"`
	Failure     Failure     `json:"failure"`
	LookedUp    bool        `json:"lookedUp"`
	Clinician   string      `json:"clinician"`
	Sender      Reference   `json:"sender"`
	Patient     Reference   `json:"patient"`
	Recipient   Reference   `json:"recipient"`
	To          bodyNumber  `json:"to"`
	CallerID    bodyNumber  `json:"callerId"`
	Refusal     Refusal     `json:"refusal"`
	Names       Names       `json:"names"`
	Household   bool        `json:"household"`
	Limit       int         `json:"limit"`
	Noted       bodyNote    `json:"noted"`
	Room        bodyRoom    `json:"room"`
	Consent     bodyConsent `json:"consent"`
	Sound       bodySound   `json:"sound"`
	Trace       string      `json:"trace"`
}

// bodyNumber is a number in a body. This is the one place where the numbers of a
// request are written out: the log is the record.
type bodyNumber struct{ Phone }

// bodyNote is a note in a body: the one place where it is written out.
type bodyNote struct {
	Outcome ClinicianOutcome `json:"outcome,omitempty"`
	Text    string           `json:"text,omitempty"`
	By      string           `json:"by,omitempty"`
}

// UnmarshalText reads a number that Body wrote.
func (n *bodyNumber) UnmarshalText(text []byte) (err error) {
	n.Phone, err = StoredPhone(string(text))
	return err
}

// Body is all that the event says, as the log keeps it: one JSON object, a line's
// end, and the report as it came. What is not in it is what the log knows of the
// event: its Seq, ID and Kept. The same event gives the same bytes. It holds names
// and numbers: never to be logged.
func (e CallEvent) Body() []byte {
	const usual = 400
	b := bodyText(append(make([]byte, 0, usual+len(e.Report)), '{'))

	b = b.text("call", e.Call).text("leg", e.Leg).text("role", string(e.Role)).text("kind", string(e.Kind))
	if !e.At.IsZero() {
		b = b.number("at", e.At.UnixMicro())
	}
	b = b.count("order", e.Order).text("status", string(e.Status)).text("word", e.Word)
	b = b.text("direction", e.Direction).text("memberLeg", e.MemberLeg).text("appointment", e.Appointment)
	if n, known := e.Seconds.Value(); known {
		b = b.number("seconds", int64(n))
	}
	b = b.text("answeredBy", e.AnsweredBy).text("recording", e.Recording).text("endedBy", string(e.EndedBy))
	if e.Failure != (Failure{}) {
		b = b.object("failure", e.Failure)
	}
	b = b.truth("lookedUp", e.LookedUp).request(e.Request)
	if noted := (bodyNote{Outcome: e.Note.Outcome, Text: e.Note.Text, By: e.Note.By}); noted != (bodyNote{}) {
		b = b.object("noted", noted)
	}
	b = b.said(&e).text("trace", e.Trace)

	if b[len(b)-1] == ',' {
		b = b[:len(b)-1]
	}
	return append(append(b, "}\n"...), e.Report...)
}

func (b bodyText) request(r Request) bodyText {
	if r == (Request{}) {
		return b
	}

	b = b.text("clinician", r.Clinician).text("sender", string(r.Sender))
	b = b.text("patient", string(r.Patient)).text("recipient", string(r.Recipient))
	b = b.text("to", r.To.E164()).text("callerId", r.CallerID.E164()).text("refusal", string(r.Refusal))
	if r.Names != (Names{}) {
		b = b.object("names", r.Names)
	}
	return b.truth("household", r.Household).count("limit", r.Limit)
}

// EventOf is the inverse of Body. A name that it does not know is left out: a newer
// release wrote it.
func EventOf(body []byte) (CallEvent, error) {
	said, report, _ := bytes.Cut(body, []byte{'\n'})
	var b eventBody
	if err := json.Unmarshal(said, &b); err != nil {
		return CallEvent{}, fmt.Errorf("an event's body: %w", err)
	}

	e := CallEvent{
		Call:        b.Call,
		Leg:         b.Leg,
		Role:        b.Role,
		Kind:        b.Kind,
		Order:       b.Order,
		Status:      b.Status,
		Word:        b.Word,
		Direction:   b.Direction,
		MemberLeg:   b.MemberLeg,
		Appointment: b.Appointment,
		AnsweredBy:  b.AnsweredBy,
		Recording:   b.Recording,
		EndedBy:     b.EndedBy,
		Failure:     b.Failure,
		LookedUp:    b.LookedUp,
		Trace:       b.Trace,
		Note:        CallNote{Outcome: b.Noted.Outcome, Text: b.Noted.Text, By: b.Noted.By},
		Request: Request{
			Clinician: b.Clinician,
			Sender:    b.Sender,
			Patient:   b.Patient,
			Recipient: b.Recipient,
			To:        b.To.Phone,
			CallerID:  b.CallerID.Phone,
			Refusal:   b.Refusal,
			Names:     b.Names,
			Household: b.Household,
			Limit:     b.Limit,
		},
	}

	e.Consent = Consent{Decision: b.Consent.Decision, By: b.Consent.By, Text: b.Consent.Text}
	e.Sound = b.Sound.said()
	var err error
	if e.Room, err = b.Room.said(); err != nil {
		return CallEvent{}, fmt.Errorf("an event's body: %w", err)
	}

	if b.At != nil {
		e.At = time.UnixMicro(*b.At).UTC()
	}
	if b.Seconds != nil {
		e.Seconds = SecondsOf(*b.Seconds)
	}
	if len(report) > 0 {
		e.Report = report
	}
	return e, nil
}

// bodyText is a JSON object that is being written. Each of its fields ends with a
// comma; what is zero is left out.
type bodyText []byte

func (b bodyText) name(name string) bodyText {
	return append(append(append(b, '"'), name...), `":`...)
}

func (b bodyText) text(name, value string) bodyText {
	if value == "" {
		return b
	}
	b = b.name(name)

	for i := range len(value) {
		if c := value[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return append(append(b, marshalled(value)...), ',')
		}
	}
	return append(append(append(b, '"'), value...), `",`...)
}

func (b bodyText) number(name string, n int64) bodyText {
	return append(strconv.AppendInt(b.name(name), n, 10), ',')
}

func (b bodyText) count(name string, n int) bodyText {
	if n == 0 {
		return b
	}
	return b.number(name, int64(n))
}

func (b bodyText) truth(name string, is bool) bodyText {
	if !is {
		return b
	}
	return append(b.name(name), "true,"...)
}

func (b bodyText) object(name string, value any) bodyText {
	return append(append(b.name(name), marshalled(value)...), ',')
}

func marshalled(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic("careline: " + err.Error()) // strings, numbers and booleans always marshal
	}
	return text
}
