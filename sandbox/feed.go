package sandbox

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"perci.health/careline/sandbox/fhirbox"
	"perci.health/careline/sandbox/twiliobox"
)

// Entry is one thing that happened in the world: either at Twilio or in the
// health record.
type Entry struct {
	ID   int64     `json:"id"`   // counts from 1 without gaps
	Time time.Time `json:"time"` // when it was seen
	// Call is the SID of the call's first leg, the clinician's; "" when the entry
	// belongs to no call.
	Call   string           `json:"call,omitempty"`
	Twilio *twiliobox.Event `json:"twilio,omitempty"`
	Record *Version         `json:"record,omitempty"`
}

// Version is one version written to the FHIR server.
type Version struct {
	Type        string `json:"type"`
	ID          string `json:"id"`
	VersionID   string `json:"versionId"`
	Interaction string `json:"interaction"` // create, update or delete
	// Number counts a resource's versions from 1; 0 when its first ones were
	// written before this world was started.
	Number   int             `json:"number,omitempty"`
	Resource json.RawMessage `json:"resource,omitempty"`
}

// entriesKept is how many entries a late reader can still get: some thousand calls.
const entriesKept = 30_000

// feed merges what the boxes tell into one numbered list.
type feed struct {
	mu       sync.Mutex
	last     int64
	recent   []Entry
	changed  chan struct{}     // closed and replaced at each entry
	parents  map[string]string // leg's SID → first leg's SID
	versions map[string]int    // type/id → versions seen, -1 when the first was not
}

func newFeed() *feed {
	return &feed{changed: make(chan struct{}), parents: map[string]string{}, versions: map[string]int{}}
}

// follow takes in both streams until both are closed.
func (f *feed) follow(events <-chan twiliobox.Event, changes <-chan fhirbox.Change) {
	for events != nil || changes != nil {
		select {
		case e, open := <-events:
			if !open {
				events = nil
				continue
			}
			f.heard(e)
		case c, open := <-changes:
			if !open {
				changes = nil
				continue
			}
			f.written(c)
		}
	}
}

func (f *feed) heard(e twiliobox.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e.CallSID != "" && e.ParentCallSID != "" {
		f.parents[e.CallSID] = e.ParentCallSID
	}
	f.add(Entry{Time: e.Time, Call: f.first(e.CallSID), Twilio: &e})
}

func (f *feed) written(c fhirbox.Change) {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := c.Type + "/" + c.ID
	number, known := f.versions[key]
	switch {
	case known && number >= 0:
		number++
	case !known && c.Interaction == "create":
		number = 1
	default:
		number = -1
	}

	f.versions[key] = number
	v := &Version{
		Type:        c.Type,
		ID:          c.ID,
		VersionID:   c.VersionID,
		Interaction: c.Interaction,
		Number:      max(number, 0),
		Resource:    c.Resource,
	}
	f.add(Entry{Time: time.Now().UTC(), Call: f.callOf(c.Resource), Record: v})
}

// callOf finds the call a Communication tells of by its identifiers.
func (f *feed) callOf(raw json.RawMessage) string {
	var r struct {
		Identifier []struct {
			Value string `json:"value"`
		} `json:"identifier"`
	}
	// Identifier is one object, not a list, in some types: those tell of no call.
	if json.Unmarshal(raw, &r) != nil {
		return ""
	}
	for _, id := range r.Identifier {
		if len(id.Value) == 34 && id.Value[:2] == "CA" {
			return f.first(id.Value)
		}
	}
	return ""
}

func (f *feed) first(sid string) string {
	// A leg that was taken out of its call may have dialled others since.
	for parent, ok := f.parents[sid]; ok; parent, ok = f.parents[sid] {
		sid = parent
	}
	return sid
}

func (f *feed) add(e Entry) {
	f.last++
	e.ID = f.last
	f.recent = append(f.recent, e)
	if len(f.recent) == entriesKept+entriesKept/8 { // moving them one at a time would cost more than the calls do
		f.recent = append([]Entry(nil), f.recent[entriesKept/8:]...)
	}
	close(f.changed)
	f.changed = make(chan struct{})
}

// after returns the kept entries newer than id and a channel that is closed
// when there are more. An id from the future, of an earlier world, counts as 0.
func (f *feed) after(id int64) ([]Entry, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if id > f.last || id < 0 {
		id = 0
	}
	oldest := f.last - int64(len(f.recent)) + 1
	skip := max(id-oldest+1, 0)
	return append([]Entry(nil), f.recent[skip:]...), f.changed
}

func (f *feed) latest() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

// each hands every entry newer than id to take, as they come, until ctx is done
// or take fails.
func (f *feed) each(ctx context.Context, id int64, take func(Entry) error) error {
	for {
		news, more := f.after(id)
		for _, e := range news {
			if err := take(e); err != nil {
				return err
			}
			id = e.ID
		}
		select {
		case <-more:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
