package twiliobox

import (
	"slices"
	"sync"
	"time"
)

// recorder keeps the recordings of the account, after their calls too.
type recorder struct {
	engine *engine
	tapes  tapes

	mu    sync.Mutex
	all   map[string]*recording
	order []*recording // oldest first
}

const (
	// keptRecordings is how many recordings the box keeps; older ones are forgotten
	// with their sound, so that a box can run under load for days.
	keptRecordings = 2000
	// softDeleted is how long a deleted recording can be asked after.
	softDeleted = 40 * 24 * time.Hour
	// usualProcessing is how long it takes until a recording's sound exists, at
	// pace 1.
	usualProcessing = time.Second
)

func newRecorder(e *engine) *recorder { return &recorder{engine: e, all: map[string]*recording{}} }

func (s *recorder) add(r *recording) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[r.sid] = r
	s.order = append(s.order, r)
	if len(s.order) <= keptRecordings {
		return
	}
	if i := slices.IndexFunc(s.order, func(r *recording) bool { return r.ended }); i >= 0 {
		s.discard(s.order[i])
		delete(s.all, s.order[i].sid)
		s.order = slices.Delete(s.order, i, i+1)
	}
}

// discard removes a recording's sound.
func (s *recorder) discard(r *recording) {
	if err := r.tape.discard(); err != nil {
		s.engine.config.Log.Error("a recording's sound cannot be removed", "error", err)
	}
}

// update changes what a recording is doing.
func (s *recorder) update(r *recording, at time.Time, to recordingStatus, skips bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.status, r.skips, r.updated = to, skips, at
}

// complete makes the sound of a recording that was stopped available, and tells.
func (s *recorder) complete(r *recording) {
	how := encryption(s.engine.gremlin.encryptionFault())
	err := r.tape.finish()
	if err != nil {
		s.engine.config.Log.Error("a recording cannot be written", "error", err)
	}

	s.mu.Lock()
	r.frames = r.tape.frames
	if r.trim {
		r.from, r.frames = r.tape.trim()
	}
	r.status, r.ended, r.encryption = recordingCompleted, true, how
	if err != nil || r.tape.frames == 0 || how == faultNoKey {
		r.status = recordingAbsent
	}
	status := r.status
	s.mu.Unlock()
	if status == recordingAbsent {
		s.discard(r)
	}
	s.report(r, status)
	s.show(r, status)
}

// show tells the console of a recording's change.
func (s *recorder) show(r *recording, status recordingStatus) {
	s.engine.bus.publish(Event{
		Type:    "recording",
		CallSID: r.leg.sid,
		Kind:    string(status),
		Text:    r.sid,
	})
}

// status is what a recording is doing.
func (s *recorder) status(r *recording) recordingStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	return r.status
}

// processing is how long a recording's sound takes to exist, on the wall clock.
func (s *recorder) processing(pace float64) time.Duration {
	if ms := s.engine.gremlin.get().Recordings.ProcessingMillis; ms > 0 {
		return time.Duration(ms) * time.Millisecond
	}
	return time.Duration(float64(usualProcessing) * pace)
}

// recordingView is a recording as it was at one moment.
type recordingView struct {
	SID             string          `json:"sid"`
	CallSID         string          `json:"callSid"`
	Source          string          `json:"source"`
	Name            string          `json:"name,omitempty"`
	Channels        int             `json:"channels"`
	Track           string          `json:"track"`
	Status          recordingStatus `json:"status"`
	Created         time.Time       `json:"created"`
	Started         time.Time       `json:"started"`
	Updated         time.Time       `json:"updated"`
	Deleted         time.Time       `json:"deleted,omitzero"`
	DurationSeconds int             `json:"durationSeconds"`

	tape              string // its file
	from, heardFrames int
	encryption        encryption
}

func (s *recorder) viewLocked(r *recording) recordingView {
	return recordingView{
		SID:             r.sid,
		CallSID:         r.leg.recorded(),
		Source:          r.source,
		Name:            r.name,
		Channels:        r.channels(),
		Track:           r.track,
		Status:          r.status,
		Created:         r.created,
		Started:         r.started,
		Updated:         r.updated,
		Deleted:         r.deleted,
		DurationSeconds: r.seconds(),
		tape:            r.tape.path,
		from:            r.from,
		heardFrames:     r.frames,
		encryption:      r.encryption,
	}
}

// find returns a recording that exists: a deleted one for 40 days.
func (s *recorder) find(sid string) (*recording, recordingView, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.all[sid]
	if !ok || r.gone() {
		return nil, recordingView{}, false
	}
	return r, s.viewLocked(r), true
}

// gone says whether a recording has been deleted for longer than it is told of.
func (r *recording) gone() bool {
	return r.status == recordingSoftDelete && time.Since(r.deleted) >= softDeleted
}

// views describes the recordings that exist, newest first.
func (s *recorder) views() (views []recordingView) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range slices.Backward(s.order) {
		if !r.gone() {
			views = append(views, s.viewLocked(r))
		}
	}
	return views
}

// delete removes a finished recording's sound for good; false when it is not
// finished.
func (s *recorder) delete(r *recording) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !r.ended {
		return false
	}
	now := time.Now().UTC()
	r.status, r.deleted, r.updated = recordingSoftDelete, now, now
	s.discard(r)
	return true
}

// age makes a recording as old as if it had been made, and deleted, so much
// earlier.
func (s *recorder) age(r *recording, by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, at := range []*time.Time{&r.created, &r.started, &r.updated, &r.deleted} {
		if !at.IsZero() {
			*at = at.Add(-by)
		}
	}
}
