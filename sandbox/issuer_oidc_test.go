package sandbox_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"perci.health/careline/sandbox"
)

const (
	redirectURI  = "http://127.0.0.1:8080/signed-in?from=x"
	codeVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)

// client is an app's part of the flow, without a browser.
type client struct {
	t    *testing.T
	base string
	http *http.Client
	skip atomic.Int64 // how far the issuer's clock is ahead
}

func newClient(t *testing.T) *client {
	t.Helper()
	c := &client{t: t, http: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	server := httptest.NewUnstartedServer(nil)
	c.base = "http://" + server.Listener.Addr().String()
	issuer, err := sandbox.NewIssuer(sandbox.IssuerConfig{
		Project: project, BaseURL: c.base + "/",
		People: []sandbox.Person{{ID: "nurse-1", Name: "Ms Grace <Adeyemi>", Role: "Nurse"}, {ID: "physio-2", Name: "Mr Tom Hargreaves"}},
		Now:    func() time.Time { return time.Now().Add(time.Duration(c.skip.Load())) },
	})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = issuer.Handler()
	server.Start()
	t.Cleanup(server.Close)
	return c
}

// request is a good authorization request, with changes; "" leaves one out.
func request(change map[string]string) url.Values {
	sum := sha256.Sum256([]byte(codeVerifier))
	query := url.Values{
		"client_id": {project}, "response_type": {"code"}, "redirect_uri": {redirectURI}, "state": {"s&1"}, "nonce": {"n-1"},
		"scope": {"openid profile offline_access"}, "code_challenge_method": {"S256"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
	}
	for name, value := range change {
		query.Set(name, value)
		if value == "" {
			query.Del(name)
		}
	}
	return query
}

func (c *client) get(path string) (*http.Response, string) {
	c.t.Helper()
	resp, err := c.http.Get(c.base + path)
	if err != nil {
		c.t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	return resp, string(body)
}

var hiddenRequest = regexp.MustCompile(`name="request" value="([^"]*)"`)

// signIn goes through the page and returns the code.
func (c *client) signIn(change map[string]string) string {
	c.t.Helper()
	page, body := c.get("/oauth2/v1/authorize?" + request(change).Encode())
	hidden := hiddenRequest.FindStringSubmatch(body)
	if page.StatusCode != http.StatusOK || hidden == nil {
		c.t.Fatalf("the sign-in page: %s\n%s", page.Status, body)
	}
	resp, err := c.http.PostForm(c.base+"/signin", url.Values{"request": {html.UnescapeString(hidden[1])}, "practitioner": {"nurse-1"}})
	if err != nil {
		c.t.Fatal(err)
	}
	resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		c.t.Fatalf("the sign-in: %s: %v", resp.Status, err)
	}
	query := back.Query()
	if !strings.HasPrefix(back.String(), "http://127.0.0.1:8080/signed-in?") || query.Get("from") != "x" || query.Get("state") != "s&1" {
		c.t.Fatalf("sent back to %s", back)
	}
	return query.Get("code")
}

type tokenAnswer struct {
	Access      string `json:"access_token"`
	Type        string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"`
	Refresh     string `json:"refresh_token"`
	ID          string `json:"id_token"`
	Scope       string `json:"scope"`
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

func (c *client) token(form url.Values) (int, tokenAnswer) {
	c.t.Helper()
	resp, err := c.http.PostForm(c.base+"/oauth2/v1/token", form)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.Header.Get("Cache-Control") != "no-store" {
		c.t.Error("a token answer may be stored")
	}
	var answer tokenAnswer
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, answer
}

func (c *client) exchange(code string, change map[string]string) (int, tokenAnswer) {
	c.t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "client_id": {project}, "code": {code}, "redirect_uri": {redirectURI}, "code_verifier": {codeVerifier}}
	for name, value := range change {
		form.Set(name, value)
	}
	return c.token(form)
}

func (c *client) refresh(token string) (int, tokenAnswer) {
	c.t.Helper()
	return c.token(url.Values{"grant_type": {"refresh_token"}, "client_id": {project}, "refresh_token": {token}})
}

// signedIn returns the tokens of a whole sign-in.
func (c *client) signedIn() tokenAnswer {
	c.t.Helper()
	status, answer := c.exchange(c.signIn(nil), nil)
	if status != http.StatusOK {
		c.t.Fatalf("token: %d %+v", status, answer)
	}
	return answer
}

func TestDiscovery(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	var got map[string]any
	getJSON(t, c.base+"/"+project+"/.well-known/openid-configuration", &got)
	want := map[string]any{
		"issuer":                           c.base + "/" + project,
		"authorization_endpoint":           c.base + "/oauth2/v1/authorize",
		"token_endpoint":                   c.base + "/oauth2/v1/token",
		"jwks_uri":                         c.base + "/" + project + "/.well-known/jwks.json",
		"end_session_endpoint":             c.base + "/oauth2/v1/logout",
		"code_challenge_methods_supported": []any{"S256"},
	}
	isOfWant := cmpopts.IgnoreMapEntries(func(name string, _ any) bool { _, ok := want[name]; return !ok })
	if diff := cmp.Diff(want, got, isOfWant); diff != "" {
		t.Error(diff)
	}
	var keys, same any
	getJSON(t, got["jwks_uri"].(string), &keys)
	getJSON(t, c.base+"/v2/keys/"+project, &same)
	if diff := cmp.Diff(same, keys); diff != "" {
		t.Error(diff)
	}
	if resp, _ := c.get("/P2other/.well-known/openid-configuration"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("another project: %s", resp.Status)
	}
}

func TestSignInWithCode(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	answer := c.signedIn()
	if answer.Type != "Bearer" || answer.ExpiresIn != 600 || answer.Scope != "openid profile offline_access" || answer.Refresh == "" {
		t.Errorf("answered %+v", answer)
	}
	session, err := verify(t, c.base, answer.Access)
	if err != nil {
		t.Fatal(err)
	}
	if session["medplumPractitionerId"] != "nurse-1" || session["drn"] != "DS" || session["iss"] != c.base+"/"+project {
		t.Errorf("session %v", session)
	}
	id, err := verify(t, c.base, answer.ID)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{"iss": c.base + "/" + project, "aud": project, "nonce": "n-1", "name": "Ms Grace <Adeyemi>", "sub": session["sub"]} {
		if id[name] != want {
			t.Errorf("ID token's %s is %v, want %v", name, id[name], want)
		}
	}
	// Without offline_access there is nothing to renew with.
	if _, answer := c.exchange(c.signIn(map[string]string{"scope": "openid"}), nil); answer.Access == "" || answer.Refresh != "" {
		t.Errorf("scope openid alone: %+v", answer)
	}
}

func TestSignInPage(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	resp, body := c.get("/oauth2/v1/authorize?" + request(map[string]string{"login_hint": "physio-2"}).Encode())
	if !strings.Contains(body, "Ms Grace &lt;Adeyemi&gt;") || !strings.Contains(body, `value="physio-2" autofocus`) || strings.Count(body, "autofocus") != 1 {
		t.Errorf("the page:\n%s", body)
	}
	if policy := resp.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || !strings.HasSuffix(policy, "form-action 'self' http://127.0.0.1:8080") {
		t.Errorf("policy %q", policy)
	}
	sent, err := c.http.PostForm(c.base+"/signin", url.Values{"request": {request(nil).Encode()}, "practitioner": {"stranger"}})
	if err != nil {
		t.Fatal(err)
	}
	sent.Body.Close()
	if sent.StatusCode != http.StatusBadRequest {
		t.Errorf("a stranger: %s", sent.Status)
	}
}

func TestAuthorizationIsRefusedToThePerson(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	for name, change := range map[string]map[string]string{
		"another client":        {"client_id": "P2other"},
		"no client":             {"client_id": ""},
		"nowhere to go":         {"redirect_uri": ""},
		"another machine":       {"redirect_uri": "http://evil.example/"},
		"a name like ours":      {"redirect_uri": "http://127.0.0.1.evil.example/"},
		"a user like ours":      {"redirect_uri": "http://127.0.0.1@evil.example/"},
		"no scheme":             {"redirect_uri": "//evil.example/"},
		"a script":              {"redirect_uri": "javascript:alert(1)"},
		"no host":               {"redirect_uri": "http:127.0.0.1"},
		"a fragment, RFC 3.1.2": {"redirect_uri": "http://127.0.0.1:8080/#x"},
	} {
		query := request(change).Encode()
		resp, body := c.get("/oauth2/v1/authorize?" + query)
		sent, err := c.http.PostForm(c.base+"/signin", url.Values{"request": {query}, "practitioner": {"nurse-1"}})
		if err != nil {
			t.Fatal(err)
		}
		sent.Body.Close()
		for _, r := range []*http.Response{resp, sent} {
			if r.StatusCode != http.StatusBadRequest || r.Header.Get("Location") != "" {
				t.Errorf("%s: %s to %q", name, r.Status, r.Header.Get("Location"))
			}
		}
		if !strings.Contains(body, "You cannot sign in like this") {
			t.Errorf("%s: the page does not say so", name)
		}
	}
	for _, ours := range []string{"http://localhost:5173/", "https://[::1]:8443/x"} {
		if resp, _ := c.get("/oauth2/v1/authorize?" + request(map[string]string{"redirect_uri": ours}).Encode()); resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", ours, resp.Status)
		}
	}
}

func TestAuthorizationIsRefusedToTheApp(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	for want, changes := range map[string][]map[string]string{
		"unsupported_response_type": {{"response_type": "token"}, {"response_type": ""}},
		"invalid_scope":             {{"scope": "profile"}, {"scope": ""}},
		"login_required":            {{"prompt": "none"}},
		"invalid_request": {
			{"state": ""}, {"code_challenge_method": "plain"}, {"code_challenge_method": ""},
			{"code_challenge": ""}, {"code_challenge": "short"}, {"response_mode": "fragment"}, {"prompt": "none login"},
		},
	} {
		for _, change := range changes {
			resp, _ := c.get("/oauth2/v1/authorize?" + request(change).Encode())
			back, err := resp.Location()
			if err != nil {
				t.Errorf("%v: %s", change, resp.Status)
				continue
			}
			query := back.Query()
			if query.Get("error") != want || query.Get("error_description") == "" || query.Get("code") != "" || back.Host != "127.0.0.1:8080" {
				t.Errorf("%v: %s", change, back)
			}
			if _, dropped := change["state"]; !dropped && query.Get("state") != "s&1" {
				t.Errorf("%v: state %q", change, query.Get("state"))
			}
		}
	}
}

func TestTokenIsRefused(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	for name, one := range map[string]struct {
		change map[string]string
		want   string
	}{
		"wrong verifier":   {map[string]string{"code_verifier": strings.Repeat("x", 43)}, "invalid_grant"},
		"no verifier":      {map[string]string{"code_verifier": ""}, "invalid_grant"},
		"another address":  {map[string]string{"redirect_uri": "http://127.0.0.1:8080/other"}, "invalid_grant"},
		"another client":   {map[string]string{"client_id": "P2other"}, "invalid_client"},
		"an unknown code":  {map[string]string{"code": "0123"}, "invalid_grant"},
		"another grant":    {map[string]string{"grant_type": "password"}, "unsupported_grant_type"},
		"no refresh token": {map[string]string{"grant_type": "refresh_token"}, "invalid_grant"},
	} {
		status, answer := c.exchange(c.signIn(nil), one.change)
		if status != http.StatusBadRequest || answer.Error != one.want || answer.Access != "" || !strings.HasSuffix(answer.Description, ".") {
			t.Errorf("%s: %d %+v, want %s", name, status, answer, one.want)
		}
	}
	if status, answer := postJSON(t, http.MethodPost, c.base+"/oauth2/v1/token", `{"grant_type":"refresh_token"}`); status != http.StatusBadRequest || answer["error"] != "invalid_request" {
		t.Errorf("JSON: %d %v", status, answer)
	}
}

func TestExchangeTakesACodeOnceAndForAMinute(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	code := c.signIn(nil)
	status, first := c.exchange(code, nil)
	if status != http.StatusOK {
		t.Fatalf("first use: %d %+v", status, first)
	}
	if status, again := c.exchange(code, nil); status != http.StatusBadRequest || again.Error != "invalid_grant" {
		t.Errorf("second use: %d %+v", status, again)
	}
	if status, _ := c.refresh(first.Refresh); status != http.StatusBadRequest {
		t.Errorf("the refresh token of a code that was used twice: %d", status)
	}
	code = c.signIn(nil)
	c.skip.Add(int64(61 * time.Second))
	if status, late := c.exchange(code, nil); status != http.StatusBadRequest || late.Error != "invalid_grant" {
		t.Errorf("after 61 s: %d %+v", status, late)
	}
}

func TestRefreshRotates(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	first := c.signedIn()
	c.skip.Add(int64(11 * time.Hour))
	status, second := c.refresh(first.Refresh)
	if status != http.StatusOK || second.Refresh == "" || second.Refresh == first.Refresh {
		t.Fatalf("refresh: %d %+v", status, second)
	}
	before, _ := verify(t, c.base, first.ID)
	after, err := verify(t, c.base, second.ID)
	if err != nil {
		t.Fatal(err)
	}
	if after["sub"] != before["sub"] || after["auth_time"] != before["auth_time"] || after["nonce"] != nil {
		t.Errorf("the renewed ID token: %v", after)
	}
	if session, err := verify(t, c.base, second.Access); err != nil || session["medplumPractitionerId"] != "nurse-1" {
		t.Errorf("the renewed session: %v, %v", session, err)
	}
	if status, third := c.refresh(second.Refresh); status != http.StatusOK {
		t.Fatalf("second refresh: %d %+v", status, third)
	}
	// A token that was spent has been copied: nobody goes on with its sign-in.
	if status, answer := c.refresh(first.Refresh); status != http.StatusBadRequest || answer.Error != "invalid_grant" {
		t.Errorf("a spent token: %d %+v", status, answer)
	}
	if status, _ := c.refresh(second.Refresh); status != http.StatusBadRequest {
		t.Errorf("its successor: %d", status)
	}
}

func TestRefreshEndsAfterTwelveHours(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	first := c.signedIn()
	c.skip.Add(int64(7 * time.Hour))
	status, second := c.refresh(first.Refresh)
	if status != http.StatusOK {
		t.Fatalf("after seven hours: %d", status)
	}
	c.skip.Add(int64(6 * time.Hour))
	if status, _ := c.refresh(second.Refresh); status != http.StatusBadRequest {
		t.Errorf("thirteen hours after the sign-in: %d", status)
	}
}

func TestLogout(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	mine, other := c.signedIn(), c.signedIn()
	c.skip.Add(int64(time.Hour)) // the ID token has expired by now
	resp, _ := c.get("/oauth2/v1/logout?" + url.Values{"id_token_hint": {mine.ID}, "post_logout_redirect_uri": {"http://localhost:8080/"}, "state": {"x"}, "client_id": {project}}.Encode())
	if got := resp.Header.Get("Location"); resp.StatusCode != http.StatusSeeOther || got != "http://localhost:8080/?state=x" {
		t.Errorf("%s to %q", resp.Status, got)
	}
	if status, _ := c.refresh(mine.Refresh); status != http.StatusBadRequest {
		t.Errorf("the refresh token after the sign-out: %d", status)
	}
	if status, _ := c.refresh(other.Refresh); status != http.StatusOK {
		t.Errorf("another sign-in's refresh token: %d", status)
	}
	if resp, body := c.get("/oauth2/v1/logout"); resp.StatusCode != http.StatusOK || !strings.Contains(body, "You are signed out") {
		t.Errorf("without an address: %s", resp.Status)
	}
	for name, query := range map[string]url.Values{
		"another machine": {"post_logout_redirect_uri": {"http://evil.example/"}},
		"another client":  {"client_id": {"P2other"}},
		"a foreign hint":  {"id_token_hint": {"a.b.c"}},
	} {
		if resp, _ := c.get("/oauth2/v1/logout?" + query.Encode()); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s", name, resp.Status)
		}
	}
}

func TestScriptsOfThisMachineMayReadTheIssuer(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	paths := map[string]string{
		"/" + project + "/.well-known/openid-configuration": "GET", "/" + project + "/.well-known/jwks.json": "GET",
		"/v2/keys/" + project: "GET", "/oauth2/v1/token": "POST",
	}
	for origin, ours := range map[string]bool{
		"http://127.0.0.1:8080": true, "http://localhost:5173": true, "https://[::1]:8443": true,
		"https://evil.example": false, "http://localhost.evil.example": false, "null": false, "": false,
	} {
		for path, method := range paths {
			want := ""
			if ours {
				want = origin
			}
			ask := func(verb string) *http.Response {
				req, _ := http.NewRequest(verb, c.base+path, nil)
				req.Header.Set("Origin", origin)
				req.Header.Set("Access-Control-Request-Method", method)
				req.Header.Set("Access-Control-Request-Headers", "content-type")
				resp, err := c.http.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				if got := resp.Header.Get("Access-Control-Allow-Origin"); got != want || resp.Header.Get("Vary") != "Origin" {
					t.Errorf("%s %s from %q: allows %q, want %q", verb, path, origin, got, want)
				}
				return resp
			}
			ask(method)
			resp := ask("OPTIONS")
			if (resp.StatusCode == http.StatusNoContent) != ours || (ours && resp.Header.Get("Access-Control-Allow-Methods") != method) {
				t.Errorf("preflight of %s from %q: %s", path, origin, resp.Status)
			}
		}
	}
}
