package twiliobox

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"perci.health/careline/sandbox/media"
)

// script is a document that somebody in a room hears: while he waits or is on hold,
// or as an announcement. It may hold only Say, Play, Pause and Redirect.
type script struct {
	engine *engine
	stop   chan struct{}
	hear   func(media.Source) // what is heard from now on; nil is silence
	loop   bool               // a sound in place of a document is heard over and over
	told   func(Utterance)
}

var (
	errStopped = errors.New("nobody listens any more")
	errBadVerb = errors.New("only Say, Play, Pause and Redirect are allowed here")
)

func (e *engine) newScript(hear func(media.Source), told func(Utterance)) *script {
	return &script{
		engine: e,
		stop:   make(chan struct{}),
		hear:   hear,
		told:   told,
	}
}

// end stops a script; nil is none. The caller holds rooms.mu.
func (s *script) end() {
	if s == nil {
		return
	}
	select {
	case <-s.stop:
	default:
		close(s.stop)
	}
}

// run plays a document to its end; errStopped when it was stopped before. What is
// wrong with the document is told as the debugger's code.
func (s *script) run(first request) (code int, err error) {
	next := &first
	for n := 0; next != nil; n++ {
		if n == maxDocuments && !s.loop {
			return 0, errors.New("not simulated: more than 100 documents")
		}
		d, notices := read(s.engine.postman.send(s.engine.base, *next))
		if s.stopped() {
			return 0, errStopped
		}

		for _, notice := range notices {
			if notice.Level == "error" {
				return notice.Code, errors.New(notice.Message)
			}
		}
		if next, code, err = s.verbs(d, *next); err != nil {
			return code, err
		}
	}
	return 0, nil
}

func (s *script) stopped() bool {
	select {
	case <-s.stop:
		return true
	case <-s.engine.base.Done():
		return true
	default:
		return false
	}
}

// verbs plays one document, and returns the request for the next.
func (s *script) verbs(d document, before request) (next *request, code int, err error) {
	for _, v := range d.verbs {
		if v.name == "Redirect" {
			next := before
			next.url, next.method, next.token = resolve(d.base, v.text), orPost(v.attrs["method"]), newUUID()
			return &next, 0, s.wait(media.FrameTime) // a document of nothing else must not run wild
		}
		if err := s.verb(v); err != nil {
			code := 0
			if errors.Is(err, errBadVerb) {
				code = 13238
			}
			return nil, code, err
		}
	}

	s.hear(nil)
	return nil, 0, nil
}

func (s *script) verb(v *node) error {
	ours := v.attrs == nil // of a document that was made of a recording
	switch {
	case v.name == "Say":
		return s.say(v)
	case v.name == "Play":
		return s.play(v, ours)
	case v.name == "Pause":
		s.hear(nil)
		return s.wait(time.Duration(number(v, "length", 1)) * time.Second)
	case v.name == "Hangup" && ours:
		return nil
	}
	return errBadVerb
}

func (s *script) say(v *node) error {
	text := v.words()
	s.told(Utterance{
		Kind:     "say",
		Text:     text,
		Voice:    v.attrs["voice"],
		Language: v.attrs["language"],
	})

	loops := times(v)
	s.hear(repeatSpeech(loops, text))
	once := max(time.Second, time.Duration(len(strings.Fields(text)))*400*time.Millisecond, spoken(text))
	return s.wait(once * time.Duration(loops))
}

// play is a tone in place of every recording, as the Play of a call is. A recording
// that is there in place of a document is heard for as long as one waits.
func (s *script) play(v *node, alone bool) error {
	s.told(Utterance{Kind: "play", Text: v.text})
	s.hear(media.Tone(playedTone))
	loops := times(v)
	if alone && s.loop {
		loops = 1000
	}
	return s.wait(5 * time.Second * time.Duration(loops))
}

// wait lets some of the call's time pass.
func (s *script) wait(d time.Duration) error {
	timer := time.NewTimer(time.Duration(float64(d) * s.engine.config.Pace))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-s.stop:
	case <-s.engine.base.Done():
	}
	return errStopped
}

// number reads a whole number that the document gives, or the usual one.
func number(v *node, name string, usual int) int {
	if n, err := strconv.Atoi(v.attrs[name]); err == nil && n >= 0 {
		return n
	}
	return usual
}

// times is how often a verb says or plays its text; 0 is until nobody listens.
func times(v *node) int {
	if n := number(v, "loop", 1); n > 0 {
		return min(n, 1000)
	}
	return 1000
}
