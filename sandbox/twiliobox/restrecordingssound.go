package twiliobox

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path"
	"strings"
	"time"

	"perci.health/careline/sandbox/media"
)

// soundTypes are the forms of a recording's sound by the ending of its path; none is
// WAV (voice/api/recording, "Fetch a Recording's media").
//
// A .mp3 is not one: there is no MP3 encoder in Go under a licence that goes with
// this repository's (the one there is, a port of Shine, is under the LGPL). What is
// served is the WAV, and its Content-Type says so; browsers play either.
var soundTypes = map[string]string{"": typeWAV, ".wav": typeWAV, ".mp3": typeWAV}

const typeWAV = "audio/x-wav"

// recordingOrSound serves GET /Recordings/{sid}: with .json the resource, else the
// sound.
func (b *Box) recordingOrSound(r *http.Request) (any, *restError) {
	kind, wanted := soundTypes[path.Ext(r.PathValue("sid"))]
	if !wanted {
		return b.fetchRecording(r)
	}
	switch b.engine.gremlin.mediaFault() {
	case faultNotFound:
		return nil, errRestNotFound
	case faultXML:
		return failedSound{"application/xml", `<?xml version='1.0' encoding='UTF-8'?>` + "\n" + `<TwilioResponse><RestException><Code>20404</Code>` +
			`<Message>The requested resource was not found</Message><Status>404</Status></RestException></TwilioResponse>`}, nil
	case faultEmpty:
		return failedSound{kind: kind}, nil
	}

	return b.openSound(r, kind)
}

// sound is a recording that is open to be heard.
type sound struct {
	media.Tape
	file *os.File
	kind string
	made time.Time
}

// serve gives the sound, or the range of it that is asked for.
func (s sound) serve(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", s.kind)
	http.ServeContent(w, r, "", s.made, s.WAV())
	return s.file.Close()
}

// failedSound is what is served in place of a recording.
type failedSound struct{ kind, body string }

func (f failedSound) serve(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", f.kind)
	_, err := io.WriteString(w, f.body)
	return err
}

func soundSID(r *http.Request) string {
	name := r.PathValue("sid")
	return strings.TrimSuffix(name, path.Ext(name))
}

// openSound opens a recording, which must be completed.
func (b *Box) openSound(r *http.Request, kind string) (any, *restError) {
	_, v, ok := b.engine.recorder.find(soundSID(r))
	if !ok || v.Status != recordingCompleted {
		return nil, errRestNotFound
	}
	hear := v.heard()
	switch r.Form.Get("RequestedChannels") {
	case "", "1":
	case "2":
		if v.Channels != 2 {
			return nil, restFault(http.StatusBadRequest, 16113, "Requested channels are not available: the recording is mono")
		}
		hear = media.Both
	default:
		return nil, restFault(http.StatusBadRequest, 20001, "RequestedChannels must be 1 or 2")
	}

	if v.encryption != "" {
		return failedSound{kind: kind, body: v.encryption.heard(v.SID)}, nil
	}
	found, err := v.open(hear)
	if errors.Is(err, os.ErrNotExist) {
		return nil, errRestNotFound // deleted meanwhile
	}
	if err != nil {
		b.engine.config.Log.Error("a recording cannot be read", "error", err)
		return nil, restFault(http.StatusInternalServerError, 20500, "Internal error")
	}

	found.kind = kind
	return found, nil
}

// open opens the sound of a recording that is completed.
func (v recordingView) open(hear media.Channels) (sound, error) {
	file, err := os.Open(v.tape)
	if err != nil {
		return sound{}, err
	}

	tape := media.Tape{
		Sound:  file,
		From:   v.from,
		Frames: v.heardFrames,
		Hear:   hear,
	}
	return sound{
		Tape: tape,
		file: file,
		kind: typeWAV,
		made: v.Updated,
	}, nil
}

// heard is what a mono file of a recording holds.
func (v recordingView) heard() media.Channels {
	switch v.Track {
	case trackInbound:
		return media.First
	case trackOutbound:
		return media.Second
	}
	return media.Mixed
}
