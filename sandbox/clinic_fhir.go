package sandbox

import (
	"slices"
	"time"
)

// resource is one FHIR resource as JSON; FHIR's own names are used throughout.
type resource map[string]any

type (
	fhirBundle struct {
		ResourceType string      `json:"resourceType"`
		Type         string      `json:"type"`
		Entry        []fhirEntry `json:"entry"`
	}
	fhirEntry struct {
		FullURL  string      `json:"fullUrl"`
		Resource resource    `json:"resource"`
		Request  fhirRequest `json:"request"`
	}
	fhirRequest struct {
		Method string `json:"method"`
		URL    string `json:"url"`
	}
)

// resources lists the clinic so that what is referred to comes first.
func (c Clinic) resources() (all []resource) {
	for _, one := range c.Clinicians {
		all = append(all, one.practitioner(), one.practitionerRole())
	}

	for _, one := range c.everybody() {
		all = append(all, one.patient())
		for _, relative := range one.Relatives {
			all = append(all, relative.relatedPerson(one))
		}
		if one.row.key == refuser {
			all = append(all, one.refusal())
		}
	}

	for _, one := range c.Appointments {
		all = append(all, c.appointment(one))
	}

	for _, one := range c.Cases {
		all = append(all, c.appointment(one.Appointment))
	}

	return all
}

func (c Clinician) practitioner() resource {
	return resource{
		"resourceType": "Practitioner", "id": c.ID, "active": true, "gender": c.row.gender,
		"name": humanName(c.row.prefix, c.row.given, c.row.family),
	}
}

func (c Clinician) practitionerRole() resource {
	return resource{
		"resourceType": "PractitionerRole", "id": c.RoleID, "active": true,
		"practitioner": reference("Practitioner", c.ID, c.Name),
		"code":         []any{resource{"text": c.Role}},
		"specialty":    []any{resource{"text": "Cancer survivorship"}},
	}
}

func (m Member) patient() resource {
	patient := resource{
		"resourceType": "Patient", "id": m.ID, "active": m.replacedBy == "", "gender": m.row.gender, "birthDate": m.BirthDate,
		"name": humanName(m.row.prefix, m.row.given, m.row.family), "telecom": telecom(m.Phones),
	}
	if m.Died != "" {
		patient["deceasedDateTime"] = m.Died
	}
	if m.replacedBy != "" {
		patient["link"] = []any{resource{"type": "replaced-by", "other": resource{"reference": "Patient/" + m.replacedBy}}}
	}
	return patient
}

func (r Related) relatedPerson(of Member) resource {
	code := resource{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "DAUC", "display": "daughter"}
	relationship := resource{"coding": []any{code}, "text": r.Relationship}
	if r.code != "" {
		code["code"], code["display"] = r.code, r.Relationship
		delete(relationship, "text")
	}
	return resource{
		"resourceType": "RelatedPerson", "id": r.ID, "active": true, "gender": r.row.gender, "birthDate": r.row.born,
		"patient":      reference("Patient", of.ID, of.Name),
		"relationship": []any{relationship},
		"name":         humanName(r.row.prefix, r.row.given, r.row.family), "telecom": telecom(r.Phones),
	}
}

func (c Clinic) appointment(a Appointment) resource {
	var taking []any
	takesPart := func(who resource) {
		taking = append(taking, resource{"actor": who, "required": "required", "status": "accepted"})
	}
	for _, m := range c.everybody() {
		if m.ID != a.Patient && !slices.Contains(a.Others, m.ID) {
			continue
		}
		takesPart(reference("Patient", m.ID, m.Name))
		for _, relative := range m.Relatives {
			if relative.apart {
				continue
			}
			takesPart(reference("RelatedPerson", relative.ID, relative.Name))
		}
	}

	for _, one := range c.Clinicians {
		if one.ID != a.Practitioner {
			continue
		}
		if one.throughRole {
			takesPart(reference("PractitionerRole", one.RoleID, one.Name))
		} else {
			takesPart(reference("Practitioner", one.ID, one.Name))
		}
	}

	return resource{
		"resourceType": "Appointment", "id": a.ID, "status": a.Status,
		"start": a.Start.Format(time.RFC3339), "end": a.End.Format(time.RFC3339),
		"minutesDuration": int(a.End.Sub(a.Start) / time.Minute),
		"serviceType":     []any{resource{"text": "Telephone consultation"}},
		"reasonCode":      []any{resource{"text": a.Reason}},
		"description":     a.Reason,
		"participant":     taking,
	}
}

func humanName(prefix, given, family string) []any {
	return []any{resource{"use": "official", "text": fullName(prefix, given, family), "family": family, "given": []any{given}, "prefix": []any{prefix}}}
}

func telecom(phones []Phone) (points []any) {
	for i, p := range phones {
		written := p.Written
		if written == "" {
			written = p.Number
		}
		points = append(points, resource{"system": "phone", "value": written, "use": p.Use, "rank": i + 1})
	}
	return points
}

func reference(kind, id, display string) resource {
	return resource{"reference": kind + "/" + id, "display": display}
}
