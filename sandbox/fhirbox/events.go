package fhirbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// events serves GET /sandbox/v1/events: every Change as a server-sent event
// named for its interaction. Last-Event-ID resumes after a change's seq.
func (b *Box) events(w http.ResponseWriter, r *http.Request) {
	changes := b.Changes(r.Context())
	if last, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64); err == nil {
		changes = b.follow(r.Context(), last)
	}

	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	flush := http.NewResponseController(w)
	if err := flush.Flush(); err != nil {
		b.log.Debug("events cannot be streamed", "error", err)
		return
	}

	for c := range changes {
		data, err := json.Marshal(c)
		if err != nil {
			b.log.Error("cannot write a change", "error", err)
			return
		}
		if _, err := fmt.Fprintf(w, "id: %d\nevent: %s\ndata: %s\n\n", c.Seq, c.Interaction, data); err != nil {
			return
		}
		if err := flush.Flush(); err != nil {
			return
		}
	}
}
