package twilio

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"perci.health/careline"
)

// server is Webhooks with what is worked out once.
type server struct {
	Webhooks
	greeting []byte // TwiML
	hangup   []byte // TwiML
	readings sync.Pool
}

// Twilio's own defaults, written out so that they stay what they are (Twilio,
// voice/twiml/dial).
const (
	defaultDialTimeout = 30 * time.Second
	defaultTimeLimit   = 4 * time.Hour
)

func newServer(w Webhooks) *server {
	w.PublicURL = strings.TrimRight(w.PublicURL, "/")
	w.Greeting = w.Greeting.withDefaults()
	if w.DialTimeout == 0 {
		w.DialTimeout = defaultDialTimeout
	}
	if w.TimeLimit == 0 {
		w.TimeLimit = defaultTimeLimit
	}
	if w.Now == nil {
		w.Now = time.Now
	}

	s := &server{Webhooks: w}
	s.readings.New = func() any { return new(reading) }

	words := strings.ReplaceAll(w.Greeting.Words, "{organisation}", w.Greeting.Organisation)
	s.greeting = Response(w.Greeting.say(words), Hangup{})
	s.hangup = Response(Hangup{})
	return s
}

// maxBody is far above what Twilio sends, some 2 kB.
const maxBody = 64 << 10

// reading is one request as it is read: its memory is used again by the next,
// so nothing may keep a part of it after the answer.
type reading struct {
	body  []byte
	form  Form
	query string // of the URL, as received: signed, but read by the callbacks alone
	asked Form   // the query, once it is read
	names []byte // what asked is made of
	out   []byte
}

// reply is an answer: TwiML, or a short sentence in plain text, or nothing.
type reply struct {
	status int
	twiml  []byte
	text   string
}

// signed reads the form, once, for the signature and for what follows, refuses
// what Twilio did not sign, and writes the answer.
func (s *server) signed(answer func(context.Context, *reading) reply) http.Handler {
	return s.voice(answer, nil)
}

// voice is signed for a route whose answer Twilio reads out, and with it any HTTP
// error. What an app made too large for it, Twilio signed all the same: it is
// answered by otherwise, which does nothing but speak, so that the signature need
// not be checked over all of it.
func (s *server) voice(answer func(context.Context, *reading) reply, otherwise func(*reading) reply) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rd := s.readings.Get().(*reading)
		defer s.readings.Put(rd)
		a, ok := s.admit(r, rd)
		switch {
		case ok:
			a = answer(r.Context(), rd)
		case otherwise != nil && a.status == http.StatusRequestEntityTooLarge:
			careline.Note(r.Context(), slog.String("fault", a.text))
			a = otherwise(rd)
		}
		write(w, a)
	})
}

// got is a voice route that was asked by GET, as a number or an app may have been
// set up: all parameters are in the URL then, and the signature is over it alone.
func (s *server) got(otherwise func(*reading) reply) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rd := s.readings.Get().(*reading)
		defer s.readings.Put(rd)
		if s.Verifier != nil {
			if err := s.Verifier.verify(requestURI(r), Form{}, r.Header[SignatureHeader]); err != nil {
				write(w, s.unsigned(r, err.Error()))
				return
			}
		}
		careline.Note(r.Context(), slog.String("fault", "asked by GET: set the method to POST"))
		write(w, otherwise(rd))
	})
}

// misread says that a call cannot be placed as it was asked for.
func (s *server) misread(rd *reading) reply { return s.say(rd, notUnderstood) }

// greet is the greeting, in which nothing that was asked matters.
func (s *server) greet(*reading) reply { return reply{status: http.StatusOK, twiml: s.greeting} }

// ends lets the clinician's leg end after its Dial.
func (s *server) ends(*reading) reply { return reply{status: http.StatusOK, twiml: s.hangup} }

// admit reads the request into rd; not ok, its reply refuses it. It refuses only
// what is not, or cannot be, found to be signed: what is signed is answered by
// its route, for Twilio would read an HTTP error out as "an application error".
func (s *server) admit(r *http.Request, rd *reading) (reply, bool) {
	signatures := r.Header[SignatureHeader]
	if s.Verifier != nil && len(signatures) == 0 {
		return s.unsigned(r, "the request has no "+SignatureHeader), false
	}

	if s.Verifier == nil && s.fromElsewhere(r) {
		careline.Note(r.Context(), slog.String("refused", "a browser sent the request for another site"))
		return reply{status: http.StatusForbidden, text: "Pages of other sites may not call this address."}, false
	}

	if !isForm(r.Header.Get("Content-Type")) {
		return reply{status: http.StatusUnsupportedMediaType, text: "Send a form: application/x-www-form-urlencoded."}, false
	}

	if r.ContentLength > maxBody {
		return tooLarge, false
	}

	var err error
	if rd.body, err = readBody(rd.body[:0], r.Body); err != nil {
		return reply{status: http.StatusBadRequest, text: "The request's body could not be read to its end."}, false
	}
	if len(rd.body) > maxBody {
		return tooLarge, false
	}

	if err := rd.form.parse(rd.body); errors.Is(err, errFormSize) {
		return tooLarge, false
	} else if err != nil {
		return reply{status: http.StatusBadRequest, text: "The form cannot be read: " + err.Error() + "."}, false
	}

	if s.Verifier != nil {
		if err := s.Verifier.verify(requestURI(r), rd.form, signatures); err != nil {
			return s.unsigned(r, err.Error()), false
		}
	}

	rd.query = r.URL.RawQuery
	return reply{}, true
}

func (s *server) unsigned(r *http.Request, why string) reply {
	careline.Note(r.Context(), slog.String("refused", why))
	return reply{status: http.StatusForbidden, text: "This request was not signed by Twilio for this address."}
}

var tooLarge = reply{status: http.StatusRequestEntityTooLarge, text: "The form is larger than 64 KiB, or has too many parameters."}

// readBody reads at most one byte more than maxBody.
func readBody(buf []byte, body io.Reader) ([]byte, error) {
	if cap(buf) == 0 {
		buf = make([]byte, 0, 4<<10)
	}

	for len(buf) <= maxBody {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}

		n, err := body.Read(buf[len(buf):min(cap(buf), maxBody+1)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
	return buf, nil
}

// Header values that never change, made once. Nobody may write into one.
var (
	typeXML  = []string{"text/xml; charset=utf-8"}
	typeText = []string{"text/plain; charset=utf-8"}
	noLength = []string{"0"}
)

func write(w http.ResponseWriter, a reply) {
	h, content := w.Header(), a.twiml
	switch {
	case a.twiml != nil:
		h["Content-Type"] = typeXML
	case a.text != "":
		h["Content-Type"] = typeText
		content = []byte(a.text + "\n")
	}

	h["Content-Length"] = noLength
	if len(content) > 0 {
		h["Content-Length"] = []string{strconv.Itoa(len(content))}
	}
	w.WriteHeader(a.status)
	if len(content) == 0 {
		return
	}
	_, _ = w.Write(content) // Twilio has gone: what was to be kept is kept
}

// ours reports whether a form is about our account.
func (s *server) ours(f Form) bool { return OfAccount(s.AccountSID, f) == nil }

func (s *server) trace(ctx context.Context) string {
	if s.Trace == nil {
		return ""
	}
	return s.Trace(ctx)
}
