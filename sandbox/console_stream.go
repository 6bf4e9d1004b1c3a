package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// retryMillis is how long a browser waits before it connects again.
const retryMillis = 1000

// events streams Entries as server-sent events (HTML standard, section 9.2):
// first those still kept, then each as it comes. Last-Event-ID resumes.
func (c *console) events(w http.ResponseWriter, r *http.Request) {
	after, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64)
	if err != nil {
		after = 0
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	flush := http.NewResponseController(w)
	if _, err := fmt.Fprintf(w, "retry: %d\n\n", retryMillis); err != nil {
		return
	}
	if err := flush.Flush(); err != nil {
		return
	}

	// The error is the reader's going away, or the world's end: both are normal.
	_ = c.world.feed.each(r.Context(), after, func(e Entry) error {
		data, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("write an event as JSON: %w", err)
		}
		// A page that has stopped reading must not hold Close up for ever.
		if err := flush.SetWriteDeadline(time.Now().Add(10 * time.Second)); err != nil {
			return fmt.Errorf("limit a write: %w", err)
		}
		if _, err := fmt.Fprintf(w, "id: %d\ndata: %s\n\n", e.ID, data); err != nil {
			return err
		}
		return flush.Flush()
	})
}
