package twiliobox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// streamPhone sends a phone as it is now and at every change, as server-sent
// events of type phone. With attend=true somebody sits in front of the phone as
// long as the stream is open, so it does not answer by itself.
func (b *Box) streamPhone(w http.ResponseWriter, r *http.Request) {
	number, err := address(r)
	if err != nil {
		status, answer := fault(err)
		b.json(w, status, answer)
		return
	}
	if r.URL.Query().Get("attend") == "true" {
		b.attend(number, 1)
		defer b.attend(number, -1)
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	b.follow(w, r, number)
}

func (b *Box) attend(number string, n int) {
	b.engine.phones.attend(number, n)
	b.engine.bus.publish(Event{Type: "phone", Text: number})
}

// follow writes until the reader or the box has gone.
func (b *Box) follow(w http.ResponseWriter, r *http.Request, number string) {
	out := http.NewResponseController(w)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	var last []byte
	for {
		// What is new is asked for first: a change after that wakes the loop again.
		_, more := b.engine.bus.after(b.engine.bus.latest())
		now, err := json.Marshal(b.engine.phone(number))
		if err != nil {
			b.engine.config.Log.Error("a phone cannot be shown", "error", err)
			return
		}
		if !bytes.Equal(now, last) {
			if _, err := fmt.Fprintf(w, "event: phone\ndata: %s\n\n", now); err != nil {
				return
			}
			last = now
		}
		if err := out.Flush(); err != nil {
			return
		}
		select {
		case <-more:
		case <-beat.C:
			if _, err := fmt.Fprint(w, ": still here\n\n"); err != nil {
				return
			}
		case <-r.Context().Done():
			return
		case <-b.engine.base.Done():
			return
		}
	}
}
