package careline

import "time"

// bodyRoom is what an event of a room says, in a body.
type bodyRoom struct {
	Conference string    `json:"conference,omitempty"`
	Act        RoomAct   `json:"act,omitempty"`
	Label      string    `json:"label,omitempty"`
	Ref        Reference `json:"ref,omitempty"`
	Entry      string    `json:"entry,omitempty"`
	Name       string    `json:"name,omitempty"`
	To         string    `json:"to,omitempty"` // E.164
	Identity   string    `json:"identity,omitempty"`
	By         string    `json:"by,omitempty"`
	Answers    string    `json:"answers,omitempty"`
	Failed     string    `json:"failed,omitempty"`
	LegLives   bool      `json:"legLives,omitempty"`
	Reason     string    `json:"reason,omitempty"`
}

func (r RoomSaid) body() bodyRoom {
	return bodyRoom{
		Conference: r.Conference,
		Act:        r.Act,
		Label:      r.Label,
		Ref:        r.Ref,
		Entry:      r.Entry,
		Name:       r.Name,
		To:         r.To.E164(),
		Identity:   r.Identity,
		By:         r.By,
		Answers:    r.Answers,
		Failed:     r.Failed,
		LegLives:   r.LegLives,
		Reason:     r.Reason,
	}
}

func (b bodyRoom) said() (RoomSaid, error) {
	to, err := Phone{}, error(nil)
	if b.To != "" {
		to, err = StoredPhone(b.To)
	}

	return RoomSaid{
		Conference: b.Conference,
		Act:        b.Act,
		Label:      b.Label,
		Ref:        b.Ref,
		Entry:      b.Entry,
		Name:       b.Name,
		To:         to,
		Identity:   b.Identity,
		By:         b.By,
		Answers:    b.Answers,
		Failed:     b.Failed,
		LegLives:   b.LegLives,
		Reason:     b.Reason,
	}, err
}

// bodyConsent is a decision in a body; when it was made is the event's own time.
type bodyConsent struct {
	Decision Decision `json:"decision,omitempty"`
	By       string   `json:"by,omitempty"`
	Text     string   `json:"text,omitempty"`
}

// bodySound is what an event of a recording says, in a body.
type bodySound struct {
	Act      RecordingAct   `json:"act,omitempty"`
	State    RecordingState `json:"state,omitempty"`
	Channels int            `json:"channels,omitempty"`
	Started  *int64         `json:"started,omitempty"` // microseconds since 1970-01-01 UTC
	By       string         `json:"by,omitempty"`
	Answers  string         `json:"answers,omitempty"`
	Failed   string         `json:"failed,omitempty"`
	Media    string         `json:"media,omitempty"`
	Why      string         `json:"why,omitempty"`
	Whole    bool           `json:"whole,omitempty"`
}

func (s RecordingSaid) body() bodySound {
	b := bodySound{
		Act:      s.Act,
		State:    s.State,
		Channels: s.Channels,
		By:       s.By,
		Answers:  s.Answers,
		Failed:   s.Failed,
		Media:    s.Media,
		Why:      s.Why,
		Whole:    s.Whole,
	}

	if !s.Started.IsZero() {
		at := s.Started.UnixMicro()
		b.Started = &at
	}
	return b
}

func (b bodySound) said() RecordingSaid {
	s := RecordingSaid{
		Act:      b.Act,
		State:    b.State,
		Channels: b.Channels,
		By:       b.By,
		Answers:  b.Answers,
		Failed:   b.Failed,
		Media:    b.Media,
		Why:      b.Why,
		Whole:    b.Whole,
	}
	if b.Started != nil {
		s.Started = time.UnixMicro(*b.Started).UTC()
	}
	return s
}

// said writes what an event of a room, of consent or of a recording says.
func (b bodyText) said(e *CallEvent) bodyText {
	if e.Room != (RoomSaid{}) {
		b = b.object("room", e.Room.body())
	}
	if e.Consent != (Consent{}) {
		b = b.object("consent", bodyConsent{Decision: e.Consent.Decision, By: e.Consent.By, Text: e.Consent.Text})
	}
	if e.Sound != (RecordingSaid{}) {
		b = b.object("sound", e.Sound.body())
	}
	return b
}
