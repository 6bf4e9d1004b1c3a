package sandbox_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"testing"
	"time"
)

// silently asks for a code without a page, and returns it or the error.
func (c *client) silently(change map[string]string) (code, fault string) {
	c.t.Helper()
	change["prompt"] = "none"
	resp, _ := c.get("/oauth2/v1/authorize?" + request(change).Encode())
	back, err := resp.Location()
	if err != nil {
		c.t.Fatalf("%v: %s", change, resp.Status)
	}
	if state := back.Query().Get("state"); state != "s&1" {
		c.t.Errorf("%v: state %q", change, state)
	}
	return back.Query().Get("code"), back.Query().Get("error")
}

// browser gives the client a browser's memory.
func (c *client) browser() *cookiejar.Jar {
	c.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		c.t.Fatal(err)
	}
	c.http.Jar = jar
	return jar
}

func TestSilentSignIn(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.browser()
	if _, fault := c.silently(map[string]string{}); fault != "login_required" {
		t.Errorf("nobody has signed in: %q", fault)
	}

	c.signIn(nil)
	c.skip.Add(int64(time.Hour))
	code, fault := c.silently(map[string]string{"nonce": "n-2", "max_age": "7200"})
	if fault != "" {
		t.Fatal(fault)
	}
	status, answer := c.exchange(code, nil)
	if status != http.StatusOK {
		t.Fatalf("%d %+v", status, answer)
	}
	id, err := verify(t, c.base, answer.ID)
	if err != nil {
		t.Fatal(err)
	}
	if age := id["iat"].(float64) - id["auth_time"].(float64); id["nonce"] != "n-2" || id["name"] != "Ms Grace <Adeyemi>" || age < 3599 || age > 3700 {
		t.Errorf("the ID token of a silent sign-in: %v", id)
	}

	for name, one := range map[string]struct {
		change map[string]string
		after  time.Duration
	}{
		"the person themselves":    {map[string]string{"max_age": "0"}, 0},
		"somebody lately here":     {map[string]string{"max_age": "60"}, 0},
		"no number":                {map[string]string{"max_age": "soon"}, 0},
		"yesterday's, in the list": {map[string]string{}, 12 * time.Hour},
	} {
		c.skip.Add(int64(one.after))
		if code, fault := c.silently(one.change); fault != "login_required" || code != "" {
			t.Errorf("%s: %q", name, fault)
		}
	}
}

func TestSilentSignInEndsWithTheSignOut(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	jar := c.browser()
	_, answer := c.exchange(c.signIn(nil), nil)
	here, err := url.Parse(c.base + "/oauth2/v1/authorize")
	if err != nil {
		t.Fatal(err)
	}
	kept := jar.Cookies(here)

	c.get("/oauth2/v1/logout?" + url.Values{"id_token_hint": {answer.ID}, "post_logout_redirect_uri": {redirectURI}}.Encode())
	if left := jar.Cookies(here); len(kept) != 1 || len(left) != 0 {
		t.Errorf("cookies %v, then %v", kept, left)
	}
	jar.SetCookies(here, kept)
	if _, fault := c.silently(map[string]string{}); fault != "login_required" {
		t.Errorf("with the cookie of before: %q", fault)
	}
}

// Whoever signs in with the page is asked who they are, whoever is signed in.
func TestSignInPageAsksEachTime(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.browser()
	c.signIn(nil)
	for _, prompt := range []string{"", "login", "select_account"} {
		if c.signIn(map[string]string{"prompt": prompt, "max_age": "0"}) == "" {
			t.Errorf("prompt %q: no code", prompt)
		}
	}
}
