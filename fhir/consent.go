package fhir

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"perci.health/careline"
)

// consent is a Consent as far as it says what becomes of a recording (FHIR R4, section
// 6.2).
type consent struct {
	Status    string            `json:"status"`
	Patient   Reference         `json:"patient"`
	Category  []CodeableConcept `json:"category"`
	Provision struct {
		Type   string  `json:"type"`
		Period *period `json:"period"`
	} `json:"provision"`
}

// RefusesRecording reports whether the record has a standing refusal: a Consent of the
// patient that is active and in force, has the category call-recording
// (<base>/fhir/CodeSystem/consent-category), and whose provision is deny. A single one
// outweighs every Consent that permits. It is read and never written; a clinician waits
// for it, so it goes ahead of others.
//
// Errors: unavailable, also where the client may not, or rejected: nothing is then known,
// and nothing may be recorded.
func (c *Client) RefusesRecording(ctx context.Context, patient careline.Reference) (bool, error) {
	if kind, id, _ := strings.Cut(string(patient), "/"); kind != "Patient" || !careline.ValidID(id) {
		return false, careline.NewError(careline.CodeInvalid, "Whose consent it is, is not known.", nil)
	}

	entries, err := c.search(ctx, "Consent", c.cfg.Systems.refusals(patient), true)
	if err == nil {
		err = whole(entries)
	}
	if err != nil {
		return false, absent(err)
	}

	at := moment{c.cfg.Now(), c.cfg.Location}
	for _, e := range entries {
		if e.Resource.Type != "Consent" {
			continue
		}
		var said consent
		if !tolerant(e.Resource.JSON, &said) || !refersTo(said.Patient, string(patient)) {
			return false, notAsked("The health record answered with other consents than those of the patient, so nothing is recorded.",
				"searched Consent, answered by one that does not match by its patient")
		}
		if said.Status == "active" && said.Provision.Type == "deny" && at.holds(nil, said.Provision.Period) {
			return true, nil
		}
	}
	return false, nil
}

// refusals is the search for what a patient has said of recordings, under any of the
// bases that are read.
func (s Systems) refusals(patient careline.Reference) url.Values {
	return url.Values{
		"patient":  {string(patient)},
		"status":   {"active"},
		"category": {s.anyBase(pathConsent, codeRecording)},
		"_count":   {"50"},
	}
}

// anyBase is the value of a search for a code under any of the bases that are read (FHIR
// R4, section 3.1.1.3: a comma is or).
func (s Systems) anyBase(path, code string) string {
	bases := slices.Clone(s.bases())
	for i, base := range bases {
		bases[i] = base + path + "|" + code
	}
	return strings.Join(bases, ",")
}
