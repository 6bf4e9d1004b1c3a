package fhir

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"perci.health/careline"
	"perci.health/careline/setup"
)

// Checks are the questions that careline doctor asks of the health record. They
// need the same rights as the service, and cost about three writes of the quota.
//
//	fhir: server       it is there, and speaks FHIR R4; which it is, and its version
//	fhir: login        the credentials are taken
//	fhir: quota        what the server says is left; the others are not asked when that is nothing
//	fhir: search       what careline searches and reads may be searched and read
//	fhir: write        a Communication may be made, and changed, as far as can be seen without storing one
//	fhir: rights       the AccessPolicy that binds the client, on a Medplum server
//	fhir: record       the call filed last is whole, may be written, and has its history
//	fhir: definitions  the definitions of what careline writes are there
//	fhir: audit        AuditEvents may be made and found, where they are wanted
//	fhir: recording    refusals may be read and Media filed and deleted, where calls are recorded
func (c *Client) Checks() []setup.Check {
	all := []setup.Check{
		{Name: aboutServer, Ask: c.checkServer},
		{Name: aboutLogin, Needs: aboutServer, Ask: c.checkLogin},
		{Name: aboutQuota, Needs: aboutLogin, Ask: c.checkQuota},
		{Name: "fhir: search", Needs: aboutQuota, Ask: c.checkSearch},
		{Name: "fhir: write", Needs: aboutQuota, Ask: c.checkWrite},
		{Name: "fhir: rights", Needs: aboutQuota, Ask: c.checkRights},
		{Name: "fhir: record", Needs: aboutQuota, Ask: c.checkRecord},
		{Name: "fhir: definitions", Needs: aboutQuota, Ask: c.checkDefinitions},
	}

	if c.cfg.Audited() {
		all = append(all, setup.Check{Name: "fhir: audit", Needs: aboutQuota, Ask: c.checkAudit})
	}
	if c.cfg.Recording {
		all = append(all, setup.Check{Name: "fhir: recording", Needs: aboutQuota, Ask: c.checkRecording})
	}
	return all
}

// The checks that others need. The names are in scripts: never change one.
const (
	aboutServer = "fhir: server"
	aboutLogin  = "fhir: login"
	aboutQuota  = "fhir: quota"
)

func (c *Client) checkServer(ctx context.Context) setup.Finding {
	s, err := c.capabilities(ctx)
	switch {
	case spent(err):
		return c.quotaGone(c.cfg.Now().Add(waitAsked(err)))
	case err != nil:
		found := c.failed("The server's capability statement cannot be had", err)
		p, answered := errors.AsType[*Problem](err)
		if answered && (p.Status == http.StatusUnauthorized || p.Status == http.StatusForbidden) {
			return found // the statement is asked for without the login, which may open the rest
		}
		return found.Blocking()
	case !strings.HasPrefix(s.FHIRVersion, "4.0"):
		return setup.Fault(fmt.Sprintf("The server speaks FHIR %s.", orNone(s.FHIRVersion)), "Set FHIR_BASE_URL to an endpoint of FHIR R4 (4.0.1).")
	}

	by := strings.TrimSpace(bounded(s.Software.Name, 60) + " " + bounded(c.versionOf(ctx, s), 60))
	return setup.Good(fmt.Sprintf("FHIR %s by %s.", s.FHIRVersion, orNone(by)))
}

func orNone(text string) string {
	if text == "" {
		return "an unknown one"
	}
	return text
}

func (c *Client) checkLogin(ctx context.Context) setup.Finding {
	if c.cfg.ClientID == "" {
		return setup.Skipped("No login is set (FHIR_TOKEN_URL, FHIR_CLIENT_ID, FHIR_CLIENT_SECRET).")
	}
	if _, err := c.login.bearer(ctx); err != nil {
		return c.failed("The login gave no token", err).Blocking()
	}
	return setup.Good("The login gave a token.")
}

// nobodys are the values of which the record knows none.
const (
	nobodysID  = "00000000-0000-4000-8000-000000000000"
	nobodysSID = "CA00000000000000000000000000000000"
)

func (c *Client) checkSearch(ctx context.Context) setup.Finding {
	for kind, query := range map[string]url.Values{
		"Communication":    {"identifier": {systemTwilio + "|" + nobodysSID}, "_count": {"1"}},
		"Appointment":      {"_id": {nobodysID}, "_include": {"Appointment:actor"}},
		"PractitionerRole": {"practitioner": {"Practitioner/" + nobodysID}, "_count": {"1"}},
	} {
		if _, err := c.Search(ctx, kind, query); err != nil {
			return c.failed(kind+" cannot be searched", err)
		}
	}

	// A server leaves out of a search's answer whom the client may not read.
	for _, kind := range []string{"Communication", "Appointment", "PractitionerRole", "Practitioner", "Patient", "RelatedPerson"} {
		if _, err := c.Read(ctx, kind, nobodysID); err != nil && careline.CodeOf(err) != careline.CodeNotFound {
			return c.failed(kind+" cannot be read", err)
		}
	}

	if _, err := c.History(ctx, "Communication", nobodysID); err != nil && careline.CodeOf(err) != careline.CodeNotFound {
		return c.failed("The history of a Communication cannot be read", err)
	}

	return setup.Good("Communications, appointments and roles may be searched and read, with their people and history.")
}

// neverStored lacks the status that every Communication must have (FHIR R4,
// section 10.3): a server refuses it for that. Medplum does so only after it has
// found that the client may write; another server may look at the content first,
// and then says the same to a client that may not. Its category is ours: the
// client may write no other.
func (s Systems) neverStored() string {
	return `{"resourceType":"Communication","category":[{"coding":[{"system":"` + s.category() + `","code":"` + codeVoice + `"}]}],"payload":[{"contentString":"` + checksMark + `"}]}`
}

// checksMark is how what a check made is told from what others did.
const checksMark = "A check by careline doctor; never to be stored."

func (c *Client) checkWrite(ctx context.Context) setup.Finding {
	made, err := c.Create(ctx, "Communication", []byte(c.cfg.Systems.neverStored()), "")
	p, answered := errors.AsType[*Problem](err)
	switch {
	case err == nil:
		return c.takeBack(ctx, made)
	case answered && p.full():
		return setup.Fault("The server's resource cap is reached: it takes no new call, and only changes of those that are filed.",
			"Raise resourceCap of the project, or delete what is not needed (Medplum: project.systemSetting). Calls wait meanwhile and are filed then.")
	case answered && careline.CodeOf(err) == careline.CodeRejected && (p.Status == http.StatusBadRequest || p.Status == http.StatusUnprocessableEntity):
		return c.checkUpdate(ctx)
	}
	return c.failed("A Communication cannot be made", err)
}

// checkUpdate changes a Communication that is not there, so that any answer but a
// refusal of the client shows the right.
func (c *Client) checkUpdate(ctx context.Context) setup.Finding {
	body := strings.Replace(c.cfg.Systems.neverStored(), "{", `{"id":"`+nobodysID+`",`, 1)
	made, err := c.Update(ctx, Resource{
		Type:    "Communication",
		ID:      nobodysID,
		Version: nobodysID,
		JSON:    []byte(body),
	})
	if err == nil {
		return c.takeBack(ctx, made)
	}

	switch careline.CodeOf(err) {
	case careline.CodeNotFound, careline.CodeConflict, careline.CodeRejected:
		return setup.Good("As far as can be seen without storing one, a Communication may be made and changed: one without status was refused for that alone.")
	}
	return c.failed("A Communication cannot be changed", err)
}

// takeBack deletes what a server without validation has stored.
func (c *Client) takeBack(ctx context.Context, made Resource) setup.Finding {
	const lenient = "The server stored a Communication without status, so it does not validate what it is sent"
	if !bytes.Contains(made.JSON, []byte(checksMark)) {
		return setup.Doubt(lenient+", and answered with another resource, which is left alone.", "Delete the Communication whose payload says that careline doctor made it.")
	}
	if _, err := c.do(ctx, exchange{method: http.MethodDelete, url: c.address("Communication", made.ID), cost: costWrite}); err != nil {
		return setup.Doubt(lenient+"; it could not be deleted again.", "Delete Communication/"+made.ID+".")
	}
	return setup.Doubt(lenient+"; it was deleted again.", "Turn on validation at the server if it has it.")
}

// checksCost is what the checks behind this one take of the quota, about.
const checksCost = 5 * costWrite

func (c *Client) checkQuota(ctx context.Context) setup.Finding {
	_, err := c.Search(ctx, "Communication", url.Values{"_id": {nobodysID}, "_count": {"1"}})
	q := c.Quota()
	switch {
	case spent(err):
		return c.quotaGone(c.cfg.Now().Add(waitAsked(err)))
	case err != nil:
		return c.failed("The quota cannot be asked for", err)
	case !q.Known:
		return setup.Good("The server tells of no quota.")
	case q.Left < checksCost:
		return c.quotaGone(q.Ends)
	}

	found := fmt.Sprintf("%d units are left until %s; a write takes %d.", q.Left, q.Ends.UTC().Format(clockTime), costWrite)
	if q.Left < 50*costWrite {
		return setup.Doubt(found, raiseQuota)
	}

	return setup.Good(found)
}

const (
	clockTime  = "15:04:05 UTC"
	raiseQuota = "Look at who else uses this client, or have its quota raised (Medplum: fhirQuota of the membership or project)."
)

// quotaGone is one fault for all that cannot be asked until the window ends.
func (c *Client) quotaGone(ends time.Time) setup.Finding {
	found := fmt.Sprintf("The server's quota for this client is used up until %s: nothing is read or written before.", ends.UTC().Format(clockTime))
	return setup.Fault(found, "Ask again then. "+raiseQuota).Blocking()
}

func (c *Client) checkDefinitions(ctx context.Context) setup.Finding {
	plan, err := c.Plan(ctx)
	if err != nil {
		return c.failed("The definitions cannot be looked for", err)
	}
	var missing []string
	for _, change := range plan {
		missing = append(missing, change.Thing)
	}
	if len(missing) > 0 {
		return setup.Doubt("Not as careline ships them: "+strings.Join(missing, ", ")+". Calls are recorded all the same.", "Run careline provision --apply with the credentials of a client that may write them.")
	}
	return setup.Good("The definitions of what careline writes are there.")
}

// failed is the finding of a question that ended with err.
func (c *Client) failed(what string, err error) setup.Finding {
	if spent(err) {
		return setup.Doubt("This could not be asked to its end: the server's quota for this client is used up.", "Ask again in a minute. "+raiseQuota)
	}
	do, cause := "See whether the server at FHIR_BASE_URL is up, then ask again.", err
	if e, ok := errors.AsType[*careline.Error](err); ok {
		do = e.Message
	}

	for e, ok := errors.AsType[*careline.Error](err); ok && e.Err != nil; e, ok = errors.AsType[*careline.Error](cause) {
		cause = e.Err
	}

	if _, answered := errors.AsType[*Problem](err); !answered && careline.CodeOf(err) == careline.CodeUnavailable && waitAsked(err) == 0 {
		do += " See whether FHIR_BASE_URL and FHIR_TOKEN_URL are right, and can be reached from here."
	}

	if _, ok := errors.AsType[strange](err); ok {
		do = "The server, or a proxy before it, answers with what was not asked for, so nothing can safely be written. Have its administrator see which search parameters it overlooks."
	}
	if forbidden(err) {
		do = "Give the client the AccessPolicy that careline provision makes, or the rights that it lists (docs/decisions/0013)."
	}

	if p, ok := errors.AsType[*Problem](err); ok && p.Status == http.StatusUnauthorized && c.cfg.ClientID == "" {
		do = "This server wants a login: set FHIR_TOKEN_URL, FHIR_CLIENT_ID and FHIR_CLIENT_SECRET."
	}

	return setup.Fault(what+": "+bounded(cause.Error(), 200)+".", do)
}
