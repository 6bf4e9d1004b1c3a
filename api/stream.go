package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// Bounds of a stream of events.
const (
	// heartbeat keeps proxies from taking a quiet stream for a dead one; the
	// common ones wait 60 s, some mobile networks 30 s.
	heartbeat = 15 * time.Second
	// streamFor is how long a stream may go on before its client must come back,
	// whatever its session says.
	streamFor = time.Hour
	// comeBack is when a client shall try again, in milliseconds.
	comeBack = 2000
)

// StreamsAtMost is how many streams one instance keeps open; who comes beyond
// that is asked to come again. Where the platform lets so many requests into an
// instance at once and no more, a stream holds the place of a webhook: whatever
// is in front must let at least a hundred more in (deploy/cloudrun/service.yaml).
const StreamsAtMost = 400

// stream tells the clinician's calls as they change, and supervisors who is in every call,
// as server-sent events (WHATWG HTML, section 9.2). The id of an event is a place in the log; a
// client that sends the last one it saw misses nothing, and may be told a call
// again.
func (s *server) stream(w http.ResponseWriter, r *http.Request) error {
	follows, person, err := s.following(r)
	if err != nil {
		return err
	}

	if !s.each.take(person, StreamsEach) {
		return tooMany("You have many pages open. What this one shows may be old: close a few of the others, and it goes on by itself.")
	}
	defer s.each.giveBack(person)

	defer s.streams.Add(-1)
	if s.streams.Add(1) > StreamsAtMost {
		return careline.Because(careline.CodeUnavailable, careline.ReasonStreamsFull, nil)
	}
	if s.cfg.Streams != nil {
		s.cfg.Streams(1)
		defer s.cfg.Streams(-1)
	}

	ctx, done := context.WithTimeout(r.Context(), AnswerWithin)
	follows.seq, err = s.resumeAt(r.WithContext(ctx), follows.who.Clinician)
	done()
	if err != nil {
		return err
	}

	out := eventWriter{w: w, rc: http.NewResponseController(w)}
	_ = out.rc.SetReadDeadline(time.Time{}) // the server's bound would end the stream; a writer without deadlines has none to lift

	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would keep events until it has a page of them
	w.WriteHeader(http.StatusOK)

	if r.Method == http.MethodHead {
		return nil // the answer has no body, so it cannot go on
	}

	if err := out.text(fmt.Sprintf("retry: %d\n\n", comeBack)); err != nil {
		return lost(err)
	}
	return s.tell(r, out, follows)
}

// follow is what a stream follows.
type follow struct {
	live  *calls.Live      // nil: they have no calls of their own
	back  *calls.Callbacks // nil: nobody is told who rang back
	rooms *calls.RoomsLive // nil: nobody is told who is in a call
	who   calls.Asker
	seq   int64
}

// following is what whoever asks follows, without the place where it begins, and the id
// of that person. Who is in a call is told where people can be brought into calls, and to
// supervisors always.
func (s *server) following(r *http.Request) (f follow, person string, err error) {
	v, ok := r.Context().Value(visitKey{}).(*visit)
	if !ok || v.clinician.ID == "" && !v.visitor.Supervisor {
		return f, "", careline.NewError(careline.CodeUnauthenticated, "You are not signed in. Please sign in.", nil)
	}
	who := v.visitor
	if v.clinician.ID != "" && s.cfg.RoomsLive != nil {
		if who, err = s.behind(r); err != nil {
			return f, "", err
		}
	}

	f.who = calls.Asker{Clinician: v.clinician.ID, Supervisor: who.Supervisor}
	person = f.who.Clinician
	if s.cfg.Conference || who.Supervisor {
		f.rooms = s.cfg.RoomsLive
	}
	if person == "" {
		return f, who.ID, nil
	}
	f.live, f.back = s.cfg.Live, s.cfg.Callbacks
	return f, person, nil
}

// lasting is how long a stream may go on: no longer than the session that it was
// opened with.
func (s *server) lasting(ctx context.Context) time.Duration {
	v, ok := ctx.Value(visitKey{}).(*visit)
	if !ok {
		return streamFor
	}
	until := v.clinician.Until
	if v.clinician.ID == "" {
		until = v.visitor.Until
	}
	if until.IsZero() {
		return streamFor
	}
	return min(streamFor, until.Sub(s.cfg.Now()))
}

// tell writes what happens until the client goes, the service stops, the session
// ends, or the stream has lasted long enough. Only this goroutine writes.
func (s *server) tell(r *http.Request, out eventWriter, f follow) error {
	ctx, cancel := context.WithCancel(r.Context())
	changes, rang, ended := make(chan calls.Change), make(chan calls.CalledBack), make(chan error, 1)
	parties := make(chan calls.Seen)
	var following sync.WaitGroup
	if f.live != nil {
		following.Go(func() { ended <- f.live.Follow(ctx, f.who.Clinician, f.seq, into(ctx, changes)) })
	}
	if f.back != nil {
		following.Go(func() { _ = f.back.Follow(ctx, f.who.Clinician, into(ctx, rang)) }) // it ends with ctx alone
	}
	if f.rooms != nil {
		following.Go(func() { _ = f.rooms.Follow(ctx, f.who, into(ctx, parties)) }) // as the one before
	}
	defer func() {
		cancel()
		following.Wait()
	}()

	recording := s.recordingTeller()
	beat, last := time.NewTicker(heartbeat), time.NewTimer(s.lasting(ctx))
	defer beat.Stop()
	defer last.Stop()

	for {
		var err error
		select {
		case c := <-changes:
			if err = out.change(c); err == nil {
				err = recording.tell(out, c.Call)
			}
		case c := <-rang:
			err = out.rang(c)
		case p := <-parties:
			err = out.party(p)
		case <-beat.C:
			err = out.text(": still here\n\n")
		case err := <-ended:
			if r.Context().Err() == nil {
				careline.Note(r.Context(), slog.Any("stream", err)) // the client comes back by itself
			}
			return nil
		case <-last.C:
			return nil
		case <-stopping(ctx):
			return nil
		case <-ctx.Done():
			return nil
		}

		if err != nil {
			return lost(err)
		}
	}
}

// into hands what is told to whoever reads it, as long as ctx lasts.
func into[T any](ctx context.Context, read chan<- T) func(T) error {
	return func(told T) error {
		select {
		case read <- told:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// resumeAt is the place in the log after which the stream begins. A browser's
// EventSource sends the header by itself; other clients may use the query.
func (s *server) resumeAt(r *http.Request, practitioner string) (int64, error) {
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		last = r.URL.Query().Get("lastEventId")
	}

	if practitioner == "" {
		return 0, nil // who has no calls of their own is told no places
	}
	if last == "" {
		return s.beginAt(r.Context(), practitioner)
	}

	seq, err := strconv.ParseInt(last, 10, 64)
	if err != nil || seq < 0 {
		return 0, careline.NewError(careline.CodeInvalid, "Last-Event-ID must be the id of an event of this stream. Leave it out to begin anew.", errors.New("the id is no number")) // the cause would quote it
	}

	if s.cfg.Newest == nil {
		return seq, nil
	}
	newest, err := s.cfg.Newest(r.Context())
	if err != nil {
		return 0, fmt.Errorf("find where the log ends: %w", err)
	}

	if seq > newest {
		return s.beginAt(r.Context(), practitioner)
	}
	return seq, nil
}

// beginAt is where a stream begins that resumes none.
func (s *server) beginAt(ctx context.Context, practitioner string) (int64, error) {
	if s.cfg.LiveFrom == nil {
		return 0, nil
	}
	seq, err := s.cfg.LiveFrom(ctx, practitioner)
	if err != nil {
		return 0, fmt.Errorf("find where the stream begins: %w", err)
	}
	return seq, nil
}

// eventWriter writes to a client who may be slow, but not for ever.
type eventWriter struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

func (e eventWriter) change(c calls.Change) error {
	data, err := json.Marshal(callOf(c.Call))
	if err != nil {
		return fmt.Errorf("write a call: %w", err)
	}
	return e.text("id: " + strconv.FormatInt(c.Seq, 10) + "\nevent: call\ndata: " + string(data) + "\n\n")
}

func (e eventWriter) text(t string) error {
	_ = e.rc.SetWriteDeadline(time.Now().Add(writeWithin)) // a writer without deadlines has no slow client either
	if _, err := e.w.Write([]byte(t)); err != nil {
		return err
	}
	return e.rc.Flush()
}
