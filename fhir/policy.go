package fhir

// mediaSought are the criteria for recordings: whatever has an id of the carrier's.
const mediaSought = "Media?identifier=" + systemTwilio + "|"

// widen adds to a policy what the features that are on need: each line is a type, whose
// criteria are a search.
func (c Config) widen(policy *element) {
	rules := policy.items("resource")
	if c.Audited() {
		rules = append(rules, rule("AuditEvent", "", "create", "search")) // never read otherwise, changed or deleted
	}
	if c.Recording {
		rules = append(rules,
			rule("Media", mediaSought, "create", "read", "update", "delete", "search"),
			rule("Consent", "Consent?category="+c.Systems.anyBase(pathConsent, codeRecording), "search"))
	}
	policy.set("resource", rules)
}

func rule(resourceType, criteria string, interactions ...any) *element {
	e := newElement()
	put(e, "criteria", criteria)
	e.set("interaction", interactions)
	e.set("resourceType", resourceType)
	return e
}

// Audited reports whether AuditEvents are made: of who looked at whom, and of who listened
// to a recording.
func (c Config) Audited() bool { return c.Audit || c.Recording }
