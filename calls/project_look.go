package calls

import (
	"context"
	"log/slog"

	"perci.health/careline"
)

// ofLook is a look's resource among filings (careline.Filing.Of).
const ofLook = "AuditEvent"

// look files that somebody looked: one event, one resource, never changed. Whether an
// earlier try has made it is not known from its filing: it is looked for, unless it is
// certain that there was none.
func (p Projector) look(ctx context.Context, d careline.Delivery) (careline.Filing, error) {
	look, err := careline.LookOf(d.Event)
	if err != nil && p.Looks != nil {
		return careline.Filing{}, careline.NewError(careline.CodeRejected, "This entry of who looked at whom cannot be read, so it is not filed.", err)
	}
	if p.Looks == nil || p.OnlyHeard && look.Recording == "" {
		careline.Note(ctx, slog.Bool("audit_events", false)) // switched off since it was kept
		return careline.Filing{}, nil
	}

	f := careline.Filing{Call: d.Event.Call, Of: ofLook}
	f.Tried = d.Attempts > 0 || d.Known == nil || !d.Known.Unfiled
	filed, err := p.Looks.FileLook(ctx, look, f)
	if err != nil {
		if !filed.Tried {
			return careline.Filing{}, err
		}
		return tried(f), err
	}
	filed.Call, filed.Of, filed.Seq, filed.Tried, filed.Doubted = f.Call, f.Of, d.Event.Seq, true, false
	return filed, nil
}
