package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"perci.health/careline"
	"perci.health/careline/backoff"
	"perci.health/careline/credential"
)

// DefaultBaseURL is where Twilio's REST API is, unless a region says otherwise.
const DefaultBaseURL = "https://api.twilio.com"

// The bounds of the REST client.
const (
	defaultRequestTimeout = 10 * time.Second
	maxTries              = 3
	maxAnswer             = 8 << 20 // a page of 1000 numbers is some 1.5 MB
	maxPages              = 100
)

// retries are the pauses between the tries of one request.
var retries = backoff.Doubling{First: 250 * time.Millisecond}

// ClientConfig is what a Client needs.
type ClientConfig struct {
	BaseURL      string            // empty: DefaultBaseURL
	Region, Edge string            // data residency: api.<edge>.<region>.twilio.com; only for a BaseURL of Twilio's own
	AccountSID   string            // AC…, in every path whatever signs in
	Username     string            // API key SK…, or empty for the account itself
	Password     credential.Secret // the key's secret, or the account's auth token
	HTTP         *http.Client
	Timeout      time.Duration // of one request with its answer; 0: 10 s
}

// Client speaks Twilio's REST API, version 2010-04-01. Its errors are APIErrors
// or, when there was no answer, careline.Errors of code unavailable. A request is
// tried up to three times, with growing pauses, while the failure may pass.
type Client struct {
	base    *url.URL
	account string
	signIn  func(*http.Request) // holds the password where no formatting finds it
	http    *http.Client
	timeout time.Duration
}

// NewClient checks the configuration; it connects to nobody.
func NewClient(c ClientConfig) (*Client, error) {
	if c.BaseURL == "" {
		c.BaseURL = DefaultBaseURL
	}
	base, err := url.Parse(c.BaseURL)
	if err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") {
		return nil, errors.New("the base URL of Twilio must be absolute, such as " + DefaultBaseURL)
	}

	if !isSID(sidAccount, c.AccountSID) {
		return nil, errors.New("the account SID must be AC and 32 hexadecimal digits")
	}
	if c.Password.IsZero() {
		return nil, errors.New("the API secret or auth token of Twilio is missing")
	}

	if c.Username == "" {
		c.Username = c.AccountSID
	}
	if c.HTTP == nil {
		c.HTTP = http.DefaultClient
	}
	if c.Timeout == 0 {
		c.Timeout = defaultRequestTimeout
	}

	base.User, base.RawQuery, base.Fragment = nil, "", ""
	base.Host = regional(base.Host, c.Region, c.Edge)
	base.Path = strings.TrimRight(base.Path, "/")

	// A redirect could carry the credentials away; Twilio's API makes none.
	own := *c.HTTP
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{
		base:    base,
		account: c.AccountSID,
		signIn:  signingIn(c.Username, c.Password),
		http:    &own,
		timeout: c.Timeout,
	}, nil
}

func signingIn(user string, password credential.Secret) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(user, password.Reveal()) }
}

// regional puts edge and region into a host of Twilio's (Twilio, global
// infrastructure, "Construct FQDNs"). An edge alone is one of the region us1.
func regional(host, region, edge string) string {
	product, ok := strings.CutSuffix(host, ".twilio.com")
	if !ok || strings.Contains(product, ".") {
		return host
	}
	if edge != "" && region == "" {
		region = "us1"
	}
	for _, part := range []string{edge, region} {
		if part != "" {
			product += "." + part
		}
	}
	return product + ".twilio.com"
}

// resource is where something of the account is. The path is below the account's own,
// such as "/Calls/CA….json".
func (c *Client) resource(path string) *url.URL {
	u := *c.base
	u.Path += "/2010-04-01/Accounts/" + c.account + path
	return &u
}

// get asks for a resource of the account and reads its JSON into into.
func (c *Client) get(ctx context.Context, path string, query url.Values, into any) error {
	u := c.resource(path)
	u.RawQuery = query.Encode()
	return c.fetch(ctx, u, into)
}

// update sets the fields of a resource of the account, and leaves all others.
// Setting a field twice is setting it once, so an update is tried again as a GET is.
func (c *Client) update(ctx context.Context, path string, fields url.Values) error {
	return c.insist(ctx, ask{method: http.MethodPost, url: c.resource(path), form: fields}, nil)
}

// do asks once for a resource of the account to be made or changed.
func (c *Client) do(ctx context.Context, method, path string, fields url.Values) ([]byte, error) {
	return c.once(ctx, ask{method: method, url: c.resource(path), form: fields})
}

func (c *Client) fetch(ctx context.Context, u *url.URL, into any) error {
	return c.insist(ctx, ask{method: http.MethodGet, url: u}, into)
}

// ask is one request to the API.
type ask struct {
	method string
	url    *url.URL
	form   url.Values // nil: no body
}

// insist tries again while the failure may pass; ctx bounds all tries together.
func (c *Client) insist(ctx context.Context, a ask, into any) error {
	for try := 1; ; try++ {
		body, err := c.once(ctx, a)
		if err == nil && into == nil {
			return nil
		}
		if err == nil {
			return decode(body, into)
		}

		if try == maxTries || !passing(err) || ctx.Err() != nil {
			return err
		}
		if !backoff.Wait(ctx, retries.Around(try, rand.Float64())) {
			return err
		}
	}
}

func passing(err error) bool {
	if e, ok := errors.AsType[*APIError](err); ok {
		return e.passing()
	}
	return careline.CodeOf(err) == careline.CodeUnavailable
}

func decode(body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		return careline.NewError(careline.CodeUnavailable, "Twilio's answer could not be read. Please try again.", fmt.Errorf("decode: %w", err))
	}
	return nil
}

// once makes one request and reads the whole answer.
func (c *Client) once(ctx context.Context, a ask) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()

	request, err := http.NewRequestWithContext(ctx, a.method, a.url.String(), strings.NewReader(a.form.Encode()))
	if err != nil {
		return nil, fmt.Errorf("request to twilio: %w", err)
	}
	if a.form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	c.signIn(request)
	request.Header.Set("Accept", "application/json")

	response, err := c.http.Do(request)
	if err != nil {
		return nil, unreachable(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return nil, unreachable(err)
	}

	if response.StatusCode < 200 || response.StatusCode > 299 {
		return nil, apiError(response, body)
	}
	if len(body) > maxAnswer {
		return nil, careline.NewError(careline.CodeRejected, "Twilio's answer is too large to read.", nil)
	}

	return body, nil
}

// unreachable leaves out the URL that net/http puts into its errors: a query may
// hold a telephone number.
func unreachable(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	return careline.NewError(careline.CodeUnavailable, "Twilio could not be reached. Please try again in a minute.", err)
}

// pages reads a list to its end. Twilio names each next page itself; one that is
// not on the host that was asked is refused, for it would get the credentials.
func (c *Client) pages(ctx context.Context, path string, query url.Values, page func([]byte) (next string, err error)) error {
	var raw json.RawMessage
	if err := c.get(ctx, path, query, &raw); err != nil {
		return err
	}

	for range maxPages {
		next, err := page(raw)
		if err != nil || next == "" {
			return err
		}

		u, err := c.base.Parse(next)
		if err != nil || u.Host != c.base.Host || u.Scheme != c.base.Scheme || u.User != nil {
			return careline.NewError(careline.CodeRejected, "Twilio's list goes on at another host, which is not asked.", nil)
		}
		if !strings.HasPrefix(u.Path, c.base.Path+"/") {
			u.Path, u.RawPath = c.base.Path+u.Path, ""
		}

		if err := c.fetch(ctx, u, &raw); err != nil {
			return err
		}
	}

	return careline.NewError(careline.CodeRejected, "Twilio's list does not end.", nil)
}
