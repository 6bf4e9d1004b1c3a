package fhir

import (
	"context"
	"net/url"
	"slices"

	"perci.health/careline/setup"
)

// setAudit is what to do where AuditEvents cannot be filed.
const setAudit = "Run careline provision --apply with the credentials of an administrator while AUDIT_EVENTS or RECORDING is set: its policy then lets the client create and search AuditEvents. Or turn both off."

// checkAudit sees whether who looked at whom can be filed: AuditEvents searched, as one is
// found again whose answer was lost, and made, as far as the policy that binds the client
// tells. None is made to see: nobody could take it away again.
func (c *Client) checkAudit(ctx context.Context) setup.Finding {
	_, err := c.Search(ctx, "AuditEvent", url.Values{"_tag": {token(c.cfg.Systems.look(), nobodysID)}, "_count": {"1"}})
	switch {
	case forbidden(err):
		return setup.Fault("The client may not search AuditEvents, so who looked at whom is not filed.", setAudit)
	case err != nil:
		return c.failed("AuditEvents cannot be searched", err)
	}

	policy, known := c.bound(ctx)
	if !known {
		return setup.Good("AuditEvents can be searched. Whether they may be made shows with the first.")
	}
	if !slices.ContainsFunc(policy.Resource, func(r accessRule) bool { return r.covers("AuditEvent") && r.gives("create") }) {
		return setup.Fault("The client's AccessPolicy does not let it create AuditEvents, so who looked at whom is not filed.", setAudit)
	}
	return setup.Good("Who looked at whom can be filed.")
}
