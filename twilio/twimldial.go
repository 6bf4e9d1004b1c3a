package twilio

import "time"

// Dial connects the caller with the first of its nouns that answers; all are dialled
// at once, at most ten (Twilio, voice/twiml/dial).
type Dial struct {
	CallerID  string        // E.164
	OnBridge  bool          // the caller's own call rings until somebody has answered (answerOnBridge)
	TimeLimit time.Duration // of the conversation, whole seconds
	Timeout   time.Duration // of the ringing, whole seconds
	Action    string        // URL asked when the dialling is over
	Nouns     []Noun
}

// Noun is whom a Dial connects with: a Number, an App or a Conference. It is not a
// verb: it stands in a Dial.
type Noun interface {
	// appendNoun writes the noun's element.
	appendNoun(dst []byte) []byte
}

func (d Dial) append(dst []byte) []byte {
	dst = append(dst, `<Dial`...)
	dst = appendAttribute(dst, "callerId", d.CallerID)
	if d.OnBridge {
		dst = append(dst, ` answerOnBridge="true"`...)
	}
	dst = appendSeconds(dst, "timeLimit", d.TimeLimit)
	dst = appendSeconds(dst, "timeout", d.Timeout)
	dst = appendAttribute(dst, "action", d.Action)
	dst = append(dst, '>')

	for _, n := range d.Nouns {
		dst = n.appendNoun(dst)
	}
	return append(dst, `</Dial>`...)
}

// Number is a telephone to dial, and who is told about it (Twilio,
// voice/twiml/number).
type Number struct {
	E164              string
	StatusCallback    string // URL told of initiated, ringing, answered and completed
	MachineDetection  string // "", Enable or DetectMessageEnd
	AMDStatusCallback string // URL told what answered
	Whisper           string // URL asked for what whoever answers hears alone, before they are connected (attribute url)
}

func (n Number) appendNoun(dst []byte) []byte {
	dst = append(dst, `<Number`...)
	dst = appendAttribute(dst, "url", n.Whisper)
	dst = appendLegCallback(dst, n.StatusCallback)
	dst = appendAttribute(dst, "machineDetection", n.MachineDetection)
	dst = appendAttribute(dst, "amdStatusCallback", n.AMDStatusCallback)
	dst = append(dst, '>')
	return append(appendEscaped(dst, n.E164), `</Number>`...)
}

// App is an app to dial, TwiML's Client (Twilio, voice/twiml/client).
type App struct {
	Identity       string
	StatusCallback string // URL told of initiated, ringing, answered and completed
	Parameters     []Parameter
}

// Parameter is what the app is told with the call. It passes through Twilio: nothing
// of a person.
type Parameter struct{ Name, Value string }

func (c App) appendNoun(dst []byte) []byte {
	dst = append(dst, `<Client`...)
	dst = appendLegCallback(dst, c.StatusCallback)
	dst = append(dst, `><Identity>`...)
	dst = append(appendEscaped(dst, c.Identity), `</Identity>`...)

	for _, p := range c.Parameters {
		dst = append(dst, `<Parameter`...)
		dst = appendAttribute(dst, "name", p.Name)
		dst = append(appendAttribute(dst, "value", p.Value), `/>`...)
	}
	return append(dst, `</Client>`...)
}

// Conference is a room (Twilio, voice/twiml/conference). It begins when two are in
// it, makes a sound when somebody enters, and goes on until the last has left. Whoever
// is alone in it hears nothing, and two or three who speak wait less for each other
// than in a large one.
type Conference struct {
	Name             string // the same for all who join; nothing of a person
	ParticipantLabel string // at most 128 characters without "/", used by nobody else in the room
	StatusCallback   string // URL told of all that happens in it; that of whoever enters first counts
}

func (c Conference) appendNoun(dst []byte) []byte {
	dst = append(dst, `<Conference`...)
	dst = appendAttribute(dst, "participantLabel", c.ParticipantLabel)
	dst = append(dst, ` startConferenceOnEnter="true" endConferenceOnExit="false" beep="onEnter" waitUrl="" jitterBufferSize="small"`...)
	if c.StatusCallback != "" {
		dst = appendAttribute(dst, "statusCallback", c.StatusCallback)
		dst = append(dst, ` statusCallbackEvent="start end join leave mute hold modify"`...)
	}
	dst = append(dst, '>')
	return append(appendEscaped(dst, c.Name), `</Conference>`...)
}

// appendLegCallback asks for all reports of a leg: by itself Twilio tells its end.
func appendLegCallback(dst []byte, url string) []byte {
	if url == "" {
		return dst
	}
	dst = appendAttribute(dst, "statusCallback", url)
	return append(dst, ` statusCallbackEvent="initiated ringing answered completed"`...)
}
