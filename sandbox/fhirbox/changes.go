package fhirbox

import (
	"context"
	"encoding/json"
	"log/slog"

	"zombiezen.com/go/sqlite"
)

// Change is one version written.
type Change struct {
	Seq         int64           `json:"seq"`                // grows with every version written, also over a reset
	Type        string          `json:"type"`               // resource type
	ID          string          `json:"id"`                 // resource id
	VersionID   string          `json:"versionId"`          // meta.versionId
	Interaction string          `json:"interaction"`        // "create", "update" or "delete"
	Resource    json.RawMessage `json:"resource,omitempty"` // the version's content; absent for "delete"
}

func changeOf(v *version) Change {
	return Change{
		Seq:         v.seq,
		Type:        v.resourceType,
		ID:          v.id,
		VersionID:   v.versionID,
		Interaction: v.interaction,
		Resource:    v.content,
	}
}

// Changes sends every version written from now on, in the order written, and
// loses none however slow the reader is: what has not been read waits in the
// database. The channel is closed when ctx is done, the Box is closed or the
// database cannot be read.
func (b *Box) Changes(ctx context.Context) <-chan Change {
	var seq int64
	err := b.store.read(ctx, func(conn *sqlite.Conn) (err error) {
		seq, err = lastSeq(conn)
		return err
	})
	if err != nil {
		b.log.ErrorContext(ctx, "cannot follow changes", slog.Any("error", err))
		closed := make(chan Change)
		close(closed)
		return closed
	}
	return b.follow(ctx, seq)
}

// follow sends the changes after seq.
func (b *Box) follow(ctx context.Context, seq int64) <-chan Change {
	out := make(chan Change)
	go func() {
		defer close(out)
		for {
			written := b.store.nextWrite()
			last, err := b.sendSince(ctx, seq, out)
			if err != nil {
				return
			}
			if last != seq {
				seq = last
				continue
			}

			select {
			case <-written:
			case <-ctx.Done():
				return
			case <-b.store.done:
				return
			}
		}
	}()

	return out
}

// sendSince sends one part of what was written after seq and gives the seq of
// the last change sent. An error ends the following and needs no report: the
// reader or the Box has gone.
func (b *Box) sendSince(ctx context.Context, seq int64, out chan<- Change) (int64, error) {
	var found []*version
	err := b.store.read(ctx, func(conn *sqlite.Conn) (err error) {
		found, err = since(conn, seq)
		return err
	})
	if err != nil {
		return seq, err
	}

	for _, v := range found {
		select {
		case out <- changeOf(v):
			seq = v.seq
		case <-ctx.Done():
			return seq, context.Cause(ctx)
		case <-b.store.done:
			return seq, errClosed
		}
	}

	return seq, nil
}
