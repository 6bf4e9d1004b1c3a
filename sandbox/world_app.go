package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// SetApp points Twilio at an app whose public base URL is functionsURL, as its
// console would be set up: the TwiML App's Voice URL at /v1/twilio/outgoing, the
// numbers' Voice URL at /v1/twilio/incoming and their status callback at
// /v1/twilio/webhooks/call-status. The scripted caller asks this app for its
// access tokens from now on. "" takes the app away again.
//
// The TwiML App's status callback is nothing that the app's URL says: it is kept as
// it was set up, and moves with the app that it belongs to. So are the connection
// overrides behind a number's.
func (w *World) SetApp(functionsURL string) error {
	base := strings.TrimSuffix(functionsURL, "/")
	outgoing, incoming, status := "", "", ""
	if base != "" {
		u, err := url.Parse(base)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.RawQuery != "" || u.Fragment != "" {
			return errors.New("the app's URL must be like http://127.0.0.1:8080, with nothing after the path")
		}
		outgoing, incoming, status = base+"/v1/twilio/outgoing", base+"/v1/twilio/incoming", base+statusPath
	}

	ended := moved(w.twilio.Application(w.ApplicationSID).StatusCallback, w.AppURL(), base)
	if err := w.twilio.SetApplication(w.ApplicationSID, outgoing, ended); err != nil {
		return fmt.Errorf("point the TwiML App at the app: %w", err)
	}

	for _, n := range w.numberSIDs {
		ended := overridden(w.twilio.Number(n).StatusCallback, w.AppURL()+statusPath, status)
		if err := w.twilio.SetNumber(n, incoming, ended); err != nil {
			return fmt.Errorf("point a number at the app: %w", err)
		}
	}

	w.mu.Lock()
	defer w.mu.Unlock()
	w.appURL = base
	return nil
}

// moved is a hook of the app that was at from, now that it is at to; "" when it is
// nowhere. One that is not that app's stays.
func moved(hook, from, to string) string {
	path, its := strings.CutPrefix(hook, from)
	switch {
	case from == "" || !its || path != "" && !strings.HasPrefix(path, "/"):
		return hook
	case to == "":
		return ""
	}
	return to + path
}

// statusPath is where an app hears how its calls go.
const statusPath = "/v1/twilio/webhooks/call-status"

// overridden is the status callback to, with the connection overrides that were set
// up behind the one it had, if that was the app's own.
func overridden(had, own, to string) string {
	hook, overrides, found := strings.Cut(had, "#")
	if to == "" || !found || hook != own {
		return to
	}
	return to + "#" + overrides
}

// AppURL is the base URL last given to SetApp, "" for none.
func (w *World) AppURL() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.appURL
}

// Env lists what an app needs in its environment to live in this world, as
// NAME=value. It contains the sandbox's secrets; they open nothing else.
func (w *World) Env() []string {
	env := []string{
		"TWILIO_ACCOUNT_SID=" + w.AccountSID,
		"TWILIO_AUTH_TOKEN=" + w.AuthToken,
		"TWILIO_API_KEY=" + w.APIKey,
		"TWILIO_API_SECRET=" + w.APISecret,
		"TWILIO_TWIML_APP_SID=" + w.ApplicationSID,
		"TWILIO_API_BASE_URL=" + w.TwilioURL,
		"TWILIO_SIGNALLING_URL=" + w.SignallingURL,
		"FHIR_BASE_URL=" + w.FHIRURL,
		"FHIR_TOKEN_URL=" + w.FHIRTokenURL,
		"FHIR_CLIENT_ID=" + w.FHIRClientID,
		"FHIR_CLIENT_SECRET=" + w.FHIRClientSecret,
		"DESCOPE_PROJECT_ID=" + w.Project,
		"DESCOPE_BASE_URL=" + w.IssuerURL,
	}

	if len(w.Clinic.Contacts) > 0 {
		env = append(env, w.extras()...)
	}
	return env
}

// Issuer is the world's identity provider.
func (w *World) Issuer() *Issuer { return w.issuer }

// scriptPhones gives those member phones a script whose number's ending alone
// does not say what they do.
func (w *World) scriptPhones(ctx context.Context) error {
	for _, m := range w.Clinic.Members {
		for _, p := range m.row.phones {
			if p.talk == 0 {
				continue
			}
			if err := w.scriptPhone(ctx, p.number, twilioPhone{Outcome: "answer", TalkSeconds: p.talk}); err != nil {
				return err
			}
		}
	}

	for address, phone := range w.Clinic.extraScripts() {
		if err := w.scriptPhone(ctx, address, phone); err != nil {
			return err
		}
	}
	return nil
}

// twilioPhone is the body of twiliobox's PUT /sandbox/v1/phones/{number}.
type twilioPhone struct {
	Outcome     string  `json:"outcome"`
	TalkSeconds float64 `json:"talkSeconds"`
}

func (w *World) scriptPhone(ctx context.Context, number string, phone twilioPhone) error {
	body, err := json.Marshal(phone)
	if err != nil {
		return fmt.Errorf("write a phone's script: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, w.TwilioURL+"/sandbox/v1/phones/"+url.PathEscape(number), bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("script a phone: %w", err)
	}

	req.Header.Set("Content-Type", "application/json")
	resp, err := w.client.Do(req)
	if err != nil {
		return fmt.Errorf("script a phone: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("script a phone: Twilio answered HTTP %d", resp.StatusCode)
	}

	return nil
}
