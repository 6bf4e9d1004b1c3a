package twiliobox

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
)

// Unproven is what nobody has asked the real Twilio about a leg that the REST API
// takes out of its Dial: an application has to bear either answer.
type Unproven struct {
	// ReportsAfterRedirect says whether the Number's statusCallback goes on
	// reporting on the leg.
	ReportsAfterRedirect bool `json:"reportsAfterRedirect"`
	// DialCallStatus is what the Dial's action is told: completed,
	// answered, canceled or no-answer.
	DialCallStatus string `json:"dialCallStatus"`
	// RecordingEndsWithDial has a recording that the REST API began end with the
	// Dial during which it runs, though it is of the leg.
	RecordingEndsWithDial bool `json:"recordingEndsWithDial"`
}

// unproven is what the box does of it.
type unproven struct {
	mu  sync.Mutex
	now Unproven
}

// newUnproven is what is believed: the reports hang on the leg, and a leg that was
// answered and bridged has completed its Dial.
func newUnproven() *unproven {
	return &unproven{now: Unproven{ReportsAfterRedirect: true, DialCallStatus: string(Completed)}}
}

func (u *unproven) get() Unproven {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.now
}

func (b *Box) seeUnproven(*http.Request) (int, any, error) {
	return http.StatusOK, b.engine.unproven.get(), nil
}

// setUnproven changes what the body names, the rest stays.
func (b *Box) setUnproven(r *http.Request) (int, any, error) {
	u := b.engine.unproven.get()
	if err := decode(r, &u); err != nil {
		return 0, nil, err
	}
	statuses := []string{string(Completed), "answered", string(Canceled), string(NoAnswer)}
	if !slices.Contains(statuses, u.DialCallStatus) {
		return 0, nil, badRequest{fmt.Errorf("dialCallStatus must be one of %v", statuses)}
	}

	b.engine.unproven.mu.Lock()
	defer b.engine.unproven.mu.Unlock()
	b.engine.unproven.now = u
	return http.StatusOK, u, nil
}
