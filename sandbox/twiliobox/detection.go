package twiliobox

import (
	"net/url"
	"strconv"
	"time"
)

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

// detect starts answering machine detection, which runs beside the call. Its
// result may come after the call has ended.
func (x *dialling) detect(n noun, l *leg, phone Phone) {
	if n.detection.mode == "" {
		return
	}

	result, takes := n.detection.find(phone)
	began := x.clock.now
	told := false
	tell := func(result string) {
		if told {
			return
		}
		told = true
		c := l.call()
		c.engine.mu.Lock()
		l.answeredBy = result
		c.engine.mu.Unlock()

		if n.detection.hook.url == "" {
			return
		}
		c.tellDetection(l, n.detection.hook, url.Values{
			"AccountSid": {c.engine.config.AccountSID}, "CallSid": {l.sid}, "AnsweredBy": {result},
			"MachineDetectionDuration": {strconv.FormatInt(c.clock.now.Sub(began).Milliseconds(), 10)},
		})
	}

	found := x.clock.after(takes, func() { tell(result) })
	unsure := x.clock.after(takes/2, func() {
		if phone.AnsweredByFirst != "" && !told {
			tell(phone.AnsweredByFirst)
			told = false
		}
	})
	found.leg, unsure.leg = l, l
	l.onEnd = func() {
		unsure.cancel()
		found.cancel()
		tell("unknown")
	}

	if n.detection.hook.url == "" {
		x.notice(l, Notice{Level: "warning", Code: 21262, Message: "machineDetection without amdStatusCallback: the result is not sent"})
	}
}
