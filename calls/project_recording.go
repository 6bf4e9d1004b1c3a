package calls

import (
	"context"
	"log/slog"

	"perci.health/careline"
)

// ofMedia begins a filing of a recording (careline.Filing.Of); its id follows.
const ofMedia = "Media/"

// recording files what was told of a recording: a Media once its sound is made, and none
// any more once that is deleted. It is done before the call itself is filed, which refers
// to the Media, and is safe to repeat.
func (p Projector) recording(ctx context.Context, d careline.Delivery, call careline.Call, f careline.Filing) error {
	e := d.Event
	if p.Recordings == nil || e.Recording == "" {
		return nil
	}
	one, known := recordingOf(call, e.Recording)
	switch {
	case !known:
		return nil
	case e.Kind == careline.KindRecording && one.State == careline.RecordingCompleted:
		return p.fileRecording(ctx, d, call, one, f)
	case e.Kind == careline.KindRecordingGone:
		return p.dropRecording(ctx, d)
	}
	return nil
}

func recordingOf(call careline.Call, sid string) (careline.Recording, bool) {
	for _, one := range call.Recordings {
		if one.Sid == sid {
			return one, true
		}
	}
	return careline.Recording{}, false
}

// fileRecording makes the Media, unless nobody may hear the recording: that is deleted,
// or will be. It tells the log where the Media stands, from which the call's next version
// comes.
func (p Projector) fileRecording(ctx context.Context, d careline.Delivery, call careline.Call, one careline.Recording, f careline.Filing) error {
	events, err := p.Log.Events(ctx, d.Event.Call)
	if err != nil {
		return err
	}
	now := known(events) // as things stand, and not as they did then
	for _, each := range now.all {
		if shown := now.shown(each); each.Sid == one.Sid && shown.Gone != "" {
			return nil
		}
	}

	filed, err := p.Recordings.FileRecording(ctx, call, one, f.ID, careline.Filing{Call: call.Key, Of: ofMedia + one.Sid, Tried: true})
	if err != nil {
		return err
	}
	filed.Call, filed.Of, filed.Seq, filed.Tried = call.Key, ofMedia+one.Sid, d.Event.Seq, true
	if err := p.Log.SaveFiling(ctx, filed); err != nil {
		return err
	}

	careline.Note(ctx, slog.String("media", filed.ID))
	_, _, err = p.Recordings.Append(ctx, careline.CallEvent{
		ID:        one.Sid + "/kept",
		Call:      call.Key,
		Kind:      careline.KindRecordingKept,
		Recording: one.Sid,
		At:        d.Event.At,
		Sound:     careline.RecordingSaid{Media: filed.ID},
	})
	return err
}

// dropRecording takes the Media back. That it is in the record no more is saved, so that
// the log may forget the call.
func (p Projector) dropRecording(ctx context.Context, d careline.Delivery) error {
	events, err := p.Log.Events(ctx, d.Event.Call)
	if err != nil {
		return err
	}
	sid := d.Event.Recording
	media, err := mediaOf(ctx, sid, events, p.Recordings.FindRecording)
	if err != nil || len(media) == 0 {
		return err
	}

	for _, id := range media {
		if err := p.Recordings.DropRecording(ctx, id); err != nil {
			return err
		}
	}
	return p.Log.SaveFiling(ctx, careline.Filing{
		Call:  d.Event.Call,
		Of:    ofMedia + sid,
		Seq:   d.Event.Seq,
		Tried: true,
	})
}

// mediaOf are the Media of a recording: as the log tells, or, where whoever made one may
// have been cut off before that was kept, as the record has them.
func mediaOf(
	ctx context.Context,
	sid string,
	events []careline.CallEvent,
	found func(ctx context.Context, sid string) ([]string, error),
) ([]string, error) {
	whole := false
	for _, e := range events {
		if e.Recording != sid {
			continue
		}
		if e.Kind == careline.KindRecordingKept && e.Sound.Media != "" {
			return []string{e.Sound.Media}, nil
		}
		whole = whole || e.Kind == careline.KindRecording && e.Sound.State == careline.RecordingCompleted
	}

	if !whole { // nobody has made one
		return nil, nil
	}
	return found(ctx, sid)
}
