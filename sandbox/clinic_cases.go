package sandbox

import "time"

// The cases are one clinician's day, beside the clinic's plain one: what is
// unusual about whom a call reaches. All are Ms Ruth Calloway's, so that every
// other list of the day stays as it is. In the order of the day:
//
//	name         at     patient(s)                          what is on file
//	daughter     09:00  Mr Walter Finch       0161 496 0142 RelatedPerson Ms Anita Finch takes part: DAU, +447700900319
//	group        09:30  Mr Imran Sheikh       +447700900151 a second patient: Mrs Joan Barlow, +447700900152
//	household    10:00  Mr Peter Goddard      0161 496 0114 a second patient, Mrs Sheila Goddard, with the same landline and no other; his mobile +447700900161
//	deceased     10:30  Mr Leonard Ashby      020 7946 0127 deceasedDateTime nine days before; RelatedPerson Mrs Doreen Ashby takes part: WIFE, the same landline
//	cancelled    11:00  Mr Owen Tully         +447700900171 Appointment.status cancelled
//	missed       11:30  Ms Farah Aziz         +447700900172 Appointment.status noshow
//	unreadable   12:00  Mrs Dorothy Keane     020 7946 0128 as "020 7946 0128 x123"; before it "0161 496 (home)"
//	replaced     12:30  Mrs Irene Walsh       +447700900182 active false, link replaced-by Mrs Irene Walsh-Reid, +447700900181
//
// Every phone of them answers and talks. The ids are stable: see stableID.

// Case is an appointment that is unusual in one way, with its people.
type Case struct {
	Name        string      `json:"name"`
	Appointment Appointment `json:"appointment"`
	Members     []Member    `json:"members"` // its patients, and whom a record of theirs leads to
}

// caseClinician has all of them.
var caseClinician = clinicianRow{"ruth-calloway", "Ms", "Ruth", "Calloway", "female", "Family liaison nurse", false}

type caseRow struct {
	name, status, reason string
	members              []caseMember
}

// caseMember is a patient; relative belongs to him and takes part. A patient who
// only replaces another does not.
type caseMember struct {
	row       memberRow
	relative  *relativeRow
	diedDays  int    // before the day; 0: lives
	replacing string // key of the patient in whose place this one is
}

type relativeRow struct {
	memberRow
	code, display string // v3-RoleCode; there is no text
}

func answers(number, use string) phoneRow {
	return phoneRow{number: number, use: use, does: "Answers and talks"}
}

func (p phoneRow) as(written string) phoneRow {
	p.written = written
	return p
}

// newCases are the cases of a day that begins at midnight.
func newCases(midnight time.Time) (all []Case) {
	y, m, d := midnight.Date()
	for n, row := range caseRows() {
		start := time.Date(y, m, d, 9, 30*n, 0, 0, midnight.Location())
		one := Case{Name: row.name, Appointment: Appointment{
			ID:           stableID("Appointment", start.Format("2006-01-02")+" "+row.name),
			Start:        start,
			End:          start.Add(30 * time.Minute),
			Status:       row.status,
			Reason:       row.reason,
			Practitioner: stableID("Practitioner", caseClinician.key),
		}}
		for _, member := range row.members {
			made := member.made(midnight)
			one.Members = append(one.Members, made)
			switch {
			case member.replacing != "":
				one.Members[0].replacedBy = made.ID
			case one.Appointment.Patient == "":
				one.Appointment.Patient = made.ID
			default:
				one.Appointment.Others = append(one.Appointment.Others, made.ID)
			}
		}
		all = append(all, one)
	}

	return all
}

func (m caseMember) made(midnight time.Time) Member {
	made := m.row.member()
	if m.diedDays > 0 {
		made.Died = midnight.AddDate(0, 0, -m.diedDays).Format(time.DateOnly)
	}
	if r := m.relative; r != nil {
		one := r.related(r.display)
		one.code = r.code
		made.Relatives = []Related{one}
	}
	return made
}
