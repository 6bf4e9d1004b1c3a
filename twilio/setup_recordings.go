package twilio

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"perci.health/careline"
	"perci.health/careline/setup"
)

const (
	// lately is how far back recordings are looked at.
	lately = 7 * 24 * time.Hour
	// sweptWithin is by when a recording that is too old is deleted: the service looks
	// every hour, and what fails is tried again.
	sweptWithin = 3 * time.Hour
)

// Twilio's codes of a recording that was encrypted by a public key, or lost because it
// should have been.
const (
	noEncryptionKey    = 16105
	otherEncryptionKey = 16107
)

// recordingChecks are the questions about recordings, where calls are recorded.
func (i inspection) recordingChecks() []setup.Check {
	if !i.Recording {
		return nil
	}
	return []setup.Check{
		{Name: "twilio: sound of recordings", Needs: aboutKey, Ask: i.soundIsKept},
		{Name: "twilio: encryption of recordings", Needs: aboutKey, Ask: i.recordingsAreClear},
		{Name: "twilio: old recordings", Needs: aboutKey, Ask: i.recordingsAreYoung},
	}
}

// soundIsKept asks for the sound of a recording as a stranger would: unless the account
// says that sound needs the credentials, whoever knows its address hears it.
func (i inspection) soundIsKept(ctx context.Context) setup.Finding {
	const turnOn = "Turn on HTTP authentication for media in the Twilio Console, under Voice, Settings."
	recent, err := i.recordingsBetween(ctx, i.Now().Add(-lately), i.Now())
	if err != nil {
		return unasked(err)
	}

	for _, r := range recent {
		if r.State != careline.RecordingCompleted {
			continue
		}
		status, err := i.strange(ctx, r.Sid)
		switch {
		case err != nil:
			return unasked(err)
		case status == http.StatusUnauthorized, status == http.StatusForbidden:
			return setup.Good("The sound of recordings is given to nobody without the account's credentials.")
		case status < http.StatusMultipleChoices:
			return setup.Fault("Whoever knows the address of a recording hears it: Twilio asked a stranger for nothing.", turnOn)
		}
		return setup.Doubt(fmt.Sprintf("Whether strangers can hear recordings could not be seen: Twilio answered HTTP %d.", status), turnOn)
	}
	return setup.Doubt("Whether strangers can hear recordings cannot be seen yet: nothing was recorded in the last week.", turnOn+" Then run doctor once more when a call was recorded.")
}

// strange is how Twilio answers somebody without credentials who asks for a sound.
func (i inspection) strange(ctx context.Context, sid string) (status int, err error) {
	sound := i.resource("/Recordings/" + sid + ".mp3")
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, sound.String(), nil)
	if err != nil {
		return 0, fmt.Errorf("request to twilio: %w", err)
	}
	answer, err := i.http.Do(request)
	if err != nil {
		return 0, unreachable(err)
	}
	_ = answer.Body.Close() // a HEAD has none
	return answer.StatusCode, nil
}

// recordingsAreClear sees that nobody has recordings encrypted by a public key: careline
// could not play them.
func (i inspection) recordingsAreClear(ctx context.Context) setup.Finding {
	recent, err := i.recordingsBetween(ctx, i.Now().Add(-lately), i.Now())
	if err != nil {
		return unasked(err)
	}

	encrypted, lost := 0, 0
	for _, r := range recent {
		switch {
		case r.errorCode == noEncryptionKey:
			lost++
		case r.encrypted, r.errorCode == otherEncryptionKey:
			encrypted++
		}
	}

	const turnOff = "Turn voice recording encryption off in the Twilio Console: careline does not support it, and the sound would be of no use."
	switch {
	case lost > 0:
		return setup.Fault(fmt.Sprintf("%d recordings of the last week were lost, for they should have been encrypted and there was no key (16105).", lost), turnOff)
	case encrypted > 0:
		return setup.Fault(fmt.Sprintf("%d recordings of the last week are encrypted by a public key, so nobody can hear them.", encrypted), turnOff)
	}
	return setup.Good("Recordings are not encrypted by a key of the clinic's.")
}

// recordingsAreYoung sees that none is older than the clinic keeps recordings.
func (i inspection) recordingsAreYoung(ctx context.Context) setup.Finding {
	days := int(i.KeepRecordings / (24 * time.Hour))
	if days <= 0 {
		return setup.Fault("Nobody has decided how long recordings are kept.", "Set RECORDING_RETENTION_DAYS.")
	}
	old, err := i.recordingsBetween(ctx, time.Time{}, i.Now().Add(-i.KeepRecordings-sweptWithin))
	if err != nil {
		return unasked(err)
	}
	if len(old) > 0 {
		return setup.Doubt(fmt.Sprintf("%d recordings at Twilio are older than %d days.", len(old), days),
			"Those under legal hold stay, and so does what another service of the account has recorded. For any others see the runbook, “a recording is not deleted”.")
	}
	return setup.Good(fmt.Sprintf("No recording at Twilio is older than %d days.", days))
}
