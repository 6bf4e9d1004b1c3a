package main

import (
	"net/http"
	"time"

	"perci.health/careline/auth"
	"perci.health/careline/fhir"
	"perci.health/careline/twilio"
)

func newFHIR(c config, p *parts) (*fhir.Client, error) {
	f := fhir.Config{
		BaseURL:      c.fhir.baseURL.String(),
		ClientID:     c.fhir.clientID,
		ClientSecret: c.fhir.secret.Reveal(),
		Systems:      c.fhir.systems,
		Log:          p.log,
		Region:       c.calls.policy.Regions[0],
		Location:     c.location,
		Audit:        c.fhir.audit,
		Recording:    c.features.recording != "",
		PublicURL:    c.public.String(),
		HTTP:         &http.Client{Transport: p.traces.Transport(fhir.Transport(), "fhir", p.metrics.Outbound)},
	}

	if c.fhir.tokenURL != nil {
		f.TokenURL = c.fhir.tokenURL.String()
	}
	return fhir.New(f)
}

func newSession(c config, p *parts) (*auth.Verifier, error) {
	return auth.New(auth.Config{
		ProjectID:         c.session.project,
		BaseURL:           c.session.baseURL.String(),
		PractitionerClaim: c.session.claim,
		ClinicianRole:     c.session.role,
		AuditorRole:       c.session.auditor,
		ReviewerRole:      c.session.reviewer,
		SupervisorRole:    c.session.supervisor,
		Audiences:         c.session.audiences,
		HTTP:              &http.Client{Timeout: 10 * time.Second, Transport: p.traces.Transport(nil, "issuer", p.metrics.Outbound)},
	})
}

func newPool(c config, client *twilio.Client) *twilio.Pool {
	if !c.twilio.phoneNumber.IsZero() {
		return twilio.NewFixedPool(c.twilio.phoneNumber)
	}
	return twilio.NewPool(client.VoiceNumbers, 0)
}

// newTwilio asks Twilio over client.
func newTwilio(c config, client *http.Client) (*twilio.Client, error) {
	return twilio.NewClient(twilio.ClientConfig{
		BaseURL:    c.twilio.baseURL.String(),
		Region:     c.twilio.region,
		Edge:       c.twilio.edge,
		AccountSID: c.twilio.accountSID,
		Username:   c.twilio.apiKey,
		Password:   c.twilio.apiSecret,
		HTTP:       client,
	})
}
