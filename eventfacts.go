package careline

import (
	"encoding/json"
	"strings"
)

// facts are the fields of an event that the first release did not know. They are
// kept together, as one JSON object, so that one more of them changes no table.
// Their names are kept in the log: never change one.
type facts struct {
	EndedBy   Side    `json:"endedBy,omitempty"`
	Failure   Failure `json:"failure,omitzero"`
	Names     Names   `json:"names,omitzero"`
	Household bool    `json:"household,omitempty"`
	Limit     int     `json:"limit,omitempty"`
	Role      Role    `json:"role,omitempty"`
}

func (e CallEvent) facts() facts {
	return facts{
		EndedBy:   e.EndedBy,
		Failure:   e.Failure,
		Names:     e.Request.Names,
		Household: e.Request.Household,
		Limit:     e.Request.Limit,
		Role:      e.Role,
	}
}

// Facts is the JSON object under which the log keeps what SetFacts reads; nil when
// there is nothing to keep. The same facts give the same bytes. It holds names:
// never to be logged.
func (e CallEvent) Facts() []byte {
	f := e.facts()
	if f == (facts{}) {
		return nil
	}

	text, err := json.Marshal(f)
	if err != nil {
		panic("careline: " + err.Error()) // strings, numbers and booleans always marshal
	}
	return text
}

// SetFacts is the inverse of Facts; of no text it leaves the event without them. A
// name that it does not know is left out: a newer release wrote it.
func (e *CallEvent) SetFacts(text []byte) error {
	var f facts
	if len(text) > 0 {
		if err := json.Unmarshal(text, &f); err != nil {
			return err
		}
	}

	e.EndedBy, e.Failure, e.Role = f.EndedBy, f.Failure, f.Role
	e.LookedUp = strings.HasSuffix(e.ID, reconciled)
	e.Request.Names, e.Request.Household, e.Request.Limit = f.Names, f.Household, f.Limit
	return nil
}
