package fhir

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	lru "github.com/hashicorp/golang-lru/v2"

	"perci.health/careline"
)

// Chart files calls in the health record, each as one Communication. It may be
// used concurrently, but for one call only by one at a time.
type Chart struct {
	client *Client
	strict bool
	// last holds what each call's newest version says, so that the next one can
	// be laid over it without a reading. About 2 kB each. It is believed only of the
	// very version that the filing names: another instance may have written since.
	last *lru.Cache[string, Resource]
}

const (
	lastKept = 1024
	// putTries is how often a version is laid over somebody else's newer one
	// before the delivery waits; each try needs one more foreign write in between.
	putTries = 4
)

// NewChart files through client. strict is FHIR_STRICT_TERMINOLOGY; see
// CommunicationOf.
func NewChart(client *Client, strict bool) (*Chart, error) {
	last, err := lru.New[string, Resource](lastKept)
	if err != nil {
		return nil, err
	}
	return &Chart{client: client, strict: strict, last: last}, nil
}

// File makes the record say what the call says. A filing without ID makes the
// call's resource, a Tried one only if none is found; one with ID replaces the
// version it names and keeps what others have added. Nothing is written when the
// record says it already, or when somebody has marked the record as entered in
// error: that is a person's decision.
//
// The filing comes back Doubted when the answer to the first try of it was lost.
// The server may then store that try at any time later, as one does whose
// database was frozen and thaws. Filing a call that is over looks for such a twin
// once; one stored after the last event it cannot see. So the caller must call
// Settle for every Doubted filing some time after that event, or the call may
// stand in the record twice for ever.
//
// A first filing that fails comes back Tried when something may have been stored
// all the same. It is not when the server was not reached or refused it for the
// quota, the login or its database: to file it again as if nothing had been is then
// right, and spares a backlog the searches and doubts.
//
// When the record holds another version than the filing names, whoever wrote it, the
// call is told again before it is laid over that: another instance may have filed
// more of it meanwhile. And what is final in the record stays so, whoever made it:
// of a call that is not over it gets at most the identifiers that it lacks.
//
// Errors: rejected, when no repetition will help; conflict or unavailable, when it
// may; or that of again. How long to wait says the method RetryAfter of an error in
// their chain.
func (c *Chart) File(ctx context.Context, call careline.Call, f careline.Filing, again Refold) (careline.Filing, error) {
	ours := &draft{Communication: CommunicationOf(call, c.strict), strict: c.strict, again: again}
	if f.ID != "" {
		return c.revise(ctx, call, ours, f)
	}
	if f.Tried {
		return c.findOrMake(ctx, call, ours, f)
	}
	body, err := json.Marshal(ours)
	if err != nil {
		return f, careline.NewError(careline.CodeInternal, "The call could not be written as a Communication.", err)
	}
	// A plain create: on Medplum a conditional one conflicts with those of other
	// calls made at the same time, and this call's lock is ours alone.
	made, err := c.client.Create(ctx, "Communication", body, "")
	if err != nil {
		f.Tried = !surelyNotMade(err)
		return f, permanent(err)
	}
	if err := madeOurs(ours.Communication, made); err != nil {
		f.Tried = true
		return f, err
	}
	return c.filed(f, made), nil
}

// revise writes the next version of a Communication that is known.
func (c *Chart) revise(ctx context.Context, call careline.Call, ours *draft, f careline.Filing) (careline.Filing, error) {
	if f.Doubted && call.Final() {
		if err := c.removeTwins(ctx, call, f.ID); err != nil {
			return f, err
		}
	}
	base, ok := c.last.Get(f.ID)
	if !ok || base.Version != f.Version {
		read, err := c.client.Read(ctx, "Communication", f.ID)
		if err != nil {
			return c.lost(ctx, call, ours, f, err)
		}
		base = read
	}
	written, err := c.put(ctx, ours, base, f.Version)
	if err != nil {
		return c.lost(ctx, call, ours, f, err)
	}
	return c.filed(f, written), nil
}

// put lays ours over base and writes it, again over what it reads when somebody
// else was faster. Its own write whose answer was lost it finds in the same way,
// and only takes note of the version. Ours is told anew for a base of any other
// version than known, which is the one that the log says was filed.
func (c *Chart) put(ctx context.Context, ours *draft, base Resource, known string) (Resource, error) {
	var last error
	for range putTries {
		if known == "" || base.Version != known {
			if err := ours.refold(ctx); err != nil {
				return Resource{}, err
			}
		}
		body, err := revised(ctx, ours.Communication, base)
		if err != nil {
			return Resource{}, err
		}
		if body == nil {
			return base, nil
		}
		written, err := c.client.Update(ctx, Resource{Type: "Communication", ID: base.ID, Version: base.Version, JSON: body})
		if err == nil {
			return written, nil
		}
		if !stale(err) {
			return Resource{}, err
		}
		last = err
		if base, err = c.client.Read(ctx, "Communication", base.ID); err != nil {
			return Resource{}, err
		}
	}
	return Resource{}, last
}

// revised is ours laid over base, if that tells of our call; nil when there is
// nothing to write.
func revised(ctx context.Context, ours Communication, base Resource) ([]byte, error) {
	record, err := decode(base.JSON)
	if err != nil {
		return nil, careline.NewError(careline.CodeInternal, "The call could not be laid over its Communication.", err)
	}
	if record["status"] == statusInError {
		careline.Note(ctx, slog.Bool("entered_in_error", true))
		return nil, nil
	}
	if !tellsOf(ours, base.JSON) {
		return nil, careline.NewError(careline.CodeRejected, "What is filed as this call's Communication does not tell of this call, so nothing was written over it. Give it back its identifier there, or mend what it was mixed up with, then replay the call.", errAnotherCall)
	}
	write := overlay
	if holds(ours, record) {
		careline.Note(ctx, slog.Bool("record_is_final", true))
		write = addIdentifiers
	}
	if !write(ours, record) {
		return nil, nil
	}
	return json.Marshal(record)
}

// stale reports whether the write failed because its version was not the newest.
func stale(err error) bool {
	p, ok := errors.AsType[*Problem](err)
	return ok && p.Status == http.StatusPreconditionFailed
}

// lost handles a known Communication that the server no longer gives. One that
// was deleted (410) stays so: whoever deleted a health record meant it, and an
// update would bring it back. One that the server never had (404: another
// project, or restored from a backup) is looked for by the call's own
// identifier, but not made anew, for the record that the id names may return.
//
// So is one that tells of another call: what a server once mixed up, or a person
// made into something else, is not written over, and ours may stand elsewhere.
func (c *Chart) lost(ctx context.Context, call careline.Call, ours *draft, f careline.Filing, err error) (careline.Filing, error) {
	p, ok := errors.AsType[*Problem](err)
	another := errors.Is(err, errAnotherCall)
	switch {
	case another:
	case !ok || !p.missing():
		return f, permanent(err)
	case p.Status == http.StatusGone:
		return f, careline.NewError(careline.CodeRejected, "This call's Communication was deleted from the health record, so it is not written any more. Restore it there and replay the call if that was a mistake.", err)
	}
	found, searchErr := c.find(ctx, call)
	if searchErr != nil {
		return f, searchErr
	}
	kept, others := choose(found, "")
	if kept.ID == "" && another {
		return f, err
	}
	if kept.ID == "" {
		return f, careline.NewError(careline.CodeRejected, "The health record does not have this call's Communication any more, or does not show it. Check that it is there with careline's category, and that FHIR_BASE_URL and the client's project are the same as before, then replay the call.", err)
	}
	return c.adopt(ctx, ours, f, kept, others)
}

func (c *Chart) filed(f careline.Filing, r Resource) careline.Filing {
	if r.Version != "" { // without one nobody could tell that it is the newest
		c.last.Add(r.ID, r)
	}
	f.ID, f.Version = r.ID, r.Version
	return f
}

// permanent turns a not-found about a write into a rejection: the server does
// not have the place to write to, and waiting does not make one.
func permanent(err error) error {
	if careline.CodeOf(err) == careline.CodeNotFound {
		return careline.NewError(careline.CodeRejected, "The health record has no place for Communications at this address. Check FHIR_BASE_URL.", err)
	}
	return err
}
