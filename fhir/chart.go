package fhir

import (
	"context"
	"strings"

	"perci.health/careline"
)

// Chart files calls in the health record, each as one Communication. It may be
// used concurrently, but for one call only by one at a time.
type Chart struct {
	filer   *filer
	kind    *resourceKind
	looks   *resourceKind
	media   *resourceKind
	systems Systems
	strict  bool
}

// NewChart files through client. strict is FHIR_STRICT_TERMINOLOGY; see
// Systems.CommunicationOf.
func NewChart(client *Client, strict bool) (*Chart, error) {
	filer, err := newFiler(client)
	if err != nil {
		return nil, err
	}
	return &Chart{
		filer:   filer,
		kind:    callKind(client.cfg.Systems),
		looks:   lookKind(),
		media:   mediaKind(client.cfg.Systems),
		systems: client.cfg.Systems,
		strict:  strict,
	}, nil
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
// of a call that is not over it gets at most the identifiers, the recordings, the consent
// and the participants that it lacks.
//
// Errors: rejected, when no repetition will help; conflict or unavailable, when it
// may; or that of again. How long to wait says the method RetryAfter of an error in
// their chain.
func (c *Chart) File(ctx context.Context, call careline.Call, f careline.Filing, again Refold) (careline.Filing, error) {
	return c.filer.file(ctx, c.draft(call, again), f)
}

// Settle looks once more for other Communications of a call, or other Media of a
// recording (Filing.Of), whose filing is Doubted, and marks them as entered in error; the one that f names stays as it
// is. Without Doubted or ID it does nothing. It may be repeated, also after a
// restart, and then finds nothing to do; it costs one search. When f's own record
// is not among those found, or a person has entered it in error, it leaves one
// other standing.
//
// The longer after the last event, the surer: nothing bounds how late a server
// stores what it was sent. The same bounds hold as for File: for one call only one
// at a time. Errors: conflict or unavailable, when a repetition may help; rejected.
func (c *Chart) Settle(ctx context.Context, call careline.Call, f careline.Filing) error {
	if strings.HasPrefix(f.Of, ofMedia) {
		return c.filer.settle(ctx, c.settledMedia(f), f)
	}
	if f.Of != "" {
		return nil // an AuditEvent cannot be taken back
	}
	return c.filer.settle(ctx, c.draft(call, nil), f)
}

func (c *Chart) draft(call careline.Call, again Refold) *draft {
	d := &draft{resourceKind: c.kind, statement: c.systems.CommunicationOf(call, c.strict)}
	if again == nil {
		return d
	}

	d.again = func(ctx context.Context) (statement, error) {
		told, err := again(ctx)
		if err != nil {
			return nil, err
		}
		return c.systems.CommunicationOf(told, c.strict), nil
	}
	return d
}
