package sandbox

import (
	"crypto/sha1"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Clinic is the people and appointments of one day. The same day gives the same
// clinic, with the same ids.
type Clinic struct {
	Day          time.Time     `json:"day"` // midnight, in the clinic's time zone
	Clinicians   []Clinician   `json:"clinicians"`
	Members      []Member      `json:"members"`
	Appointments []Appointment `json:"appointments"`
	Cases        []Case        `json:"cases"`              // what is unusual, in lists of their own
	Contacts     []Contact     `json:"contacts,omitempty"` // with Config.Extras alone
}

// Clinician is a FHIR Practitioner with one PractitionerRole.
type Clinician struct {
	ID          string `json:"id"`     // Practitioner id
	RoleID      string `json:"roleId"` // PractitionerRole id
	Name        string `json:"name"`
	Role        string `json:"role"`
	throughRole bool
	row         clinicianRow
}

// Member is a FHIR Patient, in the service's own word.
type Member struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	BirthDate string    `json:"birthDate"` // YYYY-MM-DD
	Phones    []Phone   `json:"phones"`
	Relatives []Related `json:"relatives,omitempty"`
	Died      string    `json:"died,omitempty"` // YYYY-MM-DD
	row       memberRow

	replacedBy string // Patient id
}

// Phone is one number on file.
type Phone struct {
	Number string `json:"number"` // E.164; empty when what is written is none
	Use    string `json:"use"`    // FHIR ContactPoint.use
	Does   string `json:"does"`   // what its phone does when called, in words

	Written string `json:"written,omitempty"` // as it is on file, when that is not Number
}

// Related is a FHIR RelatedPerson of a member.
type Related struct {
	ID           string  `json:"id"`
	Name         string  `json:"name"`
	Relationship string  `json:"relationship"`
	Phones       []Phone `json:"phones"`
	row          memberRow
	code         string // v3-RoleCode; empty: the daughter's of the plain clinic
	apart        bool   // takes part in no appointment
}

// Appointment is a FHIR Appointment between one clinician and one member, or
// several.
type Appointment struct {
	ID           string    `json:"id"`
	Start        time.Time `json:"start"`
	End          time.Time `json:"end"`
	Status       string    `json:"status"` // booked, arrived, fulfilled, cancelled or noshow
	Reason       string    `json:"reason"`
	Practitioner string    `json:"practitioner"`     // Practitioner id
	Patient      string    `json:"patient"`          // Patient id
	Others       []string  `json:"others,omitempty"` // further Patient ids
}

// NewClinic returns the clinic of day's date, in day's time zone. The first
// appointments are at 09:00.
func NewClinic(day time.Time) Clinic {
	y, m, d := day.Date()
	c := Clinic{Day: time.Date(y, m, d, 0, 0, 0, 0, day.Location())}
	for _, row := range append(slices.Clip(clinicians), caseClinician) {
		c.Clinicians = append(c.Clinicians, Clinician{
			ID:          stableID("Practitioner", row.key),
			RoleID:      stableID("PractitionerRole", row.key),
			Name:        fullName(row.prefix, row.given, row.family),
			Role:        row.role,
			throughRole: row.throughRole,
			row:         row,
		})
	}

	for _, row := range members {
		member := row.member()
		if row.key == daughterOf {
			member.Relatives = []Related{daughter.related("daughter")}
		}
		if one, has := apart[row.key]; has {
			relative := one.related(one.display)
			relative.code, relative.apart = one.code, true
			member.Relatives = append(member.Relatives, relative)
		}
		c.Members = append(c.Members, member)
	}

	for _, row := range appointments {
		start := time.Date(y, m, d, 9, row.after, 0, 0, day.Location())
		c.Appointments = append(c.Appointments, Appointment{
			ID:           stableID("Appointment", fmt.Sprintf("%04d-%02d-%02d %s %d", y, m, d, row.clinician, row.after)),
			Start:        start,
			End:          start.Add(time.Duration(row.minutes) * time.Minute),
			Status:       row.status,
			Reason:       row.reason,
			Practitioner: stableID("Practitioner", row.clinician),
			Patient:      stableID("Patient", row.member),
		})
	}

	c.Cases = newCases(c.Day)
	return c
}

// everybody is all members, those of the cases too.
func (c Clinic) everybody() []Member {
	all := slices.Clone(c.Members)
	for _, one := range c.Cases {
		all = append(all, one.Members...)
	}
	return all
}

func (m memberRow) member() Member {
	return Member{
		ID:        stableID("Patient", m.key),
		Name:      fullName(m.prefix, m.given, m.family),
		BirthDate: m.born,
		Phones:    m.book(),
		row:       m,
	}
}

func (m memberRow) related(relationship string) Related {
	return Related{
		ID:           stableID("RelatedPerson", m.key),
		Name:         fullName(m.prefix, m.given, m.family),
		Relationship: relationship,
		Phones:       m.book(),
		row:          m,
	}
}

// Bundle returns the clinic as a FHIR R4 transaction Bundle of PUT entries,
// every one with its final id.
func (c Clinic) Bundle() ([]byte, error) {
	bundle := fhirBundle{ResourceType: "Bundle", Type: "transaction"}
	for _, r := range c.resources() {
		path := fmt.Sprintf("%s/%s", r["resourceType"], r["id"])
		bundle.Entry = append(bundle.Entry, fhirEntry{
			FullURL: "urn:uuid:" + fmt.Sprint(r["id"]), Resource: r, Request: fhirRequest{Method: "PUT", URL: path},
		})
	}
	raw, err := json.Marshal(bundle)
	if err != nil {
		return nil, fmt.Errorf("write the clinic as a Bundle: %w", err)
	}
	return raw, nil
}

// people lists who may sign in.
func (c Clinic) people() (people []Person) {
	for _, one := range c.Clinicians {
		people = append(people, Person{ID: one.ID, Name: one.Name, Role: one.Role})
	}
	people = append(people, auditor)
	if len(c.Contacts) > 0 {
		people = append(people, reviewer, supervisor)
	}
	return people
}

func (m memberRow) book() (phones []Phone) {
	for _, p := range m.phones {
		phones = append(phones, Phone{
			Number:  p.number,
			Use:     p.use,
			Does:    p.does,
			Written: p.written,
		})
	}
	return phones
}

func fullName(prefix, given, family string) string { return prefix + " " + given + " " + family }

// stableID is a version 5 UUID (RFC 9562 section 5.5) of a resource's type and
// key, in a name space of this package's own.
func stableID(kind, key string) string {
	sum := sha1.Sum([]byte("perci.health/careline/sandbox\x00" + kind + "\x00" + key))
	b := sum[:16]
	b[6], b[8] = b[6]&0x0f|0x50, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
