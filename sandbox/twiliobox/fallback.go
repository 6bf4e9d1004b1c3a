package twiliobox

import (
	"maps"
	"net/url"
	"strconv"
)

// rescue is the request for a fallback's TwiML, after that of another request could not
// be had or run: the same parameters, and what went wrong where (usage/webhooks,
// "fallback"). What only the sandbox refuses has no ErrorCode.
func (c *call) rescue(on *leg, failed request) *request {
	why := *on.trouble
	on.trouble = nil
	form := url.Values{}
	maps.Copy(form, failed.form)
	maps.Copy(form, on.parameters())
	form.Set("ErrorUrl", failed.url)
	if why.URL != "" {
		form.Set("ErrorUrl", why.URL)
	}
	if why.Code != 0 {
		form.Set("ErrorCode", strconv.Itoa(why.Code))
	}

	return &request{
		purpose: "fallback",
		method:  on.fallback.method,
		url:     on.fallback.url,
		form:    form,
		callSID: on.sid,
	}
}
