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

// Gather waits for keys while it speaks, and asks its action also when none was pressed
// (Twilio, voice/twiml/gather).
type Gather struct {
	Digits  int           // how many keys end it
	Timeout time.Duration // of the silence that ends it, whole seconds
	Action  string        // URL asked with the keys
	Say     Say
}

func (g Gather) append(dst []byte) []byte {
	dst = append(dst, `<Gather input="dtmf"`...)
	dst = appendAttribute(dst, "numDigits", strconv.Itoa(g.Digits))
	dst = appendSeconds(dst, "timeout", g.Timeout)
	dst = append(dst, ` actionOnEmptyResult="true"`...)
	dst = appendAttribute(dst, "action", g.Action)
	dst = append(dst, '>')
	return append(g.Say.append(dst), `</Gather>`...)
}

// Enqueue lets the caller wait in a queue, which is made when it does not exist
// (Twilio, voice/twiml/enqueue).
type Enqueue struct {
	Queue   string // its name
	WaitURL string // asked again and again for what the caller hears; empty: Twilio's music
	Action  string // URL asked when the wait is over; empty: the verbs that follow are obeyed
}

func (e Enqueue) append(dst []byte) []byte {
	dst = append(dst, `<Enqueue`...)
	dst = appendAttribute(dst, "waitUrl", e.WaitURL)
	dst = appendAttribute(dst, "action", e.Action)
	dst = append(dst, '>')
	return append(appendEscaped(dst, e.Queue), `</Enqueue>`...)
}

// Record records the caller's voice, after a tone and without the silence around it
// (Twilio, voice/twiml/record). No verb after it is obeyed.
type Record struct {
	MaxLength      time.Duration // whole seconds; 0: an hour
	Silence        time.Duration // that ends it, whole seconds; 0: five seconds
	Action         string        // URL asked when it has ended; empty: that of this document, which would begin anew
	StatusCallback string        // URL told when the recording can be fetched
}

func (r Record) append(dst []byte) []byte {
	dst = append(dst, `<Record`...)
	dst = appendSeconds(dst, "maxLength", r.MaxLength)
	dst = append(dst, ` playBeep="true"`...)
	dst = appendSeconds(dst, "timeout", r.Silence)
	dst = append(dst, ` trim="trim-silence"`...)
	dst = appendAttribute(dst, "action", r.Action)
	dst = appendAttribute(dst, "recordingStatusCallback", r.StatusCallback)
	return append(dst, `/>`...)
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
