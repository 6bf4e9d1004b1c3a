package twiliobox

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// addParticipant dials somebody out into a room (voice/api/conference-participant-
// resource): by the room's sid, or by a name, which makes the room. The leg is one of
// the REST API's, without a parent; its own reports are as those of Calls.
func (b *Box) addParticipant(r *http.Request) (any, *restError) {
	asked, n, fault := b.engine.readAdded(r.PostForm)
	if fault != nil {
		return nil, fault
	}
	n.name = r.PathValue("room")
	s := b.engine.rooms
	s.mu.Lock()
	if one, ok := s.find(n.name); ok {
		n.name = one.name
		if one.over() {
			s.mu.Unlock()
			return nil, errRestNotFound
		}
	} else if isSID("CF", n.name) {
		s.mu.Unlock()
		return nil, errRestNotFound
	}
	s.mu.Unlock()

	l := &leg{
		sid:       newSID("CA"),
		direction: outboundAPI,
		status:    Queued,
		pstn:      !asked.noun.client,
		line:      &line{},
		from:      r.PostForm.Get("From"),
		caller:    r.PostForm.Get("From"),
		to:        asked.noun.address,
		numberSID: asked.from.SID,
		hook:      asked.noun.hook,
	}

	c, err := b.engine.prepare(l)
	if err != nil {
		return nil, restFault(http.StatusInternalServerError, 20500, "Internal error")
	}
	p, refused := s.invite(n, l, c.clock.now)
	if refused != nil {
		return nil, restFault(http.StatusBadRequest, cmp.Or(refused.Code, 20001), refused.Message)
	}

	p.added, l.waited = true, b.engine.turn()
	if err := c.launch(func() { c.runAdded(asked, p) }); err != nil {
		return nil, restFault(http.StatusServiceUnavailable, 20503, "The sandbox is closing")
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	return createdResource{b.participantJSON(p)}, nil
}

// readAdded reads whom to dial, and as what he comes into the room.
func (e *engine) readAdded(form url.Values) (placement, roomNoun, *restError) {
	asked := placement{timeout: time.Minute, timeLimit: 4 * time.Hour, earlyMedia: form.Get("EarlyMedia") != "false"}
	refuse := func(code int, message string) (placement, roomNoun, *restError) {
		return placement{}, roomNoun{}, restFault(http.StatusBadRequest, code, message)
	}

	to, more, _ := strings.Cut(form.Get("To"), "?")
	_, err := url.ParseQuery(more)
	asked.noun = noun{address: to, client: strings.HasPrefix(to, "client:"), parameters: more}
	from, owned := e.account.number(form.Get("From"))
	asked.from = from
	switch {
	case to == "":
		return refuse(21201, "No 'To' number is specified")
	case err != nil || !asked.noun.client && !e164Pattern().MatchString(to):
		return refuse(21211, "The 'To' number is not a valid phone number: sip: and app: are not simulated")
	case form.Get("From") == "":
		return refuse(21213, "The 'From' number is required")
	case !(asked.noun.client && strings.HasPrefix(form.Get("From"), "client:")) && (!owned || from.PhoneNumber != form.Get("From")):
		return refuse(21210, "The 'From' number is not a number of this account")
	}

	times := map[string]*time.Duration{"Timeout": &asked.timeout, "TimeLimit": &asked.timeLimit}
	for name, into := range times {
		if raw := form.Get(name); raw != "" {
			n, err := strconv.Atoi(raw)
			if err != nil || n < 1 || name == "Timeout" && (n < 5 || n > 600) {
				return refuse(20001, "Timeout must be between 5 and 600, TimeLimit at least 1")
			}
			*into = time.Duration(n) * time.Second
		}
	}

	hooks, fault := readAddedHooks(form)
	if fault != nil {
		return placement{}, roomNoun{}, fault
	}
	asked.noun.hook = hooks[0]
	asked.noun.detection, fault = readAddedDetection(form)
	if fault != nil {
		return placement{}, roomNoun{}, fault
	}
	for _, name := range idleAdded {
		if value := form.Get(name); value != "" && value != "false" && value != "small" {
			asked.idle = append(asked.idle, name)
		}
	}

	n := addedAs(form)
	n.hook = hooks[1]
	if !goodLabel(n.label) || n.most < 1 || n.most > mostInRoom {
		return refuse(20001, "Label must have at most 128 characters and no /, MaxParticipants be between 1 and 250")
	}

	return asked, n, nil
}

// idleAdded is what may be asked of a participant and has no effect here.
var idleAdded = []string{
	"Record", "ConferenceRecord", "RecordingStatusCallback", "ConferenceRecordingStatusCallback", "JitterBufferSize",
	"CallReason", "CallerDisplayName", "CallToken", "Byoc", "ClientNotificationUrl",
}

// readAddedDetection reads machine detection, which goes beside the call.
func readAddedDetection(form url.Values) (detection, *restError) {
	mode, to := form.Get("MachineDetection"), form.Get("AmdStatusCallback")
	switch {
	case mode != "" && mode != "Enable" && mode != "DetectMessageEnd":
		return detection{}, restFault(http.StatusBadRequest, 20001, "MachineDetection must be Enable or DetectMessageEnd")
	case checkURL(to) != nil || !validMethod(form.Get("AmdStatusCallbackMethod")):
		return detection{}, restFault(http.StatusBadRequest, 21205, "AmdStatusCallback must be absolute and its method GET or POST")
	}
	return detection{mode: mode, timeout: 30 * time.Second, hook: hook{url: to, method: form.Get("AmdStatusCallbackMethod")}}, nil
}

// addedAs is what the form says of the one in the room.
func addedAs(form url.Values) roomNoun {
	n := usualRoom("")
	n.label, n.region = form.Get("Label"), form.Get("Region")
	n.muted, n.ends = form.Get("Muted") == "true", form.Get("EndConferenceOnExit") == "true"
	n.starts = form.Get("StartConferenceOnEnter") != "false"
	if form.Get("Coaching") == "true" {
		n.coach = form.Get("CallSidToCoach")
	}
	if beep := form.Get("Beep"); beep != "" {
		n.beep(beep)
	}
	if most := form.Get("MaxParticipants"); most != "" {
		n.most, _ = strconv.Atoi(most) // 0 is refused
	}

	n.wait = page{url: form.Get("WaitUrl"), method: form.Get("WaitMethod")}
	n.silent = form.Has("WaitUrl") && n.wait.url == ""
	return n
}

// readAddedHooks reads where the leg's reports go, and the room's if this is its
// first participant.
func readAddedHooks(form url.Values) (hooks [2]hook, fault *restError) {
	for i, prefix := range []string{"", "Conference"} {
		h := hook{url: form.Get(prefix + "StatusCallback"), method: form.Get(prefix + "StatusCallbackMethod")}
		for _, events := range form[prefix+"StatusCallbackEvent"] {
			h.events = append(h.events, strings.Fields(events)...)
		}

		known := [][]string{callbackEvents, roomEvents}[i]
		if i == 0 && len(h.events) == 0 {
			h.events = []string{"completed"}
		}
		if checkURL(h.url) != nil || !validMethod(h.method) || slices.ContainsFunc(h.events, func(event string) bool { return !slices.Contains(known, event) }) {
			return hooks, restFault(http.StatusBadRequest, 21205, prefix+"StatusCallback must be absolute, its method GET or POST and its events of "+strings.Join(known, ", "))
		}
		hooks[i] = h
	}
	return hooks, nil
}
