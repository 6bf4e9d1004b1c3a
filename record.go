package careline

import "time"

// RecordedCall is a call as the health record holds it, with its history.
type RecordedCall struct {
	ID       string            // the record's id for it
	Versions []RecordedVersion // newest first
}

// RecordedVersion is one version of a recorded call.
type RecordedVersion struct {
	ID   string    // the record's id of this version
	At   time.Time // when the record took it
	Call Call      // what it says; a field that the record does not hold is zero
}

// Latest is the newest version; the zero version when there is none.
func (r RecordedCall) Latest() RecordedVersion {
	if len(r.Versions) == 0 {
		return RecordedVersion{}
	}
	return r.Versions[0]
}
