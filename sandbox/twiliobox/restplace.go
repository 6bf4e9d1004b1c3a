package twiliobox

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// outboundAPI is the direction of a leg that the REST API placed. It is a parent:
// no ParentCallSid goes with it, and its callbacks are its own.
const outboundAPI = "outbound-api"

// toPhone says whether a member's phone is at the leg's far end.
func (l *leg) toPhone() bool { return l.parentSID != "" || l.direction == outboundAPI }

// createdResource is answered with 201.
type createdResource struct{ resource any }

// placement is a call that somebody asks the REST API for.
type placement struct {
	noun    noun
	waits   detection // looked for before the application is asked
	from    numberRecord
	timeout time.Duration
	// Of participants alone:
	timeLimit  time.Duration
	earlyMedia bool     // the room hears it ring
	idle       []string // what was asked for and has no effect
	page       request  // for the TwiML
	second     hook     // asked when that fails
	app        string   // SID, when that is where page comes from
}

// placeCall serves POST Calls.json (voice/api/call-resource, "Create a Call
// resource"): the number is rung, and once it answers the application is asked what
// to do with it, unless Twiml says so. SendDigits, recording and SIP or client
// addresses are not simulated.
func (b *Box) placeCall(r *http.Request) (any, *restError) {
	p, fault := b.engine.readPlacement(r.PostForm)
	if fault != nil {
		return nil, fault
	}

	parent := &leg{
		sid:            newSID("CA"),
		direction:      outboundAPI,
		status:         Queued,
		pstn:           true,
		line:           &line{},
		from:           p.from.PhoneNumber,
		caller:         p.from.PhoneNumber,
		to:             p.noun.address,
		numberSID:      p.from.SID,
		applicationSID: p.app,
		fallback:       p.second,
		hook:           p.noun.hook,
		waited:         b.engine.turn(),
	}

	if err := b.engine.launch(parent, func(c *call) { c.runPlaced(p) }); err != nil {
		return nil, restFault(http.StatusServiceUnavailable, 20503, "The sandbox is closing")
	}

	b.engine.mu.Lock()
	defer b.engine.mu.Unlock()
	return createdResource{b.callJSON(parent.view())}, nil
}

func (e *engine) readPlacement(form url.Values) (placement, *restError) {
	refuse := func(code int, message string) (placement, *restError) {
		return placement{}, restFault(http.StatusBadRequest, code, message)
	}

	p := placement{noun: noun{address: form.Get("To")}, timeout: time.Minute, page: request{purpose: "voice", form: url.Values{}}}
	from, owned := e.account.number(form.Get("From"))
	switch {
	case p.noun.address == "":
		return refuse(21201, "No 'To' number is specified")
	case !e164Pattern().MatchString(p.noun.address):
		return refuse(21211, "The 'To' number is not a valid phone number")
	case form.Get("From") == "":
		return refuse(21213, "The 'From' number is required")
	case !owned || from.PhoneNumber != form.Get("From"):
		return refuse(21210, "The 'From' number is not a number of this account")
	}

	p.from = from
	if fault := e.readPage(&p, form); fault != nil {
		return placement{}, fault
	}

	if raw := form.Get("Timeout"); raw != "" {
		n, err := strconv.Atoi(raw)
		if err != nil || n < 5 || n > 600 {
			return refuse(20001, "Timeout must be between 5 and 600")
		}
		p.timeout = time.Duration(n) * time.Second
	}

	switch mode := form.Get("MachineDetection"); mode {
	case "":
	case "Enable", "DetectMessageEnd":
		p.waits = detection{mode: mode, timeout: 30 * time.Second, hook: hook{url: form.Get("AsyncAmdStatusCallback"), method: form.Get("AsyncAmdStatusCallbackMethod")}}
	default:
		return refuse(20001, "MachineDetection must be Enable or DetectMessageEnd")
	}

	if form.Get("AsyncAmd") == "true" {
		p.noun.detection, p.waits = p.waits, detection{}
	}

	return p, nil
}

// readPage finds where the TwiML and the reports are: an application's own when one
// is named, and then Method and StatusCallback do not count.
func (e *engine) readPage(p *placement, form url.Values) *restError {
	invalid := func(message string) *restError { return restFault(http.StatusBadRequest, 21205, message) }
	if sid := form.Get("ApplicationSid"); sid != "" {
		app, ok := e.account.application(sid)
		if !ok {
			return invalid("ApplicationSid is none of this account")
		}
		p.app, p.page.url, p.page.method = sid, app.VoiceURL, app.VoiceMethod
		p.second = hook{url: app.VoiceFallbackURL, method: app.VoiceFallbackMethod}
		p.noun.hook = hook{url: app.StatusCallback, method: app.StatusCallbackMethod, events: []string{"completed"}}
		return nil
	}

	p.page.url, p.page.method = form.Get("Url"), form.Get("Method")
	if p.page.url == "" {
		p.page.twiml = form.Get("Twiml")
	}
	p.second = hook{url: form.Get("FallbackUrl"), method: form.Get("FallbackMethod")}
	p.noun.hook = hook{url: form.Get("StatusCallback"), method: form.Get("StatusCallbackMethod"), events: []string{"completed"}}
	if events := form["StatusCallbackEvent"]; len(events) > 0 {
		p.noun.hook.events = events
	}

	switch {
	case p.page.url == "" && p.page.twiml == "":
		return invalid("Url, Twiml or ApplicationSid is required")
	case len([]rune(p.page.twiml)) > longestTwiml:
		return restFault(http.StatusBadRequest, 32018, "Twiml must have at most 4000 characters")
	case checkURL(p.page.url) != nil || checkURL(p.second.url) != nil || checkURL(p.noun.hook.url) != nil:
		return invalid("Url, FallbackUrl and StatusCallback must be absolute, with http or https")
	case !validMethod(p.page.method) || !validMethod(p.second.method) || !validMethod(p.noun.hook.method):
		return invalid("Method, FallbackMethod and StatusCallbackMethod must be GET or POST")
	case slices.ContainsFunc(p.noun.hook.events, func(event string) bool { return !slices.Contains(callbackEvents, event) }):
		return invalid("StatusCallbackEvent must be initiated, ringing, answered or completed")
	}

	return nil
}

// runPlaced rings the phone, and asks for TwiML once somebody or something has
// answered. A detector that is waited for is heard first (voice/answering-machine-
// detection): its result goes with the request and with the last report.
func (c *call) runPlaced(p placement) {
	l := c.parent
	if c.queue(l); l.status.Final() {
		return
	}
	x := &dialling{call: c, verb: dialVerb{callerID: l.from, timeout: p.timeout}, ringback: true} // nobody hears the ringing
	x.place(p.noun, l)
	c.waitUntil(func() bool { return x.winner != nil || l.status.Final() })
	if x.winner == nil {
		return
	}

	c.leaveAfter(l, *l.phone.TalkSeconds)

	if p.waits.mode != "" {
		result, takes := p.waits.find(l.phone)
		c.spend(l, takes)
		c.engine.mu.Lock()
		l.answeredBy = result
		c.engine.mu.Unlock()
	}

	c.run(p.page)
}
