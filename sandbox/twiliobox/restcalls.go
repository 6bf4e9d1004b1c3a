package twiliobox

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// listCalls lists legs, newest first, by To, From, ParentCallSid, Status,
// StartTime and EndTime; the operators < and > are part of the name.
func (b *Box) listCalls(r *http.Request) (any, *restError) {
	times, fault := dateFilters(r.Form, "StartTime", "EndTime")
	if fault != nil {
		return nil, fault
	}
	same := func(name, value string) bool { return !r.Form.Has(name) || r.Form.Get(name) == value }
	var all []resource
	for _, v := range b.engine.views(func(*leg) bool { return true }) {
		if !same("To", v.To) || !same("From", v.From) || !same("ParentCallSid", v.ParentCallSID) || !same("Status", restStatus(v.Status)) {
			continue
		}
		if slices.ContainsFunc(times, func(f dateFilter) bool { return !f.keeps(v.at(f.name)) }) {
			continue
		}
		all = append(all, resource{v.SID, b.callJSON(v)})
	}

	return b.page(r, "calls", all)
}

func (b *Box) fetchCall(r *http.Request) (any, *restError) {
	l, ok := b.engine.leg(sid(r))
	if !ok {
		return nil, errRestNotFound
	}
	b.engine.mu.Lock()
	defer b.engine.mu.Unlock()
	return b.callJSON(l.view()), nil
}

// endByREST ends a leg: completed at any time, canceled only while it rings; a leg
// in progress is left alone by canceled, without an error, and so is one that a Dial
// rings (voice/tutorials, change call state: that is in progress).
func (e *engine) endByREST(l *leg, s Status) error {
	return l.order(func() error {
		switch {
		case l.status.Final():
			return errEnded
		case s == Canceled && (l.status == InProgress || l.parentSID != ""):
			return nil
		}

		l.byREST = true
		switch {
		case l.parentSID != "":
			l.call().cut(l)
		default:
			l.call().end(l, s, l.sipUnless(s == Canceled))
		}
		return nil
	})
}

// sipUnless is the SIP response of a leg that the REST API ends: 487 when it was
// given up before anybody answered.
func (l *leg) sipUnless(givenUp bool) int {
	if givenUp && l.toPhone() {
		return 487
	}
	return l.sipAnswered()
}

// restStatus: the resource knows no initiated, such a leg is queued.
func restStatus(s Status) string {
	if s == Initiated || s == "" {
		return "queued"
	}
	return string(s)
}

func (b *Box) callJSON(v legView) map[string]any {
	start := v.Answered
	if start.IsZero() {
		start = v.Created
	}
	call := map[string]any{
		"sid": v.SID, "account_sid": b.engine.config.AccountSID, "api_version": restVersion,
		"parent_call_sid": orNull(v.ParentCallSID), "direction": v.Direction, "status": restStatus(v.Status),
		"from": v.From, "from_formatted": v.From, "to": v.To, "to_formatted": v.To,
		"phone_number_sid": orNull(v.numberSID), "answered_by": orNull(v.AnsweredBy),
		"date_created": rfc2822(v.Created), "date_updated": rfc2822(v.changed()),
		"start_time": rfc2822(start), "end_time": rfc2822(v.Ended),
		"duration": nil, "price": nil, "price_unit": "USD", "queue_time": strconv.FormatInt(v.waited.Milliseconds(), 10),
		"annotation": nil, "caller_name": nil, "forwarded_from": nil, "group_sid": nil, "trunk_sid": nil,
		"uri": b.uri("/Calls/%s.json", v.SID),
	}
	if !v.Ended.IsZero() {
		call["duration"] = strconv.Itoa(v.DurationSeconds)
	}

	return call
}

func (v legView) changed() time.Time {
	if len(v.States) == 0 {
		return v.Created
	}
	return v.States[len(v.States)-1].At
}

// at is the time of a leg that a StartTime or EndTime parameter asks about.
func (v legView) at(name string) time.Time {
	switch {
	case name == "EndTime":
		return v.Ended
	case v.Answered.IsZero():
		return v.Created
	}
	return v.Answered
}
