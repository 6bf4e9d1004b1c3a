package twiliobox

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"perci.health/careline/sandbox/media"
)

// mostDays is how much older a recording can be made at once.
const mostDays = 36_500

// seeRecordings shows all recordings with what no fetch of the REST API tells:
// whether they are paused. Newest first, deleted ones too for 40 days.
func (b *Box) seeRecordings(*http.Request) (int, any, error) {
	return http.StatusOK, map[string]any{"recordings": append([]recordingView{}, b.engine.recorder.views()...)}, nil
}

func (b *Box) seeRecording(r *http.Request) (int, any, error) {
	_, v, ok := b.engine.recorder.find(r.PathValue("sid"))
	if !ok {
		return 0, nil, fmt.Errorf("recording %s: %w", r.PathValue("sid"), errNotFound)
	}
	return http.StatusOK, v, nil
}

// ageRecording makes a recording older by days, as if they had passed: its dates go
// back, and a deleted one is forgotten 40 days after that.
func (b *Box) ageRecording(r *http.Request) (int, any, error) {
	var in struct {
		AgeDays int `json:"ageDays"`
	}
	if err := decode(r, &in); err != nil {
		return 0, nil, err
	}
	if in.AgeDays < 1 || in.AgeDays > mostDays {
		return 0, nil, badRequest{errors.New("ageDays must be between 1 and 36500")}
	}
	found, _, ok := b.engine.recorder.find(r.PathValue("sid"))
	if !ok {
		return 0, nil, fmt.Errorf("recording %s: %w", r.PathValue("sid"), errNotFound)
	}

	b.engine.recorder.age(found, time.Duration(in.AgeDays)*24*time.Hour)
	if _, _, ok := b.engine.recorder.find(found.sid); !ok {
		return http.StatusNoContent, nil, nil // deleted, and now forgotten
	}
	return b.seeRecording(r)
}

// hearRecording serves a recording's sound to the console, all its channels and
// without a login.
func (b *Box) hearRecording(w http.ResponseWriter, r *http.Request) {
	_, v, ok := b.engine.recorder.find(r.PathValue("sid"))
	if !ok || v.Status != recordingCompleted {
		b.json(w, http.StatusNotFound, &Refusal{Code: http.StatusNotFound, Message: "there is no sound of that recording"})
		return
	}
	hear := v.heard()
	if v.Channels == 2 {
		hear = media.Both
	}

	found, err := v.open(hear)
	if err != nil {
		status, answer := fault(err)
		b.json(w, status, answer)
		return
	}
	b.serve(found, w, r)
}
