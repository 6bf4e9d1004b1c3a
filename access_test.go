package careline_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"perci.health/careline"
)

func phone(t *testing.T, text string) careline.Phone {
	t.Helper()
	p, err := careline.ParsePhone(text, "GB")
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return p
}

func TestParsePhone(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"+447700900142", "+447700900142"},
		{"07700 900142", "+447700900142"},
		{"(020) 7946 0123", "+442079460123"},
		{"0044 7700 900 142", "+447700900142"},
		{"+1 212 555 0123", "+12125550123"},
		{"", ""}, {"client:dr-1", ""}, {"999", ""}, {"+44", ""}, {"07700 900142 ext. 5", ""},
		{"+4477009001421234567", ""}, {"+4400845464", ""}, {"+4400870123456", ""},
		{"460123", ""}, {"1234", ""}, {"79460123", ""}, {"116123", ""}, {"sip:a@example.org", ""}, {"appointment", ""},
	}
	for _, test := range tests {
		p, err := careline.ParsePhone(test.text, "GB")
		if p.E164() != test.want || (err == nil) != (test.want != "") {
			t.Errorf("ParsePhone(%q) = %q, %v; want %q", test.text, p.E164(), err, test.want)
		}
	}
}

// However a number came to be, it is the same number, and may be dialled or not.
func TestPhonesAgree(t *testing.T) {
	t.Parallel()
	for _, number := range []string{"+447700900142", "+442079460123", "+449098790000", "+447797123456", "+12125550123", "+442079460", "+4400845464", "+4407700900142", "+447700900142x5"} {
		parsed, parseErr := careline.ParsePhone(number, "GB")
		dialled, err := careline.DialledPhone(number, "GB")
		if !dialled.Equal(parsed) || (err == nil) != (parseErr == nil) {
			t.Errorf("%s dialled is %q, %v; parsed %q, %v", number, dialled.E164(), err, parsed.E164(), parseErr)
		}
		stored, err := careline.StoredPhone(parsed.E164())
		if (err == nil) != (parseErr == nil) || !stored.Equal(parsed) {
			t.Errorf("%s stored is %q, %v", number, stored.E164(), err)
		}
		for _, p := range []careline.Phone{dialled, stored} {
			if p.Dialable([]string{"GB"}) != parsed.Dialable([]string{"GB"}) {
				t.Errorf("%s may be dialled: %q, or %q when parsed", number, p.Dialable([]string{"GB"}), parsed.Dialable([]string{"GB"}))
			}
		}
	}
}

func TestPhoneHides(t *testing.T) {
	t.Parallel()
	p := phone(t, "+447700900142")
	marshalled, err := json.Marshal(map[string]any{"p": p, "e": careline.Request{To: p}})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "p", p, "r", careline.Request{To: p}, "e", careline.CallEvent{Report: []byte(`"+447700900142"`)})
	for _, out := range []string{fmt.Sprint(p), fmt.Sprintf("%+v %#v %s %q", p, p, p, p), fmt.Sprintf("%+v", careline.Request{To: p}), string(marshalled), log.String()} {
		if strings.Contains(out, "900142") {
			t.Errorf("the number shows in %s", out)
		}
	}
	if p.Ending() != "0142" {
		t.Errorf("Ending = %q", p.Ending())
	}
}

func TestDialable(t *testing.T) {
	t.Parallel()
	gb := []string{"GB"}
	tests := []struct {
		number  string
		regions []string
		want    careline.Refusal
	}{
		{"+447700900142", gb, ""}, // Ofcom drama mobile, without a type in the tables
		{"+442079460123", gb, ""}, // Ofcom drama London
		{"+447400123456", gb, ""}, // a mobile
		{"+443001234567", gb, ""}, // 03: charged as a geographic number
		{"+448001111111", gb, ""}, // freephone
		{"+12125550123", gb, careline.RefusedCountry},
		{"+12125550123", []string{"GB", "US"}, ""},
		{"+353861234567", []string{"GB", "IE"}, ""},
		{"+447797123456", gb, careline.RefusedCountry}, // Jersey
		{"+447624123456", []string{"GB", "IM"}, ""},    // Isle of Man mobile
		{"+449098790000", gb, careline.RefusedNumberType},
		{"+449011234567", gb, careline.RefusedNumberType},
		{"+448712345678", gb, careline.RefusedNumberType},
		{"+448431234567", gb, careline.RefusedNumberType},
		{"+447012345678", gb, careline.RefusedNumberType},
		{"+447640123456", gb, careline.RefusedNumberType},
		{"+870773111632", []string{"GB", "001"}, careline.RefusedNumberType},
		{"+88216123456", []string{"GB", "001"}, careline.RefusedNumberType},
		{"+19005550123", []string{"US"}, careline.RefusedNumberType},
	}
	for _, test := range tests {
		if got := phone(t, test.number).Dialable(test.regions); got != test.want {
			t.Errorf("%s in %v: %q, want %q", test.number, test.regions, got, test.want)
		}
	}
	if got := (careline.Phone{}).Dialable(gb); got != careline.RefusedNumberMalformed {
		t.Errorf("no number: %q", got)
	}
}

func appointment(t *testing.T) careline.Appointment {
	t.Helper()
	return careline.Appointment{
		ID:         "a1",
		Clinicians: []careline.Participant{{Clinician: "dr-1", As: "PractitionerRole/r1"}, {Clinician: "dr-2", As: "Practitioner/dr-2"}},
		Patients:   []careline.Person{{Ref: "Patient/p1", Patient: "Patient/p1", Phones: []careline.Phone{phone(t, "+447700900142"), phone(t, "+449098790000")}}},
		Relatives: []careline.Person{
			{Ref: "RelatedPerson/d1", Patient: "Patient/p1", Phones: []careline.Phone{phone(t, "+442079460123"), phone(t, "+447700900142")}},
			{Ref: "RelatedPerson/x1", Patient: "Patient/p9", Phones: []careline.Phone{phone(t, "+447700900999")}},
			{Ref: "RelatedPerson/x2", Phones: []careline.Phone{phone(t, "+447700900998")}},
		},
	}
}

func TestMayCall(t *testing.T) {
	t.Parallel()
	policy := careline.Policy{Regions: []string{"GB"}}
	role, self := careline.Reference("PractitionerRole/r1"), careline.Reference("Practitioner/dr-2")
	tests := map[string]struct {
		clinician, to string
		route         careline.Route
		why           careline.Refusal
	}{
		"the patient's number":           {"dr-1", "+447700900142", careline.Route{Sender: role, Patient: "Patient/p1", Recipient: "Patient/p1"}, ""},
		"as a practitioner":              {"dr-2", "+447700900142", careline.Route{Sender: self, Patient: "Patient/p1", Recipient: "Patient/p1"}, ""},
		"the daughter's number":          {"dr-1", "+442079460123", careline.Route{Sender: role, Patient: "Patient/p1", Recipient: "RelatedPerson/d1"}, ""},
		"another clinician":              {"dr-3", "+447700900142", careline.Route{Patient: "Patient/p1"}, careline.RefusedParticipant},
		"nobody":                         {"", "+447700900142", careline.Route{Patient: "Patient/p1"}, careline.RefusedParticipant},
		"somebody else's number":         {"dr-1", "+447700900143", careline.Route{Sender: role, Patient: "Patient/p1"}, careline.RefusedNumberNotOnFile},
		"a relative of another patient":  {"dr-1", "+447700900999", careline.Route{Sender: role, Patient: "Patient/p1"}, careline.RefusedNumberNotOnFile},
		"a relative of nobody":           {"dr-1", "+447700900998", careline.Route{Sender: role, Patient: "Patient/p1"}, careline.RefusedNumberNotOnFile},
		"on file, but of a refused type": {"dr-1", "+449098790000", careline.Route{Sender: role, Patient: "Patient/p1", Recipient: "Patient/p1"}, careline.RefusedNumberType},
		"no number that could be read":   {"dr-1", "", careline.Route{Sender: role, Patient: "Patient/p1"}, careline.RefusedNumberMalformed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var to careline.Phone
			if test.to != "" {
				to = phone(t, test.to)
			}
			route, why := policy.MayCall(appointment(t), careline.Wish{Clinician: test.clinician, To: to})
			if route != test.route || why != test.why {
				t.Errorf("got %+v %q, want %+v %q", route, why, test.route, test.why)
			}
		})
	}
}

func TestMayBegin(t *testing.T) {
	t.Parallel()
	policy := careline.Policy{PerMinute: 3, Concurrent: 2}
	tests := []struct {
		load careline.Load
		want careline.Refusal
	}{
		{careline.Load{}, ""},
		{careline.Load{Recent: 2, Live: 1}, ""},
		{careline.Load{Recent: 3, Live: 1}, careline.RefusedRate},
		{careline.Load{Recent: 1, Live: 2}, careline.RefusedConcurrent},
	}
	for _, test := range tests {
		if got := policy.MayBegin(test.load); got != test.want {
			t.Errorf("%+v: %q, want %q", test.load, got, test.want)
		}
	}
}

func TestEveryRefusalIsSpokenInOneSentence(t *testing.T) {
	t.Parallel()
	all := []careline.Refusal{careline.RefusedAccount, careline.RefusedCaller, careline.RefusedAppointmentID, careline.RefusedAppointment,
		careline.RefusedParticipant, careline.RefusedNumberMalformed, careline.RefusedNumberNotOnFile, careline.RefusedNumberType,
		careline.RefusedCountry, careline.RefusedRate, careline.RefusedConcurrent, careline.RefusedUnchecked, careline.RefusedNoCallerID,
		careline.RefusedDeceased, careline.RefusedNumberShared, careline.RefusedNumberUnread, careline.RefusedWindow}
	general := careline.Refusal("new").Sentence()
	for _, r := range all {
		if s := r.Sentence(); s == general || !strings.HasSuffix(s, ".") {
			t.Errorf("%s is spoken as %q", r, s)
		}
	}
}

func TestARefusedCountryIsNamed(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]string{
		"+447797123456": "Calls to Jersey are not allowed.",
		"+441534123456": "Calls to Jersey are not allowed.",
		"+447781123456": "Calls to Guernsey are not allowed.",
		"+447624123456": "Calls to the Isle of Man are not allowed.",
		"+12125550123":  "Calls to the United States are not allowed.",
		"+353861234567": "Calls to Ireland are not allowed.",
		"+80012345678":  careline.RefusedCountry.Sentence(), // belongs to no country
	} {
		parsed := phone(t, number)
		stored, err := careline.StoredPhone(number)
		if err != nil {
			t.Fatal(err)
		}
		for _, to := range []careline.Phone{parsed, stored} {
			if got := careline.RefusedCountry.SentenceFor(to); got != want {
				t.Errorf("%s: %q, want %q", number, got, want)
			}
		}
	}
	if got := careline.RefusedCountry.SentenceFor(careline.Phone{}); got != careline.RefusedCountry.Sentence() {
		t.Errorf("no number: %q", got)
	}
	if got := careline.RefusedRate.SentenceFor(phone(t, "+447797123456")); got != careline.RefusedRate.Sentence() {
		t.Errorf("another reason: %q", got)
	}
}

// Every country that a number can belong to has a name that can be read out.
func TestCountriesHaveNames(t *testing.T) {
	t.Parallel()
	for region := range phonenumbers.GetSupportedRegions() {
		name := careline.CountryName(region)
		if name == "" || name == region || strings.ContainsAny(name, "()") && region != "CC" {
			t.Errorf("%s is called %q", region, name)
		}
	}
	for _, none := range []string{"", "001", "ZZ", "XYZ"} {
		if name := careline.CountryName(none); name != "" {
			t.Errorf("%q is called %q", none, name)
		}
	}
}

func TestPractitionerOfIdentities(t *testing.T) {
	t.Parallel()
	const uuid = "0f0c2a5e-90a1-4b7d-8a55-1f2e3d4c5b6a"
	mobile, ok := careline.MobileIdentity(uuid)
	if !ok || mobile != "0f0c2a5e_90a1_4b7d_8a55_1f2e3d4c5b6a" {
		t.Fatalf("mobile identity %q, %v", mobile, ok)
	}
	for _, identity := range []string{mobile, careline.WebIdentity(uuid)} {
		if id, ok := careline.PractitionerOf(identity); !ok || id != uuid {
			t.Errorf("PractitionerOf(%q) = %q, %v", identity, id, ok)
		}
	}
	for _, bad := range []string{"", "a b", "a_b-c", "a_b.c", "client:x", strings.Repeat("a", 65), "zoë"} {
		if id, ok := careline.PractitionerOf(bad); ok {
			t.Errorf("PractitionerOf(%q) = %q", bad, id)
		}
	}
	if _, ok := careline.MobileIdentity("a.b"); ok {
		t.Error("an id with a dot has a mobile identity, which could not be read back")
	}
}
