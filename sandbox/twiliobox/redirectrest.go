package twiliobox

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// longestTwiml is how many characters of TwiML the REST API takes: 32018 beyond.
const longestTwiml = 4000

// redirectFaults are what Faults.Redirect may name.
var redirectFaults = []string{"", "404", "500", "done-500", "lost"}

// updateCall ends a leg, or has it run other TwiML (voice/api/call-resource, "Update
// a Call resource").
func (b *Box) updateCall(r *http.Request) (any, *restError) {
	l, ok := b.engine.leg(sid(r))
	if !ok {
		return nil, errRestNotFound
	}
	invalid := func(message string) *restError { return restFault(http.StatusBadRequest, 20001, message) }
	form := r.PostForm
	status, to, twiml := form.Get("Status"), form.Get("Url"), form.Get("Twiml")
	given := slices.DeleteFunc([]string{status, to, twiml}, func(value string) bool { return value == "" })
	switch {
	case len(given) > 1:
		return nil, invalid("Status, Url and Twiml exclude each other")
	case status != "" && status != "completed" && status != "canceled":
		return nil, invalid("Status must be completed or canceled")
	case len(checkHooks("call", form.Get("Url"), form.Get("Method"), form.Get("FallbackUrl"), form.Get("FallbackMethod"), form.Get("StatusCallback"), form.Get("StatusCallbackMethod"))) > 0:
		return nil, restFault(http.StatusBadRequest, 21205, "Url, FallbackUrl and StatusCallback must be absolute, with http or https, their methods GET or POST")
	case len([]rune(twiml)) > longestTwiml:
		return nil, restFault(http.StatusBadRequest, 32018, "Twiml must have at most 4000 characters")
	}

	switch {
	case status != "":
		return b.ended(r, b.engine.endByREST(l, Status(status)))
	case to != "" || twiml != "":
		return b.redirectCall(r, l)
	}

	return b.ended(r, l.amend(r.PostForm))
}

// ended answers with the call as it is now, or why nothing was done.
func (b *Box) ended(r *http.Request, err error) (any, *restError) {
	if errors.Is(err, errEnded) {
		return nil, restFault(http.StatusBadRequest, 21220, "Call is not in-progress. Cannot redirect.")
	}
	if err != nil {
		return nil, restFault(http.StatusInternalServerError, 20500, "Internal error")
	}
	return b.fetchCall(r)
}

func (b *Box) redirectCall(r *http.Request, l *leg) (any, *restError) {
	wrong := b.engine.gremlin.redirectFault()
	switch wrong {
	case "404":
		return nil, errRestNotFound
	case "500":
		return nil, restFault(http.StatusInternalServerError, 20500, "The sandbox was told to fail")
	}

	page := request{
		purpose: "redirect",
		method:  r.PostForm.Get("Method"),
		url:     r.PostForm.Get("Url"),
		twiml:   r.PostForm.Get("Twiml"),
		callSID: l.sid,
	}
	second := hook{url: r.PostForm.Get("FallbackUrl"), method: r.PostForm.Get("FallbackMethod")}
	answer, fault := b.ended(r, l.order(func() error {
		if second.url != "" {
			l.fallback = second
		}
		return l.call().redirect(l, page)
	}))
	if fault == nil && l.amend(r.PostForm) != nil {
		return answer, nil // it has ended meanwhile
	}
	switch {
	case fault != nil:
		return nil, fault
	case wrong == "done-500":
		return nil, restFault(http.StatusInternalServerError, 20500, "The sandbox was told to fail")
	case wrong == "lost":
		return lostAnswer{}, nil
	}

	return answer, nil
}

// amend changes where a leg's end is reported, and how long it may last.
func (l *leg) amend(form url.Values) error {
	to, limit := form.Get("StatusCallback"), form.Get("TimeLimit")
	return l.order(func() error {
		if l.status.Final() {
			return errEnded
		}
		if to != "" {
			l.hook = hook{url: to, method: form.Get("StatusCallbackMethod"), events: []string{"completed"}}
		}
		if n, err := strconv.Atoi(limit); err == nil && n > 0 {
			a := l.call().clock.after(time.Duration(n)*time.Second, func() { l.call().end(l, Completed, l.sipAnswered()) })
			a.leg = l
		}
		return nil
	})
}

// redirectFault is what becomes of the next redirect.
func (g *gremlin) redirectFault() (word string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.faults.Redirect) > 0 {
		word, g.faults.Redirect = g.faults.Redirect[0], slices.Clone(g.faults.Redirect[1:])
	}
	return word
}
