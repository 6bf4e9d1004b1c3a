package twiliobox

import (
	"errors"
	"net/http"
	"net/url"
)

func (b *Box) listNumbers(r *http.Request) (any, *restError) {
	var all []resource
	for _, n := range b.engine.account.listNumbers() {
		if wanted(r.Form, "PhoneNumber", n.PhoneNumber) && wanted(r.Form, "FriendlyName", n.FriendlyName) {
			all = append(all, resource{n.SID, b.numberJSON(n)})
		}
	}
	return b.page(r, "incoming_phone_numbers", all)
}

func wanted(form url.Values, name, value string) bool {
	return !form.Has(name) || form.Get(name) == value
}

func (b *Box) fetchNumber(r *http.Request) (any, *restError) {
	n, ok := b.engine.account.number(sid(r))
	if !ok || n.SID != sid(r) {
		return nil, errRestNotFound
	}
	return b.numberJSON(n), nil
}

func (b *Box) updateNumber(r *http.Request) (any, *restError) {
	if app := r.PostForm.Get("VoiceApplicationSid"); app != "" {
		if _, ok := b.engine.account.application(app); !ok {
			return nil, restFault(http.StatusBadRequest, 20001, "VoiceApplicationSid is no application of this account")
		}
	}

	if fault := hookFault(r.PostForm); fault != nil {
		return nil, fault
	}
	err := b.engine.account.updateNumber(sid(r), func(n *Number) {
		assign(r.PostForm, map[string]*string{
			"FriendlyName": &n.FriendlyName, "VoiceUrl": &n.VoiceURL, "VoiceMethod": &n.VoiceMethod,
			"VoiceFallbackUrl": &n.VoiceFallbackURL, "VoiceFallbackMethod": &n.VoiceFallbackMethod,
			"StatusCallback": &n.StatusCallback, "StatusCallbackMethod": &n.StatusCallbackMethod,
			"VoiceApplicationSid": &n.VoiceApplicationSID, "TrunkSid": &n.TrunkSID,
		})
		// A trunk and an application take a number from each other (Twilio,
		// phone-numbers/api/incomingphonenumber-resource, TrunkSid).
		switch {
		case r.PostForm.Get("TrunkSid") != "":
			n.VoiceApplicationSID = ""
		case r.PostForm.Get("VoiceApplicationSid") != "":
			n.TrunkSID = ""
		}
	})
	if errors.Is(err, errNotFound) {
		return nil, errRestNotFound
	}

	return b.fetchNumber(r)
}

func (b *Box) listApplications(r *http.Request) (any, *restError) {
	var all []resource
	for _, a := range b.engine.account.listApplications() {
		if wanted(r.Form, "FriendlyName", a.FriendlyName) {
			all = append(all, resource{a.SID, b.applicationJSON(a)})
		}
	}
	return b.page(r, "applications", all)
}

func (b *Box) fetchApplication(r *http.Request) (any, *restError) {
	a, ok := b.engine.account.application(sid(r))
	if !ok {
		return nil, errRestNotFound
	}
	return b.applicationJSON(a), nil
}

func (b *Box) updateApplication(r *http.Request) (any, *restError) {
	if fault := hookFault(r.PostForm); fault != nil {
		return nil, fault
	}
	err := b.engine.account.updateApplication(sid(r), func(a *Application) {
		assign(r.PostForm, map[string]*string{
			"FriendlyName": &a.FriendlyName, "VoiceUrl": &a.VoiceURL, "VoiceMethod": &a.VoiceMethod,
			"VoiceFallbackUrl": &a.VoiceFallbackURL, "VoiceFallbackMethod": &a.VoiceFallbackMethod,
			"StatusCallback": &a.StatusCallback, "StatusCallbackMethod": &a.StatusCallbackMethod,
		})
		if public := r.PostForm.Get("PublicApplicationConnectEnabled"); public != "" {
			a.PublicConnect = public == "true"
		}
	})
	if errors.Is(err, errNotFound) {
		return nil, errRestNotFound
	}

	return b.fetchApplication(r)
}

// assign sets what the form has; an empty value clears a field, an absent one
// leaves it.
func assign(form url.Values, fields map[string]*string) {
	for name, field := range fields {
		if form.Has(name) {
			*field = form.Get(name)
		}
	}
}

// hookFault refuses URLs and methods before anything is changed.
func hookFault(form url.Values) *restError {
	for _, name := range []string{"VoiceUrl", "VoiceFallbackUrl", "StatusCallback"} {
		if err := checkURL(form.Get(name)); err != nil {
			return restFault(http.StatusBadRequest, 21402, name+" is not valid: "+err.Error())
		}
	}
	for _, name := range []string{"VoiceMethod", "VoiceFallbackMethod", "StatusCallbackMethod"} {
		if !validMethod(form.Get(name)) {
			return restFault(http.StatusBadRequest, 21403, name+" is not valid: GET or POST")
		}
	}
	return nil
}

func (b *Box) numberJSON(n numberRecord) map[string]any {
	return map[string]any{
		"sid": n.SID, "account_sid": b.engine.config.AccountSID, "api_version": restVersion,
		"phone_number": n.PhoneNumber, "friendly_name": n.FriendlyName,
		"voice_url": n.VoiceURL, "voice_method": orPost(n.VoiceMethod),
		"voice_fallback_url": orNull(n.VoiceFallbackURL), "voice_fallback_method": orPost(n.VoiceFallbackMethod), "voice_caller_id_lookup": false,
		"voice_application_sid": orNull(n.VoiceApplicationSID), "voice_receive_mode": "voice",
		"status_callback": n.StatusCallback, "status_callback_method": orPost(n.StatusCallbackMethod),
		"sms_url": "", "sms_method": "POST", "sms_fallback_url": "", "sms_fallback_method": "POST", "sms_application_sid": "",
		"capabilities": map[string]bool{"voice": !n.NoVoice, "sms": false, "mms": false, "fax": false},
		"beta":         false, "origin": "twilio", "status": "in-use", "trunk_sid": orNull(n.TrunkSID), "bundle_sid": nil,
		"address_requirements": "none", "address_sid": nil, "identity_sid": nil,
		"emergency_status": "Inactive", "emergency_address_sid": nil,
		"date_created": rfc2822(n.created), "date_updated": rfc2822(n.updated),
		"uri": b.uri("/IncomingPhoneNumbers/%s.json", n.SID),
	}
}

func (b *Box) applicationJSON(a applicationRecord) map[string]any {
	return map[string]any{
		"sid": a.SID, "account_sid": b.engine.config.AccountSID, "api_version": restVersion,
		"friendly_name": a.FriendlyName,
		"voice_url":     orNull(a.VoiceURL), "voice_method": orPost(a.VoiceMethod),
		"voice_fallback_url": orNull(a.VoiceFallbackURL), "voice_fallback_method": orPost(a.VoiceFallbackMethod), "voice_caller_id_lookup": false,
		"status_callback": orNull(a.StatusCallback), "status_callback_method": orPost(a.StatusCallbackMethod),
		"sms_url": nil, "sms_method": "POST", "sms_fallback_url": nil, "sms_fallback_method": "POST",
		"sms_status_callback": nil, "message_status_callback": nil, "public_application_connect_enabled": a.PublicConnect,
		"date_created": rfc2822(a.created), "date_updated": rfc2822(a.updated),
		"uri": b.uri("/Applications/%s.json", a.SID),
	}
}
