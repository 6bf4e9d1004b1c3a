package main

import (
	"context"
	"errors"
	"fmt"

	"perci.health/careline/calls"
	"perci.health/careline/fhir"
	"perci.health/careline/twilio"
)

// erased deletes the recordings of a call at Twilio and in the health record. Whoever
// erases a patient without the settings by which these are reached is told so, before
// anything is forgotten that says where the sound is.
func (p *purging) erased(ctx context.Context, key string) (recordings int, err error) {
	e := calls.RecordingErase{Events: p.store.Events}
	if any, err := e.Any(ctx, key); err != nil || !any {
		return 0, err
	}
	if p.sound == nil {
		return 0, errors.New("it was recorded, and the recordings at Twilio can only be deleted with the settings of serve: give this command TWILIO_ACCOUNT_SID, TWILIO_API_KEY, TWILIO_API_SECRET and the FHIR_ ones too")
	}
	carrier, chart, err := p.sound()
	if err != nil {
		return 0, err
	}
	e.Carrier, e.Found, e.Drop = carrier, chart.FindRecording, chart.DropRecording
	return e.Erase(ctx, key)
}

// recordedOf says what would be deleted beside the calls; nothing where none was recorded.
func (p *purging) recordedOf(ctx context.Context, keys []string) (said string, err error) {
	recorded := 0
	for _, key := range keys {
		any, err := calls.RecordingErase{Events: p.store.Events}.Any(ctx, key)
		if err != nil {
			return "", err
		}
		if any {
			recorded++
		}
	}
	if recorded == 0 {
		return "", nil
	}
	return " but for what was recorded of " + several(recorded, "call") + ", which would be deleted", nil
}

// recordingsOf reaches the recordings by the settings of r, once they are needed.
func recordingsOf(get func(string) string) func() (*twilio.Client, *fhir.Chart, error) {
	return func() (*twilio.Client, *fhir.Chart, error) {
		r := newReader(get)
		record, err := recordOf(r)
		if err != nil {
			return nil, nil, err
		}
		chart, err := fhir.NewChart(record, false)
		if err != nil {
			return nil, nil, err
		}

		c := config{twilio: readTwilioREST(r)}
		if len(r.faults) > 0 {
			return nil, nil, r.faults
		}
		client, err := newTwilio(c, outward())
		return client, chart, err
	}
}

// forget forgets one call of a patient, its recordings first.
func (p *purging) forget(ctx context.Context, key string) (recordings int, err error) {
	err = claimed(ctx, p.store, key, func(held context.Context) error {
		if recordings, err = p.erased(held, key); err != nil {
			return fmt.Errorf("its recordings: %w", err)
		}
		return p.store.Erase(held, key)
	})
	return recordings, err
}
