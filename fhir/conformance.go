package fhir

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"perci.health/careline"
	"perci.health/careline/setup"
)

// Plan is what has to be done so that the server has the definitions of what
// careline writes (StructureDefinition, CodeSystem, NamingSystem) and, on a
// Medplum server, an AccessPolicy with the rights that careline needs and no
// others. It changes nothing; applied and made again it is empty, and several may
// be applied at once.
//
// Who or what holds the policy is a person's decision; the plan says so where it
// makes the policy. Where that cannot be made or not be seen, another change says
// so, and no plan is made for it. What a server does not keep is left out.
func (c *Client) Plan(ctx context.Context) (setup.Plan, error) {
	server, err := c.capabilities(ctx)
	if err != nil {
		return nil, err
	}

	all, err := c.cfg.definitions()
	if err != nil {
		return nil, careline.NewError(careline.CodeInternal, "The definitions within careline cannot be read.", err)
	}

	var plan setup.Plan
	note := "; this server is not Medplum, so no AccessPolicy is made: limit the client's rights by the server's own means"
	for _, d := range all {
		if !server.keeps(d.kind) {
			continue
		}
		change, needed, err := c.planOf(ctx, d)
		switch {
		case forbidden(err):
			note = "; this client may not see AccessPolicies: unless it is bound by " + policyName + "'s already, run provision with the credentials of the project's administrator"
		case err != nil:
			return nil, err
		case d.kind == kindPolicy:
			note = ""
		}
		if needed {
			plan = append(plan, change)
		}
	}

	// The note stands with a change that can be made, so that it is not said for ever.
	if len(plan) > 0 {
		plan[len(plan)-1].Want += note
	}

	return plan, nil
}

func (c *Client) planOf(ctx context.Context, d definition) (setup.Change, bool, error) {
	change := setup.Change{Party: "fhir", Thing: d.kind + " " + d.name, Want: "as careline ships it"}
	have, err := c.existing(ctx, d)
	switch {
	case forbidden(err) && d.kind != kindPolicy:
		change.Have = "not to be seen by this client"
		change.Want = "run provision with the credentials of a client that may write " + d.kind
		return change, true, nil
	case err != nil:
		return change, false, err
	}

	if have.ID != "" {
		parts, err := d.differences(have)
		if err != nil || len(parts) == 0 {
			return change, false, err
		}
		change.Have = "differs in " + strings.Join(parts, ", ")
	} else if d.kind == kindPolicy {
		change.Want += "; then set it as the access policy of careline's ClientApplication, in the project's administration"
	}

	change.Apply = func(ctx context.Context) error { return c.settleDefinition(ctx, d) }
	return change, true, nil
}

// existing is the definition as the server has it; of several the one with the
// smallest id, so that all instances mean the same. It has no ID when there is none.
func (c *Client) existing(ctx context.Context, d definition) (Resource, error) {
	entries, err := c.Search(ctx, d.kind, d.query)
	if err != nil {
		return Resource{}, absent(err)
	}

	var found []Resource
	for _, e := range entries {
		var named struct {
			Name string `json:"name"`
		}
		if e.Resource.Type != d.kind || json.Unmarshal(e.Resource.JSON, &named) != nil || d.kind == kindPolicy && named.Name != d.name {
			continue
		}
		found = append(found, e.Resource)
	}

	if len(found) == 0 {
		return Resource{}, nil
	}

	return slices.MinFunc(found, func(a, b Resource) int { return strings.Compare(a.ID, b.ID) }), nil
}

// differences are the elements that would change, in the order of their names.
func (d definition) differences(have Resource) ([]string, error) {
	there, err := decode(have.JSON)
	if err != nil {
		return nil, careline.NewError(careline.CodeUnavailable, "The health record's definition cannot be read.", err)
	}
	var parts []string
	for _, m := range d.over(there).members {
		if m.name != "date" && !equal(m.value, there.get(m.name)) {
			parts = append(parts, m.name)
		}
	}
	return parts, nil
}

// over lays the definition over what the server has. What others have added is
// kept; of a shared one, everything but our codes is theirs.
func (d definition) over(there *element) *element {
	all := there.copied()
	if !d.shared {
		for _, m := range d.body.members {
			all.set(m.name, m.value)
		}
		return all
	}

	theirs := there.items("concept")
	for _, o := range d.body.items("concept") {
		own, _ := o.(*element)
		has := func(t any) bool { e, _ := t.(*element); return e.get("code") == own.get("code") }
		if !slices.ContainsFunc(theirs, has) {
			theirs = append(slices.Clip(theirs), o)
		}
	}

	if len(theirs) > 0 {
		all.set("concept", theirs)
	}

	return all
}

// settleDefinition makes the server have d, whoever else is about it.
func (c *Client) settleDefinition(ctx context.Context, d definition) error {
	var last error
	for range putTries {
		have, err := c.existing(ctx, d)
		if err != nil {
			return mayNot(err, d)
		}
		done, err := c.write(ctx, d, have)
		if done {
			return nil
		}
		if err != nil && careline.CodeOf(err) != careline.CodeConflict {
			return mayNot(err, d)
		}
		last = err
	}

	return last
}

// write makes one attempt. It is done when the server has d; without error it is
// to be looked at again.
func (c *Client) write(ctx context.Context, d definition, have Resource) (done bool, err error) {
	if have.ID == "" {
		body, err := json.Marshal(d.body)
		if err != nil {
			return false, err
		}
		if have, err = c.createOnce(ctx, d.kind, body, d.query.Encode()); err != nil {
			return false, err
		}
		parts, err := d.differences(have)
		return err == nil && len(parts) == 0, err
	}

	parts, err := d.differences(have)
	if err != nil || len(parts) == 0 {
		return err == nil, err
	}

	there, err := decode(have.JSON)
	if err != nil {
		return false, err
	}

	record := d.over(there)
	record.remove("text") // the server's narrative tells of what was before
	unstamp(record)
	body, err := json.Marshal(record)
	if err != nil {
		return false, err
	}

	_, err = c.Update(ctx, Resource{
		Type:    d.kind,
		ID:      have.ID,
		Version: have.Version,
		JSON:    body,
	})
	return err == nil, err
}

// forbidden reports whether the server said that the client may not.
func forbidden(err error) bool {
	p, ok := errors.AsType[*Problem](err)
	return ok && p.Status == http.StatusForbidden
}

// mayNot says of a refusal who may: the client that serves calls should not.
func mayNot(err error, d definition) error {
	if !forbidden(err) {
		return err
	}
	return careline.NewError(careline.CodeForbidden, "This client may not write "+d.kind+". Run provision with the credentials of a client that may.", err)
}
