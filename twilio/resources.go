package twilio

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"perci.health/careline"
)

// pageSize is the largest that Twilio allows.
const pageSize = "1000"

// IncomingPhoneNumber is a number of the account (Twilio,
// phone-numbers/api/incomingphonenumber-resource).
type IncomingPhoneNumber struct {
	SID          string
	PhoneNumber  careline.Phone
	FriendlyName string // often the number itself: not for a log
	Voice        bool   // it can make and take calls

	VoiceURL, VoiceMethod                string // asked when somebody calls the number; empty: nobody
	StatusCallback, StatusCallbackMethod string // told when such a call has ended; empty: nobody
	// ApplicationSID (AP…) and TrunkSID (TK…) take such calls elsewhere: with either,
	// Twilio leaves the VoiceURL unasked. Empty when there is none.
	ApplicationSID, TrunkSID string
}

// IncomingPhoneNumbers are all numbers of the account, in Twilio's order. One
// that is no telephone number, such as a short code, has a zero PhoneNumber.
func (c *Client) IncomingPhoneNumbers(ctx context.Context) ([]IncomingPhoneNumber, error) {
	var all []IncomingPhoneNumber
	err := c.pages(ctx, "/IncomingPhoneNumbers.json", url.Values{"PageSize": {pageSize}}, func(body []byte) (string, error) {
		var page struct {
			Next    string         `json:"next_page_uri"`
			Numbers []numberAnswer `json:"incoming_phone_numbers"`
		}
		if err := decode(body, &page); err != nil {
			return "", err
		}

		for _, n := range page.Numbers {
			all = append(all, n.number())
		}
		return page.Next, nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the account's numbers: %w", err)
	}
	return all, nil
}

// numberAnswer is a number as the API writes it; unset fields are null or "".
type numberAnswer struct {
	SID          string `json:"sid"`
	PhoneNumber  string `json:"phone_number"`
	FriendlyName string `json:"friendly_name"`
	Capabilities struct {
		Voice bool `json:"voice"`
	} `json:"capabilities"`
	VoiceURL             string `json:"voice_url"`
	VoiceMethod          string `json:"voice_method"`
	StatusCallback       string `json:"status_callback"`
	StatusCallbackMethod string `json:"status_callback_method"`
	ApplicationSID       string `json:"voice_application_sid"`
	TrunkSID             string `json:"trunk_sid"`
}

func (n numberAnswer) number() IncomingPhoneNumber {
	phone, err := careline.ParsePhone(n.PhoneNumber, "")
	if err != nil {
		phone = careline.Phone{}
	}

	return IncomingPhoneNumber{
		SID:                  n.SID,
		PhoneNumber:          phone,
		FriendlyName:         n.FriendlyName,
		Voice:                n.Capabilities.Voice,
		VoiceURL:             n.VoiceURL,
		VoiceMethod:          n.VoiceMethod,
		StatusCallback:       n.StatusCallback,
		StatusCallbackMethod: n.StatusCallbackMethod,
		ApplicationSID:       n.ApplicationSID,
		TrunkSID:             n.TrunkSID,
	}
}

// VoiceNumbers are the account's numbers that can make calls: what a Pool holds.
func (c *Client) VoiceNumbers(ctx context.Context) ([]careline.Phone, error) {
	all, err := c.IncomingPhoneNumbers(ctx)
	if err != nil {
		return nil, err
	}

	var voice []careline.Phone
	for _, n := range all {
		if n.Voice && !n.PhoneNumber.IsZero() {
			voice = append(voice, n.PhoneNumber)
		}
	}
	return voice, nil
}

// CallResource is one leg of a call as Twilio's records have it (Twilio,
// voice/api/call-resource). They follow the reports with a delay.
type CallResource struct {
	SID, ParentSID string
	Status         careline.Status
	Word           string // Twilio's own word for Status
	Direction      string
	Start, End     time.Time // zero when unset
	Seconds        careline.Seconds
	AnsweredBy     string
	ToApp          bool // it was dialled to an app of ours
}

// UnmarshalJSON reads Twilio's form, where times are RFC 2822 and numbers are
// strings.
func (r *CallResource) UnmarshalJSON(text []byte) error {
	var told struct {
		SID        string `json:"sid"`
		Parent     string `json:"parent_call_sid"`
		Status     string `json:"status"`
		Direction  string `json:"direction"`
		Start      string `json:"start_time"`
		End        string `json:"end_time"`
		Duration   string `json:"duration"`
		AnsweredBy string `json:"answered_by"`
		To         string `json:"to"`
	}
	if err := json.Unmarshal(text, &told); err != nil {
		return err
	}

	*r = CallResource{
		SID:        told.SID,
		ParentSID:  told.Parent,
		Status:     statusOf(told.Status),
		Word:       told.Status,
		Direction:  told.Direction,
		Start:      parseTime(told.Start),
		End:        parseTime(told.End),
		AnsweredBy: told.AnsweredBy,
		ToApp:      strings.HasPrefix(told.To, clientPrefix),
	}
	if n, err := strconv.Atoi(told.Duration); err == nil {
		r.Seconds = careline.SecondsOf(n)
	}
	return nil
}

// FetchCall is one leg. A SID that is none is an error of code invalid, one that
// Twilio does not know of code not-found.
func (c *Client) FetchCall(ctx context.Context, sid string) (CallResource, error) {
	if !isSID(sidCall, sid) {
		return CallResource{}, notACall()
	}
	var r CallResource
	if err := c.get(ctx, "/Calls/"+sid+".json", nil, &r); err != nil {
		return CallResource{}, fmt.Errorf("fetch the call: %w", err)
	}
	return r, nil
}

// ListCalls are the legs that were dialled for the leg parent.
func (c *Client) ListCalls(ctx context.Context, parent string) ([]CallResource, error) {
	if !isSID(sidCall, parent) {
		return nil, notACall()
	}
	var all []CallResource
	query := url.Values{"ParentCallSid": {parent}, "PageSize": {pageSize}}
	err := c.pages(ctx, "/Calls.json", query, func(body []byte) (string, error) {
		var page struct {
			Next  string         `json:"next_page_uri"`
			Calls []CallResource `json:"calls"`
		}
		if err := decode(body, &page); err != nil {
			return "", err
		}

		all = append(all, page.Calls...)
		return page.Next, nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the call's legs: %w", err)
	}
	return all, nil
}

func notACall() error {
	return careline.NewError(careline.CodeInvalid, "This is not the id of a call.", nil)
}
