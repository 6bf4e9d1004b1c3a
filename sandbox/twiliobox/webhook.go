package twiliobox

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// request is a webhook to be made: what Twilio sends, to where.
type request struct {
	purpose      string
	method, url  string
	form         url.Values
	callSID      string
	token        string // for idempotency; the same when a delivery is repeated
	badSignature bool
	client       *http.Client // with the cookies of the call
	twiml        string       // that is there already: nobody is asked
}

// answer is what a webhook came to.
type answer struct {
	url         *url.URL // the last one, after redirects
	status      int
	contentType string
	body        []byte // at most bodyLimit+1 bytes
	failed      failure
	code        int // of Twilio's debugger when failed
	err         error
}

// bodyLimit is what Twilio reads of an answer: error 11750 beyond it.
const bodyLimit = 64 << 10

// maxRedirects: Twilio follows ten, then reports 11215.
const maxRedirects = 10

// postman makes webhook requests.
type postman struct {
	authToken string
	bus       *bus
}

// send makes the request, repeats it as the URL's connection overrides say, and
// never takes longer than they allow: 15 s in all.
func (p *postman) send(ctx context.Context, r request) answer {
	u, err := url.Parse(r.url)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return answer{failed: unusable, code: 11100, err: errors.New("invalid URL format")}
	}
	if strings.Contains(u.Hostname(), "_") {
		return answer{failed: unusable, code: 11217, err: errors.New("a host name must not contain an underscore")}
	}

	o := readOverride(u.EscapedFragment())
	ctx, cancel := context.WithTimeout(ctx, o.total)
	defer cancel()
	u.Fragment, u.RawFragment = "", ""
	t := &trip{postman: p, request: r, override: o}
	for {
		a := t.once(ctx, u)
		if !o.retry(a.failed) || t.retried == o.retries || ctx.Err() != nil {
			return a
		}
		t.retried++
	}
}

// trip is one webhook on its way.
type trip struct {
	*postman
	request
	override override
	attempts int
	retried  int
}

// once asks u and whatever it redirects to.
func (t *trip) once(ctx context.Context, u *url.URL) answer {
	method, form := t.method, t.form
	if method == "" {
		method = http.MethodPost
	}

	for range maxRedirects + 1 {
		a, location := t.hop(ctx, method, u, form)
		if location == "" {
			return a
		}
		next, err := a.url.Parse(location)
		if err != nil {
			return answer{
				url:    u,
				failed: unusable,
				code:   11100,
				err:    errors.New("redirected to an invalid URL"),
			}
		}
		// 307 and 308 keep the method; the others become a GET that has lost
		// the parameters (Twilio, voice/twiml, "HTTP redirects").
		if a.status != http.StatusTemporaryRedirect && a.status != http.StatusPermanentRedirect {
			method, form = http.MethodGet, nil
		}
		next.Fragment, next.RawFragment = "", ""
		u = next
	}

	return answer{
		url:    u,
		failed: unusable,
		code:   11215,
		err:    errors.New("too many redirects"),
	}
}

// hop makes one exchange; when u carries credentials and the answer asks for
// them it makes a second, since Twilio never sends them unasked.
func (t *trip) hop(ctx context.Context, method string, u *url.URL, form url.Values) (answer, string) {
	full := *u
	if method == http.MethodGet && len(form) > 0 {
		full.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+form.Encode(), "&")
		form = nil
	}
	a, header := t.exchange(ctx, method, &full, form, nil)
	if a.status == http.StatusUnauthorized && u.User != nil && strings.HasPrefix(header.Get("WWW-Authenticate"), "Basic") {
		a, header = t.exchange(ctx, method, &full, form, u.User)
	}
	switch a.status {
	case 301, 302, 303, 307, 308:
		return a, header.Get("Location")
	}
	return a, ""
}

func (t *trip) exchange(ctx context.Context, method string, u *url.URL, form url.Values, user *url.Userinfo) (answer, http.Header) {
	t.attempts++
	bare := *u
	bare.User = nil
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var connected atomic.Bool
	waiting := time.AfterFunc(t.override.connect, func() {
		if !connected.Load() {
			cancel()
		}
	})
	defer waiting.Stop()
	reading := time.AfterFunc(t.override.connect+t.override.read, cancel)
	defer reading.Stop()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) {
			connected.Store(true)
			reading.Reset(t.override.read)
		},
		GotFirstResponseByte: func() { reading.Reset(t.override.read) },
	})
	req, err := t.build(ctx, method, &bare, form)
	if err != nil {
		return answer{
			url:    u,
			failed: unusable,
			code:   11100,
			err:    err,
		}, nil
	}

	if user != nil {
		password, _ := user.Password()
		req.SetBasicAuth(user.Username(), password)
	}
	seen := t.announce(req, form)
	began := time.Now()
	a, header := t.read(req, &connected)
	a.url = u
	t.report(seen, a, time.Since(began))
	return a, header
}

func (t *trip) build(ctx context.Context, method string, u *url.URL, form url.Values) (*http.Request, error) {
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, err
	}

	key := t.authToken
	if t.badSignature {
		key = "not the auth token"
	}
	h := req.Header
	if method == http.MethodPost {
		h.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	}

	h.Set("X-Twilio-Signature", Signature(key, signedURL(u), form))
	h.Set("I-Twilio-Idempotency-Token", t.token)
	h.Set("X-Home-Region", "us1")
	h.Set("User-Agent", "TwilioProxy/1.1")
	h.Set("Accept", "*/*")
	h.Set("Cache-Control", "max-age=259200")
	return req, nil
}

// read does the round trip and tells failures to connect from failures to
// answer, because retry policies do.
func (t *trip) read(req *http.Request, connected *atomic.Bool) (answer, http.Header) {
	resp, err := t.client.Do(req)
	if err != nil {
		if connected.Load() {
			return answer{failed: readFailed, code: 11200, err: err}, nil
		}
		return answer{failed: connectFailed, code: 11205, err: err}, nil
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, bodyLimit+1))
	a := answer{status: resp.StatusCode, contentType: resp.Header.Get("Content-Type"), body: body}
	switch {
	case err != nil:
		a.failed, a.code, a.err = readFailed, 11200, err
	case resp.StatusCode >= 500:
		a.failed, a.code, a.err = serverError, 11200, errors.New("the application answered "+resp.Status)
	case resp.StatusCode >= 400:
		a.failed, a.code, a.err = clientError, 11200, errors.New("the application answered "+resp.Status)
	}

	return a, resp.Header
}

// announce tells the console of a request before it leaves.
func (t *trip) announce(req *http.Request, form url.Values) Webhook {
	w := Webhook{
		Purpose:    t.purpose,
		Method:     req.Method,
		URL:        req.URL.String(),
		Path:       req.URL.Path,
		Parameters: form,
		Attempt:    t.attempts,
		Token:      t.token,
		Signature:  req.Header.Get("X-Twilio-Signature"),
	}
	if form == nil {
		w.Parameters = req.URL.Query()
	}
	t.bus.publish(Event{Type: "webhook.request", CallSID: t.callSID, Webhook: &w})
	return w
}

func (t *trip) report(w Webhook, a answer, took time.Duration) {
	w.StatusCode, w.Millis = a.status, took.Milliseconds()
	w.Body = string(a.body[:min(len(a.body), bodyLimit)])
	if a.err != nil {
		w.Error = a.err.Error()
	}
	t.bus.publish(Event{Type: "webhook.answer", CallSID: t.callSID, Webhook: &w})
}
