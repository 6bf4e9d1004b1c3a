package fhir

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"perci.health/careline/setup"
)

// accessPolicy is Medplum's, as far as it says what becomes of a call.
type accessPolicy struct {
	Resource []accessRule `json:"resource"`
}

// accessRule is what a policy lets a client do with resources of a type, * for all.
type accessRule struct {
	ResourceType    string   `json:"resourceType"`
	Criteria        string   `json:"criteria"`
	Interaction     []string `json:"interaction"` // absent: all
	Readonly        bool     `json:"readonly"`
	ReadonlyFields  []string `json:"readonlyFields"`
	HiddenFields    []string `json:"hiddenFields"`
	WriteConstraint []any    `json:"writeConstraint"`
}

const (
	bindClient = "Give the client the AccessPolicy that careline provision makes, or the rights that it lists (docs/decisions/0013)."
	setPolicy  = "Make the AccessPolicy with careline provision, and set it as the access policy of careline's ClientApplication, in the project's administration."
)

// checkRights reads the policy that binds the client, as Medplum tells it to
// everybody who has logged in (GET /auth/me). What it takes away in silence, or
// refuses only when a whole call is written, no other question shows before the
// first call.
func (c *Client) checkRights(ctx context.Context) setup.Finding {
	s, err := c.capabilities(ctx)
	switch {
	case err != nil:
		return c.failed("The server's capability statement cannot be had", err)
	case !s.medplum():
		return setup.Good("This server has no AccessPolicy: what its own means allow the client shows in the other checks.")
	}

	var me struct {
		AccessPolicy *accessPolicy `json:"accessPolicy"`
		Membership   *struct{}     `json:"membership"`
	}

	err = c.ask(ctx, "auth/me", false, &me)
	switch {
	case spent(err):
		return c.failed("The client's rights cannot be seen", err)
	case err != nil || me.Membership == nil:
		return c.probeRights(ctx)
	case me.AccessPolicy == nil:
		return unbound()
	}

	return me.AccessPolicy.judge(c.cfg.Systems)
}

func unbound() setup.Finding {
	return setup.Doubt("No AccessPolicy binds this client, or a wide one: it may see and change what is not careline's.", setPolicy)
}

// probeRights sees what it can without reading the policy.
func (c *Client) probeRights(ctx context.Context) setup.Finding {
	probe := url.Values{"_id": {nobodysID}, "_count": {"1"}}
	if _, err := c.Search(ctx, "Observation", probe); err == nil {
		return unbound()
	} else if !forbidden(err) {
		return c.failed("The client's rights cannot be seen", err)
	}
	if _, err := c.Search(ctx, "ValueSet", probe); forbidden(err) {
		return noTerminology()
	}
	return setup.Good("An AccessPolicy binds the client. It could not be read: its criteria and fields show with the first call.")
}

func noTerminology() setup.Finding {
	return setup.Doubt("The AccessPolicy lets the client search no ValueSet: if the project checks terminology (validate-terminology), every write is refused with 403.",
		"Run careline provision --apply with the credentials of an administrator: its policy has ValueSet search.")
}

// judge is what the policy makes of a call.
func (p accessPolicy) judge(s Systems) setup.Finding {
	wrong, doubt := p.ofCommunications(s)
	switch {
	case wrong != "":
		return setup.Fault("The client's AccessPolicy "+wrong+".", bindClient)
	case !slices.ContainsFunc(p.Resource, func(r accessRule) bool { return r.covers("ValueSet") && r.gives("search") }):
		return noTerminology()
	case doubt != "":
		return setup.Doubt("The client's AccessPolicy "+doubt+".", bindClient)
	case slices.ContainsFunc(p.Resource, func(r accessRule) bool { return r.covers("Observation") && r.gives("update") }):
		return unbound()
	}
	return setup.Good("The AccessPolicy lets the client write and see calls whole, and search what a check of terminology needs.")
}

// ofCommunications is what is wrong for calls in the rule that suits them best: each
// rule stands for itself.
func (p accessPolicy) ofCommunications(s Systems) (wrong, doubt string) {
	wrong = "has no line for Communication"
	for i, r := range p.Resource {
		if !r.covers("Communication") {
			continue
		}
		w, d := r.ofCalls(s)
		if w == "" {
			return "", d
		}
		if i == 0 || wrong == "has no line for Communication" {
			wrong, doubt = w, d
		}
	}

	return wrong, doubt
}

func (r accessRule) ofCalls(s Systems) (wrong, doubt string) {
	var missing []string
	for _, needed := range []string{"create", "read", "update", "search", "history"} {
		if !r.gives(needed) {
			missing = append(missing, needed)
		}
	}

	switch {
	case len(missing) > 0:
		return "does not let it " + strings.Join(missing, ", ") + " a Communication", ""
	case !r.admitsCalls(s.category()):
		return "has criteria for Communication that are not careline's: a call is refused when it is written, or not seen afterwards", ""
	case written(r.ReadonlyFields) != "":
		return "has readonlyFields: of what careline writes the server drops " + written(r.ReadonlyFields) + ", and says nothing", ""
	case written(r.HiddenFields) != "":
		return "has hiddenFields: careline does not see " + written(r.HiddenFields) + ", and would write over it", ""
	case len(r.WriteConstraint) > 0:
		return "", "has a writeConstraint, which may refuse calls; whether it does shows with the first"
	case !r.admitsCalls(DefaultSystemBase + pathCategory):
		return "", "has criteria that do not show the calls written before FHIR_SYSTEM_BASE was set"
	case !r.gives("vread"):
		return "", "does not let it vread a Communication: one version by itself cannot be opened"
	}

	return "", ""
}

func (r accessRule) covers(kind string) bool { return r.ResourceType == kind || r.ResourceType == "*" }

func (r accessRule) gives(interaction string) bool {
	if r.Interaction != nil {
		return slices.Contains(r.Interaction, interaction)
	}
	return !r.Readonly || !slices.Contains([]string{"create", "update", "delete"}, interaction)
}

// admitsCalls reports whether the criteria ask for nothing but a category, and
// that of calls in the system is among those that will do.
func (r accessRule) admitsCalls(system string) bool {
	if r.Criteria == "" {
		return true
	}

	_, search, _ := strings.Cut(r.Criteria, "?")
	query, err := url.ParseQuery(search)
	if err != nil {
		return false
	}

	for name, values := range query {
		for _, v := range values {
			either := strings.Split(v, ",")
			if name != "category" || !slices.Contains(either, system+"|"+codeVoice) && !slices.Contains(either, codeVoice) {
				return false
			}
		}
	}

	return true
}

// elementsWritten are those of Communication that careline writes.
func elementsWritten() []string {
	return []string{"identifier", "status", "statusReason", "category", "medium", "subject", "sender", "recipient",
		"basedOn", "sent", "received", "payload", "note", "extension"}
}

// written are the fields, or what they are parts of, that careline writes.
func written(fields []string) string {
	var ours []string
	for _, f := range fields {
		whole, _, _ := strings.Cut(strings.TrimPrefix(f, "Communication."), ".")
		if slices.Contains(elementsWritten(), whole) && !slices.Contains(ours, whole) {
			ours = append(ours, whole)
		}
	}
	return strings.Join(ours, ", ")
}
