package fhirbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Fault makes requests that match it fail. PUT /sandbox/v1/faults takes a
// list of them (or a single one) in place of those before; GET gives what is
// left. A plain one ends the request; one with a Kind lets it go on, in its own
// wrong way, and several of those may hold for one request.
type Fault struct {
	Method  string          `json:"method,omitempty"`  // of the request; "" any
	Path    string          `json:"path,omitempty"`    // part of its path and query; "" any
	Times   int             `json:"times,omitempty"`   // how many requests; 0 is 1, negative is without end
	Status  int             `json:"status,omitempty"`  // answered instead; 0 drops the connection
	DelayMs int             `json:"delayMs,omitempty"` // waits so long before it does
	After   bool            `json:"after,omitempty"`   // the request is carried out first and its answer lost
	Body    json.RawMessage `json:"body,omitempty"`    // goes with Status: JSON, or a string sent as it is
	Down    bool            `json:"down,omitempty"`    // stands alone: the database is down for everything until removed

	Kind   Kind            `json:"kind,omitempty"`   // one of the kinds below, in place of Status, Body and Down
	Names  []string        `json:"names,omitempty"`  // what the Kind is about
	With   string          `json:"with,omitempty"`   // KindOther: Type/id of the resource that is answered
	Share  float64         `json:"share,omitempty"`  // KindTail: 0 to 1, of the requests
	Seed   uint64          `json:"seed,omitempty"`   // KindTail: of the choice
	Expiry json.RawMessage `json:"expiry,omitempty"` // KindExpiry: expires_in as it is answered

	chance *rand.Rand
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
		faults[i].chance = rand.New(rand.NewPCG(faults[i].Seed, 0))
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

// take finds the faults for a request and counts them: those that let it go on,
// up to the first that ends it, which then is the last.
func (l *faultList) take(r *http.Request) (taken []Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	left := l.faults[:0:0]
	ended := false

	for _, f := range l.faults {
		if ended || !f.holds(r) {
			left = append(left, f)
			continue
		}
		taken = append(taken, f)
		ended = f.Kind == ""
		if f.Times > 0 {
			f.Times--
		}
		if f.Down || f.Times != 0 {
			left = append(left, f)
		}
	}

	l.faults = left
	return taken
}

func (f *Fault) holds(r *http.Request) bool {
	switch {
	case f.Down:
		return true
	case f.Method != "" && !strings.EqualFold(f.Method, r.Method), !strings.Contains(r.URL.RequestURI(), f.Path):
		return false
	}
	return f.Kind == "" || f.concerns(r)
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
		return nil, fmt.Errorf("send a JSON list of faults with method, path, times, status, delayMs, after, body, down, kind, names, with, share, seed or expiry: %w", err)
	}

	for _, f := range faults {
		if f.Kind != "" && !slices.Contains(kinds(), f.Kind) {
			return nil, fmt.Errorf("there is no kind of fault %q: it is one of %q", f.Kind, kinds())
		}
	}
	return faults, nil
}

// faulty is next with the faults before and behind it.
func (b *Box) faulty(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		does := next
		for _, f := range slices.Backward(b.faults.take(r)) {
			does = b.wrong(f, does)
		}
		does.ServeHTTP(w, r)
	})
}

// wrong is next as it is with the fault.
func (b *Box) wrong(f Fault, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case f.Down:
			b.answerDown(w, r)
		case f.Kind != "":
			b.suffer(w, r, f, next)
		default:
			if f.After {
				next.ServeHTTP(newKept(), r)
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
