package twiliobox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
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
	var last []byte
	b.serverSent(w, r, func() (<-chan struct{}, error) {
		// What is new is asked for first: a change after that wakes the stream again.
		_, more := b.engine.bus.after(b.engine.bus.latest())
		now, err := json.Marshal(b.engine.phone(number))
		if err != nil {
			b.engine.config.Log.Error("a phone cannot be shown", "error", err)
			return nil, err
		}
		if bytes.Equal(now, last) {
			return more, nil
		}
		last = now
		_, err = fmt.Fprintf(w, "event: phone\ndata: %s\n\n", now)
		return more, err
	})
}

func (b *Box) attend(number string, n int) {
	b.engine.phones.attend(number, n)
	b.engine.bus.publish(Event{Type: "phone", Text: number})
}
