package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"perci.health/careline"
	"perci.health/careline/api"
	"perci.health/careline/telemetry"
)

// BenchmarkRequest is what this process does with a request between net/http and
// whoever keeps or decides, who do nothing here: routing, middleware, signature,
// form, report or TwiML, metrics, and the log line on its way out.
func BenchmarkRequest(b *testing.B) {
	h := benchHandler(b)
	for name, r := range map[string]*benchCall{
		"status":   signedCall(b, benchStatus, benchReport(700)),
		"outgoing": signedCall(b, benchOutgoing, benchRequest("CA30000000000000000000000000000001", 1)),
		"token":    tokenCall(b),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.serve(b, h)
			}
		})
	}
}

// benchHandler is the service's handler with its log, metrics and middleware, which
// keeps nothing and asks nobody.
func benchHandler(b *testing.B) http.Handler {
	b.Helper()
	address := "127.0.0.1:8080"
	settings := benchSettings(address, filepath.Join(b.TempDir(), "careline.db"), "http://"+address)
	c, err := readConfig(func(name string) string { return settings[name] })
	if err != nil {
		b.Fatal(err)
	}

	out, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { out.Close() })

	p, err := assemble(b.Context(), c, telemetry.Gather(terminal{out}))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { p.store.Close() })

	hooks, err := p.idleHooks(c)
	if err != nil {
		b.Fatal(err)
	}

	routes := p.routes(c, hooks, nil)
	routes.Session = func(context.Context, *http.Request) (careline.Clinician, error) {
		return careline.Clinician{ID: "0d8cb9b7-6e1c-4a3a-9df5-6f8b7c0f7a11"}, nil
	}
	routes.Mint = func(string) (string, error) { return benchAccessToken, nil }

	return api.New(routes)
}

// benchAccessToken is as long as one.
var benchAccessToken = strings.Repeat("x", 500)

// benchCall is one request that is sent again and again.
type benchCall struct {
	request *http.Request
	body    []byte
	reader  bytes.Reader
}

func (c *benchCall) Close() error               { return nil }
func (c *benchCall) Read(p []byte) (int, error) { return c.reader.Read(p) }

func (c *benchCall) serve(b *testing.B, h http.Handler) {
	c.reader.Reset(c.body)
	w := benchAnswer{header: make(http.Header, 8)}
	r := *c.request
	h.ServeHTTP(&w, &r)
	if w.status != http.StatusOK && w.status != 0 {
		b.Fatal(w.status)
	}
}

type benchAnswer struct {
	header http.Header
	status int
}

func (a *benchAnswer) Header() http.Header         { return a.header }
func (a *benchAnswer) Write(p []byte) (int, error) { return len(p), nil }
func (a *benchAnswer) WriteHeader(status int)      { a.status = status }

func signedCall(b *testing.B, path string, form url.Values) *benchCall {
	b.Helper()
	return received(b, signedRequest("127.0.0.1:8080", path, form))
}

func tokenCall(b *testing.B) *benchCall {
	b.Helper()
	return received(b, []byte("POST /bff_clinical/v1/twilio/access-token HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAuthorization: Bearer x\r\nContent-Length: 0\r\n\r\n"))
}

// received is a request as net/http's server hands it on.
func received(b *testing.B, text []byte) *benchCall {
	b.Helper()
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(text)))
	if err != nil {
		b.Fatal(err)
	}

	body, err := io.ReadAll(r.Body)
	if err != nil {
		b.Fatal(err)
	}

	c := &benchCall{request: r, body: body}
	if len(body) > 0 {
		r.Body = c
	}
	return c
}
