package twilio

import (
	"errors"

	"perci.health/careline/calls"
)

// join takes the call into a room. That the leg has left it is told by the room, and
// asked as the end of its Dial, whose URL names the call: it may be any of its legs.
func (s *server) join(a calls.Join) ([]Verb, error) {
	if a.Room == "" {
		return nil, errors.New("the answer names no room")
	}

	query := ofCall(a.Room)
	return []Verb{Dial{
		TimeLimit: s.TimeLimit,
		Action:    s.callbackURL(PathDialResult, query),
		Nouns: []Noun{Conference{
			Name:             a.Room,
			ParticipantLabel: a.Label,
			StatusCallback:   s.callbackURL(PathConferenceStatus, query),
		}},
	}}, nil
}
