package sandbox

// Where the clinic's people come from: names are made up, numbers are from the
// ranges Ofcom keeps for drama (+447700900000-999, +442079460000-999,
// +441614960000-999). The last
// three digits say what twiliobox's phone does; see its package comment.

// clinicians are all of a cancer survivorship service.
var clinicians = []clinicianRow{
	{"grace-adeyemi", "Ms", "Grace", "Adeyemi", "female", "Cancer nurse specialist", false},
	{"tom-hargreaves", "Mr", "Tom", "Hargreaves", "male", "Oncology physiotherapist", true},
	{"priya-raman", "Dr", "Priya", "Raman", "female", "Clinical psychologist", true},
}

// auditor may see every call, and is no practitioner: there is nothing to call for.
var auditor = Person{
	ID:    stableID("Person", "edith-warren"),
	Name:  "Ms Edith Warren",
	Role:  "Auditor",
	Roles: []string{"auditor"},
}

type clinicianRow struct {
	key, prefix, given, family, gender, role string
	// throughRole: appointments name the PractitionerRole, not the Practitioner.
	throughRole bool
}

var members = []memberRow{
	{
		key:    "margaret-ellis",
		prefix: "Mrs",
		given:  "Margaret",
		family: "Ellis",
		gender: "female",
		born:   "1958-03-14",
		phones: []phoneRow{{"+447700900142", "mobile", "Answers and talks", 0, ""}, {"+442079460018", "home", "Answers and talks", 0, ""}},
	},
	{
		key:    "david-pritchard",
		prefix: "Mr",
		given:  "David",
		family: "Pritchard",
		gender: "male",
		born:   "1949-11-02",
		phones: []phoneRow{{"+447700900486", "mobile", "Busy", 0, ""}},
	},
	{
		key:    "aisha-rahman",
		prefix: "Ms",
		given:  "Aisha",
		family: "Rahman",
		gender: "female",
		born:   "1983-07-21",
		phones: []phoneRow{{"+447700900487", "mobile", "Does not answer", 0, ""}},
	},
	{
		key:    "colin-whitaker",
		prefix: "Mr",
		given:  "Colin",
		family: "Whitaker",
		gender: "male",
		born:   "1955-01-30",
		phones: []phoneRow{{"+447700900703", "mobile", "Voicemail answers", 0, ""}},
	},
	{
		key:    "ngozi-okafor",
		prefix: "Mrs",
		given:  "Ngozi",
		family: "Okafor",
		gender: "female",
		born:   "1946-09-08",
		phones: []phoneRow{{"+442079460503", "home", "The call fails", 0, ""}},
	},
	{
		key:    "bethan-morgan",
		prefix: "Ms",
		given:  "Bethan",
		family: "Morgan",
		gender: "female",
		born:   "1971-05-17",
		phones: []phoneRow{{"+447700900255", "mobile", "Answers, long talk", 180, ""}},
	},
	{
		key:    "james-sutherland",
		prefix: "Mr",
		given:  "James",
		family: "Sutherland",
		gender: "male",
		born:   "1962-12-25",
		phones: []phoneRow{{"+447700900603", "mobile", "Declines", 0, ""}},
	},
	{
		key:    "helen-cartwright",
		prefix: "Mrs",
		given:  "Helen",
		family: "Cartwright",
		gender: "female",
		born:   "1968-04-03",
		phones: []phoneRow{{"+447700900801", "mobile", "You answer or decline", 0, ""}},
	},
}

type memberRow struct {
	key, prefix, given, family, gender, born string
	phones                                   []phoneRow
}

// phoneRow is a member's number; talk above 0 scripts the phone to answer and
// talk for so many seconds, else the number's own ending decides.
type phoneRow struct {
	number, use, does string
	talk              float64
	written           string // as it is on file; empty: as number
}

// daughter answers for Mrs Okafor, whose own telephone is out of order.
var daughter = memberRow{
	key:    "chidinma-okafor",
	prefix: "Ms",
	given:  "Chidinma",
	family: "Okafor",
	gender: "female",
	born:   "1974-02-11",
	phones: []phoneRow{{"+447700900318", "mobile", "Answers and talks", 0, ""}},
}

// daughterOf is the key of the member she belongs to.
const daughterOf = "ngozi-okafor"

// appointments of one day: minutes after 09:00, and how the day stands.
var appointments = []appointmentRow{
	{0, 30, "grace-adeyemi", "margaret-ellis", "fulfilled", "Tiredness six weeks after the end of chemotherapy"},
	{0, 45, "tom-hargreaves", "james-sutherland", "fulfilled", "Shoulder movement after radiotherapy"},
	{45, 30, "grace-adeyemi", "david-pritchard", "arrived", "Hormone treatment: hot flushes and sleep"},
	{60, 50, "priya-raman", "bethan-morgan", "arrived", "Worry before the next scan"},
	{90, 30, "grace-adeyemi", "aisha-rahman", "booked", "Numb fingers since treatment ended"},
	{120, 45, "tom-hargreaves", "colin-whitaker", "booked", "Building up walking after surgery"},
	{150, 30, "grace-adeyemi", "ngozi-okafor", "booked", "Care plan review, with her daughter"},
	{210, 45, "tom-hargreaves", "margaret-ellis", "booked", "Arm swelling: lymphoedema exercises"},
	{240, 50, "priya-raman", "helen-cartwright", "booked", "Going back to work"},
	{300, 30, "grace-adeyemi", "helen-cartwright", "booked", "Medicines and side effects"},
	{330, 50, "priya-raman", "aisha-rahman", "booked", "Talking with the children about cancer"},
	{390, 45, "tom-hargreaves", "bethan-morgan", "booked", "Pelvic floor exercises"},
}

type appointmentRow struct {
	after, minutes                    int
	clinician, member, status, reason string
}
