package careline

import (
	"strings"
	"time"
)

// Clinician is the person behind a session.
type Clinician struct {
	ID    string    // id of the Practitioner in the health record
	Until time.Time // when the session is no longer accepted; zero: not known
}

// Visitor is the person behind a session that is good, and what they may do. Whoever is
// neither a clinician nor an auditor may do nothing.
type Visitor struct {
	ID        string    // the issuer's own for the person, or a hash of one that may say more than who it is
	Clinician Clinician // zero: not one who may call
	Auditor   bool      // may see every call, and place none

	Reviewer   bool // may listen to all recordings, and delete one
	Supervisor bool // may see who is in every live call

	Until time.Time // when the session is no longer accepted; zero: not known
}

// Appointment is a meeting of a patient and clinicians. careline only reads it.
type Appointment struct {
	ID         string // empty: the record holds it, but it could not be read
	Status     string // the record's word: booked, arrived, …
	Start, End time.Time
	Reason     string
	Clinicians []Participant // those who take part and did not decline
	Patients   []Person      // the patient; more than one only in a group
	Relatives  []Person      // related persons of its patients who take part
}

// Participant is a clinician's part in an appointment.
type Participant struct {
	Clinician string    // practitioner id
	As        Reference // Practitioner/… or the PractitionerRole/… that was booked
	Name      string    // as the record gives it; empty when it does not
}

// Person is somebody who can be telephoned: a patient, or a related person.
type Person struct {
	Ref       Reference
	Patient   Reference // the patient; for the patient the same as Ref
	Name      string
	Relation  string // of a related person to the patient, in a word such as "daughter"; empty for a patient, and when the record does not say
	BirthDate string // YYYY-MM-DD, or as much of it as is known
	Deceased  bool   // the record says that this person has died
	Phones    []Phone

	Unreadable []string // entries for a telephone, as they stand, in which no number can be read; never to be logged
	Unread     bool     // the record names this person but did not give, or gave unreadably, who it is
}

// ValidID reports whether id can be the logical id of a resource of the health
// record: 1 to 64 letters, digits, hyphens and dots (FHIR R4, section 2.24.0.1).
func ValidID(id string) bool {
	for i := range len(id) {
		c := id[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return false
		}
	}
	return len(id) >= 1 && len(id) <= 64
}

// WebIdentity is the identity by which the carrier knows a clinician in a
// browser: the bare practitioner id.
func WebIdentity(practitioner string) string { return practitioner }

// MobileIdentity is the identity of the same clinician on a mobile phone, where
// Twilio allows letters, digits and underscore only. Each hyphen of the id
// becomes an underscore; a FHIR id has none of its own, so PractitionerOf can
// read it back. An id with a dot has no mobile identity: ok is false.
func MobileIdentity(practitioner string) (identity string, ok bool) {
	if !ValidID(practitioner) || strings.Contains(practitioner, ".") {
		return "", false
	}
	return strings.ReplaceAll(practitioner, "-", "_"), true
}

// PractitionerOf is the practitioner id behind an identity of either form; ok is
// false for an identity that careline never gives out.
func PractitionerOf(identity string) (practitioner string, ok bool) {
	id := strings.ReplaceAll(identity, "_", "-")
	return id, ValidID(id) && !(strings.Contains(identity, "_") && strings.ContainsAny(identity, "-."))
}
