package twiliobox

import "time"

// detection is a Number's answering machine detection (voice/twiml/number).
type detection struct {
	mode    string // Enable, DetectMessageEnd, or none
	timeout time.Duration
	hook    hook
}

func (c *call) readDetection(d document, v *node) detection {
	mode := v.attrs["machineDetection"]
	switch mode {
	case "":
		return detection{}
	case "Enable", "DetectMessageEnd":
	default:
		c.warn(12200, "schema validation warning: machineDetection must be Enable or DetectMessageEnd")
		return detection{}
	}
	x := detection{mode: mode}
	x.timeout = time.Duration(c.whole(c.parent, v, "machineDetectionTimeout", limits{30, 3, 60, 12200})) * time.Second
	// These three only tune a detector that the box does not have.
	c.whole(c.parent, v, "machineDetectionSpeechThreshold", limits{2400, 1000, 6000, 12200})
	c.whole(c.parent, v, "machineDetectionSpeechEndThreshold", limits{1200, 500, 5000, 12200})
	c.whole(c.parent, v, "machineDetectionSilenceTimeout", limits{5000, 2000, 10000, 12200})
	if page := v.attrs["amdStatusCallback"]; page != "" {
		x.hook = hook{url: resolve(d.base, page), method: c.method(v, "amdStatusCallbackMethod", 12200)}
	}
	return x
}

// find is what detection hears at a phone and how long it listens for that: a
// person's short greeting, a machine's first words, or the end of its message.
func (x detection) find(phone Phone) (answeredBy string, takes time.Duration) {
	answeredBy, takes = "human", 2*time.Second
	if phone.Outcome == "voicemail" {
		answeredBy, takes = "machine_start", 4*time.Second
	}
	if phone.Outcome == "voicemail" && x.mode == "DetectMessageEnd" {
		answeredBy, takes = "machine_end_beep", 10*time.Second
	}
	if phone.AnsweredBy != "" {
		answeredBy = phone.AnsweredBy
	}
	if takes > x.timeout {
		return "unknown", x.timeout
	}
	return answeredBy, takes
}
