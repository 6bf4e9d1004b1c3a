package twiliobox

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// restVersion is the API version, in paths and in resources.
const restVersion = "2010-04-01"

// routes is every path of the box, REST API first.
func (b *Box) routes() http.Handler {
	mux := http.NewServeMux()
	rest := func(pattern string, h restHandler) {
		method, path, _ := strings.Cut(pattern, " ")
		mux.Handle(method+" /"+restVersion+"/Accounts/{account}"+path, b.rest(h))
	}
	rest("GET /Calls.json", b.listCalls)
	rest("POST /Calls.json", b.placeCall)
	rest("GET /Calls/{sid}", b.fetchCall)
	rest("POST /Calls/{sid}", b.updateCall)
	rest("POST /Calls/{call}/UserDefinedMessages.json", b.sendMessage)
	rest("POST /Calls/{call}/UserDefinedMessageSubscriptions.json", b.subscribe)
	rest("DELETE /Calls/{call}/UserDefinedMessageSubscriptions/{sid}", b.unsubscribe)
	rest("GET /Conferences.json", b.listConferences)
	rest("GET /Conferences/{sid}", b.fetchConference)
	rest("POST /Conferences/{sid}", b.updateConference)
	rest("GET /Conferences/{room}/Participants.json", b.listParticipants)
	rest("POST /Conferences/{room}/Participants.json", b.addParticipant)
	rest("GET /Conferences/{room}/Participants/{sid}", b.fetchParticipant)
	rest("POST /Conferences/{room}/Participants/{sid}", b.updateParticipant)
	rest("DELETE /Conferences/{room}/Participants/{sid}", b.removeParticipant)
	rest("GET /IncomingPhoneNumbers.json", b.listNumbers)
	rest("GET /IncomingPhoneNumbers/{sid}", b.fetchNumber)
	rest("POST /IncomingPhoneNumbers/{sid}", b.updateNumber)
	rest("GET /Applications.json", b.listApplications)
	rest("GET /Applications/{sid}", b.fetchApplication)
	rest("POST /Applications/{sid}", b.updateApplication)
	rest("GET /Keys/{sid}", mainKey(b.fetchKey))
	b.recordingRoutes(rest)
	mux.Handle("GET /"+restVersion+"/Accounts/{sid}", b.rest(mainKey(b.fetchAccount)))
	mux.Handle("GET "+countriesPath+"/{country}", b.rest(b.fetchCountry))
	mux.Handle("POST /v1/DialingPermissions/BulkCountryUpdates", b.rest(b.updateCountries))
	mux.Handle("/"+restVersion+"/", b.rest(func(*http.Request) (any, *restError) { return nil, errRestNotFound }))
	mux.Handle("GET /signal", b.engine.exchange)
	b.console(mux)

	return mux
}

// restError is the error envelope of the REST API.
type restError struct {
	Code     int    `json:"code"`
	Message  string `json:"message"`
	MoreInfo string `json:"more_info"`
	Status   int    `json:"status"`
}

func restFault(status, code int, message string) *restError {
	return &restError{
		Code:     code,
		Message:  message,
		MoreInfo: fmt.Sprintf("https://www.twilio.com/docs/errors/%d", code),
		Status:   status,
	}
}

var (
	errRestNotFound = restFault(http.StatusNotFound, 20404, "The requested resource was not found. This sandbox serves the account, its Calls with their UserDefinedMessages and UserDefinedMessageSubscriptions, Conferences with their Participants, Recordings, IncomingPhoneNumbers, Applications and Keys, as .json, and voice/v1/DialingPermissions")
	errRestLogin    = restFault(http.StatusUnauthorized, 20003, "Authenticate")
)

// restHandler returns a resource, or why there is none.
type restHandler func(*http.Request) (any, *restError)

// rest wraps a handler in what every answer of the API has: login, headers,
// envelope.
func (b *Box) rest(h restHandler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Twilio-Request-Id", newSID("RQ"))
		w.Header().Set("Twilio-Concurrent-Requests", strconv.FormatInt(b.concurrent.Add(1), 10))
		defer b.concurrent.Add(-1)
		resource, fault := b.answer(h, w, r)
		status := http.StatusOK
		if made, ok := resource.(createdResource); ok {
			resource, status = made.resource, http.StatusCreated
		}
		if own, ok := resource.(selfServed); ok && fault == nil {
			b.serve(own, w, r)
			return
		}

		if fault != nil {
			resource, status = fault, fault.Status
		}
		if status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Basic realm="Twilio API"`)
		}
		b.json(w, status, resource)
	})
}

func (b *Box) answer(h restHandler, w http.ResponseWriter, r *http.Request) (any, *restError) {
	if fault := b.engine.gremlin.restFault(); fault != nil {
		return nil, fault
	}
	if !b.login(r) {
		return nil, errRestLogin
	}
	if account := r.PathValue("account"); account != "" && account != b.engine.config.AccountSID {
		return nil, errRestNotFound
	}
	r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
	if err := r.ParseForm(); err != nil {
		return nil, restFault(http.StatusBadRequest, 20001, "The request's form cannot be read")
	}
	return h(r)
}

// login accepts the account with its token, or the API key with its secret.
func (b *Box) login(r *http.Request) bool {
	user, password, _ := r.BasicAuth()
	same := func(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
	c := b.engine.config
	return same(user, c.AccountSID) && same(password, c.AuthToken) || same(user, c.APIKey) && same(password, c.APISecret)
}

func (b *Box) json(w http.ResponseWriter, status int, v any) {
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		b.engine.config.Log.Error("answer cannot be encoded", "error", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	if _, err := w.Write(append(body, '\n')); err != nil {
		b.engine.config.Log.Debug("client went before its answer", "error", err)
	}
}

// sid reads the resource's sid from the path: only .json is spoken here.
func sid(r *http.Request) string {
	s, isJSON := strings.CutSuffix(r.PathValue("sid"), ".json")
	if !isJSON {
		return ""
	}
	return s
}

func (b *Box) uri(format string, args ...any) string {
	return "/" + restVersion + "/Accounts/" + b.engine.config.AccountSID + fmt.Sprintf(format, args...)
}

// rfc2822 is how 2010-04-01 resources write dates; unset ones are null.
func rfc2822(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.UTC().Format(time.RFC1123Z)
	return &s
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func orPost(method string) string {
	if method == "" {
		return http.MethodPost
	}
	return method
}
