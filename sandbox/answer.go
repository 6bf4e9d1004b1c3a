package sandbox

import (
	"encoding/json"
	"mime"
	"net"
	"net/http"
	"strings"
)

// refusal is the body of every answer of this package that is not a success.
type refusal struct {
	Message string `json:"message"`
}

// refuse answers with a sentence that a person can act on.
func refuse(w http.ResponseWriter, status int, message string) {
	answerJSON(w, status, refusal{Message: message})
}

func answerJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "the answer could not be written as JSON", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	w.Write(append(body, '\n'))
}

func isJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

// sentence makes an error text one: a capital letter and a full stop.
func sentence(err error) string {
	text := err.Error()
	if text == "" {
		return ""
	}
	text = strings.ToUpper(text[:1]) + text[1:]
	if strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}

// onlyLoopback refuses requests whose Host is not this machine. Without it a
// page on the web could reach a listener on 127.0.0.1 by pointing its own name
// there (DNS rebinding) and would count as the same origin.
func onlyLoopback(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopback(hostOnly(r.Host)) {
			refuse(w, http.StatusMisdirectedRequest, "The sandbox answers only at 127.0.0.1 or localhost.")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func hostOnly(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		return strings.Trim(hostport, "[]")
	}
	return host
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
