package twiliobox

import (
	"errors"
	"net/http"
	"net/url"
)

// sendWebhook sends a webhook that somebody asks for, signed as Twilio signs: mostly
// one that was sent before, to see what an application makes of a repetition. Its
// answer drives no call. The body is
//
//	{"callSid", "purpose", "method", "url", "parameters", "idempotencyToken"}
//
// as an Event has them; 200 answers what came of it, as a Webhook.
func (b *Box) sendWebhook(r *http.Request) (int, any, error) {
	var in struct {
		CallSID    string     `json:"callSid"`
		Purpose    string     `json:"purpose"`
		Method     string     `json:"method"`
		URL        string     `json:"url"`
		Parameters url.Values `json:"parameters"`
		Token      string     `json:"idempotencyToken"`
	}
	if err := decode(r, &in); err != nil {
		return 0, nil, err
	}

	u, err := url.Parse(in.URL)
	if err != nil || u.Host == "" {
		return 0, nil, badRequest{errors.New("url must be the whole address of a webhook")}
	}
	if in.Method != http.MethodPost && in.Method != http.MethodGet {
		return 0, nil, badRequest{errors.New("method must be POST or GET")}
	}
	if in.Method == http.MethodGet {
		in.Parameters = nil // they stand in the address already
	}

	client, err := b.engine.client()
	if err != nil {
		return 0, nil, err
	}
	a := b.engine.postman.send(r.Context(), request{
		purpose: in.Purpose,
		method:  in.Method,
		url:     in.URL,
		form:    in.Parameters,
		callSID: in.CallSID,
		token:   in.Token,
		client:  client,
	})
	sent := Webhook{
		Purpose:    in.Purpose,
		Method:     in.Method,
		URL:        in.URL,
		Path:       u.Path,
		Token:      in.Token,
		StatusCode: a.status,
		Body:       string(a.body[:min(len(a.body), bodyLimit)]),
	}
	if a.err != nil {
		sent.Error = a.err.Error()
	}
	return http.StatusOK, sent, nil
}
