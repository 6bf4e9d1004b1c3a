package twilio

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"perci.health/careline"
)

// The paths of what is recorded, relative to the service's root.
const (
	PathAnnounce  = "/v1/twilio/announce"           // what the member hears before the conversation
	PathConsent   = "/v1/twilio/consent"            // what they pressed
	PathRecording = "/v1/twilio/webhooks/recording" // status callback of every recording
)

// Announcement tells members that they are recorded.
type Announcement struct {
	// Words are the text; empty: the standard words. "{organisation}" stands for the
	// greeting's Organisation.
	Words string
	// May reports whether the member of the call is to be told. An unknown call's is not,
	// nor one's who has declined: they are connected, unrecorded.
	May func(ctx context.Context, call string) bool
}

const standardAnnouncement = "This call from {organisation} is recorded as part of your care. If you do not want that, press 9 now. Otherwise, please hold the line."

// listens is how long the member has to press a key.
const listens = 3 * time.Second

// said is the text as it is spoken, and its fingerprint.
func (a Announcement) said(organisation string) (words, fingerprint string) {
	words = a.Words
	if words == "" {
		words = standardAnnouncement
	}
	words = strings.ReplaceAll(words, "{organisation}", organisation)
	return words, Fingerprint(words)
}

// Fingerprint is the first 12 hexadecimal digits of the SHA-256 of a text
// (careline.Consent.Text).
func Fingerprint(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:12]
}

// goesOn connects whoever hears it, for nothing is said and nothing follows.
func (s *server) goesOn(rd *reading) reply {
	rd.out = appendResponse(rd.out[:0])
	return reply{status: http.StatusOK, twiml: rd.out}
}

// announce is asked what the member hears before they are connected. Whatever is wrong,
// they are connected: then nobody has told them, and nothing is recorded.
func (s *server) announce(ctx context.Context, rd *reading) reply {
	rd.place()
	call := rd.form.Get(CallParameter)
	careline.Note(ctx, slog.String("call", call))
	if !s.tells(ctx, call, rd.form) {
		careline.Note(ctx, slog.Bool("announced", false))
		return s.goesOn(rd)
	}

	words, fingerprint := s.Announcement.said(s.Greeting.Organisation)
	query := ofCall(call) + "&" + TextParameter + "=" + fingerprint
	rd.out = appendResponse(rd.out[:0], Gather{
		Digits:  1,
		Timeout: listens,
		Action:  s.callbackURL(PathConsent, query),
		Say:     s.Greeting.say(words),
	})
	return reply{status: http.StatusOK, twiml: rd.out}
}

// tells reports whether the member of the call is told that it is recorded.
func (s *server) tells(ctx context.Context, call string, f Form) bool {
	return s.Announcement != nil && s.ours(f) && isSID(sidCall, call) && s.Announcement.May(ctx, call)
}

// consent keeps what the member pressed, and connects them. What could not be kept is
// no consent.
func (s *server) consent(ctx context.Context, rd *reading) reply {
	rd.place()
	if !s.tells(ctx, rd.form.Get(CallParameter), rd.form) {
		careline.Note(ctx, slog.Bool("kept", false))
		return s.goesOn(rd)
	}
	if err := s.keep(ctx, SubjectConsent, rd); err != nil {
		careline.Note(ctx, slog.String("fault", err.Error()), slog.Bool("kept", false))
	}
	return s.goesOn(rd)
}

// recordingReported is told how a recording gets on, maybe after the call is over.
func (s *server) recordingReported(ctx context.Context, rd *reading) reply {
	return s.callback(ctx, SubjectRecording, rd)
}
