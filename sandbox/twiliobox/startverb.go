package twiliobox

import (
	"fmt"
	"slices"
	"strings"
)

// startVerb runs a Start: the leg is recorded from here on, or from its answer,
// which Start does not give. The verbs that follow run at once.
func (c *call) startVerb(on *leg, d document, v *node) {
	for _, noun := range v.children {
		if noun.name != "Recording" {
			c.fail(on, Notice{Level: "error", Message: "not simulated: <" + noun.name + "> in <Start>"})
			return
		}
		if on != c.parent {
			// Whether a Number's page may have it is not said; its list of verbs
			// has no Start (voice/twiml/number).
			c.notice(on, Notice{Level: "warning", Code: 12200, Message: "schema validation warning: <Start> is not allowed in the TwiML of a Number's url; it is left out"})
			return
		}
		c.startRecording(on, c.readRecording(d, noun))
	}
}

// startRecording is record for TwiML: what goes wrong is the debugger's.
func (c *call) startRecording(on *leg, o recordingOrder) *recording {
	r, err := c.record(on, o)
	if err != nil {
		c.notice(on, Notice{Level: "error", Message: "the sandbox cannot record: " + err.Error()})
	}
	return r
}

// stopVerb runs a Stop, which names what it stops.
func (c *call) stopVerb(on *leg, v *node) {
	for _, noun := range v.children {
		if noun.name != "Recording" {
			c.fail(on, Notice{Level: "error", Message: "not simulated: <" + noun.name + "> in <Stop>"})
			return
		}

		name, found := noun.attrs["name"], false
		c.stopRecordings(on, func(r *recording) bool {
			same := name != "" && r.name == name
			found = found || same
			return same
		})
		if !found {
			c.notice(on, Notice{Level: "warning", Message: fmt.Sprintf("Stop: there is no recording of the name %q", name)})
		}
	}
}

// readRecording reads the noun of a Start.
func (c *call) readRecording(d document, v *node) recordingOrder {
	one := func(attr, usual string, known ...string) string {
		given, there := v.attrs[attr]
		if !there {
			return usual
		}
		if !slices.Contains(known, given) {
			c.warn(12200, fmt.Sprintf("schema validation warning: %s of <%s> must be one of %v; %s is used", attr, v.name, known, usual))
			return usual
		}
		return given
	}

	return recordingOrder{
		source: byStartVerb,
		name:   v.attrs["name"],
		dual:   one("channels", "mono", "mono", "dual") == "dual",
		track:  one("track", trackBoth, trackBoth, trackInbound, trackOutbound),
		trim:   one("trim", "do-not-trim", "do-not-trim", "trim-silence") == "trim-silence",
		hook:   c.readRecordingHook(d, v),
	}
}

// readRecordingHook reads recordingStatusCallback*.
func (c *call) readRecordingHook(d document, v *node) hook {
	return c.readCallback(d, v, "recordingStatusCallback", recordingEvents)
}

// dialRecording is the recording that a Dial's record attribute asks for; ringing
// says that it begins before anybody answers.
type dialRecording struct {
	recordingOrder
	wanted, ringing bool
	running         *recording
}

// readDialRecording reads record, in all its spellings (voice/twiml/dial).
func (c *call) readDialRecording(d document, v *node) dialRecording {
	record, given := v.attrs["record"]
	if given && !slices.Contains(recordings, record) {
		c.warn(13217, "Dial: invalid record value")
		return dialRecording{}
	}
	x := dialRecording{
		wanted:         given && record != "false" && record != "do-not-record",
		ringing:        strings.HasPrefix(record, "record-from-ringing"),
		recordingOrder: c.readRecording(d, v),
	}
	x.source, x.name, x.track, x.dual = byDial, "", trackBoth, strings.HasSuffix(record, "-dual")
	if track := v.attrs["recordingTrack"]; track == trackInbound || track == trackOutbound {
		x.track = track
	}

	return x
}

// recordsFrom starts a Dial's recording when its time has come.
func (x *dialling) recordsFrom(ringing bool) {
	r := &x.verb.recording
	if r.wanted && r.ringing == ringing {
		r.running = x.startRecording(x.parent, r.recordingOrder)
	}
}

// recorded names a Dial's recording in the request for its action.
func (x *dialling) recorded(form map[string][]string) {
	if r := x.verb.recording.running; r != nil {
		form["RecordingSid"] = []string{r.sid}
		form["RecordingUrl"] = []string{recordingURL(x.engine.config.AccountSID, r.sid)}
	}
}
