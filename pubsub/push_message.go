package pubsub

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"

	"github.com/go-json-experiment/json/jsontext"

	"perci.health/careline"
	"perci.health/careline/base64url"
)

// wrapper is the body of a push. Google writes the id and the time in both ways.
// The parts are read one by one: what is odd about one need not lose the others.
type wrapper struct {
	Message *struct {
		Attributes json.RawMessage `json:"attributes"`
		Data       json.RawMessage `json:"data"` // in base64
		ID         json.RawMessage `json:"messageId"`
		OldID      json.RawMessage `json:"message_id"`
	} `json:"message"`
	Subscription string `json:"subscription"`
}

// unwrap is the message in the body of a push.
func unwrap(body []byte) (received, error) {
	if m, ok := unwrapPlain(body); ok {
		return m, nil
	}
	return unwrapOdd(body)
}

// unwrapPlain reads a body as Google writes it, in one pass; false is for whatever is
// otherwise in any way.
func unwrapPlain(body []byte) (m received, ok bool) {
	var subscription string

	r := plainReader{jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true))}
	err := r.members(func(name []byte) (err error) {
		switch string(name) {
		case "message":
			return m.readPlain(r)
		case "subscription":
			subscription, err = r.text()
			return err
		case "deliveryAttempt":
			return r.SkipValue()
		}
		return errOdd
	})

	return m, err == nil && r.atEnd() && m.id != "" && subscription != ""
}

// readPlain reads the message itself.
func (m *received) readPlain(r plainReader) error {
	return r.members(func(name []byte) error {
		switch string(name) {
		case "attributes":
			return m.readPlainAttributes(r)
		case "data":
			return m.readBase64(r)

		case "messageId":
			id, err := r.text()
			m.id = id
			return err
		case "message_id":
			id, err := r.text()
			m.id = cmp.Or(m.id, id)
			return err

		case "orderingKey", "publishTime", "publish_time":
			return r.SkipValue()
		}
		return errOdd
	})
}

func (m *received) readPlainAttributes(r plainReader) error {
	m.attributes = make(map[string]string, 8)
	return r.members(func(raw []byte) (err error) {
		name := string(raw)
		m.attributes[name], err = r.text()
		return err
	})
}

func (m *received) readBase64(r plainReader) error {
	text, err := r.inside()
	if err != nil {
		return err
	}
	data := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Decode(data, text)
	m.data = data[:n]
	return err
}

// unwrapOdd reads whatever somebody may have made of a push.
func unwrapOdd(body []byte) (received, error) {
	var wrapped wrapper
	err := json.Unmarshal(body, &wrapped)
	switch {
	case err != nil:
		return received{}, noMessage("Its body is not a Pub/Sub message in JSON.", err)
	case wrapped.Message == nil || wrapped.Subscription == "":
		return received{}, noMessage("A push subscription must deliver wrapped messages: switch payload unwrapping off.",
			errors.New("the body has no message or no subscription"))
	}

	m := received{id: textOf(wrapped.Message.ID)}
	if m.id == "" {
		m.id = textOf(wrapped.Message.OldID)
	}

	if m.id == "" {
		return received{}, noMessage("The message has no messageId.", nil)
	}

	m.readAttributes(wrapped.Message.Attributes)
	m.readData(wrapped.Message.Data)
	return m, nil
}

func noMessage(why string, cause error) error {
	return careline.NewError(careline.CodeInvalid, "This is not a Pub/Sub push request. "+why, cause)
}

// textOf is a string, or a number as it is written; of anything else nothing.
func textOf(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	var number json.Number
	if json.Unmarshal(value, &number) == nil {
		return number.String()
	}
	return ""
}

// readAttributes takes them as they are. Those that Pub/Sub would not send are
// kept in JSON, for an operator to see.
func (m *received) readAttributes(value json.RawMessage) {
	if value == nil || json.Unmarshal(value, &m.attributes) == nil {
		return
	}

	m.odd = "its attributes are no strings by name"
	var some map[string]json.RawMessage
	if json.Unmarshal(value, &some) != nil {
		m.attributes = map[string]string{"attributes": string(value)}
		return
	}

	m.attributes = make(map[string]string, len(some))
	for name, one := range some {
		var text string
		if json.Unmarshal(one, &text) != nil {
			text = string(one)
		}
		m.attributes[name] = text
	}
}

// readData takes the data out of base64. What Pub/Sub would not send is kept as it
// can best be read, for an operator to see, and perhaps to read again.
func (m *received) readData(value json.RawMessage) {
	if value == nil || json.Unmarshal(value, &m.data) == nil {
		return
	}

	m.odd = "its data is not in base64"
	var text string
	if json.Unmarshal(value, &text) != nil {
		m.data = value
		return
	}

	data, err := base64url.Decode(text)
	if err != nil {
		m.data = []byte(text)
		return
	}

	m.odd, m.data = "its data is in base64url, or without its padding, which Pub/Sub never sends", data
}
