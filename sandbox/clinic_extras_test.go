package sandbox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"perci.health/careline/sandbox"
)

// setting is a setting of the world's environment.
func setting(world *sandbox.World, name string) (value string, there bool) {
	for _, one := range world.Env() {
		if value, there = strings.CutPrefix(one, name+"="); there {
			return value, true
		}
	}
	return "", false
}

// rolesOf are those of a person's session; nil where they may not sign in.
func rolesOf(t *testing.T, world *sandbox.World, person string) []string {
	t.Helper()
	session, err := world.Issuer().Session(person)
	if err != nil {
		return nil
	}
	var claims struct {
		jwt.RegisteredClaims
		Roles []string `json:"roles"`
	}
	if _, _, err := jwt.NewParser().ParseUnverified(session, &claims); err != nil {
		t.Fatal(err)
	}
	return claims.Roles
}

// body is what a page has in it.
func body(t *testing.T, page string) string {
	t.Helper()
	resp, err := http.Get(page)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", page, resp.Status, err)
	}
	return string(raw)
}

// signInPage are the ids of those who may sign in, by their names.
func signInPage(t *testing.T, world *sandbox.World) map[string]string {
	t.Helper()
	people := map[string]string{}
	page := body(t, world.IssuerURL+"/oauth2/v1/authorize?"+request(map[string]string{"client_id": world.Project}).Encode())
	for _, one := range regexp.MustCompile(`value="([^"]+)"[^>]*><span class="who">([^<]+)<`).FindAllStringSubmatch(page, -1) {
		people[one[2]] = one[1]
	}
	return people
}

// With the extras the app is told of contacts, whose phones do what the list says, and
// of the roles of people who may sign in; without them nothing is as before.
func TestExtrasOfTheClinic(t *testing.T) {
	t.Parallel()
	world := startWorld(t, func(c *sandbox.Config) { c.Extras = true })
	raw, _ := setting(world, "CONFERENCE_DIRECTORY")
	var contacts []struct{ ID, Name, Role, Number, Language string }
	if err := json.Unmarshal([]byte(raw), &contacts); err != nil || len(contacts) != 4 {
		t.Fatalf("%v in %s", err, raw)
	}
	phones := body(t, world.ConsoleURL+"/phones")
	seen := map[string]bool{}
	for _, one := range contacts {
		if one.ID == "" || seen[one.ID] || one.Name == "" || one.Role != "interpreter" && one.Role != "other" || (one.Role == "interpreter") != (one.Language != "") {
			t.Errorf("%+v", one)
		}
		seen[one.ID] = true
		if !strings.Contains(phones, `href="/phones/`+one.Number+`"`) {
			t.Errorf("the phone of %s is not listed", one.Name)
		}
	}
	for number, outcome := range map[string]string{
		contacts[0].Number: "answer", contacts[1].Number: "manual", contacts[2].Number: "no-answer", contacts[3].Number: "answer",
		"client:" + world.Clinic.Clinicians[2].ID: "answer",
	} {
		var phone struct {
			Outcome     string
			TalkSeconds float64
		}
		getJSON(t, world.TwilioURL+"/sandbox/v1/phones/"+number, &phone)
		if phone.Outcome != outcome || outcome == "answer" && phone.TalkSeconds != 0 {
			t.Errorf("%s: %+v, want %s, until somebody hangs up", number, phone, outcome)
		}
	}
	for name, want := range map[string]string{"CONFERENCE": "true", "RECORDING": "asked", "RECORDING_RETENTION_DAYS": "30"} {
		if got, _ := setting(world, name); got != want {
			t.Errorf("%s=%s, want %s", name, got, want)
		}
	}
	people := signInPage(t, world)
	for name, role := range map[string]string{"Mr Samuel Osei": "SESSION_REVIEWER_ROLE", "Mrs Judith Marlow": "SESSION_SUPERVISOR_ROLE"} {
		want, _ := setting(world, role)
		if got := rolesOf(t, world, people[name]); want == "" || !slices.Equal(got, []string{want}) {
			t.Errorf("%s has the roles %v, %s is %s", name, got, role, want)
		}
	}
}

func TestExtrasAreOff(t *testing.T) {
	t.Parallel()
	world := startWorld(t, nil)
	for _, name := range []string{"CONFERENCE", "CONFERENCE_DIRECTORY", "RECORDING", "RECORDING_RETENTION_DAYS", "SESSION_REVIEWER_ROLE", "SESSION_SUPERVISOR_ROLE"} {
		if value, there := setting(world, name); there {
			t.Errorf("%s=%s", name, value)
		}
	}
	if people := signInPage(t, world); len(people) != 5 {
		t.Errorf("%d may sign in: %v", len(people), people)
	}
}

// One patient has refused recordings for good; relatives who take part in no appointment
// are on file all the same, with a number.
func TestRefusalAndRelativesOnFile(t *testing.T) {
	t.Parallel()
	world := startWorld(t, nil)
	var found struct {
		Entry []struct {
			Resource struct {
				ResourceType, Status string
				Patient              struct{ Display string }
				Provision            struct{ Type string }
			}
		}
	}
	read(t, world, "Consent?status=active&category=https://perci.health/fhir/CodeSystem/consent-category%7Ccall-recording", &found)
	if len(found.Entry) != 1 || found.Entry[0].Resource.Provision.Type != "deny" || found.Entry[0].Resource.Patient.Display != "Ms Bethan Morgan" {
		t.Errorf("%+v", found)
	}
	for _, name := range []string{"Mrs Margaret Ellis", "Mrs Helen Cartwright"} {
		m := world.Clinic.Members[slices.IndexFunc(world.Clinic.Members, func(m sandbox.Member) bool { return m.Name == name })]
		read(t, world, "RelatedPerson?patient="+m.ID, &found)
		if len(found.Entry) != 1 || len(m.Relatives) != 1 || m.Relatives[0].Phones[0].Number == "" {
			t.Errorf("relatives of %s: %+v", name, m.Relatives)
		}
		found.Entry = nil
		read(t, world, "Appointment?actor=RelatedPerson/"+m.Relatives[0].ID, &found)
		if len(found.Entry) != 0 {
			t.Errorf("%s takes part in %d appointments", m.Relatives[0].Name, len(found.Entry))
		}
	}
}
