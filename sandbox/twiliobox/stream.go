package twiliobox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// heartbeat keeps proxies from closing a silent stream.
const heartbeat = 15 * time.Second

// stream sends events as server-sent events (HTML standard, section 9.2). A
// Last-Event-ID, as header or as lastEventId in the query, begins after that
// event as far as it is still kept: 0 gives all that is. Without one the stream
// begins now.
func (b *Box) stream(w http.ResponseWriter, r *http.Request) {
	seen := b.engine.bus.latest()
	from := r.Header.Get("Last-Event-ID")
	if from == "" {
		from = r.URL.Query().Get("lastEventId")
	}
	if id, err := strconv.ParseInt(from, 10, 64); err == nil && id >= 0 && id <= seen {
		seen = id
	}

	b.serverSent(w, r, func() (<-chan struct{}, error) {
		news, more := b.engine.bus.after(seen)
		for _, e := range news {
			if err := writeEvent(w, e); err != nil {
				return nil, err
			}
			seen = e.ID
		}
		return more, nil
	})
}

// serverSent keeps a stream of server-sent events going until the reader or the
// box has gone. tell writes what is new and returns what is closed when there is
// more; an error of it ends the stream.
func (b *Box) serverSent(w http.ResponseWriter, r *http.Request, tell func() (<-chan struct{}, error)) {
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		more, err := tell()
		if err != nil {
			return // the reader has gone, or there is nothing that can be told
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

func writeEvent(w http.ResponseWriter, e Event) error {
	body, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	_, err = fmt.Fprintf(w, "id: %d\nevent: %s\ndata: %s\n\n", e.ID, e.Type, body)
	return err
}
