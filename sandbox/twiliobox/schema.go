package twiliobox

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// element is what Twilio's schema allows of one element. Children of an element
// with any are not looked at.
type element struct {
	attrs    string
	idle     string // those of attrs that are accepted without effect
	children string
	any      bool
}

// vocabulary is the TwiML that the box runs (voice/twiml). Names are
// case-sensitive.
var vocabulary = map[string]element{
	"Response": {children: "Dial Say Play Pause Gather Hangup Reject Redirect Start Stop " + notSimulated},
	"Dial": {
		attrs: "action method answerOnBridge callerId timeLimit timeout hangupOnStar record recordingStatusCallback " +
			"recordingStatusCallbackMethod recordingStatusCallbackEvent recordingTrack trim ringTone sequential " +
			"referUrl referMethod callReason recordingConfigurationId",
		idle:     "hangupOnStar ringTone referUrl referMethod callReason recordingConfigurationId",
		children: "Number Client Conference Queue Sip Sim Application WhatsApp",
	},
	"Number": {
		attrs: "sendDigits url method byoc statusCallback statusCallbackMethod statusCallbackEvent " +
			"machineDetection machineDetectionTimeout machineDetectionSpeechThreshold machineDetectionSpeechEndThreshold " +
			"machineDetectionSilenceTimeout amdStatusCallback amdStatusCallbackMethod",
		idle: "byoc machineDetectionSpeechThreshold machineDetectionSpeechEndThreshold machineDetectionSilenceTimeout",
	},
	"Conference": {
		attrs: "muted beep startConferenceOnEnter endConferenceOnExit participantLabel jitterBufferSize waitUrl waitMethod " +
			"maxParticipants record region trim coach statusCallback statusCallbackMethod statusCallbackEvent " +
			"recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent eventCallbackUrl recordingConfigurationId",
		idle: "recordingStatusCallback eventCallbackUrl recordingConfigurationId",
	},
	"Client": {
		attrs:    "url method statusCallback statusCallbackMethod statusCallbackEvent clientNotificationUrl",
		idle:     "clientNotificationUrl",
		children: "Identity Parameter",
	},
	"Identity":  {},
	"Parameter": {attrs: "name value"},
	"Say":       {attrs: "voice language loop", any: true},
	"Play":      {attrs: "loop digits"},
	"Pause":     {attrs: "length"},
	"Hangup":    {},
	"Reject":    {attrs: "reason"},
	"Redirect":  {attrs: "method"},
	"Gather": {
		attrs: "input action method timeout numDigits finishOnKey actionOnEmptyResult speechTimeout language hints " +
			"speechModel enhanced profanityFilter partialResultCallback partialResultCallbackMethod bargeIn debug maxSpeechTime",
		idle:     "speechTimeout hints speechModel enhanced profanityFilter partialResultCallback partialResultCallbackMethod maxSpeechTime",
		children: "Say Play Pause",
	},
	"Start": {children: "Recording Stream Transcription Siprec"},
	"Stop":  {children: "Recording Stream Transcription Siprec"},
	"Recording": {
		attrs: "channels track trim recordingStatusCallback recordingStatusCallbackMethod recordingStatusCallbackEvent " +
			"name recordingConfigurationId",
		idle: "recordingConfigurationId",
	},
}

// notSimulated are verbs that Twilio knows and the box does not run.
const notSimulated = "Record Conference Enqueue Leave Queue Connect Pay Prompt Refer Sms Message VirtualAgent"

// restrict takes out of n what the schema does not allow and returns a warning
// 12200 for each: Twilio ignores what it does not know. What Twilio knows and the box
// does without gets a warning too, without a code.
func (n *node) restrict() (warnings []Notice) {
	warn := func(format string, args ...any) {
		warnings = append(warnings, Notice{Level: "warning", Code: 12200, Message: "schema validation warning: " + fmt.Sprintf(format, args...)})
	}
	allowed, known := vocabulary[n.name]
	if !known {
		return nil // a verb or noun that is not simulated: the interpreter refuses it
	}

	attrs, children := strings.Fields(allowed.attrs), strings.Fields(allowed.children)
	for _, name := range slices.Sorted(maps.Keys(n.attrs)) {
		if name == "xmlns" || strings.HasPrefix(name, "xmlns:") || strings.HasPrefix(name, "xml:") || slices.Contains(attrs, name) {
			continue
		}
		warn("attribute %s is not allowed in <%s>", name, n.name)
		delete(n.attrs, name)
	}

	for _, name := range strings.Fields(allowed.idle) {
		value := n.attrs[name]
		if name == "hangupOnStar" && value != "true" {
			continue // asks for nothing, or is told to be no flag
		}
		if value != "" {
			warnings = append(warnings, Notice{Level: "warning", Message: fmt.Sprintf("not simulated: %s of <%s>; the call goes on without it", name, n.name)})
		}
	}

	if n.name == "Response" && n.text != "" {
		warn("text is not allowed in <Response>")
	}
	if allowed.any {
		return warnings
	}

	n.children = slices.DeleteFunc(n.children, func(child *node) bool {
		if slices.Contains(children, child.name) {
			return false
		}
		warn("element <%s> is not allowed in <%s>", child.name, n.name)
		return true
	})

	for _, child := range n.children {
		warnings = append(warnings, child.restrict()...)
	}

	return warnings
}
