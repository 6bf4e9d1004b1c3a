package calls

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"perci.health/careline"
)

// Projector files calls in the health record, one version per event. Its Handle
// is safe to repeat, and to be cut off at any point.
type Projector struct {
	Log interface {
		// Events are all that the log holds for a call, in the log's order.
		Events(ctx context.Context, call string) ([]careline.CallEvent, error)
		// Filing is where the call stands in the record; the zero filing with
		// its Call set when it was never filed.
		Filing(ctx context.Context, call string) (careline.Filing, error)
		SaveFiling(ctx context.Context, f careline.Filing) error
	}
	// Chart writes the call into the health record.
	//
	// A filing without ID makes the call's resource; if it was Tried before, the
	// chart looks for one first. A filing with ID replaces the version it names;
	// if somebody else has written meanwhile, what they added is kept. The
	// filing returned has ID and Version set, and Doubted if the chart had to
	// look. An error of code rejected will never succeed; any other may later;
	// with an error, Tried is unset only if nothing can have been stored. Before the
	// call is laid over a version that the filing does not name, the chart has it
	// told again, once it has read that version; an error of again comes back as it
	// is, or wrapped.
	Chart interface {
		File(ctx context.Context, c careline.Call, f careline.Filing, again func(context.Context) (careline.Call, error)) (careline.Filing, error)
	}
	// Looks writes who looked at whom into the health record, once; nil: nobody does. A
	// filing that was Tried is looked for first. With an error, Tried is unset only if
	// nothing can have been stored.
	Looks interface {
		FileLook(ctx context.Context, l careline.Look, f careline.Filing) (careline.Filing, error)
	}
	// OnlyHeard is set where of Looks only those are written of who heard a recording, or
	// had it deleted.
	OnlyHeard bool
	// Recordings writes what was recorded into the health record; nil: nobody does. Errors
	// are as those of Chart.
	Recordings interface {
		// FileRecording makes the Media of a recording, once: it is looked for first. It
		// is part of the call's Communication, of that id.
		FileRecording(ctx context.Context, c careline.Call, r careline.Recording, communication string, f careline.Filing) (careline.Filing, error)
		// FindRecording are the Media that there are of a recording, by their ids.
		FindRecording(ctx context.Context, sid string) (media []string, err error)
		// DropRecording deletes a Media, and what refers to it; one that is not there is
		// no error.
		DropRecording(ctx context.Context, media string) error
		// Append keeps an event durably, once.
		Append(ctx context.Context, e careline.CallEvent) (kept careline.CallEvent, repeated bool, err error)
	}
	// Appointments completes a call whose request the log does not hold.
	Appointments func(ctx context.Context, id string) (careline.Appointment, error)
	// Exclusive is set where this process alone writes the log, so that deliveries
	// may come Unfiled, and of an earlier process it is not known what it has filed
	// last (see mark).
	Exclusive bool
	// Now is the time; nil: nothing of a room waits for more of it (see shares).
	Now func() time.Time
	// Ended is told what became of a call when the event that ended it was filed;
	// optional.
	Ended func(careline.Outcome)
}

// Handle files the call as it stood after the delivery's event, and returns where
// it then stands, to be saved with the end of the delivery; the zero filing when
// there is nothing to save. Cut off before that, the next try writes the same
// again, which the record's version guards.
//
// An event of a room may be put off for what else is told of it: that is an error with a
// method PutOff() time.Time, which the relay takes for no failure.
//
// With an error, the filing returned is Tried if something may have been made all
// the same (that is saved then), else zero.
func (p Projector) Handle(ctx context.Context, d careline.Delivery) (filed careline.Filing, err error) {
	if d.Event.Kind == careline.KindLook {
		return p.look(ctx, d)
	}
	filing, events, err := p.known(ctx, d)
	if err != nil || filing.Seq >= d.Event.Seq {
		return careline.Filing{}, err
	}

	if shared, err := p.shares(ctx, d, filing, events); shared || err != nil {
		return careline.Filing{}, err
	}
	call := careline.Fold(until(events, d.Event.Seq))
	if !call.Recordable() {
		careline.Note(ctx, slog.Bool("recordable", false))
		return careline.Filing{}, nil
	}
	whose := call.Patient
	if call, err = p.complete(ctx, call); err != nil {
		return careline.Filing{}, err
	}
	if err := p.recording(ctx, d, call, filing); err != nil {
		return careline.Filing{}, err
	}

	filed, err = p.file(ctx, d, call, p.mark(d, filing, events))
	if errors.Is(err, errOvertaken) {
		careline.Note(ctx, slog.Bool("overtaken", true))
		return careline.Filing{}, nil
	}
	if err == nil && whose == "" {
		filed.Patient = call.Patient
	}

	if err == nil && p.Ended != nil && call.Final() && !careline.Fold(until(events, d.Event.Seq-1)).Final() {
		p.Ended(call.Outcome())
	}
	return filed, err
}

// errOvertaken says that the record has the event already: another instance, which
// had the call meanwhile, has filed it.
var errOvertaken = errors.New("it has been filed meanwhile")

// again tells a call anew, as it stood after the event: of what was filed meanwhile,
// and of the events that came to it meanwhile, such as those of a leg, the first
// telling knew nothing.
func (p Projector) again(ctx context.Context, e careline.CallEvent) (careline.Call, error) {
	filing, events, err := p.known(ctx, careline.Delivery{Event: e})
	if err != nil {
		return careline.Call{}, err
	}
	if filing.Seq >= e.Seq {
		return careline.Call{}, errOvertaken
	}

	call := careline.Fold(until(events, e.Seq))
	if !call.Recordable() {
		return call, careline.NewError(careline.CodeConflict, "This call has become part of another, or was forgotten.", nil)
	}
	return p.complete(ctx, call)
}

// known is where the delivery's call stands, and its events; without them when the
// record has the delivery's already.
func (p Projector) known(ctx context.Context, d careline.Delivery) (careline.Filing, []careline.CallEvent, error) {
	if d.Known != nil {
		return d.Known.Filing, d.Known.Events, nil
	}

	filing, err := p.Log.Filing(ctx, d.Event.Call)
	if err != nil || filing.Seq >= d.Event.Seq {
		return filing, nil, err
	}
	events, err := p.Log.Events(ctx, d.Event.Call)
	return filing, events, err
}

// asked reports whether the call began here.
func asked(events []careline.CallEvent) bool {
	return slices.ContainsFunc(events, func(e careline.CallEvent) bool {
		return e.Kind == careline.KindRequested || e.Kind == careline.KindRefused
	})
}

// complete fills in what the request would have told, from the appointment: the
// call may have begun under another system, or its request was not kept. An
// appointment that does not exist is not referred to, and whoever was refused
// while it could not be checked, and turns out not to take part, is told nothing
// of its patient.
func (p Projector) complete(ctx context.Context, call careline.Call) (careline.Call, error) {
	unchecked := call.Status == careline.StatusRefused && call.Refusal == careline.RefusedUnchecked
	if call.Patient != "" || call.Appointment == "" || call.Status == careline.StatusRefused && !unchecked {
		return call, nil
	}
	a, err := p.Appointments(ctx, call.Appointment)
	if err != nil && careline.CodeOf(err) == careline.CodeNotFound {
		call.Appointment, call.Recipient = "", ""
		return call, nil
	}
	if err != nil {
		return call, err
	}

	if unchecked && !a.TakesPart(call.Clinician) {
		call.Recipient = ""
		return call, nil
	}
	if !call.To.IsZero() && call.Clinician != "" {
		return routed(call, a), nil
	}
	if len(a.Patients) == 1 {
		patient := a.Patients[0]
		call.Patient, call.Names.Patient = patient.Ref, patient.Name
	}
	call = received(call, a)
	if call.Sender == "" && len(a.Clinicians) == 1 && (call.Clinician == "" || a.TakesPart(call.Clinician)) {
		call.Sender, call.Names.Sender = a.Clinicians[0].As, a.Clinicians[0].Name
	}
	return call, nil
}

// routed is the call with those whom it would have reached, had the appointment
// been there to be checked: the recipient only when the number is theirs.
func routed(call careline.Call, a careline.Appointment) careline.Call {
	route, _ := careline.Policy{}.MayCall(a, careline.Wish{
		Clinician: call.Clinician,
		To:        call.To,
		Recipient: call.Recipient,
	})
	call.Sender, call.Patient, call.Recipient = route.Sender, route.Patient, route.Recipient
	call.Names = route.Names
	return call
}

// received is the call with its recipient: whose number it is, where the reports
// tell what was dialled; else the only patient, who stands in for whoever it was.
func received(call careline.Call, a careline.Appointment) careline.Call {
	if call.To.IsZero() {
		if len(a.Patients) == 1 {
			call.Recipient, call.Names.Recipient = call.Patient, call.Names.Patient
		}
		return call
	}

	if route := a.WhoseNumber(call.To); route.Recipient != "" {
		sender := call.Names.Sender
		call.Patient, call.Recipient, call.Names = route.Patient, route.Recipient, route.Names
		call.Names.Sender = sender
	}
	return call
}

// until is the events up to and including seq.
func until(events []careline.CallEvent, seq int64) []careline.CallEvent {
	for i, e := range events {
		if e.Seq > seq {
			return events[:i]
		}
	}
	return events
}
