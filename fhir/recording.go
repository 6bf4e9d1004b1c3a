package fhir

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"perci.health/careline"
)

// ofMedia begins a filing of a recording (careline.Filing.Of); its SID follows.
const ofMedia = "Media/"

// FileRecording makes the record say of a recording what is known of it, as a Media that
// is part of the call's Communication, of that id. It is as File is, of one recording at
// a time; the filing that comes back has Of set. A Media is preparation until the
// recording is completed; one that came to nothing (absent, failed) is not-done, and one
// whose sound is gone is entered-in-error: file neither that was not filed before.
// Nobody's legal hold, or whatever else others have added, is taken away.
//
// Errors are as those of File.
func (c *Chart) FileRecording(ctx context.Context, call careline.Call, r careline.Recording, communication string, f careline.Filing) (careline.Filing, error) {
	f.Call, f.Of = call.Key, ofMedia+r.Sid
	return c.filer.file(ctx, &draft{
		resourceKind: c.media,
		statement:    c.systems.MediaOf(call, r, communication, c.filer.client.cfg.PublicURL),
	}, f)
}

// settledMedia is all that has to be known of a recording to find its twins.
func (c *Chart) settledMedia(f careline.Filing) *draft {
	sid := strings.TrimPrefix(f.Of, ofMedia)
	return &draft{
		resourceKind: c.media,
		statement:    c.systems.MediaOf(careline.Call{}, careline.Recording{Sid: sid}, "", ""),
	}
}

// FindRecording are the Media that the record has of a recording, by their ids: one that
// was made before it could be noted, too. An error of code unavailable says that it
// cannot be asked.
func (c *Chart) FindRecording(ctx context.Context, sid string) (media []string, err error) {
	found, err := c.filer.find(ctx, c.settledMedia(careline.Filing{Of: ofMedia + sid}))
	for _, one := range found {
		media = append(media, one.ID)
	}
	return media, err
}

// DropRecording takes a recording out of the record: its entry out of the Communication
// that it is part of, of which the history keeps it, and then the Media, which holds no
// sound. It does nothing for one that is deleted, or that the record does not have, and
// may be repeated. It does not ask whether there is a legal hold: see Held.
//
// Errors: conflict or unavailable, when a repetition may help, also once the client may;
// rejected.
func (c *Chart) DropRecording(ctx context.Context, mediaID string) error {
	media, err := c.filer.client.Read(ctx, c.media.resource, mediaID)
	if err != nil {
		return unlessMissing(err)
	}
	if err := c.unlink(ctx, media); err != nil {
		return err
	}
	return unlessMissing(c.filer.client.Delete(ctx, c.media.resource, mediaID))
}

// Held reports whether somebody has put a recording under legal hold, by a tag on its
// Media: its sound, and the Media, are then to stay. One that was deleted is not held.
// One that the record does not have is an error of code not-found: a hold may stand where
// it is not seen.
func (c *Chart) Held(ctx context.Context, mediaID string) (bool, error) {
	media, err := c.filer.client.Read(ctx, c.media.resource, mediaID)
	if p, ok := errors.AsType[*Problem](err); ok && p.Status == http.StatusGone {
		return false, nil
	}
	if err != nil {
		return false, err
	}

	record, err := decode(media.JSON)
	if err != nil {
		return false, careline.NewError(careline.CodeUnavailable, "The health record's Media of a recording cannot be read.", err)
	}
	return slices.ContainsFunc(record.child("meta").items("tag"), func(item any) bool {
		tag, _ := item.(*element)
		return c.systems.own(tag.text("system"), pathTag) && tag.text("code") == codeLegalHold
	}), nil
}

// unlessMissing is no error of what is deleted, or was never there.
func unlessMissing(err error) error {
	if p, ok := errors.AsType[*Problem](err); ok && p.missing() {
		return nil
	}
	return err
}

// unlink takes the entries that refer to a Media out of the Communications that it is
// part of. One of those that is not there has none.
func (c *Chart) unlink(ctx context.Context, media Resource) error {
	record, err := decode(media.JSON)
	if err != nil {
		return careline.NewError(careline.CodeUnavailable, "The health record's Media of a recording cannot be read.", err)
	}

	for _, item := range record.items("partOf") {
		whole, _ := item.(*element)
		id, is := strings.CutPrefix(whole.text("reference"), "Communication/")
		if !is {
			continue
		}
		if err := unlessMissing(c.unlinkFrom(ctx, id, "Media/"+media.ID)); err != nil {
			return err
		}
	}
	return nil
}

// unlinkFrom takes them out of one Communication, again when somebody else was faster.
func (c *Chart) unlinkFrom(ctx context.Context, id, media string) error {
	var last error
	for range putTries {
		call, err := c.filer.client.Read(ctx, c.kind.resource, id)
		if err != nil {
			return err
		}
		body, err := withoutPayload(call, media)
		if err != nil || body == nil {
			return err
		}

		call.JSON = body
		if _, last = c.filer.client.Update(ctx, call); last == nil || !stale(last) {
			return last
		}
	}
	return last
}

// withoutPayload is a Communication without the payload that refers to a Media; nil when
// it has none.
func withoutPayload(call Resource, media string) ([]byte, error) {
	record, err := decode(call.JSON)
	if err != nil {
		return nil, careline.NewError(careline.CodeUnavailable, "The health record's Communication of a call cannot be read.", err)
	}

	there := record.items("payload")
	kept := slices.DeleteFunc(slices.Clone(there), func(item any) bool {
		payload, _ := item.(*element)
		return payload.child("contentReference").text("reference") == media
	})
	if len(kept) == len(there) {
		return nil, nil
	}

	unstamp(record)
	if len(kept) == 0 {
		record.remove("payload")
	} else {
		record.set("payload", kept)
	}
	return record.appendTo(nil)
}
