package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"perci.health/careline/sandbox"
)

// appClient asks the service what the clinician's app asks, signed in at the
// sandbox's issuer.
type appClient struct {
	base   string
	issuer *sandbox.Issuer
}

// appCall is a call as the service tells it.
type appCall struct {
	ID       string `json:"id"`
	Key      string `json:"key"`
	Final    bool   `json:"final"`
	Summary  string `json:"summary"`
	Timeline []struct {
		At      time.Time `json:"at"`
		Summary string    `json:"summary"`
	} `json:"timeline"` // oldest first
}

// finalCall waits until the record has the end of a call.
func (a appClient) finalCall(ctx context.Context, of sandbox.Appointment, key string) (appCall, error) {
	again := time.NewTicker(time.Second) // a person has 240 readings a minute
	defer again.Stop()
	for {
		var answer struct {
			Calls []appCall `json:"calls"`
		}
		err := a.get(ctx, of.Practitioner, "/bff_clinical/v1/appointments/"+of.ID+"/calls", &answer)
		if err != nil {
			return appCall{}, err
		}
		i := slices.IndexFunc(answer.Calls, func(c appCall) bool { return c.Key == key })
		if i >= 0 && answer.Calls[i].Final {
			return answer.Calls[i], nil
		}

		select {
		case <-again.C:
		case <-ctx.Done():
			return appCall{}, fmt.Errorf("the call's end did not come into the record: %w", ctx.Err())
		}
	}
}

func (a appClient) get(ctx context.Context, practitioner, path string, into any) error {
	session, err := a.issuer.Session(practitioner)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base+path, nil)
	if err != nil {
		return err
	}

	req.Header.Set("Authorization", "Bearer "+session)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("ask the service: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the service answered %s to GET %s", res.Status, path)
	}
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		return fmt.Errorf("read the service's answer: %w", err)
	}

	return nil
}
