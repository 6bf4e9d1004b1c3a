package sandbox_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"perci.health/careline/sandbox"
)

// standIn is a small app of the kind the sandbox is made for: it gives access
// tokens, answers TwiML and writes one Communication a call.
type standIn struct {
	world *sandbox.World
	*httptest.Server
	turn    sync.Mutex // one change of a record after the other
	mu      sync.Mutex
	bearers []string
	records map[string]map[string]any // first leg's SID → Communication as last stored
}

func newStandIn(world *sandbox.World) *standIn {
	app := &standIn{world: world, records: map[string]map[string]any{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /bff_clinical/v1/twilio/access-token", app.token)
	mux.HandleFunc("POST /v1/twilio/outgoing", app.outgoing)
	mux.HandleFunc("POST /v1/twilio/incoming", func(w http.ResponseWriter, _ *http.Request) {
		twiml(w, `<Say voice="Polly.Amy-Neural" language="en-GB">You have missed a call from one of our clinicians. Goodbye.</Say><Hangup/>`)
	})
	mux.HandleFunc("POST /v1/twilio/webhooks/dial-result", func(w http.ResponseWriter, _ *http.Request) { twiml(w, `<Hangup/>`) })
	mux.HandleFunc("POST /v1/twilio/webhooks/call-status", app.status)
	app.Server = httptest.NewServer(mux)
	return app
}

func twiml(w http.ResponseWriter, verbs string) {
	w.Header().Set("Content-Type", "text/xml")
	fmt.Fprintf(w, "<Response>%s</Response>", verbs)
}

func (a *standIn) token(w http.ResponseWriter, r *http.Request) {
	bearer := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	var claims jwt.MapClaims
	if _, _, err := jwt.NewParser().ParseUnverified(bearer, &claims); err != nil {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusUnauthorized)
		io.WriteString(w, `{"title":"Unauthorized","detail":"Sign in again."}`)
		return
	}
	a.mu.Lock()
	a.bearers = append(a.bearers, bearer)
	a.mu.Unlock()
	now := time.Now()
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"jti": fmt.Sprintf("%s-%d", a.world.APIKey, now.UnixNano()), "iss": a.world.APIKey, "sub": a.world.AccountSID,
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"grants": map[string]any{"identity": claims["medplumPractitionerId"], "voice": map[string]any{"outgoing": map[string]any{"application_sid": a.world.ApplicationSID}}},
	})
	token.Header["cty"] = "twilio-fpa;v=1"
	signed, _ := token.SignedString([]byte(a.world.APISecret))
	fmt.Fprintf(w, `{"status":"success","data":{"token":%q,"identity":%q,"fromNumber":%q}}`, signed, claims["medplumPractitionerId"], a.world.Numbers[0])
}

func (a *standIn) outgoing(w http.ResponseWriter, r *http.Request) {
	to, appointment := r.FormValue("To"), r.FormValue("appointmentId")
	base := map[string]any{
		"resourceType": "Communication", "status": "preparation",
		"identifier": []any{map[string]any{"system": "https://www.twilio.com/", "value": r.FormValue("CallSid")}},
		"category":   []any{map[string]any{"coding": []any{map[string]any{"system": "https://perci.health/communication-category", "code": "twilio-voice"}}}},
		"basedOn":    []any{map[string]any{"reference": "Appointment/" + appointment}},
		"sender":     map[string]any{"reference": "Practitioner/" + strings.TrimPrefix(r.FormValue("Caller"), "client:")},
	}
	for _, one := range a.world.Clinic.Appointments {
		if one.ID == appointment {
			patient := map[string]any{"reference": "Patient/" + one.Patient}
			base["subject"], base["recipient"] = patient, []any{patient}
		}
	}
	if !a.onFile(to, appointment) {
		base["status"], base["statusReason"] = "not-done", map[string]any{"text": "The number is not one of the patient's."}
		a.store(r.FormValue("CallSid"), base)
		twiml(w, fmt.Sprintf(`<Say language="en-GB">%s is not on file for this patient. The call was not made.</Say><Hangup/>`, html.EscapeString(to)))
		return
	}
	a.store(r.FormValue("CallSid"), base)
	hook := a.URL + "/v1/twilio/webhooks/call-status?AppointmentId=" + appointment
	var number bytes.Buffer
	xml.EscapeText(&number, []byte(to))
	twiml(w, fmt.Sprintf(`<Dial callerId="%s" answerOnBridge="true" timeout="30" action="%s"><Number statusCallback="%s" statusCallbackEvent="initiated ringing answered completed">%s</Number></Dial>`,
		a.world.Numbers[0], a.URL+"/v1/twilio/webhooks/dial-result", hook, number.String()))
}

func (a *standIn) onFile(number, appointment string) bool {
	for _, one := range a.world.Clinic.Appointments {
		for _, m := range a.world.Clinic.Members {
			if one.ID != appointment || m.ID != one.Patient {
				continue
			}
			for _, p := range m.Phones {
				if p.Number == number {
					return true
				}
			}
		}
	}
	return false
}

func (a *standIn) status(w http.ResponseWriter, r *http.Request) {
	status, sid := r.FormValue("CallStatus"), r.FormValue("CallSid")
	final := map[string]bool{"completed": true, "busy": true, "failed": true, "no-answer": true, "canceled": true}[status]
	a.change(r.FormValue("ParentCallSid"), func(c map[string]any) {
		c["status"] = map[bool]string{true: "completed", false: "in-progress"}[final]
		if c["sent"] == nil {
			c["sent"] = time.Now().UTC().Format(time.RFC3339)
		}
		if status == "in-progress" {
			c["received"] = time.Now().UTC().Format(time.RFC3339)
		}
		if ids := c["identifier"].([]any); len(ids) == 1 {
			c["identifier"] = append(ids, map[string]any{"system": "https://www.twilio.com/", "value": sid})
		}
		parts := []any{map[string]any{"url": "callSid", "valueString": sid}, map[string]any{"url": "direction", "valueString": "outbound-dial"}, map[string]any{"url": "callStatus", "valueString": status}}
		summary := "Outbound Twilio voice call; status=" + status
		if d := r.FormValue("CallDuration"); final && d != "" && d != "0" {
			parts = append(parts, map[string]any{"url": "durationSeconds", "valueInteger": json.Number(d)})
			summary += "; duration=" + d + "s"
		}
		c["payload"] = []any{map[string]any{"contentString": summary}}
		c["extension"] = []any{map[string]any{"url": "https://perci.health/fhir/StructureDefinition/twilio-call", "extension": parts}}
	})
}

func (a *standIn) change(call string, change func(map[string]any)) {
	a.turn.Lock()
	defer a.turn.Unlock()
	a.mu.Lock()
	record := a.records[call]
	a.mu.Unlock()
	if record == nil {
		return
	}
	change(record)
	a.store(call, record)
}

// store writes to the FHIR server as any client would.
func (a *standIn) store(call string, record map[string]any) {
	method, url := http.MethodPost, a.world.FHIRURL+"/Communication"
	if id, ok := record["id"].(string); ok {
		method, url = http.MethodPut, url+"/"+id
	}
	body, _ := json.Marshal(record)
	req, _ := http.NewRequest(method, url, bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/fhir+json")
	req.SetBasicAuth(a.world.FHIRClientID, a.world.FHIRClientSecret)
	resp, err := a.Client().Do(req)
	if err != nil {
		return
	}
	defer resp.Body.Close()
	stored := map[string]any{}
	if resp.StatusCode/100 == 2 && json.NewDecoder(resp.Body).Decode(&stored) == nil {
		a.mu.Lock()
		a.records[call] = stored
		a.mu.Unlock()
	}
}
