package fhir

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	lru "github.com/hashicorp/golang-lru/v2"

	"perci.health/careline"
)

// filer writes resources of any kind into the health record so that each is there
// once, whole and never set back, whatever goes wrong on the way (decision 0004).
// Chart.File says what it promises. It may be used concurrently, but for one
// resource only by one at a time.
type filer struct {
	client *Client
	// last holds what each resource's newest version says, so that the next one
	// can be laid over it without a reading. About 2 kB each: as it came, for read it
	// would be three times as large. It is believed only of the very version that the
	// filing names: another instance may have written since.
	last *lru.Cache[resourceKey, Resource]
}

// resourceKey names a resource: an id is one of its type (FHIR R4, section 2.27.3).
type resourceKey struct{ resourceType, id string }

const (
	lastKept = 1024
	// putTries is how often a version is laid over somebody else's newer one
	// before the delivery waits; each try needs one more foreign write in between.
	putTries = 4
)

func newFiler(client *Client) (*filer, error) {
	last, err := lru.New[resourceKey, Resource](lastKept)
	if err != nil {
		return nil, err
	}
	return &filer{client: client, last: last}, nil
}

// file is Chart.File for a resource of any kind.
func (w *filer) file(ctx context.Context, d *draft, f careline.Filing) (careline.Filing, error) {
	if f.ID != "" {
		return w.revise(ctx, d, f)
	}
	if f.Tried {
		return w.findOrMake(ctx, d, f)
	}

	body, err := d.written()
	if err != nil {
		return f, err
	}
	// A plain create: on Medplum a conditional one conflicts with those of other
	// resources made at the same time, and this one's lock is ours alone.
	made, err := w.client.Create(ctx, d.resource, body, "")
	if err != nil {
		f.Tried = !surelyNotMade(err)
		return f, permanent(d.resourceKind, err)
	}
	if err := d.made(made); err != nil {
		f.Tried = true
		return f, err
	}
	return w.filed(f, made), nil
}

// written is the statement as it is sent to be made.
func (d *draft) written() ([]byte, error) {
	body, err := json.Marshal(d.statement)
	if err != nil {
		return nil, careline.NewError(careline.CodeInternal, fmt.Sprintf("The %s could not be written as a %s.", d.of, d.resource), err)
	}
	return body, nil
}

// revise writes the next version of a resource that is known.
func (w *filer) revise(ctx context.Context, d *draft, f careline.Filing) (careline.Filing, error) {
	if f.Doubted && d.over(d.element().text("status")) {
		if err := w.removeTwins(ctx, d, f.ID); err != nil {
			return f, err
		}
	}

	base, ok := w.last.Get(resourceKey{d.resource, f.ID})
	if !ok || base.Version != f.Version {
		read, err := w.client.Read(ctx, d.resource, f.ID)
		if err != nil {
			return w.lost(ctx, d, f, err)
		}
		base = read
	}

	written, err := w.put(ctx, d, base, f.Version)
	if err != nil {
		return w.lost(ctx, d, f, err)
	}
	return w.filed(f, written), nil
}

// put lays ours over base and writes it, again over what it reads when somebody
// else was faster. Its own write whose answer was lost it finds in the same way,
// and only takes note of the version. Ours is told anew for a base of any other
// version than known, which is the one that the log says was filed.
func (w *filer) put(ctx context.Context, d *draft, base Resource, known string) (Resource, error) {
	var last error
	for range putTries {
		if known == "" || base.Version != known {
			if err := d.refold(ctx); err != nil {
				return Resource{}, err
			}
		}
		body, err := d.revised(ctx, base)
		if err != nil {
			return Resource{}, err
		}
		if body == nil {
			return base, nil
		}

		written, err := w.client.Update(ctx, Resource{
			Type:    d.resource,
			ID:      base.ID,
			Version: base.Version,
			JSON:    body,
		})
		if err == nil {
			return written, nil
		}
		if !stale(err) {
			return Resource{}, err
		}
		last = err
		if base, err = w.client.Read(ctx, d.resource, base.ID); err != nil {
			return Resource{}, err
		}
	}
	return Resource{}, last
}

// revised is ours laid over base, if that tells of the same; nil when there is
// nothing to write.
func (d *draft) revised(ctx context.Context, base Resource) ([]byte, error) {
	record, err := decode(base.JSON)
	if err != nil {
		return nil, careline.NewError(careline.CodeInternal, fmt.Sprintf("The %s could not be laid over its %s.", d.of, d.resource), err)
	}
	if record.text("status") == statusInError {
		careline.Note(ctx, slog.Bool("entered_in_error", true))
		return nil, nil
	}
	if !d.tellsOf(d.identifiers(), record) {
		return nil, careline.NewError(careline.CodeRejected, fmt.Sprintf("What is filed as this %s's %s does not tell of this %s, so nothing was written over it. Give it back its identifier there, or mend what it was mixed up with, then replay the call.", d.of, d.resource, d.of), anotherOne{d.of})
	}

	ours, write := d.element(), d.overlay
	if d.holds(ours, record) {
		careline.Note(ctx, slog.Bool("record_is_final", true))
		write = d.addLacking
	}
	if !write(ours, record) {
		return nil, nil
	}
	return record.appendTo(make([]byte, 0, len(base.JSON)+len(base.JSON)/4))
}

// made takes what a create was answered with for the resource that was meant.
func (d *draft) made(answered Resource) error {
	record, err := decode(answered.JSON)
	if err == nil && d.tellsOf(d.identifiers(), record) {
		return nil
	}
	return careline.NewError(careline.CodeUnavailable, fmt.Sprintf("The health record answered the making of a %s's %s with one that does not tell of this %s, so it was not taken for it.", d.of, d.resource, d.of), anotherOne{d.of})
}

// anotherOne is the cause where a resource that should be the one meant tells of
// another, or of none.
type anotherOne struct{ of string }

func (a anotherOne) Error() string {
	return "neither an identifier nor the extension names this " + a.of
}

// stale reports whether the write failed because its version was not the newest.
func stale(err error) bool {
	p, ok := errors.AsType[*Problem](err)
	return ok && p.Status == http.StatusPreconditionFailed
}

// lost handles a known resource that the server no longer gives. One that was
// deleted (410) stays so: whoever deleted a health record meant it, and an update
// would bring it back. One that the server never had (404: another project, or
// restored from a backup) is looked for by its own identifiers, but not made anew,
// for the record that the id names may return.
//
// So is one that tells of another: what a server once mixed up, or a person made
// into something else, is not written over, and ours may stand elsewhere.
func (w *filer) lost(ctx context.Context, d *draft, f careline.Filing, err error) (careline.Filing, error) {
	p, ok := errors.AsType[*Problem](err)
	_, another := errors.AsType[anotherOne](err)
	switch {
	case another:
	case !ok || !p.missing():
		return f, permanent(d.resourceKind, err)
	case p.Status == http.StatusGone:
		return f, careline.NewError(careline.CodeRejected, fmt.Sprintf("This %s's %s was deleted from the health record, so it is not written any more. Restore it there and replay the call if that was a mistake.", d.of, d.resource), err)
	}

	found, searchErr := w.find(ctx, d)
	if searchErr != nil {
		return f, searchErr
	}
	kept, others := choose(found, "")
	if kept.ID == "" && another {
		return f, err
	}
	if kept.ID == "" {
		return f, careline.NewError(careline.CodeRejected, fmt.Sprintf("The health record does not have this %s's %s any more, or does not show it. Check that it is there with careline's %s, and that FHIR_BASE_URL and the client's project are the same as before, then replay the call.", d.of, d.resource, d.mark), err)
	}
	return w.adopt(ctx, d, f, kept, others)
}

func (w *filer) filed(f careline.Filing, r Resource) careline.Filing {
	if r.Version != "" { // without one nobody could tell that it is the newest
		w.last.Add(resourceKey{r.Type, r.ID}, r)
	}
	f.ID, f.Version = r.ID, r.Version
	return f
}

// permanent turns a not-found about a write into a rejection: the server does
// not have the place to write to, and waiting does not make one.
func permanent(k *resourceKind, err error) error {
	if careline.CodeOf(err) == careline.CodeNotFound {
		return careline.NewError(careline.CodeRejected, fmt.Sprintf("The health record has no place for %s at this address. Check FHIR_BASE_URL.", k.several), err)
	}
	return err
}
