package fhir

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"net/url"
	"slices"
	"strings"

	"perci.health/careline"
)

// findOrMake files a call whose first filing was begun before, with unknown
// end. The search sees what an earlier try has stored; the conditional create
// closes the gap behind it, and reads where a search may lag on a replica.
func (c *Chart) findOrMake(ctx context.Context, call careline.Call, ours *draft, f careline.Filing) (careline.Filing, error) {
	f.Doubted = true
	found, err := c.find(ctx, call)
	if err != nil {
		return f, err
	}
	if kept, others := choose(found, ""); kept.ID != "" {
		return c.adopt(ctx, ours, f, kept, others)
	}
	body, err := json.Marshal(ours)
	if err != nil {
		return f, careline.NewError(careline.CodeInternal, "The call could not be written as a Communication.", err)
	}
	made, err := c.client.createOnce(ctx, "Communication", body, "identifier="+url.QueryEscape(anyOf(ours.Identifier)))
	if err != nil {
		return f, permanent(err)
	}
	if err := madeOurs(ours.Communication, made); err != nil {
		return c.mistaken(ctx, call, ours, f, err)
	}
	return c.adopt(ctx, ours, f, made, nil) // it may be one that was there, with other content
}

// mistaken looks once more when a conditional create was answered with a
// Communication that is not the call's. If there is none now, the server has stored
// one by which nobody will ever find it, and would store another with each try: that
// ends here.
func (c *Chart) mistaken(ctx context.Context, call careline.Call, ours *draft, f careline.Filing, cause error) (careline.Filing, error) {
	found, err := c.find(ctx, call)
	if err != nil {
		return f, err
	}
	kept, others := choose(found, "")
	if kept.ID == "" {
		return f, careline.NewError(careline.CodeRejected, "The health record does not keep the identifier and the extension by which a call's Communication is found again, so this call is not written any more. Let careline's client write both, then replay the call.", cause)
	}
	return c.adopt(ctx, ours, f, kept, others)
}

// adopt makes kept the call's Communication and withdraws the others.
func (c *Chart) adopt(ctx context.Context, ours *draft, f careline.Filing, kept Resource, others []Resource) (careline.Filing, error) {
	f.Doubted = true
	if err := c.withdraw(ctx, others); err != nil {
		return f, err
	}
	written, err := c.put(ctx, ours, kept, "")
	if err != nil {
		return f, permanent(err)
	}
	return c.filed(f, written), nil
}

// Settle looks once more for other Communications of a call whose filing is
// Doubted, and marks them as entered in error; the one that f names stays as it
// is. Without Doubted or ID it does nothing. It may be repeated, also after a
// restart, and then finds nothing to do; it costs one search. When f's own record
// is not among those found, or a person has entered it in error, it leaves one
// other standing.
//
// The longer after the last event, the surer: nothing bounds how late a server
// stores what it was sent. The same bounds hold as for File: for one call only one
// at a time. Errors: conflict or unavailable, when a repetition may help; rejected.
func (c *Chart) Settle(ctx context.Context, call careline.Call, f careline.Filing) error {
	if !f.Doubted || f.ID == "" {
		return nil
	}
	return permanent(c.removeTwins(ctx, call, f.ID))
}

// removeTwins looks once more, when a call is over, for a first filing whose
// answer was lost and which the server stored late: a frozen database does so
// after it thaws.
func (c *Chart) removeTwins(ctx context.Context, call careline.Call, id string) error {
	found, err := c.find(ctx, call)
	if err != nil {
		return err
	}
	kept, others := choose(found, id)
	if kept.ID != id {
		return nil // revise will meet whatever became of it
	}
	return c.withdraw(ctx, others)
}

// find is every Communication with the SID of either leg as an identifier: one
// that another system made may have the member's alone.
func (c *Chart) find(ctx context.Context, call careline.Call) ([]Resource, error) {
	if call.Key == "" {
		return nil, careline.NewError(careline.CodeInternal, "A call without key cannot be looked for.", nil)
	}
	entries, err := c.client.Search(ctx, "Communication", url.Values{"identifier": {anyOf(identifiers(call))}, "_count": {"100"}})
	if err != nil {
		return nil, err
	}
	var found []Resource
	for _, e := range entries {
		if e.Resource.Type == "Communication" && e.Mode != "include" {
			found = append(found, e.Resource)
		}
	}
	return found, nil
}

// anyOf is the search value that each of the identifiers matches.
func anyOf(identifiers []Identifier) string {
	all := make([]string, 0, len(identifiers))
	for _, i := range identifiers {
		all = append(all, token(i.System, i.Value))
	}
	return strings.Join(all, ",")
}

// choose is the Communication to keep, and those that tell of the same call
// besides. The one already known is kept, so that nobody's link to it breaks;
// else the oldest. One that is entered in error is kept only if there is no
// other: then a person withdrew this call, and making a new one would undo that.
func choose(found []Resource, known string) (kept Resource, others []Resource) {
	found = slices.Clone(found)
	slices.SortFunc(found, older)
	var withdrawn Resource
	for _, r := range found {
		switch {
		case inError(r):
			if withdrawn.ID == "" || r.ID == known {
				withdrawn = r
			}
		case kept.ID == "":
			kept = r
		case r.ID == known:
			kept, others = r, append(others, kept)
		default:
			others = append(others, r)
		}
	}
	if kept.ID == "" || withdrawn.ID == known && known != "" {
		return withdrawn, others
	}
	return kept, others
}

// older orders resources by when the server took their current version.
func older(a, b Resource) int {
	return cmp.Or(recordedTime(a.LastUpdated).Compare(recordedTime(b.LastUpdated)), strings.Compare(a.ID, b.ID))
}

func inError(r Resource) bool {
	var m struct {
		Status string `json:"status"`
	}
	return json.Unmarshal(r.JSON, &m) == nil && m.Status == statusInError
}

// withdraw marks each as entered in error, which is how FHIR takes back a
// resource that never should have been (value set event-status); it is not
// deleted, so that what somebody added to it can be read.
func (c *Chart) withdraw(ctx context.Context, twins []Resource) error {
	for _, twin := range twins {
		if twin.Version == "" { // some servers leave it out of a searchset
			read, err := c.client.Read(ctx, "Communication", twin.ID)
			if err != nil {
				return err
			}
			twin = read
		}
		record, err := decode(twin.JSON)
		if err != nil {
			return careline.NewError(careline.CodeInternal, "A doubled Communication could not be read.", err)
		}
		record["status"] = statusInError
		withdrawPayload(record)
		unstamp(record)
		if twin.JSON, err = json.Marshal(record); err != nil {
			return careline.NewError(careline.CodeInternal, "A doubled Communication could not be written.", err)
		}
		if _, err := c.client.Update(ctx, twin); err != nil {
			return err
		}
		careline.Note(ctx, slog.String("withdrawn", twin.ID))
	}
	return nil
}
