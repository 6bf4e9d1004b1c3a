package fhir_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"perci.health/careline"
	"perci.health/careline/fhir"
	"perci.health/careline/sandbox/fhirbox"
)

// lie is what a server does wrong while it goes on answering. Nil members are
// right.
type lie struct {
	asked    func(r *http.Request)                                 // before the request is carried out
	answered func(r *http.Request, status int, body []byte) []byte // what is sent in place of body
	header   func(r *http.Request, h http.Header)
}

// liar is a fhirbox that answers what it was not asked for.
type liar struct {
	*server
	honest *server // the same box, telling the truth

	mu  sync.Mutex
	lie lie
}

func newLiar(t *testing.T) *liar {
	t.Helper()
	box, err := fhirbox.Open(fhirbox.Config{})
	if err != nil {
		t.Fatal(err)
	}

	l, truth := &liar{}, httptest.NewServer(box.Handler())
	crooked := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { l.answer(w, r, box.Handler()) }))
	t.Cleanup(func() {
		truth.Close()
		crooked.Close()
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})

	l.server, l.honest = &server{url: crooked.URL, plain: true}, &server{url: truth.URL, plain: true}
	return l
}

func (l *liar) tells(what lie) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lie = what
}

func (l *liar) answer(w http.ResponseWriter, r *http.Request, box http.Handler) {
	l.mu.Lock()
	told := l.lie
	l.mu.Unlock()
	if told.asked != nil {
		told.asked(r)
	}

	seen := httptest.NewRecorder()
	box.ServeHTTP(seen, r)
	body := seen.Body.Bytes()
	if told.answered != nil {
		body = told.answered(r, seen.Code, body)
	}

	for name, values := range seen.Header() {
		w.Header()[name] = values
	}
	w.Header().Del("Content-Length")
	if told.header != nil {
		told.header(r, w.Header())
	}

	w.WriteHeader(seen.Code)
	_, _ = w.Write(body) // a client that is gone is no matter of the server's
}

// overlooks has searches ignore a parameter, as a server does that does not know
// it and is lenient.
func overlooks(names ...string) lie {
	return lie{asked: func(r *http.Request) {
		drop := func(text string) string {
			query, err := url.ParseQuery(text)
			if err != nil {
				return text
			}
			for _, name := range names {
				query.Del(name)
			}
			return query.Encode()
		}

		r.URL.RawQuery = drop(r.URL.RawQuery)
		r.RequestURI = r.URL.RequestURI()
		if strings.HasSuffix(r.URL.Path, "/_search") {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return
			}
			form := drop(string(body))
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(form)), int64(len(form))
		}
	}}
}

// answers sends another body to what is asked by the method.
func answers(method string, body []byte) lie {
	return lie{answered: func(r *http.Request, status int, own []byte) []byte {
		if r.Method == method && status < 300 {
			return body
		}
		return own
	}}
}

// rewrites changes every Communication that the server answers with to a request
// by the method.
func rewrites(t *testing.T, change func(map[string]any), methods ...string) func(*http.Request, int, []byte) []byte {
	return func(r *http.Request, status int, own []byte) []byte {
		asked := strings.Contains(strings.Join(methods, " "), r.Method)
		if !asked || status >= 300 || !bytes.Contains(own, []byte(`"Communication"`)) || bytes.Contains(own, []byte(`"Bundle"`)) {
			return own
		}
		return edit(t, own, change)
	}
}

// others are the calls of other patients, filed as they should be.
func others(t *testing.T, s *server) []careline.Filing {
	t.Helper()
	var filed []careline.Filing
	for _, name := range []string{"one", "two"} {
		call := completed()
		call.Key, call.ClinicianLeg, call.MemberLeg = "CAparent"+name, "CAparent"+name, "CAchild"+name
		call.Patient, call.Recipient, call.Appointment = careline.Reference("Patient/"+name), careline.Reference("Patient/"+name), name
		filed = append(filed, file(t, s.chart(t), call, careline.Filing{Call: call.Key}))
	}
	return filed
}

// untouched checks that each still is what was filed.
func untouched(t *testing.T, s *server, filed []careline.Filing) {
	t.Helper()
	for _, f := range filed {
		r, err := s.client(t).Read(t.Context(), "Communication", f.ID)
		if err != nil {
			t.Fatal(err)
		}
		if m := communication(t, r); r.Version != f.Version || m.Status != "completed" {
			t.Errorf("%s of another call was written over: %+v, status %s", f.ID, m.Subject, m.Status)
		}
	}
}

// all is how many Communications the server has.
func all(t *testing.T, s *server) []fhir.Communication {
	t.Helper()
	entries, err := s.client(t).Search(t.Context(), "Communication", nil)
	if err != nil {
		t.Fatal(err)
	}
	found := make([]fhir.Communication, len(entries))
	for i, e := range entries {
		if err := json.Unmarshal(e.Resource.JSON, &found[i]); err != nil {
			t.Fatal(err)
		}
	}
	return found
}

func rewriteBody(t *testing.T, r *http.Request, change func(map[string]any)) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
		return
	}
	body = edit(t, body, change)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
}

// note adds a person's note to a Communication.
func note(t *testing.T, s *server, id string) {
	t.Helper()
	r, err := s.client(t).Read(t.Context(), "Communication", id)
	if err != nil {
		t.Fatal(err)
	}
	r.JSON = edit(t, r.JSON, func(m map[string]any) { m["note"] = []any{map[string]any{"text": "Sorry."}} })
	if _, err := s.client(t).Update(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}
