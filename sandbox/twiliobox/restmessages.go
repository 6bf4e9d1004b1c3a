package twiliobox

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"
)

// legOf finds the leg whose resource's subresource is asked for.
func (b *Box) legOf(r *http.Request) (*leg, *restError) {
	l, ok := b.engine.leg(r.PathValue("call"))
	if !ok {
		return nil, errRestNotFound
	}
	return l, nil
}

// browserFault is why the browser on a leg cannot be reached. Which code Twilio has for
// a leg without the Voice SDK its pages do not say.
func browserFault(err error) *restError {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errNoBrowser):
		return restFault(http.StatusBadRequest, 20001, "The call is not associated with the Voice SDK")
	}
	return restFault(http.StatusBadRequest, 21220, "Call is not in-progress.")
}

// sendMessage serves POST UserDefinedMessages.json: a message to the Voice SDK on a leg.
func (b *Box) sendMessage(r *http.Request) (any, *restError) {
	l, fault := b.legOf(r)
	if fault != nil {
		return nil, fault
	}
	content := json.RawMessage(r.PostForm.Get("Content"))
	if !json.Valid(content) || len(content) > mostContent {
		return nil, restFault(http.StatusBadRequest, 20001, "Content must be JSON of at most 10 KB")
	}

	var sid string
	err := b.engine.atBrowser(l, func(c *clientCall) {
		sid = l.mail.once("KX", r.PostForm.Get("IdempotencyKey"), func(sid string) { c.deliver(content, sid) })
	})
	if fault := browserFault(err); fault != nil {
		return nil, fault
	}

	return createdResource{b.madeJSON(l, sid)}, nil
}

// subscribe serves POST UserDefinedMessageSubscriptions.json: where the messages of the
// Voice SDK on a leg go.
func (b *Box) subscribe(r *http.Request) (any, *restError) {
	l, fault := b.legOf(r)
	if fault != nil {
		return nil, fault
	}
	to := hook{url: r.PostForm.Get("Callback"), method: r.PostForm.Get("Method")}
	if to.url == "" || checkURL(to.url) != nil || !validMethod(to.method) {
		return nil, restFault(http.StatusBadRequest, 20001, "Callback must be an absolute URL, with http or https, and Method GET or POST")
	}

	var sid string
	err := b.engine.atBrowser(l, func(*clientCall) {
		sid = l.mail.once("ZY", r.PostForm.Get("IdempotencyKey"), func(sid string) {
			l.mail.subscribers = append(l.mail.subscribers, subscriber{sid, to})
		})
	})
	if fault := browserFault(err); fault != nil {
		return nil, fault
	}

	made := b.madeJSON(l, sid)
	made["uri"] = b.uri("/Calls/%s/UserDefinedMessageSubscriptions/%s.json", l.sid, sid)
	return createdResource{made}, nil
}

// unsubscribe serves DELETE UserDefinedMessageSubscriptions/{sid}.json.
func (b *Box) unsubscribe(r *http.Request) (any, *restError) {
	l, fault := b.legOf(r)
	if fault != nil {
		return nil, fault
	}

	found := false
	err := l.order(func() error {
		before := len(l.mail.subscribers)
		l.mail.subscribers = slices.DeleteFunc(l.mail.subscribers, func(s subscriber) bool { return s.sid == sid(r) })
		found = len(l.mail.subscribers) < before
		return nil
	})
	if err != nil || !found {
		return nil, errRestNotFound
	}

	return noContent{}, nil
}

func (b *Box) madeJSON(l *leg, sid string) map[string]any {
	return map[string]any{
		"account_sid": b.engine.config.AccountSID, "call_sid": l.sid, "sid": sid, "date_created": rfc2822(time.Now()),
	}
}
