package sandbox

import (
	"encoding/json"
	"slices"
)

// What the clinic has for calls of more than two and for recordings. The relatives and
// the refusal are always on file; the rest is there where Config.Extras asks for it.

// Contact is somebody outside the clinic who can be added to a call: an interpreter, or
// another service.
type Contact struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Role     string `json:"role"`   // interpreter or other
	Number   string `json:"number"` // E.164
	Language string `json:"language,omitempty"`

	does    string // what the phone does when called, in words
	outcome string // of the phone's script; empty: its number says it
}

// contacts are whom the clinic can add.
var contacts = []Contact{
	{
		ID:       "polish",
		Name:     "Ms Agnieszka Nowak",
		Role:     "interpreter",
		Number:   "+447700900520",
		Language: "Polish",
		does:     "Answers and stays on the line",
		outcome:  "answer",
	},
	{
		ID:       "urdu",
		Name:     "Mr Bilal Hussain",
		Role:     "interpreter",
		Number:   "+447700900804",
		Language: "Urdu",
		does:     "You answer or decline",
	},
	{
		ID:       "arabic",
		Name:     "Ms Layla Haddad",
		Role:     "interpreter",
		Number:   "+442079460487",
		Language: "Arabic",
		does:     "Does not answer",
	},
	{
		ID:      "pharmacy",
		Name:    "Hospital pharmacy",
		Role:    "other",
		Number:  "+442079460530",
		does:    "Answers and stays on the line",
		outcome: "answer",
	},
}

// reviewer and supervisor are no practitioners, as the auditor is none.
var (
	reviewer = Person{
		ID:    stableID("Person", "samuel-osei"),
		Name:  "Mr Samuel Osei",
		Role:  "Recording reviewer",
		Roles: []string{"recording-reviewer"},
	}
	supervisor = Person{
		ID:    stableID("Person", "judith-marlow"),
		Name:  "Mrs Judith Marlow",
		Role:  "Supervisor",
		Roles: []string{"supervisor"},
	}
)

// standsIn is the key of the clinician whose telephone answers by itself while no
// browser of theirs is open.
const standsIn = "priya-raman"

// apart are relatives who are on file and take part in no appointment, by the key of
// their patient.
var apart = map[string]relativeRow{
	"margaret-ellis": {code: "HUSB", display: "husband",
		memberRow: memberRow{
			key:    "arthur-ellis",
			prefix: "Mr",
			given:  "Arthur",
			family: "Ellis",
			gender: "male",
			born:   "1955-06-30",
			phones: []phoneRow{answers("+447700900144", "mobile")},
		}},
	"helen-cartwright": {code: "SIB", display: "sibling",
		memberRow: memberRow{
			key:    "paul-cartwright",
			prefix: "Mr",
			given:  "Paul",
			family: "Cartwright",
			gender: "male",
			born:   "1965-09-22",
			phones: []phoneRow{{"+447700900802", "mobile", "You answer or decline", 0, ""}},
		}},
}

// refuser is the key of the patient who has refused for good that calls are recorded.
const refuser = "bethan-morgan"

// refusal is a Consent that denies recordings, in force.
func (m Member) refusal() resource {
	category := resource{"system": "https://perci.health/fhir/CodeSystem/consent-category", "code": "call-recording", "display": "Recording of calls"}
	scope := resource{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}
	return resource{
		"resourceType": "Consent", "id": stableID("Consent", m.row.key), "status": "active",
		"scope":      resource{"coding": []any{scope}},
		"category":   []any{resource{"coding": []any{category}}},
		"patient":    reference("Patient", m.ID, m.Name),
		"dateTime":   "2026-03-02",
		"policyRule": resource{"coding": []any{resource{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "OPTIN"}}},
		"provision":  resource{"type": "deny"},
	}
}

// extras lists what an app needs in its environment beside Env to let calls grow and be
// recorded.
func (w *World) extras() []string {
	listed, err := json.Marshal(w.Clinic.Contacts)
	if err != nil {
		return nil // five strings each: it does not happen
	}
	return []string{
		"CONFERENCE=true",
		"CONFERENCE_DIRECTORY=" + string(listed),
		"RECORDING=asked",
		"RECORDING_RETENTION_DAYS=30",
		"SESSION_REVIEWER_ROLE=" + reviewer.Roles[0],
		"SESSION_SUPERVISOR_ROLE=" + supervisor.Roles[0],
	}
}

// withExtras adds the contacts, whose phones are listed with the others.
func (c Clinic) withExtras() Clinic {
	c.Contacts = slices.Clone(contacts)
	return c
}

// extraScripts are what the phones of the extras do, by their address.
func (c Clinic) extraScripts() map[string]twilioPhone {
	scripts := map[string]twilioPhone{}
	for _, one := range c.Contacts {
		if one.outcome != "" {
			scripts[one.Number] = twilioPhone{Outcome: one.outcome} // until somebody hangs up
		}
	}
	if len(scripts) > 0 {
		scripts["client:"+stableID("Practitioner", standsIn)] = twilioPhone{Outcome: "answer"}
	}
	return scripts
}
