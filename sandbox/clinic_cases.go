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

// caseRows are in the order of the day, half an hour apart.
func caseRows() []caseRow {
	return []caseRow{
		{
			name:   "daughter",
			status: "booked",
			reason: "Help at home, with his daughter",
			members: []caseMember{{
				row: memberRow{
					key:    "walter-finch",
					prefix: "Mr",
					given:  "Walter",
					family: "Finch",
					gender: "male",
					born:   "1939-06-12",
					phones: []phoneRow{answers("+441614960142", "home").as("0161 496 0142")},
				},
				relative: &relativeRow{code: "DAU", display: "natural daughter",
					memberRow: memberRow{
						key:    "anita-finch",
						prefix: "Ms",
						given:  "Anita",
						family: "Finch",
						gender: "female",
						born:   "1968-10-05",
						phones: []phoneRow{answers("+447700900319", "mobile")},
					}},
			}},
		},
		{
			name:   "group",
			status: "booked",
			reason: "Living well after treatment: a group by telephone",
			members: []caseMember{
				{row: memberRow{
					key:    "imran-sheikh",
					prefix: "Mr",
					given:  "Imran",
					family: "Sheikh",
					gender: "male",
					born:   "1960-02-19",
					phones: []phoneRow{answers("+447700900151", "mobile")},
				}},
				{row: memberRow{
					key:    "joan-barlow",
					prefix: "Mrs",
					given:  "Joan",
					family: "Barlow",
					gender: "female",
					born:   "1953-08-27",
					phones: []phoneRow{answers("+447700900152", "mobile")},
				}},
			},
		},
		{
			name:   "household",
			status: "booked",
			reason: "Both of them, about the same clinic letter",
			members: []caseMember{
				{row: memberRow{
					key:    "peter-goddard",
					prefix: "Mr",
					given:  "Peter",
					family: "Goddard",
					gender: "male",
					born:   "1947-01-09",
					phones: []phoneRow{answers("+441614960114", "home").as("0161 496 0114"), answers("+447700900161", "mobile")},
				}},
				{row: memberRow{
					key:    "sheila-goddard",
					prefix: "Mrs",
					given:  "Sheila",
					family: "Goddard",
					gender: "female",
					born:   "1949-12-30",
					phones: []phoneRow{answers("+441614960114", "home").as("0161 496 0114")},
				}},
			},
		},
		{
			name:   "deceased",
			status: "booked",
			reason: "Review after surgery",
			members: []caseMember{{diedDays: 9,
				row: memberRow{
					key:    "leonard-ashby",
					prefix: "Mr",
					given:  "Leonard",
					family: "Ashby",
					gender: "male",
					born:   "1941-05-23",
					phones: []phoneRow{answers("+442079460127", "home").as("020 7946 0127")},
				},
				relative: &relativeRow{code: "WIFE", display: "wife",
					memberRow: memberRow{
						key:    "doreen-ashby",
						prefix: "Mrs",
						given:  "Doreen",
						family: "Ashby",
						gender: "female",
						born:   "1944-03-02",
						phones: []phoneRow{answers("+442079460127", "home").as("020 7946 0127")},
					}},
			}},
		},
		{name: "cancelled", status: "cancelled", reason: "Sleep after steroids", members: []caseMember{
			{row: memberRow{key: "owen-tully", prefix: "Mr", given: "Owen", family: "Tully", gender: "male", born: "1972-09-14",
				phones: []phoneRow{answers("+447700900171", "mobile")}}}}},
		{name: "missed", status: "noshow", reason: "First call after treatment", members: []caseMember{
			{row: memberRow{key: "farah-aziz", prefix: "Ms", given: "Farah", family: "Aziz", gender: "female", born: "1990-04-18",
				phones: []phoneRow{answers("+447700900172", "mobile")}}}}},
		{name: "unreadable", status: "booked", reason: "Appetite and weight", members: []caseMember{
			{row: memberRow{key: "dorothy-keane", prefix: "Mrs", given: "Dorothy", family: "Keane", gender: "female", born: "1951-11-11",
				phones: []phoneRow{{use: "home", written: "0161 496 (home)"}, answers("+442079460128", "work").as("020 7946 0128 x123")}}}}},
		{name: "replaced", status: "booked", reason: "Medicines review", members: []caseMember{
			{row: memberRow{key: "irene-walsh", prefix: "Mrs", given: "Irene", family: "Walsh", gender: "female", born: "1956-07-07",
				phones: []phoneRow{answers("+447700900182", "mobile")}}},
			{replacing: "irene-walsh",
				row: memberRow{key: "irene-walsh-reid", prefix: "Mrs", given: "Irene", family: "Walsh-Reid", gender: "female", born: "1956-07-07",
					phones: []phoneRow{answers("+447700900181", "mobile")}}},
		}},
	}
}

// newCases are the cases of a day that begins at midnight.
func newCases(midnight time.Time) (all []Case) {
	y, m, d := midnight.Date()
	for n, row := range caseRows() {
		start := time.Date(y, m, d, 9, 30*n, 0, 0, midnight.Location())
		one := Case{Name: row.name, Appointment: Appointment{
			ID:    stableID("Appointment", start.Format("2006-01-02")+" "+row.name),
			Start: start, End: start.Add(30 * time.Minute),
			Status: row.status, Reason: row.reason, Practitioner: stableID("Practitioner", caseClinician.key),
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
