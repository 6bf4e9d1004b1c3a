package fhir

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"perci.health/careline"
)

// Client speaks to one FHIR server. It may be used concurrently.
type Client struct {
	cfg     Config
	base    *url.URL
	http    *http.Client
	login   *login
	limiter *limiter
	roles   *lru.Cache[string, roles]
	firsts  *lru.Cache[string, time.Time] // of each Communication's first version, which never changes
	ready   readiness
}

// The bounds of what is read into memory. A searchset page of a day's
// appointments with all its people is under 1 MB.
const (
	maxBody      = 16 << 20
	maxErrorBody = 64 << 10
)

// New checks cfg; it sends nothing.
func New(cfg Config) (*Client, error) {
	base, err := url.Parse(strings.TrimRight(cfg.BaseURL, "/"))
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, errors.New("the FHIR base URL must be an http or https URL such as https://api.medplum.com/fhir/R4")
	}
	if (cfg.ClientID == "") != (cfg.ClientSecret == "") || (cfg.ClientID == "") != (cfg.TokenURL == "") {
		return nil, errors.New("a FHIR login needs token URL, client id and client secret, or none of them")
	}
	cfg = cfg.whole()

	remembered, err := lru.New[string, roles](1024)
	if err != nil {
		return nil, err
	}
	firsts, err := lru.New[string, time.Time](1024)
	if err != nil {
		return nil, err
	}

	own := *cfg.HTTP
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	return &Client{
		cfg:     cfg,
		base:    base,
		http:    &own,
		login:   &login{cfg: cfg, http: &own},
		limiter: newLimiter(cfg.Now),
		roles:   remembered,
		firsts:  firsts,
	}, nil
}

// Transport is the one New uses: it keeps more connections open than the relay has
// workers, where the standard one closes all but two.
func Transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 128, 64
	t.IdleConnTimeout = 60 * time.Second // Medplum closes an idle connection after 90 s
	return t
}

// exchange is one request and what the quota should know of it.
type exchange struct {
	method string
	url    string
	form   string // body of a POST _search
	body   []byte
	header http.Header
	cost   float64
	urgent bool // a caller waits with the telephone at the ear
	open   bool // needs no login
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

// do sends e; a token that the server no longer knows is renewed once.
func (c *Client) do(ctx context.Context, e exchange) (answer, error) {
	if err := c.limiter.enter(ctx, e); err != nil {
		return answer{}, &neverSent{err}
	}
	var last answer
	defer func() { c.limiter.told(e.cost, last.status, last.header) }()

	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	token, err := c.bearer(ctx, e)
	if err != nil {
		return answer{}, &neverSent{err}
	}

	a, err := c.send(ctx, e, token)
	last = a
	if err == nil && c.loggedOut(a, token) {
		if token, err = c.login.bearer(ctx); err != nil {
			return answer{}, &neverSent{err}
		}
		a, err = c.send(ctx, e, token)
		if last = a; err == nil {
			c.loggedOut(a, token)
		}
	}

	if err != nil {
		return answer{}, err
	}
	if a.status >= 200 && a.status < 300 {
		return a, nil
	}
	return answer{}, c.problem(a)
}

func (c *Client) bearer(ctx context.Context, e exchange) (string, error) {
	if e.open {
		return "", nil
	}
	return c.login.bearer(ctx)
}

func (c *Client) problem(a answer) error {
	return readProblem(a.status, a.body, retryAfter(a.header, c.cfg.Now())).asError()
}

// loggedOut reports whether the server refused the token, and tells the login
// either way.
func (c *Client) loggedOut(a answer, token string) bool {
	if token == "" {
		return false
	}
	if a.status != http.StatusUnauthorized {
		c.login.accepted(token)
		return false
	}
	c.login.expired(token, c.problem(a))
	return true
}

func (c *Client) send(ctx context.Context, e exchange, token string) (answer, error) {
	req, err := c.request(ctx, e, token)
	if err != nil {
		return answer{}, err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return answer{}, unreachable(ctx, err)
	}
	defer func() { _ = res.Body.Close() }() // it was read, or the error of that is told

	bound := int64(maxBody)
	if res.StatusCode >= 300 {
		bound = maxErrorBody
	}
	body, err := readBody(res, bound+1)
	if err != nil {
		return answer{}, unreachable(ctx, err)
	}
	if int64(len(body)) > bound && res.StatusCode < 300 {
		return answer{}, careline.NewError(careline.CodeRejected, "The health record's answer is too large to be read.", nil)
	}
	return answer{status: res.StatusCode, header: res.Header, body: body}, nil
}

// readBody reads to the end, so that the connection can be used again, but no more
// than bound. What is as long as it said takes no more memory than that: the filer
// keeps what it wrote.
func readBody(res *http.Response, bound int64) ([]byte, error) {
	if res.ContentLength <= 0 || res.ContentLength >= bound {
		return io.ReadAll(io.LimitReader(res.Body, bound))
	}

	body := make([]byte, res.ContentLength)
	if _, err := io.ReadFull(res.Body, body); err != nil {
		return nil, err
	}
	_, err := io.Copy(io.Discard, io.LimitReader(res.Body, 1)) // its end is to be seen as well
	return body, err
}

func (c *Client) request(ctx context.Context, e exchange, token string) (*http.Request, error) {
	body, kind := e.body, "application/fhir+json"
	if e.form != "" {
		body, kind = []byte(e.form), "application/x-www-form-urlencoded"
	}

	req, err := http.NewRequestWithContext(ctx, e.method, e.url, bytes.NewReader(body))
	if err != nil {
		return nil, careline.NewError(careline.CodeInternal, "A request to the health record could not be made.", err)
	}

	if len(body) == 0 {
		req.Body, req.ContentLength = http.NoBody, 0
	} else {
		req.Header.Set("Content-Type", kind)
	}

	for name, values := range e.header {
		req.Header[name] = values
	}
	req.Header.Set("Accept", "application/fhir+json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token) // Medplum takes the scheme in this spelling only
	}
	return req, nil
}

// address is the URL of a path below the base; each part is one path segment.
func (c *Client) address(parts ...string) string { return c.base.JoinPath(parts...).String() }

func errNoResource() error {
	return careline.NewError(careline.CodeUnavailable, "The health record's answer is no FHIR resource. Check FHIR_BASE_URL.", nil)
}

func readResource(body []byte) (Resource, error) {
	h, ok := headOf(body)
	if !ok || h.resourceType == "" {
		return Resource{}, errNoResource()
	}

	return Resource{
		Type:        h.resourceType,
		ID:          h.id,
		Version:     versionID(h.versionID),
		LastUpdated: h.lastUpdated,
		JSON:        body,
	}, nil
}
