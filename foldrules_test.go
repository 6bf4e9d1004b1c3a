package careline_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
)

// recorded is an event that names a recording.
func recorded(e careline.CallEvent, sid string) careline.CallEvent {
	e.ID, e.Recording = e.ID+sid, sid
	return e
}

func asked(id string, r careline.Request) careline.CallEvent {
	e := requested()
	e.ID, e.Request = id, r
	return e
}

// The first of several recordings is the call's, and moves the time of what is told.
func TestFoldKeepsTheFirstRecording(t *testing.T) {
	t.Parallel()
	c := foldedAnyhow(t, requested(), recorded(progress(1, "ringing", 0), "RE1"), recorded(progress(2, "in-progress", time.Hour), "RE2"))
	if c.Recording != "RE1" {
		t.Errorf("its recording is %s", c.Recording)
	}

	late := aside(child, "RE1", 2*time.Hour)
	if c := foldedAnyhow(t, requested(), progress(1, "ringing", 0), late); c.Recording != "RE1" || !c.At.Equal(noon.Add(2*time.Hour)) {
		t.Errorf("its recording is %s, told of %v", c.Recording, c.At)
	}
}

func TestFoldOfNothing(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(careline.Call{}, careline.Fold(nil), same); diff != "" {
		t.Error(diff)
	}
}

// A call is decided once: the first decision stands, whole.
func TestFoldBelievesTheFirstDecision(t *testing.T) {
	t.Parallel()
	first := asked("1", careline.Request{Clinician: "dr-1", Patient: "Patient/p1", Names: careline.Names{Patient: "Ellis"}, Household: true, Limit: 60})
	second := asked("2", careline.Request{Clinician: "dr-2", Sender: "Practitioner/dr-2", Patient: "Patient/p2", Recipient: "Patient/p2"})
	c := foldedAnyhow(t, keptAt(first, 0), keptAt(second, time.Second), refused())
	if c.Clinician != "dr-1" || c.Patient != "Patient/p1" || c.Sender != "" || c.Recipient != "" || c.Names.Patient != "Ellis" || !c.Household {
		t.Errorf("it is %+v", c)
	}
	if c.Status != careline.StatusRequested || c.Refusal != "" || !c.At.Equal(noon) {
		t.Errorf("it is %s, %q, of %v", c.Status, c.Refusal, c.At)
	}
}

// Of two requests that differ in what was confirmed alone, the one that confirmed
// nothing stands, whatever their limits are.
func TestFoldOfTwoRequestsOfOneID(t *testing.T) {
	t.Parallel()
	confirmed := asked("1", careline.Request{Clinician: "dr-1", Household: true, Limit: 60})
	plain := asked("1", careline.Request{Clinician: "dr-1", Limit: 120})
	if c := foldedAnyhow(t, confirmed, plain); c.Household {
		t.Error("the household is confirmed")
	}
}

// Whoever gave a time is believed before one who gave none.
func TestFoldBelievesWhoKnowsTheTime(t *testing.T) {
	t.Parallel()
	timed, timeless := progress(2, "busy", time.Minute), progress(1, "failed", 0)
	timeless.At = time.Time{}
	if c := foldedAnyhow(t, requested(), timed, timeless); c.Status != careline.StatusBusy || !c.Ended.Equal(noon.Add(time.Minute)) {
		t.Errorf("it is %s, ended %v", c.Status, c.Ended)
	}
}

// What answered is not known to a detection that could not tell.
func TestFoldBelievesWhoKnowsWhatAnswered(t *testing.T) {
	t.Parallel()
	by := func(id, who string, at time.Duration) careline.CallEvent {
		e := machine(who)
		e.ID, e.At = id, noon.Add(at)
		return e
	}
	tests := map[string]struct {
		first, then, want string
		at                time.Duration
	}{
		"unknown, then human":   {"unknown", "human", "human", 2 * time.Hour},
		"human, then unknown":   {"human", "unknown", "human", time.Hour},
		"human, then a machine": {"human", "machine_start", "human", time.Hour},
		"unknown, then nothing": {"unknown", "", "unknown", time.Hour},
	}
	for name, test := range tests {
		c := foldedAnyhow(t, requested(), progress(1, "in-progress", 0), by("1", test.first, time.Hour), by("2", test.then, 2*time.Hour))
		if c.AnsweredBy != test.want || !c.At.Equal(noon.Add(test.at)) {
			t.Errorf("%s: answered by %s, told of %v", name, c.AnsweredBy, c.At)
		}
	}
}

// The dial result names the member's leg when nothing else does, and the clinician's.
func TestFoldTakesTheLegsFromTheDialResult(t *testing.T) {
	t.Parallel()
	for name, word := range map[string]string{"an outcome": "no-answer", "no outcome": "ringing"} {
		c := foldedAnyhow(t, dialEnded(word, -1))
		if c.MemberLeg != child || c.ClinicianLeg != parent || len(c.Legs) != 2 {
			t.Errorf("%s: the member's leg is %q, the clinician's %q, of %d", name, c.MemberLeg, c.ClinicianLeg, len(c.Legs))
		}
	}
}

// A clinician's leg that goes on ends nothing.
func TestFoldOfAClinicianWhoStays(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"ringing", "in-progress", "transferring", ""} {
		if c := foldedAnyhow(t, requested(), progress(1, "ringing", 0), clinicianLeg(word)); c.ClinicianLeft || c.Final() || !c.Live() {
			t.Errorf("%q: it is %s, the clinician left is %v", word, c.Status, c.ClinicianLeft)
		}
	}
	// The first of two ends is the one that counts.
	first, second := clinicianLeg("canceled"), clinicianLeg("completed")
	second.At = second.At.Add(time.Hour)
	if c := foldedAnyhow(t, requested(), first, second); !c.Ended.Equal(noon.Add(time.Hour)) || !c.At.Equal(c.Ended) || c.Live() {
		t.Errorf("ended %v, told of %v", c.Ended, c.At)
	}
}

// A call that was refused, and had an outcome all the same, was not refused; one that
// only got on was.
func TestFoldOfARefusedCallThatWasDialled(t *testing.T) {
	t.Parallel()
	for name, over := range map[string]careline.CallEvent{"its leg": progress(1, "busy", 0), "the dial result": dialEnded("busy", -1)} {
		c := foldedAnyhow(t, refused(), over)
		if c.Status != careline.StatusBusy || c.Word != "busy" || c.Refusal != "" || c.Told != "" {
			t.Errorf("%s: it is %s, %q, refused for %q: %s", name, c.Status, c.Word, c.Refusal, c.Told)
		}
	}
	if c := foldedAnyhow(t, refused(), progress(1, "in-progress", 0)); c.Status != careline.StatusRefused || c.Word != "" || c.Told != careline.RefusedRate.Sentence() {
		t.Errorf("it is %s, %q: %s", c.Status, c.Word, c.Told)
	}
}

// The call is named for the clinician's leg when no report names it.
func TestFoldNamesACallForItsClinicianLeg(t *testing.T) {
	t.Parallel()
	unnamed, ask := requested(), requested()
	unnamed.Call = ""
	if c := foldedAnyhow(t, unnamed); c.Key != parent {
		t.Errorf("its key is %q", c.Key)
	}
	ask.Leg = second
	if c := foldedAnyhow(t, ask); c.Key != parent || c.ClinicianLeg != second {
		t.Errorf("its key is %q, the clinician's leg %q", c.Key, c.ClinicianLeg)
	}
}

func TestRecordable(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		call careline.Call
		want bool
	}{
		"nothing":                              {careline.Call{}, false},
		"refused":                              {careline.Call{Status: careline.StatusRefused}, true},
		"asked for":                            {careline.Call{Clinician: "dr-1"}, true},
		"both legs, for an appointment":        {careline.Call{ClinicianLeg: parent, MemberLeg: child, Appointment: "a1"}, true},
		"both legs, for none":                  {careline.Call{Key: parent, ClinicianLeg: parent, MemberLeg: child}, false},
		"placed for an appointment":            {careline.Call{Key: parent, MemberLeg: parent, Appointment: "a1"}, true},
		"placed for none":                      {careline.Call{Key: parent, MemberLeg: parent}, false},
		"a leg that nobody placed":             {careline.Call{Key: parent, MemberLeg: child, Appointment: "a1"}, false},
		"an appointment alone":                 {careline.Call{Appointment: "a1"}, false},
		"a detection that came before its leg": {careline.Fold([]careline.CallEvent{machine("human")}), false},
	}
	for name, test := range tests {
		if got := test.call.Recordable(); got != test.want {
			t.Errorf("%s: recordable is %v", name, got)
		}
	}
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	final := map[careline.Status]bool{
		careline.StatusUnknown:    false,
		careline.StatusRefused:    true,
		careline.StatusRequested:  false,
		careline.StatusQueued:     false,
		careline.StatusInitiated:  false,
		careline.StatusRinging:    false,
		careline.StatusInProgress: false,
		careline.StatusCompleted:  true,
		careline.StatusBusy:       true,
		careline.StatusFailed:     true,
		careline.StatusNoAnswer:   true,
		careline.StatusCanceled:   true,
	}
	for status, want := range final {
		c := careline.Call{Status: status}
		if status.Final() != want || c.Final() != want || c.Live() == want {
			t.Errorf("%q: final is %v, live %v", status, c.Final(), c.Live())
		}
		if c.ClinicianLeft = true; c.Live() {
			t.Errorf("%q: live without its clinician", status)
		}
	}

	for n, want := range map[int]bool{-1: false, 0: true, 1: true} {
		if got, known := careline.SecondsOf(n).Value(); known != want || known && got != n {
			t.Errorf("%d seconds are %d, known is %v", n, got, known)
		}
	}
}

func TestRoles(t *testing.T) {
	t.Parallel()
	joins := map[careline.Role]bool{
		"":                           false,
		careline.RoleClinician:       false,
		careline.RoleMember:          false,
		careline.RoleInterpreter:     true,
		careline.RoleFamily:          true,
		careline.RoleSecondClinician: true,
		careline.RoleOther:           true,
		"surgeon":                    false,
	}
	for role, want := range joins {
		if role.Joins() != want {
			t.Errorf("%q joins is %v", role, role.Joins())
		}
	}
}

// Of two reports that differ in one thing alone, and not in who tells it nor in when,
// the lesser is believed, in whichever order they came.
func TestFoldOfTwoWhoContradictEachOther(t *testing.T) {
	t.Parallel()
	phone := func(text string) careline.Phone {
		p, err := careline.DialledPhone(text, "GB")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	ask := func(r careline.Request) careline.CallEvent { return asked("same", r) }
	end := func(change func(*careline.CallEvent)) careline.CallEvent {
		e := progress(1, "failed", 0)
		change(&e)
		return e
	}
	detected := func(who, recording, appointment string) careline.CallEvent {
		e := machine(who)
		e.Recording, e.Appointment = recording, appointment
		return e
	}
	tests := map[string]struct {
		lesser, greater careline.CallEvent
		told            func(careline.Call) bool
	}{
		"who asked":         {ask(careline.Request{Clinician: "dr-1"}), ask(careline.Request{Clinician: "dr-2"}), func(c careline.Call) bool { return c.Clinician == "dr-1" }},
		"as whom":           {ask(careline.Request{Sender: "Practitioner/1"}), ask(careline.Request{Sender: "Practitioner/2"}), func(c careline.Call) bool { return c.Sender == "Practitioner/1" }},
		"of which patient":  {ask(careline.Request{Patient: "Patient/1"}), ask(careline.Request{Patient: "Patient/2"}), func(c careline.Call) bool { return c.Patient == "Patient/1" }},
		"for whom":          {ask(careline.Request{Recipient: "Patient/1"}), ask(careline.Request{Recipient: "Patient/2"}), func(c careline.Call) bool { return c.Recipient == "Patient/1" }},
		"which number":      {ask(careline.Request{To: phone("07700900142")}), ask(careline.Request{To: phone("07700900143")}), func(c careline.Call) bool { return c.ToEnding == "0142" }},
		"of what name":      {ask(careline.Request{Names: careline.Names{Patient: "A"}}), ask(careline.Request{Names: careline.Names{Patient: "B"}}), func(c careline.Call) bool { return c.Names.Patient == "A" }},
		"sent by what name": {ask(careline.Request{Names: careline.Names{Sender: "A"}}), ask(careline.Request{Names: careline.Names{Sender: "B"}}), func(c careline.Call) bool { return c.Names.Sender == "A" }},
		"to what name":      {ask(careline.Request{Names: careline.Names{Recipient: "A"}}), ask(careline.Request{Names: careline.Names{Recipient: "B"}}), func(c careline.Call) bool { return c.Names.Recipient == "A" }},
		"of what relation":  {ask(careline.Request{Names: careline.Names{Relation: "A"}}), ask(careline.Request{Names: careline.Names{Relation: "B"}}), func(c careline.Call) bool { return c.Names.Relation == "A" }},
		"whether a house":   {ask(careline.Request{}), ask(careline.Request{Household: true}), func(c careline.Call) bool { return !c.Household }},
		"when it was kept":  {keptAt(ask(careline.Request{}), time.Second), keptAt(ask(careline.Request{}), time.Minute), func(c careline.Call) bool { return c.At.Equal(noon.Add(time.Second)) }},
		"how long":          {lasting(progress(1, "failed", 0), 1), lasting(progress(1, "failed", 0), 2), func(c careline.Call) bool { return c.Seconds == careline.SecondsOf(1) }},
		"for what code":     {end(func(e *careline.CallEvent) { e.Failure.Code = 1 }), end(func(e *careline.CallEvent) { e.Failure.Code = 2 }), func(c careline.Call) bool { return c.Failure.Code == 1 }},
		"for what answer":   {end(func(e *careline.CallEvent) { e.Failure.SIP = 1 }), end(func(e *careline.CallEvent) { e.Failure.SIP = 2 }), func(c careline.Call) bool { return c.Failure.SIP == 1 }},
		"what answered":     {detected("fax", "", ""), detected("human", "", ""), func(c careline.Call) bool { return c.AnsweredBy == "fax" }},
		"what was recorded": {detected("", "RE1", ""), detected("", "RE2", ""), func(c careline.Call) bool { return c.Recording == "RE1" }},
		"which appointment": {detected("", "", "a1"), detected("", "", "a2"), func(c careline.Call) bool { return c.Appointment == "a1" }},
		"whose status":      {end(func(e *careline.CallEvent) { e.Status = careline.StatusBusy }), end(func(e *careline.CallEvent) { e.Status = careline.StatusFailed }), func(c careline.Call) bool { return c.Status == careline.StatusBusy }},
		"a kind new to us":  {ask(careline.Request{}), careline.CallEvent{ID: "a", Call: parent, Leg: parent, Kind: "news", Appointment: "a0"}, func(c careline.Call) bool { return c.Appointment == "a1" }},
	}
	for name, test := range tests {
		for _, events := range [][]careline.CallEvent{{test.lesser, test.greater}, {test.greater, test.lesser}} {
			if c := careline.Fold(events); !test.told(c) {
				t.Errorf("%s: %+v", name, c)
			}
		}
	}

	// A limit shows in nothing but who ended what it ended.
	over := lasting(dialEnded("completed", -1), 60)
	over.EndedBy = careline.SideMember
	for _, limits := range [][2]int{{60, 70}, {70, 60}} {
		c := careline.Fold([]careline.CallEvent{ask(careline.Request{Limit: limits[0]}), ask(careline.Request{Limit: limits[1]}), over})
		if c.EndedBy != "" {
			t.Errorf("of the limits %v: ended by %q", limits, c.EndedBy)
		}
	}
}

// Whom the REST API dialled is whose number the first report that knows it names.
func TestFoldOfTheNumberThatTheAPIDialled(t *testing.T) {
	t.Parallel()
	to := func(e careline.CallEvent, text string) careline.CallEvent {
		e.Request.To, _ = careline.DialledPhone(text, "GB")
		return e
	}
	events := []careline.CallEvent{byAPI(0, "initiated", 0), to(byAPI(1, "ringing", seconds(1)), "07700900142"), to(byAPI(2, "in-progress", seconds(2)), "07700900143"), byAPI(3, "completed", seconds(3))}
	events[3].Direction = ""
	if c := foldedAnyhow(t, events...); c.To.E164() != "+447700900142" || c.ToEnding != "0142" || c.MemberLeg != parent {
		t.Errorf("dialled %s, ending %s, by the leg %s", c.To.E164(), c.ToEnding, c.MemberLeg)
	}

	// Of any other call the request tells it.
	if c := foldedAnyhow(t, requested(), to(progress(1, "ringing", 0), "07700900142")); !c.To.IsZero() || c.ToEnding != "" {
		t.Errorf("dialled %s, ending %s", c.To.E164(), c.ToEnding)
	}
}

// When it was told who hung up is when the newest of the call happened, as long as it
// stays told.
func TestFoldTellsWhenSomebodyHungUp(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]time.Duration{"completed": time.Hour, "busy": time.Minute} {
		over := hungUp(dialEnded(word, -1), careline.SideMember)
		over.At = noon.Add(time.Hour)
		if c := foldedAnyhow(t, requested(), progress(3, word, time.Minute), over); !c.At.Equal(noon.Add(want)) {
			t.Errorf("%s: told of %v", word, c.At)
		}
	}
}
