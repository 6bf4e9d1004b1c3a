package twilio

import (
	"context"
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
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rd := s.readings.Get().(*reading)
		defer s.readings.Put(rd)
		a, ok := s.admit(r, rd)
		if ok {
			a = answer(r.Context(), rd)
		}
		write(w, a)
	})
}

// admit reads the request into rd; not ok, its reply refuses it. It refuses only
// what is not, or cannot be, found to be signed: what is signed is answered by
// its route, for Twilio would read an HTTP error out as "an application error".
func (s *server) admit(r *http.Request, rd *reading) (reply, bool) {
	signatures := r.Header[SignatureHeader]
	if s.Verifier != nil && len(signatures) == 0 {
		return s.unsigned(r, "the request has no "+SignatureHeader), false
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
	if err := rd.form.parse(rd.body); err != nil {
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

var tooLarge = reply{status: http.StatusRequestEntityTooLarge, text: "The form is larger than 64 KiB."}

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

func write(w http.ResponseWriter, a reply) {
	content := a.twiml
	switch {
	case a.twiml != nil:
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	case a.text != "":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		content = []byte(a.text + "\n")
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	w.WriteHeader(a.status)
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
