package fhirbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Fault makes requests that match it fail. PUT /sandbox/v1/faults takes a
// list of them (or a single one) in place of those before; GET gives what is
// left.
type Fault struct {
	Method  string          `json:"method,omitempty"`  // of the request; "" any
	Path    string          `json:"path,omitempty"`    // part of its path and query; "" any
	Times   int             `json:"times,omitempty"`   // how many requests; 0 is 1, negative is without end
	Status  int             `json:"status,omitempty"`  // answered instead; 0 drops the connection
	DelayMs int             `json:"delayMs,omitempty"` // waits so long before it does
	After   bool            `json:"after,omitempty"`   // the request is carried out first and its answer lost
	Body    json.RawMessage `json:"body,omitempty"`    // goes with Status: JSON, or a string sent as it is
	Down    bool            `json:"down,omitempty"`    // stands alone: the database is down for everything until removed
}

type faultList struct {
	mu     sync.Mutex
	faults []Fault
}

func (l *faultList) set(faults []Fault) {
	for i := range faults {
		if faults[i].Times == 0 {
			faults[i].Times = 1
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = faults
}

func (l *faultList) list() []Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Fault{}, l.faults...)
}

// take finds the first fault for a request and counts it.
func (l *faultList) take(r *http.Request) (Fault, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.faults {
		f := &l.faults[i]
		if f.Down {
			return *f, true
		}
		if (f.Method != "" && !strings.EqualFold(f.Method, r.Method)) || !strings.Contains(r.URL.RequestURI(), f.Path) {
			continue
		}
		taken := *f
		if f.Times > 0 {
			f.Times--
		}
		if f.Times == 0 {
			l.faults = slices.Delete(l.faults, i, i+1)
		}
		return taken, true
	}
	return Fault{}, false
}

func (b *Box) listFaults(w http.ResponseWriter, _ *http.Request) {
	b.sendJSON(w, http.StatusOK, b.faults.list())
}

func (b *Box) putFaults(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		b.sendJSON(w, http.StatusBadRequest, map[string]string{"error": "the list of faults could not be read: send it again"})
		return
	}
	faults, err := parseFaults(body)
	if err != nil {
		b.sendJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	b.faults.set(faults)
	b.sendJSON(w, http.StatusOK, b.faults.list())
}

func parseFaults(body []byte) ([]Fault, error) {
	body = bytes.TrimSpace(body)
	if bytes.HasPrefix(body, []byte("{")) {
		body = slices.Concat([]byte("["), body, []byte("]"))
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	var faults []Fault
	if err := d.Decode(&faults); err != nil {
		return nil, fmt.Errorf("send a JSON list of faults with method, path, times, status, delayMs, after, body or down: %w", err)
	}
	return faults, nil
}

// faulty is next with the faults before and behind it.
func (b *Box) faulty(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := b.faults.take(r)
		switch {
		case !ok:
			next.ServeHTTP(w, r)
		case f.Down:
			b.answerDown(w, r)
		default:
			if f.After {
				next.ServeHTTP(&lostAnswer{header: http.Header{}}, r)
			}
			b.trip(w, r, f)
		}
	})
}

func (b *Box) answerDown(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/healthcheck" {
		b.sendJSON(w, http.StatusInternalServerError, map[string]string{"msg": "Internal Server Error"})
		return
	}
	b.sendOutcome(w, r, databaseDown())
}

// trip waits and then answers as the fault says. http.ErrAbortHandler is how
// net/http is told to drop a connection.
func (b *Box) trip(w http.ResponseWriter, r *http.Request, f Fault) {
	select {
	case <-time.After(time.Duration(f.DelayMs) * time.Millisecond):
	case <-r.Context().Done():
	}
	if f.Status == 0 {
		panic(http.ErrAbortHandler)
	}
	if len(f.Body) == 0 {
		b.sendOutcome(w, r, newOutcome(f.Status, "", "exception", "Fault asked for at /sandbox/v1/faults"))
		return
	}
	body := []byte(f.Body)
	var text string
	if json.Unmarshal(body, &text) == nil {
		body = []byte(text)
	}
	b.send(w, f.Status, body)
}

// lostAnswer is a ResponseWriter nobody reads.
type lostAnswer struct{ header http.Header }

func (l *lostAnswer) Header() http.Header         { return l.header }
func (l *lostAnswer) WriteHeader(int)             {}
func (l *lostAnswer) Write(p []byte) (int, error) { return len(p), nil }
