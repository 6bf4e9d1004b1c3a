package twilio

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// Verb is an instruction of TwiML (Twilio, voice/twiml).
type Verb interface {
	// append writes the verb's element.
	append(dst []byte) []byte
}

// Response is a TwiML document of these verbs. The same verbs always give the
// same bytes.
func Response(verbs ...Verb) []byte { return appendResponse(nil, verbs...) }

func appendResponse(dst []byte, verbs ...Verb) []byte {
	dst = append(dst, `<?xml version="1.0" encoding="UTF-8"?><Response>`...)
	for _, v := range verbs {
		dst = v.append(dst)
	}
	return append(dst, `</Response>`...)
}

// Say reads text aloud. An empty voice or language is left to the account.
type Say struct{ Voice, Language, Text string }

func (s Say) append(dst []byte) []byte {
	dst = append(dst, `<Say`...)
	dst = appendAttribute(dst, "voice", s.Voice)
	dst = appendAttribute(dst, "language", s.Language)
	dst = append(dst, '>')
	return append(appendEscaped(dst, s.Text), `</Say>`...)
}

// Hangup ends the call.
type Hangup struct{}

func (Hangup) append(dst []byte) []byte { return append(dst, `<Hangup/>`...) }

// Pause is silence, in whole seconds.
type Pause struct{ Seconds int }

func (p Pause) append(dst []byte) []byte {
	dst = append(dst, `<Pause`...)
	return append(appendAttribute(dst, "length", strconv.Itoa(p.Seconds)), `/>`...)
}

// Dial connects the caller to a number and keeps the caller's own call ringing
// until that is answered (answerOnBridge).
type Dial struct {
	CallerID  string        // E.164
	TimeLimit time.Duration // of the conversation, whole seconds
	Timeout   time.Duration // of the ringing, whole seconds
	Action    string        // URL asked when the dialling is over
	Number    Number
}

func (d Dial) append(dst []byte) []byte {
	dst = append(dst, `<Dial`...)
	dst = appendAttribute(dst, "callerId", d.CallerID)
	dst = append(dst, ` answerOnBridge="true"`...)
	dst = appendSeconds(dst, "timeLimit", d.TimeLimit)
	dst = appendSeconds(dst, "timeout", d.Timeout)
	dst = appendAttribute(dst, "action", d.Action)
	dst = append(dst, '>')
	return append(d.Number.append(dst), `</Dial>`...)
}

// Number is whom to dial, and who is told about it. It is not a verb: it stands
// in a Dial.
type Number struct {
	E164              string
	StatusCallback    string // URL told of initiated, ringing, answered and completed
	MachineDetection  string // "", Enable or DetectMessageEnd
	AMDStatusCallback string // URL told what answered
}

func (n Number) append(dst []byte) []byte {
	dst = append(dst, `<Number`...)
	if n.StatusCallback != "" {
		dst = appendAttribute(dst, "statusCallback", n.StatusCallback)
		dst = append(dst, ` statusCallbackEvent="initiated ringing answered completed"`...)
	}
	dst = appendAttribute(dst, "machineDetection", n.MachineDetection)
	dst = appendAttribute(dst, "amdStatusCallback", n.AMDStatusCallback)
	dst = append(dst, '>')
	return append(appendEscaped(dst, n.E164), `</Number>`...)
}

func appendSeconds(dst []byte, name string, d time.Duration) []byte {
	if d <= 0 {
		return dst
	}
	return appendAttribute(dst, name, strconv.Itoa(int(d/time.Second)))
}

// appendAttribute leaves an empty attribute out: none of those used here means
// anything when it is empty.
func appendAttribute(dst []byte, name, value string) []byte {
	if value == "" {
		return dst
	}
	dst = append(dst, ' ')
	dst = append(dst, name...)
	dst = append(dst, `="`...)
	return append(appendEscaped(dst, value), '"')
}

// appendEscaped writes s so that it is itself again when read, in text and in
// attributes alike, where a bare line end would become a space (XML 1.0, section
// 3.3.3). What XML cannot hold (section 2.2) becomes U+FFFD.
func appendEscaped(dst []byte, s string) []byte {
	plain := 0 // where the run begins that is copied as it is
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '&' && c != '<' && c != '>' && c != '"' {
			i++
			continue
		}
		dst = append(dst, s[plain:i]...)
		r, size := utf8.DecodeRuneInString(s[i:])
		dst = appendReference(dst, r)
		i += size
		plain = i
	}
	return append(dst, s[plain:]...)
}

func appendReference(dst []byte, r rune) []byte {
	switch r {
	case '&':
		return append(dst, "&amp;"...)
	case '<':
		return append(dst, "&lt;"...)
	case '>':
		return append(dst, "&gt;"...)
	case '"':
		return append(dst, "&#34;"...)
	case '\t', '\n', '\r':
		return append(strconv.AppendInt(append(dst, "&#"...), int64(r), 10), ';')
	}
	if r < ' ' || r == 0xFFFE || r == 0xFFFF {
		r = utf8.RuneError
	}
	return utf8.AppendRune(dst, r)
}
