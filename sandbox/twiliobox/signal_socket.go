package twiliobox

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// socket is one browser's WebSocket. It is read by the goroutine of its HTTP
// request, written by another; what it may do changes under exchange.mu.
type socket struct {
	exchange *exchange
	edge     edge // that it came to
	conn     *websocket.Conn
	out      chan []byte   // nil: close the connection
	gone     chan struct{} // closed when the reader has ended

	grants     grants // of the latest token that was good; no identity before
	registered bool
	grace      time.Duration // how long a call waits for this browser to come back
}

// waiting is how many messages may wait for a browser that does not read.
const waiting = 64

// messageLimit is the longest message taken: an SDP has a few thousand octets.
const messageLimit = 256 << 10

// closeWait is how long a browser may take to say goodbye.
const closeWait = time.Second

// serve speaks with the browser until one of the two goes.
func (s *socket) serve(ctx context.Context) {
	written := make(chan struct{})
	go func() {
		defer close(written)
		s.write(ctx)
	}()
	s.read(ctx)
	close(s.gone)
	<-written
}

// read handles one message after another. A browser that does not even answer
// heartbeats has gone.
func (s *socket) read(ctx context.Context) {
	for {
		silence, cancel := context.WithTimeout(ctx, s.exchange.engine.patience.socket)
		kind, raw, err := s.conn.Read(silence)
		cancel()
		if err != nil {
			return // closed, lost or silent: all the same to its calls
		}
		if strings.TrimSpace(string(raw)) == "" {
			continue // the answer to a heartbeat
		}
		var m heard
		if kind != websocket.MessageText || json.Unmarshal(raw, &m) != nil {
			s.refuse("", errMalformed)
			continue
		}

		s.handle(ctx, m)
	}
}

func (s *socket) write(ctx context.Context) {
	beat := time.NewTicker(s.exchange.engine.patience.beat)
	defer beat.Stop()
	for {
		frame := []byte("\n")
		select {
		case frame = <-s.out:
		case <-beat.C:
		case <-s.gone:
			s.drop()
			return
		}

		if frame == nil {
			s.goodbye()
			return
		}
		if err := s.conn.Write(ctx, websocket.MessageText, frame); err != nil {
			s.drop()
			return
		}
	}
}

// send queues a message; a browser that reads none loses its connection.
func (s *socket) send(kind string, payload fields) {
	frame, err := told{Type: kind, Payload: payload}.frame()
	if err != nil {
		s.exchange.engine.config.Log.Error("signalling message not sent", "type", kind, "error", err)
		return
	}
	s.queue(frame)
}

func (s *socket) queue(frame []byte) {
	select {
	case s.out <- frame:
	case <-s.gone:
	default:
		go s.drop()
	}
}

// finish closes the connection when what is queued has been written.
func (s *socket) finish() { s.queue(nil) }

func (s *socket) goodbye() {
	late := time.AfterFunc(closeWait, s.drop)
	defer late.Stop()
	_ = s.conn.Close(websocket.StatusNormalClosure, "") // the other side may have gone first
}

// drop breaks the connection off without a word, as a network that fails does.
func (s *socket) drop() {
	if err := s.conn.CloseNow(); err != nil && !errors.Is(err, context.Canceled) {
		s.exchange.engine.config.Log.Debug("signalling connection dropped", "error", err)
	}
}

// refuse sends an error about a call, or about the device when there is none.
func (s *socket) refuse(callSID string, why *Refusal) {
	payload := fields{"error": why}
	if callSID != "" {
		payload["callsid"] = callSID
	}
	s.send("error", payload)
}

// hangUp tells the browser that a call is over.
func (s *socket) hangUp(callSID string, why *Refusal) {
	payload := fields{"callsid": callSID}
	if why != nil {
		payload["error"] = why
	}
	s.send("hangup", payload)
}
