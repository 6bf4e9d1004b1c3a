package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Ask is one call a clinician wants to make.
type Ask struct {
	Practitioner string `json:"practitioner"` // FHIR id of the clinician
	Appointment  string `json:"appointment"`  // FHIR id
	To           string `json:"to"`           // number to dial, as the clinician gives it
}

// Place does what the clinician's app and its Voice SDK do: it signs in at the
// issuer, asks the app for an access token, and connects at Twilio with To and
// appointmentId. It returns the SID of the clinician's leg as soon as the call
// exists; whether the app lets it through is heard later. The error is a
// sentence that says which step was refused and by whom.
//
// When no app has been named (SetApp) the token is made with the sandbox's own
// API key, as a stand-in for an app that makes its tokens elsewhere.
func (w *World) Place(ctx context.Context, ask Ask) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, placeLimit)
	defer cancel()
	token, err := w.accessToken(ctx, ask.Practitioner)
	if err != nil {
		return "", err
	}

	var connected struct {
		CallSID string `json:"callSid"`
	}
	err = w.post(ctx, step{
		url: w.TwilioURL + "/sandbox/v1/connect", what: "Twilio did not connect the call",
		body: map[string]any{"token": token, "params": map[string]string{"To": ask.To, "appointmentId": ask.Appointment}},
	}, &connected)
	if err != nil {
		return "", err
	}
	if connected.CallSID == "" {
		return "", errors.New("Twilio did not connect the call: its answer names no call")
	}

	return connected.CallSID, nil
}

// placeLimit bounds all of Place: an app that needs longer has failed a
// clinician who waits.
const placeLimit = 20 * time.Second

func (w *World) accessToken(ctx context.Context, practitioner string) (string, error) {
	app := w.AppURL()
	if app == "" {
		return w.ownToken(practitioner)
	}
	var session struct {
		JWT string `json:"sessionJwt"`
	}
	err := w.post(ctx, step{
		url: w.IssuerURL + "/sandbox/v1/session", what: "the clinician could not sign in",
		body: map[string]string{"practitioner": practitioner},
	}, &session)
	if err != nil {
		return "", err
	}

	var granted struct {
		Data struct {
			Token string `json:"token"`
		} `json:"data"`
	}

	err = w.post(ctx, step{
		url:    app + "/bff_clinical/v1/twilio/access-token",
		what:   "the app gave no access token",
		bearer: session.JWT,
		body:   struct{}{},
	}, &granted)
	if err != nil {
		return "", err
	}
	if granted.Data.Token == "" {
		return "", errors.New("the app gave no access token: its answer has no data.token")
	}

	return granted.Data.Token, nil
}

// ownToken makes an access token with a voice grant, as Twilio's libraries do
// (Twilio, iam/access-tokens).
func (w *World) ownToken(identity string) (string, error) {
	if identity == "" {
		return "", errors.New("nobody is calling: give the clinician's id")
	}
	now := time.Now()
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"jti": fmt.Sprintf("%s-%d", w.APIKey, now.UnixNano()),
		"iss": w.APIKey, "sub": w.AccountSID, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"grants": map[string]any{
			"identity": identity,
			"voice":    map[string]any{"outgoing": map[string]any{"application_sid": w.ApplicationSID}},
		},
	})
	token.Header["cty"] = "twilio-fpa;v=1"
	signed, err := token.SignedString([]byte(w.APISecret))
	if err != nil {
		return "", fmt.Errorf("sign an access token: %w", err)
	}

	return signed, nil
}

// step is one POST of the scripted caller; what begins its error.
type step struct {
	url, what, bearer string
	body              any
}

func (w *World) post(ctx context.Context, s step, into any) error {
	body, err := json.Marshal(s.body)
	if err != nil {
		return fmt.Errorf("%s: %w", s.what, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%s: %w", s.what, err)
	}

	req.Header.Set("Content-Type", "application/json")
	if s.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+s.bearer)
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return fmt.Errorf("%s: nobody answers at %s; is it running? (%w)", s.what, req.URL.Host, err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("%s: its answer broke off: %w", s.what, err)
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s: %s", s.what, reason(resp.StatusCode, raw))
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s: its answer is not the JSON that was expected", s.what)
	}

	return nil
}

// reason reads the sentence in an error answer: problem+json's (RFC 9457)
// detail or title, or the message of Twilio's errors and of this package's.
func reason(status int, raw []byte) string {
	var said struct {
		Detail, Title, Message string
	}
	text := ""
	if json.Unmarshal(raw, &said) == nil {
		for _, one := range []string{said.Detail, said.Message, said.Title} {
			if text == "" {
				text = one
			}
		}
	}
	if text == "" {
		text = http.StatusText(status)
	}
	return fmt.Sprintf("%s (HTTP %d)", strings.TrimSuffix(text, "."), status)
}
