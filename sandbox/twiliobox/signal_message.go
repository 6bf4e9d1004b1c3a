package twiliobox

import (
	"encoding/json"
	"fmt"
)

// protocolVersion is what the Voice SDK calls its signalling.
const protocolVersion = "1.6"

// heard is a message from a browser: one struct for all types, each with a few
// of the fields.
type heard struct {
	Type    string `json:"type"`
	Payload struct {
		Token            string  `json:"token"`
		ReconnectTimeout float64 `json:"reconnectTimeout"` // seconds
		Media            struct {
			Audio bool `json:"audio"`
		} `json:"media"`

		CallSID   string `json:"callsid"` // CA…, or TJS… as long as the browser knows no other
		SDP       string `json:"sdp"`
		Reconnect string `json:"reconnect"`
		Twilio    struct {
			Params string `json:"params"` // URL-encoded
		} `json:"twilio"`
		DTMF string `json:"dtmf"`

		Content       json.RawMessage `json:"content"`
		ContentType   string          `json:"contenttype"`
		MessageType   string          `json:"messagetype"`
		VoiceEventSID string          `json:"voiceeventsid"`
	} `json:"payload"`
}

// fields is the payload of a message to a browser.
type fields map[string]any

type told struct {
	Type    string `json:"type"`
	Payload fields `json:"payload"`
	Version string `json:"version"`
}

func (t told) frame() ([]byte, error) {
	t.Version = protocolVersion
	if t.Payload == nil {
		t.Payload = fields{}
	}
	raw, err := json.Marshal(t)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", t.Type, err)
	}
	return raw, nil
}

// The codes of signalling, as the Voice SDK's error list has them. Those of
// calls that were not connected are 31000 and the SIP response.
var (
	errNotListening  = &Refusal{31201, "Authentication failed: send listen with an access token first"}
	errNoCallsOut    = &Refusal{31201, "Authentication failed: the access token has no voice.outgoing grant"}
	errTokenInvalid  = &Refusal{31204, "JWT is invalid"}
	errTokenExpired  = &Refusal{31205, "JWT token expired"}
	errUnknownCall   = &Refusal{31209, "Call not found: it has ended, or the reconnect token is of another"}
	errMalformed     = &Refusal{31100, "Malformed request"}
	errGateway       = &Refusal{31005, "Error sent from gateway in HANGUP"}
	errBusyHere      = &Refusal{31486, "Busy Here"}
	errDeclined      = &Refusal{31603, "Decline"}
	errShuttingDown  = &Refusal{31005, "The sandbox is closing"}
	errMessageType   = &Refusal{31210, "Call Message Event Type is invalid."}
	errMessageSize   = &Refusal{31212, "Call Message Event Payload size exceeded authorized limit."}
	errMessageNoCall = &Refusal{31209, "Message not delivered: call not found"}
)

// signalled is why the gateway refuses an access token, in signalling's codes:
// expired, not valid, or valid without what it would take.
func signalled(r *Refusal) *Refusal {
	switch r.Code {
	case 20104:
		return &Refusal{errTokenExpired.Code, r.Message}
	case 20106, 31105:
		return &Refusal{errNotListening.Code, r.Message}
	}
	return &Refusal{errTokenInvalid.Code, r.Message}
}

// hangupFor is the error that a browser is told with the end of its call; nil
// for a call that simply ended, which one that nobody answered does too: what
// became of the dialled leg is the application's to know.
func hangupFor(l *leg) *Refusal {
	switch {
	case l.applicationFailed, l.status == Failed:
		return errGateway
	case l.status == Busy:
		return errBusyHere
	case l.status == NoAnswer:
		return errDeclined
	}
	return nil
}
