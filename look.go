package careline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Look is that somebody looked at what a patient's record holds, heard or deleted a
// recording, or was not let.
type Look struct {
	Clinician   string      `json:"clinician"`          // practitioner id; empty: who looked is none
	Visitor     string      `json:"visitor,omitempty"`  // of one who is no clinician: Visitor.ID
	Appointment string      `json:"appointment"`        // empty of a call without one
	Patients    []Reference `json:"patients,omitempty"` // of the appointment, or whose call was recorded
	What        LookAt      `json:"what"`
	Of          Reference   `json:"of,omitempty"`        // whose number was revealed
	Recording   string      `json:"recording,omitempty"` // the carrier's id of what was heard or deleted
	Media       Reference   `json:"media,omitempty"`     // the recording in the health record; empty: not known
	Outcome     LookOutcome `json:"outcome"`
	At          time.Time   `json:"at"`
}

// LookAt is what was looked at.
type LookAt string

// What can be looked at. Their text is kept in the log and the record: never change one.
const (
	LookOpened   LookAt = "opened"   // the appointment, with the numbers of its people
	LookRevealed LookAt = "revealed" // one of the numbers, shown in full

	LookHeard   LookAt = "recording-heard"
	LookDeleted LookAt = "recording-deleted"
)

// LookOutcome is what came of it.
type LookOutcome string

// The outcomes. Their text is kept in the log: never change one.
const (
	LookShown   LookOutcome = "shown"
	LookRefused LookOutcome = "refused" // who looks does not take part, or may not hear it or delete it
	LookMissed  LookOutcome = "missed"  // there is no such number
)

// LookEvery is how long the same look of one person at one appointment counts as one:
// pages ask again by themselves.
const LookEvery = 10 * time.Minute

// lookPrefix begins the keys of looks: no call's has a slash.
const lookPrefix = "access/"

// LookKey reports whether a key of the log is that of a look, and of no call.
func LookKey(key string) bool { return strings.HasPrefix(key, lookPrefix) }

// Key is the look's in the log: of the same look in the same ten minutes of the clock it
// is the same, whichever instance was asked.
func (l Look) Key() string { return l.keyIn(l.At.Unix() / int64(LookEvery/time.Second)) }

// KeyBefore is what its key would have been in the ten minutes before.
func (l Look) KeyBefore() string { return l.keyIn(l.At.Unix()/int64(LookEvery/time.Second) - 1) }

func (l Look) keyIn(window int64) string {
	h := sha256.Sum256([]byte(l.Same() + "\n" + strconv.FormatInt(window, 10) + "\n"))
	return lookPrefix + hex.EncodeToString(h[:16])
}

// Same is what a look shares with those that count as one with it, at whatever time.
func (l Look) Same() string {
	parts := []string{l.Clinician, l.Appointment, string(l.What), string(l.Of), string(l.Outcome)}
	if l.Visitor != "" || l.Recording != "" { // a look at anything else keeps the key that it had
		parts = append(parts, l.Visitor, l.Recording)
	}
	return strings.Join(parts, "\n")
}

// Event is the look as the log keeps it, under a key of its own.
func (l Look) Event() CallEvent {
	key := l.Key()
	return CallEvent{
		ID:          key + "/look",
		Call:        key,
		Leg:         key,
		Kind:        KindLook,
		At:          l.At,
		Appointment: l.Appointment,
		Report:      marshalled(l),
	}
}

// LookOf is the look that an event of kind KindLook tells of.
func LookOf(e CallEvent) (l Look, err error) {
	if err := json.Unmarshal(e.Report, &l); err != nil {
		return Look{}, fmt.Errorf("read a look: %w", err)
	}
	return l, nil
}
