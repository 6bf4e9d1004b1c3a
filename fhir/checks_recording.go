package fhir

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"perci.health/careline"
	"perci.health/careline/setup"
)

// setRecording is what to do where recordings cannot be filed.
const setRecording = "Run careline provision --apply with the credentials of an administrator while RECORDING is set: its policy then has what recordings need. Or turn RECORDING off."

// checkRecording sees whether a patient's standing refusal can be read, without which
// nothing is recorded, and whether a recording can be filed, found, and deleted with its
// sound, as far as the policy that binds the client tells. None is made to see.
func (c *Client) checkRecording(ctx context.Context) setup.Finding {
	nobody := careline.Reference("Patient/" + nobodysID)
	_, err := c.RefusesRecording(ctx, nobody)
	switch {
	case forbidden(err):
		return setup.Fault("The client may not search Consents, so no call is recorded: whether the patient refuses it cannot be read.", setRecording)
	case err != nil:
		return c.failed("Whether a patient refuses to be recorded cannot be read", err)
	}

	_, err = c.Search(ctx, "Media", url.Values{"identifier": {systemTwilio + "|" + nobodysRecording}, "_count": {"1"}})
	if err == nil {
		_, err = c.Read(ctx, "Media", nobodysID)
	}
	switch {
	case forbidden(err):
		return setup.Fault("The client may not read and search Media, so recordings are not filed, and whether one is under legal hold is not seen.", setRecording)
	case err != nil && careline.CodeOf(err) != careline.CodeNotFound:
		return c.failed("Media cannot be searched and read", err)
	}

	policy, known := c.bound(ctx)
	if !known {
		return setup.Good("Refusals to be recorded can be read, and Media searched. Whether Media may be written shows with the first recording.")
	}
	if wrong := policy.ofRecordings(c.cfg.Systems); wrong != "" {
		return setup.Fault("The client's AccessPolicy "+wrong+".", setRecording)
	}
	return setup.Good("Refusals to be recorded can be read, and recordings filed and deleted.")
}

const nobodysRecording = "RE00000000000000000000000000000000"

// bound is the policy that binds the client; not known where there is none, or where it
// cannot be read.
func (c *Client) bound(ctx context.Context) (policy accessPolicy, known bool) {
	s, err := c.capabilities(ctx)
	if err != nil || !s.medplum() {
		return accessPolicy{}, false
	}
	var me struct {
		AccessPolicy *accessPolicy `json:"accessPolicy"`
	}
	if err := c.ask(ctx, "auth/me", false, &me); err != nil || me.AccessPolicy == nil {
		return accessPolicy{}, false
	}
	return *me.AccessPolicy, true
}

// ofRecordings is what is wrong for recordings in every rule that covers Media, or for
// refusals in every one that covers Consent.
func (p accessPolicy) ofRecordings(s Systems) string {
	if !slices.ContainsFunc(p.Resource, func(r accessRule) bool {
		return r.covers("Consent") && r.gives("search") && r.admits("category", strings.Split(s.anyBase(pathConsent, codeRecording), ","))
	}) {
		return "does not show careline every refusal to be recorded: calls may be recorded of patients who refuse it"
	}

	wrong := "has no line for Media"
	for _, r := range p.Resource {
		if !r.covers("Media") {
			continue
		}
		if wrong = r.ofMedia(); wrong == "" {
			return ""
		}
	}
	return wrong
}

func (r accessRule) ofMedia() string {
	var missing []string
	for _, needed := range []string{"create", "read", "update", "delete", "search"} {
		if !r.gives(needed) {
			missing = append(missing, needed)
		}
	}

	switch {
	case len(missing) > 0:
		return "does not let it " + strings.Join(missing, ", ") + " a Media"
	case !r.admits("identifier", []string{systemTwilio + "|"}):
		return "has criteria for Media that are not careline's: a recording is refused when it is written, or not seen afterwards"
	case len(r.ReadonlyFields) > 0 || len(r.HiddenFields) > 0:
		return "has readonlyFields or hiddenFields for Media: of what careline writes the server drops something, or a legal hold is not seen"
	}
	return ""
}

// admits reports whether the criteria ask for nothing but this parameter, and every one
// of the values will do.
func (r accessRule) admits(parameter string, values []string) bool {
	if r.Criteria == "" {
		return true
	}
	_, search, _ := strings.Cut(r.Criteria, "?")
	query, err := url.ParseQuery(search)
	if err != nil || len(query) != 1 {
		return false
	}

	either := strings.Split(query.Get(parameter), ",")
	return !slices.ContainsFunc(values, func(v string) bool { return !slices.Contains(either, v) })
}
