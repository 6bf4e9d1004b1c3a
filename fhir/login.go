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
	"perci.health/careline/backoff"
	"perci.health/careline/flight"
)

// login holds the access token of the client-credentials grant (RFC 6749,
// section 4.4). One renewal runs at a time, for all who wait; after one that
// failed, nobody asks again for a while, because the token endpoint has a small
// quota of its own (Medplum: 160 requests a minute).
type login struct {
	cfg  Config
	http *http.Client

	renewals flight.Group[struct{}]

	mu       sync.Mutex
	token    string
	got      time.Time // when token was given
	expires  time.Time
	renewing bool
	failed   error     // of the last renewal or of its token's use, until retryAt
	retryAt  time.Time // before it, no renewal is begun
	failures int       // in a row
}

const (
	renewBefore  = time.Minute // renewed in the background when less is left; of a short life, a quarter
	loginBound   = 10 * time.Second
	firstDelay   = time.Second      // after a failed renewal
	longestDelay = 30 * time.Second // at most two attempts a minute and process
)

// loginDelays are how long nobody logs in after renewals that failed.
var loginDelays = backoff.Doubling{First: firstDelay, Longest: longestDelay}

// bearer is a valid token; empty when the server needs no login.
func (l *login) bearer(ctx context.Context) (string, error) {
	if l.cfg.ClientID == "" {
		return "", nil
	}
	for {
		token, due, err := l.current()
		if err != nil {
			return "", err
		}
		if token != "" {
			if due {
				l.renewals.Begin(ctx, "token", l.renew)
			}
			return token, nil
		}

		_, err = l.renewals.Do(ctx, "token", l.renew)
		if _, gaveUp := errors.AsType[flight.GaveUp](err); gaveUp {
			return "", unreachable(ctx, ctx.Err())
		}
		if err != nil {
			return "", err
		}
	}
}

// current is the token if it is good, and whether it is time to renew it. Without a
// token there is a renewal to wait for, or an error that says why there is none.
func (l *login) current() (token string, due bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	valid, due := l.state()
	if valid {
		return l.token, due, nil
	}
	if due || l.renewing {
		return "", true, nil
	}

	message := "careline could not log in to the health record."
	if e, ok := errors.AsType[*careline.Error](l.failed); ok {
		message = e.Message
	}

	return "", false, careline.NewError(careline.CodeUnavailable, message, &later{err: l.failed, after: l.retryAt.Sub(l.cfg.Now())})
}

// state reports whether the token is valid, and whether it is time to renew it; l.mu
// is held.
func (l *login) state() (valid, due bool) {
	now := l.cfg.Now()
	valid = l.token != "" && now.Before(l.expires)
	if now.Before(l.retryAt) {
		return valid, false
	}

	return valid, !valid || l.expires.Sub(now) < min(renewBefore, l.expires.Sub(l.got)/4)
}

// accepted ends the back-off: the server took a token.
func (l *login) accepted(token string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.token == token {
		l.failures = 0
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
	if now := l.cfg.Now(); now.Sub(l.got) < loginDelays.After(l.failures) {
		l.postpone(now, err)
	}
}

// postpone lets no login begin for a while, each time longer; l.mu is held.
func (l *login) postpone(now time.Time, err error) {
	l.failures++
	l.failed, l.retryAt = err, now.Add(max(loginDelays.After(l.failures), waitAsked(err)))
}

// renew asks for a new token, unless somebody got one just now.
func (l *login) renew(ctx context.Context) (struct{}, error) {
	if !l.begin() {
		return struct{}{}, nil
	}

	ctx, cancel := context.WithTimeout(ctx, loginBound)
	defer cancel()
	token, life, err := l.request(ctx)

	l.mu.Lock()
	defer l.mu.Unlock()
	l.renewing = false
	now := l.cfg.Now()
	if err != nil {
		l.postpone(now, err)
		l.cfg.Log.WarnContext(ctx, "login to the health record failed", slog.Any("error", err), slog.Duration("next_in", l.retryAt.Sub(now)))
		return struct{}{}, err
	}
	// The failures are counted on until a request shows that the token is good.
	l.token, l.got, l.expires, l.failed, l.retryAt = token, now, now.Add(life), nil, time.Time{}

	return struct{}{}, nil
}

// begin reports whether a renewal is due, and marks that it is under way.
func (l *login) begin() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, due := l.state()
	l.renewing = due

	return due
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
