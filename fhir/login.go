package fhir

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"perci.health/careline"
)

// login holds the access token of the client-credentials grant (RFC 6749,
// section 4.4). One renewal runs at a time, for all who wait; after one that
// failed, nobody asks again for a while, because the token endpoint has a small
// quota of its own (Medplum: 160 requests a minute).
type login struct {
	cfg  Config
	http *http.Client

	mu      sync.Mutex
	token   string
	got     time.Time // when token was given
	expires time.Time
	running *errand
	failed  error     // of the last renewal or of its token's use, until retryAt
	retryAt time.Time // before it, no renewal is begun
	delay   time.Duration
}

// errand is done by one for all who wait for it.
type errand struct {
	done chan struct{}
	err  error
}

const (
	renewBefore  = time.Minute      // renewed in the background when less is left; of a short life, a quarter
	firstDelay   = time.Second      // after a failed renewal; doubled each time
	longestDelay = 30 * time.Second // at most two attempts a minute and process
	loginBound   = 10 * time.Second
)

// bearer is a valid token; empty when the server needs no login.
func (l *login) bearer(ctx context.Context) (string, error) {
	if l.cfg.ClientID == "" {
		return "", nil
	}
	for {
		token, r, err := l.current(ctx)
		if token != "" || err != nil {
			return token, err
		}
		select {
		case <-r.done:
			if r.err != nil {
				return "", r.err
			}
		case <-ctx.Done():
			return "", unreachable(ctx, ctx.Err())
		}
	}
}

// current is the token if it is good, else the renewal to wait for.
func (l *login) current(ctx context.Context) (string, *errand, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.cfg.Now()
	valid := l.token != "" && now.Before(l.expires)
	mayRenew := l.running == nil && !now.Before(l.retryAt)
	if mayRenew && (!valid || l.expires.Sub(now) < min(renewBefore, l.expires.Sub(l.got)/4)) {
		l.running = &errand{done: make(chan struct{})}
		go l.renew(context.WithoutCancel(ctx), l.running)
	}
	switch {
	case valid:
		return l.token, nil, nil
	case l.running != nil:
		return "", l.running, nil
	}
	wait := l.retryAt.Sub(now)
	message := "careline could not log in to the health record."
	if e, ok := errors.AsType[*careline.Error](l.failed); ok {
		message = e.Message
	}
	return "", nil, careline.NewError(careline.CodeUnavailable, message, &later{err: l.failed, after: wait})
}

// accepted ends the back-off: the server took a token.
func (l *login) accepted(token string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.token == token {
		l.delay = 0
	}
}

// expired forgets a token that the server refused with err, unless it was renewed
// since. One that was given only now was no worse than the next will be: then
// nobody logs in for a while, or each request would.
func (l *login) expired(token string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.token != token {
		return
	}
	l.token = ""
	if now := l.cfg.Now(); now.Sub(l.got) < max(firstDelay, l.delay) {
		l.postpone(now, err)
	}
}

// postpone lets no login begin for a while, each time longer; l.mu is held.
func (l *login) postpone(now time.Time, err error) {
	l.delay = min(max(firstDelay, 2*l.delay), longestDelay)
	l.failed, l.retryAt = err, now.Add(max(l.delay, waitAsked(err)))
}

// renew belongs to none of those who wait for it: one that gives up does not
// fail the others.
func (l *login) renew(ctx context.Context, r *errand) {
	ctx, cancel := context.WithTimeout(ctx, loginBound)
	defer cancel()
	token, life, err := l.request(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running, r.err = nil, err
	now := l.cfg.Now()
	if err == nil {
		// The delay stays until a request shows that the token is good.
		l.token, l.got, l.expires, l.failed, l.retryAt = token, now, now.Add(life), nil, time.Time{}
	} else {
		l.postpone(now, err)
		l.cfg.Log.WarnContext(ctx, "login to the health record failed", slog.Any("error", err), slog.Duration("next_in", l.retryAt.Sub(now)))
	}
	close(r.done)
}

func (l *login) request(ctx context.Context) (token string, life time.Duration, err error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {l.cfg.ClientID}, "client_secret": {l.cfg.ClientSecret}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.cfg.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, careline.NewError(careline.CodeInternal, "The address for the login is malformed. Check FHIR_TOKEN_URL.", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	res, err := l.http.Do(req)
	if err != nil {
		return "", 0, unreachable(ctx, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxErrorBody))
	if err != nil {
		return "", 0, unreachable(ctx, err)
	}
	if res.StatusCode != http.StatusOK {
		return "", 0, l.refused(res, body)
	}
	return readToken(body)
}

// refused tells wrong credentials, which a person must mend, from a server that
// cannot answer: the first is an OAuth error (RFC 6749, section 5.2), the second
// an OperationOutcome, a page, or an error by another name. All pass: a delivery
// waits until the login works.
func (l *login) refused(res *http.Response, body []byte) error {
	p := readProblem(res.StatusCode, body, max(retryAfter(res.Header, l.cfg.Now()), firstDelay))
	var oauth struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(body, &oauth) // what is no JSON has no such error
	sentence, persons := oauthSentence(oauth.Error)
	if !persons || res.StatusCode < 400 || res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests {
		return careline.NewError(careline.CodeUnavailable, "The health record's login cannot answer at the moment.", p)
	}
	p.after = max(p.after, longestDelay)
	p.Issues = []Issue{{Code: oauth.Error}}
	return careline.NewError(careline.CodeUnavailable, sentence, p)
}
