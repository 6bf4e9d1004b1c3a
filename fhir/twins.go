package fhir

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"

	"perci.health/careline"
)

// findOrMake files a resource whose first filing was begun before, with unknown
// end. The search sees what an earlier try has stored; the conditional create
// closes the gap behind it, and reads where a search may lag on a replica.
func (w *filer) findOrMake(ctx context.Context, d *draft, f careline.Filing) (careline.Filing, error) {
	f.Doubted = true
	found, err := w.find(ctx, d)
	if err != nil {
		return f, err
	}
	if kept, others := choose(found, ""); kept.ID != "" {
		return w.adopt(ctx, d, f, kept, others)
	}

	body, err := d.written()
	if err != nil {
		return f, err
	}
	made, err := w.client.createOnce(ctx, d.resource, body, d.search()+"="+url.QueryEscape(anyOf(d.identifiers())))
	if err != nil {
		return f, permanent(d.resourceKind, err)
	}
	if err := d.made(made); err != nil {
		return w.mistaken(ctx, d, f, err)
	}
	return w.adopt(ctx, d, f, made, nil) // it may be one that was there, with other content
}

// mistaken looks once more when a conditional create was answered with a resource
// that is not the one meant. If there is none now, the server has stored one by
// which nobody will ever find it, and would store another with each try: that ends
// here.
func (w *filer) mistaken(ctx context.Context, d *draft, f careline.Filing, cause error) (careline.Filing, error) {
	found, err := w.find(ctx, d)
	if err != nil {
		return f, err
	}

	kept, others := choose(found, "")
	if kept.ID == "" {
		return f, careline.NewError(careline.CodeRejected, fmt.Sprintf("The health record does not keep the identifier and the extension by which a %s's %s is found again, so this %s is not written any more. Let careline's client write both, then replay the call.", d.of, d.resource, d.of), cause)
	}
	return w.adopt(ctx, d, f, kept, others)
}

// adopt makes kept the one resource of what is filed, and withdraws the others.
func (w *filer) adopt(ctx context.Context, d *draft, f careline.Filing, kept Resource, others []Resource) (careline.Filing, error) {
	f.Doubted = true
	if d.fixed {
		return w.filed(f, kept), nil
	}
	if err := w.withdraw(ctx, d.resourceKind, others); err != nil {
		return f, err
	}

	written, err := w.put(ctx, d, kept, "")
	if err != nil {
		return f, permanent(d.resourceKind, err)
	}
	return w.filed(f, written), nil
}

// settle is Chart.Settle for a resource of any kind.
func (w *filer) settle(ctx context.Context, d *draft, f careline.Filing) error {
	if !f.Doubted || f.ID == "" {
		return nil
	}
	return permanent(d.resourceKind, w.removeTwins(ctx, d, f.ID))
}

// removeTwins looks once more, when all is over, for a first filing whose answer
// was lost and which the server stored late: a frozen database does so after it
// thaws.
func (w *filer) removeTwins(ctx context.Context, d *draft, id string) error {
	found, err := w.find(ctx, d)
	if err != nil {
		return err
	}

	kept, others := choose(found, id)
	if kept.ID != id {
		return nil // revise will meet whatever became of it
	}
	return w.withdraw(ctx, d.resourceKind, others)
}

// find is every resource of the kind with one of the identifiers: of a call, one
// that another system made may have the member's leg's alone.
func (w *filer) find(ctx context.Context, d *draft) ([]Resource, error) {
	ids := d.identifiers()
	if len(ids) == 0 {
		return nil, careline.NewError(careline.CodeInternal, fmt.Sprintf("A %s without key cannot be looked for.", d.of), nil)
	}

	entries, err := w.client.Search(ctx, d.resource, url.Values{d.search(): {anyOf(ids)}, "_count": {"100"}})
	if err != nil {
		return nil, err
	}
	var found []Resource
	for _, e := range entries {
		if e.Resource.Type == d.resource && e.Mode != "include" {
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

// choose is the resource to keep, and those that tell of the same besides. The one already known is kept, so that nobody's link to it breaks;
// else the oldest. One that is entered in error is kept only if there is no
// other: then a person withdrew it, and making a new one would undo that.
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
// resource that never should have been (value set event-status, and task-status);
// it is not deleted, so that what somebody added to it can be read.
func (w *filer) withdraw(ctx context.Context, k *resourceKind, twins []Resource) error {
	for _, twin := range twins {
		if twin.Version == "" { // some servers leave it out of a searchset
			read, err := w.client.Read(ctx, k.resource, twin.ID)
			if err != nil {
				return err
			}
			twin = read
		}

		record, err := decode(twin.JSON)
		if err != nil {
			return careline.NewError(careline.CodeInternal, fmt.Sprintf("A doubled %s could not be read.", k.resource), err)
		}
		if k.withdrawn != nil {
			k.withdrawn(record)
		}
		record.set("status", statusInError)
		unstamp(record)
		if twin.JSON, err = record.appendTo(nil); err != nil {
			return careline.NewError(careline.CodeInternal, fmt.Sprintf("A doubled %s could not be written.", k.resource), err)
		}

		if _, err := w.client.Update(ctx, twin); err != nil {
			return err
		}
		careline.Note(ctx, slog.String("withdrawn", twin.ID))
	}
	return nil
}
