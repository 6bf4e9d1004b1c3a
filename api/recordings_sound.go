package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// hearsEach is how many recordings one person has under way: a player asks for several
// parts at once.
const hearsEach = 8

// soundAtOnce is how much of a recording is in memory, in bytes, for each who listens.
const soundAtOnce = 32 << 10

// rangeForm is a range of one part in bytes (RFC 9110, section 14.1.2). Whatever else is
// asked for is answered with all of it, as one may.
var rangeForm = regexp.MustCompile(`^bytes=([0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})$`)

// hearRecording streams the sound of a recording from the carrier.
func (s *server) hearRecording(w http.ResponseWriter, r *http.Request) error {
	who, err := visitor(r)
	if err != nil {
		return err
	}
	key, sid := r.PathValue("key"), r.PathValue("sid")
	if key != "" && !callKey.MatchString(key) || !sidForm.MatchString(sid) {
		return noSuchCall()
	}
	if !s.hears.take(who.ID, hearsEach) {
		return tooMany("You are listening to many recordings at once. Please close some of them.")
	}
	defer s.hears.giveBack(who.ID)

	part := r.Header.Get("Range")
	if !rangeForm.MatchString(part) {
		part = ""
	}
	// The beginning of the sound is waited for as long as any answer is; then it may last,
	// as long as it comes.
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	late := time.AfterFunc(AnswerWithin, cancel)
	sound, err := s.cfg.Recordings.Hear(ctx, who, key, sid, part)
	if err != nil {
		return fmt.Errorf("hear a recording: %w", err)
	}
	if sound.Beyond {
		w.Header().Set("Content-Range", sound.Part)
		return careline.NewError(codeRange, "The recording is not that long.", nil)
	}

	defer sound.Body.Close()
	if !late.Stop() {
		return context.DeadlineExceeded
	}
	sound.Body = coming{sound.Body, late}
	return play(w, r, sound)
}

// coming is sound on its way, of which every piece is waited for as long as writeWithin.
type coming struct {
	io.ReadCloser
	late *time.Timer // ends it
}

func (c coming) Read(some []byte) (int, error) {
	c.late.Reset(writeWithin)
	defer c.late.Stop()
	return c.ReadCloser.Read(some)
}

// play writes the sound as it comes, and keeps none of it.
func play(w http.ResponseWriter, r *http.Request, sound calls.Sound) error {
	h := w.Header()
	h.Set("Content-Type", sound.Type)
	h.Set("Cache-Control", "no-store")
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Disposition", "inline")
	if sound.Length >= 0 {
		h.Set("Content-Length", strconv.FormatInt(sound.Length, 10))
	}
	status := http.StatusOK
	if sound.Part != "" {
		h.Set("Content-Range", sound.Part)
		status = http.StatusPartialContent
	}
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}

	rc, some := http.NewResponseController(w), make([]byte, soundAtOnce)
	_ = rc.SetReadDeadline(time.Time{}) // the server's bound would end it; a writer without deadlines has none to lift
	for {
		n, err := sound.Body.Read(some)
		if n > 0 {
			_ = rc.SetWriteDeadline(time.Now().Add(writeWithin)) // a writer without deadlines has none to renew
			if _, err := w.Write(some[:n]); err != nil {
				return lost(err)
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			careline.Note(r.Context(), slog.String("sound", "it broke off"))
			return fmt.Errorf("read the sound of a recording: %w", err)
		}
	}
}

// sounds reports whether an answer of the route lasts as long as a recording.
func sounds(path string) bool { return strings.HasSuffix(path, "/audio") }
