package fhir

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"perci.health/careline"
	"perci.health/careline/setup"
)

const notYetSeen = "Not yet seen: this client is shown no call that was filed. Whether the server takes one whole shows with the first."

// checkRecord proves by the call filed last what no question without one can show.
// Written again as it is, it meets every check of the server but that of the new
// version's place in the client's criteria, and makes no version.
func (c *Client) checkRecord(ctx context.Context) setup.Finding {
	s, err := c.capabilities(ctx)
	if err != nil {
		return c.failed("The server's capability statement cannot be had", err)
	}

	filed, err := c.filedLast(ctx)
	if err != nil {
		return c.failed("The calls that were filed cannot be searched", err)
	}

	at := slices.IndexFunc(filed, func(e Entry) bool { return e.Resource.Type == "Communication" && careline.ValidID(e.Resource.ID) })
	if at < 0 {
		return setup.Good(notYetSeen)
	}

	last := filed[at].Resource
	if lost := lostElements(last); lost != "" {
		return setup.Fault("The call filed last lacks "+lost+": the server drops what careline writes, or does not show it.",
			"Take it out of readonlyFields and hiddenFields of the client's AccessPolicy, then replay the calls filed since (careline replay).")
	}

	if s.storesNoSame() {
		if found, well := c.writeAgain(ctx, last); !well {
			return found
		}
	}

	return c.checkVersions(ctx, last, s.storesNoSame())
}

// filedLast is the first page of the calls, the one written last first.
func (c *Client) filedLast(ctx context.Context) ([]Entry, error) {
	query := url.Values{"category": {c.cfg.Systems.callsSought()}, "_sort": {"-_lastUpdated"}, "_count": {"1"}}
	a, err := c.do(ctx, exchange{method: http.MethodGet, url: c.address("Communication") + "?" + query.Encode(), cost: costSearch})
	if err != nil {
		return nil, err
	}
	entries, _, err := readBundle(a.body)
	return entries, err
}

// lostElements are those that every call has and this record of one has not.
func lostElements(r Resource) string {
	record, err := decode(r.JSON)
	if err != nil {
		return "everything: it cannot be read"
	}
	var lost []string
	for _, name := range []string{"identifier", "status", "payload", "extension"} {
		if record.get(name) == nil {
			lost = append(lost, name)
		}
	}
	return strings.Join(lost, ", ")
}

// writeAgain sends the record as it is; it is well when the server took it.
func (c *Client) writeAgain(ctx context.Context, r Resource) (setup.Finding, bool) {
	if r.Version == "" {
		return setup.Finding{}, true // no write could be guarded
	}

	_, err := c.Update(ctx, r)
	p, answered := errors.AsType[*Problem](err)
	switch {
	case err == nil || stale(err):
		return setup.Finding{}, true // a stale one was written by the service just now
	case answered && p.full():
		return setup.Finding{}, true // about what is new; fhir: write tells of it
	case forbidden(err):
		return setup.Fault("The server refuses to write the call filed last again, unchanged: HTTP 403. Where a Communication may else be changed (fhir: write), it checks terminology, and this client may not search its ValueSets: every call is refused.",
			"Run careline provision --apply with the credentials of an administrator, whose policy has ValueSet search; or turn validate-terminology off."), false
	case answered && p.ofTerminology():
		return setup.Fault("The server does not take the codes of the call filed last when it is written again: "+bounded(p.Error(), 200)+".",
			"If it is about the medium, set FHIR_STRICT_TERMINOLOGY=true; else load the code systems that provision lists."), false
	}

	return c.failed("The call filed last cannot be written again as it is", err), false
}

// ofTerminology reports whether the server does not know a code (FHIR R4 value set
// issue-type).
func (p *Problem) ofTerminology() bool {
	return (p.Status == http.StatusBadRequest || p.Status == http.StatusUnprocessableEntity) &&
		slices.ContainsFunc(p.Issues, func(i Issue) bool { return i.Code == "value" || i.Code == "code-invalid" })
}

// checkVersions reads the versions of a record: on Medplum history and vread are
// rights of their own, and only what is there shows that they are missing.
func (c *Client) checkVersions(ctx context.Context, r Resource, again bool) setup.Finding {
	versions, err := c.History(ctx, r.Type, r.ID)
	switch {
	case err != nil:
		return c.failed("The history of the call filed last cannot be read", err)
	case len(versions) == 0:
		return setup.Fault("The history of the call filed last is empty: the app shows no call.", "Turn on the server's versioning of resources.")
	}

	if v := versions[0].Version; v != "" {
		if _, err := c.do(ctx, exchange{method: http.MethodGet, url: c.address(r.Type, r.ID, "_history", v), cost: costRead}); forbidden(err) {
			return setup.Doubt("A version of the call filed last cannot be opened by itself: HTTP 403.", "Add vread to the client's AccessPolicy; the one that careline provision makes has it.")
		}
	}

	if !again {
		return setup.Good("The call filed last is whole and has its history. It was not written again: this server might make a version of that.")
	}

	return setup.Good("The call filed last is whole, may be written, and has its history.")
}
