package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// notInProgress is Twilio's code for a call that is not, or not yet, in progress.
const notInProgress = 21220

// recordingResource is a recording as Twilio's records have it (Twilio,
// voice/api/recording). While it runs they say that it is being processed, or that it is
// in progress, and never whether it is paused.
type recordingResource struct {
	calls.Carried
	encrypted bool // by a public key: nobody here can hear it
	errorCode int  // Twilio's; 0: none
}

// UnmarshalJSON reads Twilio's form.
func (r *recordingResource) UnmarshalJSON(text []byte) error {
	var told struct {
		SID       string          `json:"sid"`
		Call      string          `json:"call_sid"`
		Status    string          `json:"status"`
		Created   string          `json:"date_created"`
		Error     json.RawMessage `json:"error_code"`
		Encrypted json.RawMessage `json:"encryption_details"`
	}
	if err := json.Unmarshal(text, &told); err != nil {
		return err
	}
	if !isSID(sidRecording, told.SID) {
		return errors.New("a recording without a SID")
	}

	*r = recordingResource{
		Carried: calls.Carried{
			Sid:     told.SID,
			Leg:     told.Call,
			State:   recordingStateOf(told.Status),
			Created: parseTime(told.Created),
		},
		encrypted: len(told.Encrypted) > 0 && string(told.Encrypted) != "null",
	}
	if n, err := strconv.Atoi(strings.Trim(string(told.Error), `"`)); err == nil {
		r.errorCode = n
	}
	return nil
}

// RecordingCallback is where Twilio reports on recordings of a call; public is the base
// of our URLs.
func RecordingCallback(public, call string) string {
	return strings.TrimRight(public, "/") + PathRecording + ofCall(call) + "#" + DefaultOverrides
}

// StartRecording records a leg in progress, what it says apart from what it hears, and
// has the reports sent to callback, a whole URL. It is asked once: a lost answer may have
// begun one, and only a look at the leg's recordings tells. An error of code conflict and
// reason not-in-progress says that the leg is not in progress, or not yet.
func (c *Client) StartRecording(ctx context.Context, leg, callback string) (calls.Carried, error) {
	if !isSID(sidCall, leg) {
		return calls.Carried{}, notACall()
	}
	body, err := c.do(ctx, http.MethodPost, "/Calls/"+leg+"/Recordings.json", url.Values{
		"RecordingChannels":            {"dual"},
		"Trim":                         {"do-not-trim"},
		"RecordingStatusCallback":      {callback},
		"RecordingStatusCallbackEvent": {"in-progress completed absent"},
	})
	if err != nil {
		return calls.Carried{}, fmt.Errorf("start a recording: %w", unstarted(err))
	}

	var r recordingResource
	if err := decode(body, &r); err != nil {
		return calls.Carried{}, fmt.Errorf("start a recording: %w", err)
	}
	return r.Carried, nil
}

// unstarted tells a leg that is not in progress from everything else.
func unstarted(err error) error {
	if e, ok := errors.AsType[*APIError](err); ok && (e.Code == notInProgress || e.Status == http.StatusNotFound) {
		return careline.NewReasoned(careline.CodeConflict, careline.ReasonNotInProgress, "This call is not in progress, so it cannot be recorded.")
	}
	return err
}

// ListRecordings are all recordings of a leg, running ones too.
func (c *Client) ListRecordings(ctx context.Context, leg string) ([]calls.Carried, error) {
	if !isSID(sidCall, leg) {
		return nil, notACall()
	}
	all, err := c.recordings(ctx, "/Calls/"+leg+"/Recordings.json", url.Values{"PageSize": {pageSize}})
	if err != nil {
		return nil, fmt.Errorf("list a call's recordings: %w", err)
	}
	return carried(all), nil
}

func carried(all []recordingResource) (plain []calls.Carried) {
	for _, r := range all {
		plain = append(plain, r.Carried)
	}
	return plain
}

// Recordings are the account's recordings that were made at from or later, and before to,
// whoever made them; of those that are deleted none. A zero from is the beginning.
func (c *Client) Recordings(ctx context.Context, from, to time.Time) ([]calls.Carried, error) {
	between, err := c.recordingsBetween(ctx, from, to)
	if err != nil {
		return nil, fmt.Errorf("list recordings: %w", err)
	}
	return carried(between), nil
}

func (c *Client) recordingsBetween(ctx context.Context, from, to time.Time) (between []recordingResource, err error) {
	query := url.Values{"PageSize": {pageSize}, "DateCreated<": {to.UTC().Format(time.RFC3339)}}
	if !from.IsZero() {
		query.Set("DateCreated>", from.UTC().Format(time.RFC3339))
	}
	listed, err := c.recordings(ctx, "/Recordings.json", query)

	for _, r := range listed { // the list may be as coarse as a day
		if r.Created.Before(to) && !r.Created.Before(from) && !r.Created.IsZero() && r.State != careline.RecordingDeleted {
			between = append(between, r)
		}
	}
	return between, err
}

func (c *Client) recordings(ctx context.Context, path string, query url.Values) (all []recordingResource, err error) {
	err = c.pages(ctx, path, query, func(body []byte) (string, error) {
		var page struct {
			Next       string              `json:"next_page_uri"`
			Recordings []recordingResource `json:"recordings"`
		}
		if err := decode(body, &page); err != nil {
			return "", err
		}

		all = append(all, page.Recordings...)
		return page.Next, nil
	})
	return all, err
}

// FetchRecording is one recording. One that Twilio does not know is an error of code
// not-found.
func (c *Client) FetchRecording(ctx context.Context, sid string) (calls.Carried, error) {
	if !isSID(sidRecording, sid) {
		return calls.Carried{}, notARecording()
	}
	var r recordingResource
	if err := c.get(ctx, "/Recordings/"+sid+".json", nil, &r); err != nil {
		return calls.Carried{}, fmt.Errorf("fetch a recording: %w", err)
	}
	return r.Carried, nil
}

// ChangeRecording pauses a recording of a leg, so that it holds silence meanwhile, has it
// go on, or stops it for good: to is RecordingPaused, RecordingRunning or
// RecordingStopped. over says that it had ended, so that nothing was changed. An error of
// code not-found says that Twilio does not know it.
func (c *Client) ChangeRecording(ctx context.Context, leg, sid string, to careline.RecordingState) (over bool, err error) {
	if !isSID(sidCall, leg) || !isSID(sidRecording, sid) {
		return false, notARecording()
	}
	fields := url.Values{"Status": {string(to)}}
	if to == careline.RecordingPaused {
		fields.Set("PauseBehavior", "silence")
	}

	for try := 1; ; try++ {
		err = c.update(ctx, "/Calls/"+leg+"/Recordings/"+sid+".json", fields)
		if err == nil {
			return false, nil
		}
		e, answered := errors.AsType[*APIError](err)
		if !answered || e.passing() || e.Status == http.StatusNotFound {
			return false, fmt.Errorf("change a recording: %w", err)
		}

		// 408 leaves open whether it was done; another refusal may say that it has ended.
		// What is there tells, and setting the same again does no harm.
		is, fetchErr := c.FetchRecording(ctx, sid)
		if fetchErr != nil {
			return false, fetchErr
		}
		if is.Over() {
			return true, nil
		}
		if e.Status != http.StatusRequestTimeout || try == maxTries {
			return false, fmt.Errorf("change a recording: %w", err)
		}
	}
}

// DeleteRecording deletes the sound of a recording that has ended, for good; one that
// Twilio does not know is deleted. An error of code conflict says that it has not ended.
func (c *Client) DeleteRecording(ctx context.Context, sid string) error {
	if !isSID(sidRecording, sid) {
		return notARecording()
	}
	err := c.insist(ctx, ask{method: http.MethodDelete, url: c.resource("/Recordings/" + sid + ".json")}, nil)

	e, answered := errors.AsType[*APIError](err)
	switch {
	case err == nil, answered && e.Status == http.StatusNotFound:
		return nil
	case answered && !e.passing() && e.Status != http.StatusUnauthorized && e.Status != http.StatusForbidden:
		return careline.NewError(careline.CodeConflict, "This recording cannot be deleted yet.", err)
	}
	return fmt.Errorf("delete a recording: %w", err)
}

func notARecording() error {
	return careline.NewError(careline.CodeInvalid, "This is not the id of a recording.", nil)
}
