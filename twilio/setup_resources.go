package twilio

import (
	"context"
	"fmt"
	"strings"

	"perci.health/careline"
	"perci.health/careline/credential"
)

// Application is a TwiML App of the account (Twilio,
// usage/api/applications): where calls go that the Voice SDK places.
type Application struct {
	SID                                  string
	VoiceURL, VoiceMethod                string // empty: no URL
	StatusCallback, StatusCallbackMethod string
	PublicConnect                        bool // other accounts may dial it
}

// FetchApplication is one TwiML App. A SID that is none is an error of code
// invalid, one that the account does not have of code not-found.
func (c *Client) FetchApplication(ctx context.Context, sid string) (Application, error) {
	if !isSID(sidApplication, sid) {
		return Application{}, careline.NewError(careline.CodeInvalid, "This is not the id of a TwiML App.", nil)
	}
	var told struct {
		SID                  string `json:"sid"`
		VoiceURL             string `json:"voice_url"`
		VoiceMethod          string `json:"voice_method"`
		StatusCallback       string `json:"status_callback"`
		StatusCallbackMethod string `json:"status_callback_method"`
		PublicConnect        bool   `json:"public_application_connect_enabled"`
	}
	if err := c.get(ctx, "/Applications/"+sid+".json", nil, &told); err != nil {
		return Application{}, fmt.Errorf("fetch the TwiML App: %w", err)
	}
	return Application(told), nil
}

// Country says which numbers of a country the account may call (Twilio,
// voice/api/dialingpermissions-country-resource).
type Country struct {
	LowRisk bool `json:"low_risk_numbers_enabled"`
	Special bool `json:"high_risk_special_numbers_enabled"`   // premium and the like
	Fraud   bool `json:"high_risk_tollfraud_numbers_enabled"` // known for toll fraud
}

// FetchCountry is the permission to call a country, named by its ISO 3166-1
// alpha-2 code.
func (c *Client) FetchCountry(ctx context.Context, code string) (Country, error) {
	u := *c.base
	u.Host = voiceHost(u.Host)
	u.Path += "/v1/DialingPermissions/Countries/" + code
	var told Country
	if err := c.fetch(ctx, &u, &told); err != nil {
		return Country{}, fmt.Errorf("fetch the permission to call %s: %w", code, err)
	}
	return told, nil
}

// voiceHost is the host of the newer voice API beside that of the 2010 one, in
// the same edge and region (Twilio, global-infrastructure, "Construct FQDNs"). A
// host that is not Twilio's serves both.
func voiceHost(host string) string {
	rest, ok := strings.CutPrefix(host, "api.")
	if !ok || !strings.HasSuffix("."+rest, ".twilio.com") {
		return host
	}
	return "voice." + rest
}

// account is what the account says of itself, to its own auth token alone: a
// Standard API key may not ask (Twilio, iam/api-keys, "Types of keys").
type account struct {
	Status  string            `json:"status"`     // active, suspended or closed
	Type    string            `json:"type"`       // Trial or Full
	Primary credential.Secret `json:"auth_token"` // the one that signs
}

// as is the same client, signed in as the account with its auth token.
func (c *Client) as(token credential.Secret) *Client {
	own := *c
	own.signIn = signingIn(c.account, token)
	return &own
}

func (c *Client) fetchAccount(ctx context.Context) (account, error) {
	var told account
	err := c.get(ctx, ".json", nil, &told)
	return told, err
}

// fetchKey finds out whether the account has the API key.
func (c *Client) fetchKey(ctx context.Context, sid string) error {
	return c.get(ctx, "/Keys/"+sid+".json", nil, nil)
}
