package api

import (
	"encoding/json"
	"fmt"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// participantsJSON is who is in a call.
type participantsJSON struct {
	Call         string            `json:"call"`
	Room         string            `json:"room"`
	Mine         bool              `json:"mine"`
	Most         int               `json:"most,omitempty"`
	Participants []participantJSON `json:"participants"`
	Waiting      time.Time         `json:"waiting,omitzero"`
}

type liveCallsJSON struct {
	Calls []liveCallJSON `json:"calls"`
}

// liveCallJSON is a call that goes on, as supervisors see it.
type liveCallJSON struct {
	participantsJSON
	Asked time.Time `json:"asked"`
}

// participantJSON is somebody in a call. It never has the number.
type participantJSON struct {
	Label     string              `json:"label"`
	Role      careline.Role       `json:"role"`
	Reference careline.Reference  `json:"reference,omitempty"`
	Name      string              `json:"name,omitempty"`
	Ending    string              `json:"ending,omitempty"`
	State     careline.PartyState `json:"state"`
	Outcome   string              `json:"outcome,omitempty"`
	Held      bool                `json:"held"`
	HeldSince time.Time           `json:"heldSince,omitzero"`
	Muted     bool                `json:"muted"`
	Self      bool                `json:"self"`
	Joined    time.Time           `json:"joined,omitzero"`
	Left      time.Time           `json:"left,omitzero"`
}

func participantsOf(s calls.Seen) participantsJSON {
	j := participantsJSON{
		Call:         s.Call.Key,
		Room:         orNone(string(s.Call.Room)),
		Mine:         s.Own,
		Most:         s.Most,
		Participants: []participantJSON{},
	}
	j.Waiting = inUTC(s.Waiting)

	for _, p := range s.Call.Present() {
		one := participantOf(p)
		one.Self = s.Self != "" && p.Label == s.Self
		j.Participants = append(j.Participants, one)
	}
	return j
}

func participantOf(p careline.Party) participantJSON {
	j := participantJSON{
		Label:     p.Label,
		Role:      p.Role,
		Reference: p.Ref,
		Name:      p.Name,
		Ending:    p.Ending,
		State:     p.State(),
		Outcome:   p.Outcome,
		Held:      p.Held,
		Muted:     p.Muted,
	}
	j.HeldSince, j.Joined, j.Left = inUTC(p.HeldAt), inUTC(p.Joined), inUTC(p.Left)
	return j
}

// inUTC is t in UTC; what is not known stays so.
func inUTC(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}

type candidatesJSON struct {
	Full       bool            `json:"full"`
	Candidates []candidateJSON `json:"candidates"`
}

// candidateJSON is somebody who may be brought into a call.
type candidateJSON struct {
	Kind         string        `json:"kind"`
	ID           string        `json:"id"`
	Name         string        `json:"name"`
	Role         careline.Role `json:"role"`
	Relationship string        `json:"relationship,omitempty"`
	Language     string        `json:"language,omitempty"`
	Ending       string        `json:"ending,omitempty"`
	In           bool          `json:"in"`
	Refusal      *refusalJSON  `json:"refusal,omitempty"`
}

func candidatesOf(all []calls.Candidate, full bool) candidatesJSON {
	j := candidatesJSON{Full: full, Candidates: []candidateJSON{}}

	for _, c := range all {
		one := candidateJSON{
			Kind:         c.Kind,
			ID:           c.ID(),
			Name:         c.Name(),
			Role:         c.Role(),
			Relationship: c.Relation,
			Language:     c.Language,
			Ending:       c.To().Ending(),
			In:           c.In,
		}
		if c.Refusal != "" {
			one.Refusal = &refusalJSON{Code: c.Refusal, Sentence: shown(c.Refusal.SentenceFor(c.To()))}
		}
		j.Candidates = append(j.Candidates, one)
	}
	return j
}

// party tells who is in a call. It has no id: each tells all of it.
func (e eventWriter) party(s calls.Seen) error {
	data, err := json.Marshal(participantsOf(s))
	if err != nil {
		return fmt.Errorf("write who is in a call: %w", err)
	}
	return e.text("event: party\ndata: " + string(data) + "\n\n")
}
