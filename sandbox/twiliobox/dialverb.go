package twiliobox

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// dialVerb is a Dial's attributes and nouns, read and checked.
type dialVerb struct {
	action, method, callerID   string
	answerOnBridge, sequential bool
	timeout, timeLimit         time.Duration
	nouns                      []noun
	room                       *roomNoun // in place of nouns
	recording                  dialRecording
	notSimulated               string // a noun that Twilio knows and the box does not
}

// noun is whom a Dial calls.
type noun struct {
	address     string // E.164, or client:identity
	client      bool
	sendDigits  string
	url, method string // TwiML for the callee before bridging
	hook        hook
	detection   detection
	parameters  string // for the client that answers, as they go over the wire
}

// maxNouns is how many numbers and clients one Dial may call.
const maxNouns = 10

var (
	dialString = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\+?[0-9()\-. ]*[0-9][0-9()\-. ]*$`)
	})
	digitString = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[0-9A-D#*wW]*$`)
	})
	recordings = []string{"do-not-record", "record-from-answer", "record-from-ringing", "record-from-answer-dual", "record-from-ringing-dual", "true", "false"}
)

// groups are the nouns that ring together.
func (v dialVerb) groups() (groups [][]noun) {
	if !v.sequential {
		return [][]noun{v.nouns}
	}
	for _, n := range v.nouns {
		groups = append(groups, []noun{n})
	}
	return groups
}

// readDial reads the verb; a value that Twilio does not accept gives its warning
// and the default.
func (c *call) readDial(d document, v *node) dialVerb {
	verb := dialVerb{
		method:         c.method(v, "method", 13210),
		callerID:       v.attrs["callerId"],
		answerOnBridge: c.flag(v, "answerOnBridge", 12200),
		sequential:     c.flag(v, "sequential", 12200),
		timeout:        time.Duration(c.whole(c.parent, v, "timeout", limits{30, 5, 600, 13212})) * time.Second,
		timeLimit:      time.Duration(c.whole(c.parent, v, "timeLimit", limits{14400, 1, 14400, 13216})) * time.Second,
	}

	c.flag(v, "hangupOnStar", 13213)
	verb.recording = c.readDialRecording(d, v)
	if action, given := v.attrs["action"]; given {
		verb.action = resolve(d.base, action)
	}

	for _, child := range v.children {
		if child.name == "Conference" {
			verb.room = c.readRoom(d, child)
			return verb
		}
		n, ok := c.readNoun(d, child)
		if !ok {
			verb.notSimulated = child.name
			return verb
		}
		verb.nouns = append(verb.nouns, n)
	}

	if len(verb.nouns) == 0 {
		verb.nouns = []noun{{address: v.text}}
	}
	if len(verb.nouns) > maxNouns {
		c.warn(12200, "schema validation warning: a Dial calls ten numbers at most; the rest is left out")
		verb.nouns = verb.nouns[:maxNouns]
	}

	return verb
}

func (c *call) readNoun(d document, v *node) (noun, bool) {
	n := noun{address: v.text, sendDigits: v.attrs["sendDigits"], hook: c.readHook(d, v)}
	switch v.name {
	case "Number":
	case "Client":
		n.client, n.address, n.parameters = true, "client:"+identity(v), readParameters(v)
	default:
		return n, false
	}

	if !digitString().MatchString(n.sendDigits) {
		c.warn(13222, "Dial->Number: invalid sendDigits value")
		n.sendDigits = ""
	}
	if page := v.attrs["url"]; page != "" {
		n.url, n.method = resolve(d.base, page), c.method(v, "method", 13221)
	}

	n.detection = c.readDetection(d, v)
	return n, true
}

func identity(v *node) string {
	for _, child := range v.children {
		if child.name == "Identity" {
			return child.text
		}
	}
	return v.text
}

// readHook reads statusCallback*: only four names are events (voice/twiml/number).
func (c *call) readHook(d document, v *node) hook {
	return c.readCallback(d, v, "statusCallback", callbackEvents)
}

// readCallback reads the attributes of a callback, whose names begin alike: completed
// alone is the default of its events, which are some of those known.
func (c *call) readCallback(d document, v *node, name string, known []string) hook {
	page := v.attrs[name]
	if page == "" {
		return hook{}
	}
	h := hook{url: resolve(d.base, page), method: c.method(v, name+"Method", 12200), events: []string{"completed"}}
	wanted, given := v.attrs[name+"Event"]
	if !given {
		return h
	}

	h.events = nil
	for _, event := range strings.Fields(wanted) {
		if !slices.Contains(known, event) {
			c.warn(12200, fmt.Sprintf("schema validation warning: %sEvent %q is none of %v", name, event, known))
			continue
		}
		h.events = append(h.events, event)
	}

	return h
}

func (c *call) method(v *node, name string, code int) string {
	m := v.attrs[name]
	if !validMethod(m) {
		c.warn(code, fmt.Sprintf("%s: invalid %s value: GET or POST; POST is used", v.name, name))
		return http.MethodPost
	}
	return m
}

func (c *call) flag(v *node, name string, code int) bool {
	raw, given := v.attrs[name]
	if !given {
		return false
	}
	value, err := strconv.ParseBool(raw)
	if err != nil || (raw != "true" && raw != "false") {
		c.warn(code, fmt.Sprintf("%s: invalid %s value: true or false; false is used", v.name, name))
		return false
	}
	return value
}

func (c *call) warn(code int, message string) {
	c.notice(c.parent, Notice{Level: "warning", Code: code, Message: message})
}
