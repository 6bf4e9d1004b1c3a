package fhirbox

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"
)

const tokenLife = time.Hour

// logins knows the one client and the tokens it has been given.
type logins struct {
	id, secret string

	mu     sync.Mutex
	tokens map[string]time.Time // token -> when it ends
}

func newLogins(id, secret string) *logins {
	return &logins{id: id, secret: secret, tokens: map[string]time.Time{}}
}

func (l *logins) required() bool { return l.id != "" }

// letsIn says whether a request may go on: a token from the token route in a
// Bearer header (the scheme's case counts, as at Medplum), or the client's id
// and secret by HTTP Basic.
func (l *logins) letsIn(r *http.Request, now time.Time) bool {
	if !l.required() {
		return true
	}
	if id, secret, ok := r.BasicAuth(); ok {
		return id == l.id && secret == l.secret
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return now.Before(l.tokens[token])
}

// issue makes a token and forgets those that have ended.
func (l *logins) issue(now time.Time) string {
	token := newUUID() + "." + newUUID()
	l.mu.Lock()
	defer l.mu.Unlock()
	for t, end := range l.tokens {
		if !now.Before(end) {
			delete(l.tokens, t)
		}
	}
	l.tokens[token] = now.Add(tokenLife)
	return token
}

func (l *logins) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.tokens)
}

// refusal is why a token is not given, in the words Medplum uses; "" when it
// is. Without login anybody gets one.
func (l *logins) refusal(r *http.Request) string {
	id, secret, ok := r.BasicAuth()
	if !ok {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}

	switch grant := r.PostForm.Get("grant_type"); {
	case grant == "":
		return "Missing grant_type"
	case grant != "client_credentials":
		return "Unsupported grant_type"
	case !l.required():
		return ""
	case id != l.id:
		return "Invalid client"
	case secret != l.secret:
		return "Invalid secret"
	}

	return ""
}

// token serves POST /oauth2/token. All its refusals are 400, as Medplum's are.
func (b *Box) token(w http.ResponseWriter, r *http.Request) {
	if ok, wait := b.quota.takeLogin(time.Now()); !ok {
		b.sendOutcome(w, r, tooManyRequests(wait))
		return
	}

	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		http.Error(w, "Unsupported content type", http.StatusBadRequest)
		return
	}

	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		b.sendOutcome(w, r, badRequest("Content could not be parsed"))
		return
	}

	if why := b.logins.refusal(r); why != "" {
		b.sendJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_request", "error_description": why})
		return
	}

	w.Header().Set("Cache-Control", "no-store")
	b.sendJSON(w, http.StatusOK, map[string]any{
		"token_type": "Bearer", "expires_in": int(tokenLife / time.Second), "scope": "openid", "access_token": b.logins.issue(time.Now()),
	})
}

// sendJSON answers outside the FHIR routes.
func (b *Box) sendJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		b.log.Debug("the answer could not be sent", "error", err)
	}
}
