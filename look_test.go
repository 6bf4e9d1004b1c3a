package careline_test

import (
	"strings"
	"testing"
	"time"

	"perci.health/careline"
)

// The key of a look at an appointment stays what it was: the log has it, and the record's
// tag.
func TestLookKeyIsAsItWas(t *testing.T) {
	t.Parallel()
	look := careline.Look{
		Clinician:   "dr-1",
		Appointment: "a1",
		What:        careline.LookRevealed,
		Of:          "RelatedPerson/d",
		Outcome:     careline.LookShown,
		At:          time.Date(2026, 11, 24, 10, 15, 0, 0, time.UTC),
	}
	if key := look.Key(); key != "access/d34e7851775288c282c16dc880a5b854" {
		t.Error(key)
	}
	if body := string(look.Event().Report); strings.Contains(body, "recording") || strings.Contains(body, "media") || strings.Contains(body, "visitor") {
		t.Error(body)
	}
}

// One recording heard by one person is one look in ten minutes, whoever they are, and
// whether or not the record has it.
func TestLookSame(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 10, 15, 0, 0, time.UTC)
	heard := careline.Look{
		Clinician: "dr-1",
		What:      careline.LookHeard,
		Recording: "RE1",
		Outcome:   careline.LookShown,
		At:        at,
	}
	filed, later := heard, heard
	filed.Media, later.At = "Media/r1", at.Add(careline.LookEvery)
	if filed.Same() != heard.Same() || filed.Key() != heard.Key() || later.Same() != heard.Same() || later.Key() == heard.Key() || later.KeyBefore() != heard.Key() {
		t.Error("it is not the same")
	}

	other, person, deleted, reviewer := heard, heard, heard, heard
	other.Recording, person.Clinician, deleted.What = "RE2", "dr-2", careline.LookDeleted
	reviewer.Clinician, reviewer.Visitor = "", "dr-1"
	for _, l := range []careline.Look{other, person, deleted, reviewer} {
		if l.Same() == heard.Same() || l.Key() == heard.Key() {
			t.Errorf("%+v is the same", l)
		}
	}

	another := reviewer
	another.Visitor = "U2abc"
	if another.Same() == reviewer.Same() || another.Key() == reviewer.Key() {
		t.Error("two reviewers are one")
	}

	read, err := careline.LookOf(filed.Event())
	if err != nil || read.Recording != "RE1" || read.Media != "Media/r1" || read.What != careline.LookHeard {
		t.Error(read, err)
	}
}
