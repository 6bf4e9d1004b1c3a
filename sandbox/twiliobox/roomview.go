package twiliobox

import (
	"net/http"
	"slices"
	"time"
)

// roomView is a room as the console shows it.
type roomView struct {
	SID          string            `json:"sid"`
	Name         string            `json:"name"`
	Status       string            `json:"status"`
	Made         time.Time         `json:"made"`
	Reason       string            `json:"reason,omitempty"` // why it ended
	Participants []participantView `json:"participants"`     // in it now, or being dialled
}

type participantView struct {
	CallSID  string `json:"callSid"`
	Label    string `json:"label,omitempty"`
	Who      string `json:"who"` // number or client at the far end
	Status   string `json:"status"`
	Muted    bool   `json:"muted"`
	Held     bool   `json:"held"`
	Coaching bool   `json:"coaching"`
	Ends     bool   `json:"endsRoom"` // when leaving
}

// seeRooms lists the rooms, newest first.
func (b *Box) seeRooms(*http.Request) (int, any, error) {
	s := b.engine.rooms
	s.mu.Lock()
	defer s.mu.Unlock()
	views := []roomView{}
	for _, r := range slices.Backward(s.all) {
		v := roomView{
			SID:          r.sid,
			Name:         r.name,
			Status:       r.status,
			Made:         r.made,
			Reason:       r.ending.reason,
			Participants: []participantView{},
		}
		for _, p := range r.people {
			v.Participants = append(v.Participants, p.view())
		}
		views = append(views, v)
	}

	return http.StatusOK, map[string]any{"rooms": views}, nil
}

func (p *participant) view() participantView {
	who := p.leg.to
	if !p.leg.toPhone() {
		who = p.leg.caller
	}
	return participantView{
		CallSID:  p.leg.sid,
		Label:    p.label,
		Who:      who,
		Status:   p.status(),
		Muted:    p.muted,
		Held:     p.held,
		Coaching: p.coach != "",
		Ends:     p.ends,
	}
}

// status is p's in the words of the Participant resource.
func (p *participant) status() string {
	e := p.room.engine
	e.mu.Lock()
	defer e.mu.Unlock()

	switch s := p.leg.status; {
	case s == Queued:
		return "queued"
	case s == Initiated:
		return "connecting"
	case s == Ringing && p.seat == nil:
		return "ringing"
	case !s.Final():
		return "connected"
	case s == Completed:
		return "complete"
	}
	return "failed"
}

// show tells the console that a room has changed.
func (s *rooms) show() { s.engine.bus.publish(Event{Type: "room"}) }
