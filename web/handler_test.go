package web_test

import (
	"compress/gzip"
	"errors"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"perci.health/careline/web"
)

const page = `<head><meta name="csp-nonce" content="__CSP_NONCE__"><meta name="careline-settings" content="__SETTINGS__"><base href="__BASE__/"></head>`

func dist() fstest.MapFS {
	return fstest.MapFS{
		".gitkeep":              {},
		"index.html":            {Data: []byte(page)},
		"icon.svg":              {Data: []byte("<svg/>")},
		"assets/index-abc.js":   {Data: []byte(strings.Repeat("let a = 1;\n", 200))},
		"assets/index-abc.css":  {Data: []byte("a{}")},
		"assets/_shared-abc.js": {Data: []byte("export {}")},
	}
}

func settings() web.Settings {
	return web.Settings{
		Organisation: `Ann's "Clinic" & <Sons>`, Language: "en-GB", TimeZone: "Europe/London", Issuer: "https://auth.example.org/P1", ClientID: "P1",
		Base: "/region/api", Version: "v1",
	}
}

func newApp(t *testing.T, s web.Settings) http.Handler {
	t.Helper()
	h, err := web.New(dist(), s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func get(h http.Handler, path string, header ...string) *http.Response {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, resp *http.Response) string {
	t.Helper()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestAppServesThePathsOfPages(t *testing.T) {
	t.Parallel()
	h := newApp(t, settings())
	for path, want := range map[string]struct {
		status int
		kind   string
		cache  string
	}{
		"/":                          {200, "text/html; charset=utf-8", "no-cache"},
		"/index.html":                {200, "text/html; charset=utf-8", "no-cache"},
		"/appointments/abc":          {200, "text/html; charset=utf-8", "no-cache"},
		"/appointments/a.b":          {200, "text/html; charset=utf-8", "no-cache"},
		"/signed-in?code=x&state=y":  {200, "text/html; charset=utf-8", "no-cache"},
		"/icon.svg":                  {200, "image/svg+xml", "no-cache"},
		"/assets/index-abc.js":       {200, "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"},
		"/assets/_shared-abc.js":     {200, "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"},
		"/assets/index-of-before.js": {404, "text/plain; charset=utf-8", "no-store"},
		"/assets/":                   {404, "text/plain; charset=utf-8", "no-store"},
		"/robots.txt":                {404, "text/plain; charset=utf-8", "no-store"},
		"/.gitkeep":                  {404, "text/plain; charset=utf-8", "no-store"},
	} {
		resp := get(h, path)
		if resp.StatusCode != want.status || resp.Header.Get("Content-Type") != want.kind || resp.Header.Get("Cache-Control") != want.cache {
			t.Errorf("%s: %d, %q, %q; want %v", path, resp.StatusCode, resp.Header.Get("Content-Type"), resp.Header.Get("Cache-Control"), want)
		}
	}
}

var metaContent = regexp.MustCompile(`name="([a-z-]+)" content="([^"]*)"`)

// The page's nonce is that of its policy, and never the same twice; its settings
// survive whatever is in them.
func TestPageCarriesSettingsAndNonce(t *testing.T) {
	t.Parallel()
	h := newApp(t, settings())
	seen := map[string]bool{}
	for range 3 {
		resp := get(h, "/")
		text := body(t, resp)
		meta := map[string]string{}
		for _, m := range metaContent.FindAllStringSubmatch(text, -1) {
			meta[m[1]] = html.UnescapeString(m[2])
		}
		nonce := meta["csp-nonce"]
		if len(nonce) < 20 || seen[nonce] {
			t.Errorf("nonce %q is short or used before", nonce)
		}
		seen[nonce] = true
		if policy := resp.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "'nonce-"+nonce+"'") || strings.Contains(policy, "unsafe-eval") {
			t.Errorf("policy %q is not for nonce %q", policy, nonce)
		}
		want := `{"organisation":"Ann's \"Clinic\" \u0026 \u003cSons\u003e","language":"en-GB","timeZone":"Europe/London","issuer":"https://auth.example.org/P1","clientId":"P1","base":"/region/api","publishEvents":false,"version":"v1","idleLockMinutes":0}`
		if meta["careline-settings"] != want {
			t.Errorf("settings are %s\nwant %s", meta["careline-settings"], want)
		}
		if !strings.Contains(text, `<base href="/region/api/">`) {
			t.Errorf("the base is missing: %s", text)
		}
	}
}

func TestPolicyNamesWhomThePageMayReach(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ signalling, want string }{
		"Twilio's own gateway": {"", "connect-src 'self' https://auth.example.org https://*.twilio.com wss://*.twilio.com;"},
		"a local gateway":      {"ws://127.0.0.1:8480/signal", "connect-src 'self' https://auth.example.org ws://127.0.0.1:8480;"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := settings()
			s.Signalling = c.signalling
			if policy := get(newApp(t, s), "/").Header.Get("Content-Security-Policy"); !strings.Contains(policy, c.want) {
				t.Errorf("policy %q lacks %q", policy, c.want)
			}
		})
	}
}

func TestFilesAreCompressed(t *testing.T) {
	t.Parallel()
	h := newApp(t, settings())
	for accept, zipped := range map[string]bool{"": false, "gzip": true, "br, gzip;q=0.5": true, "gzip;q=0": false, "*": true, "br": false, "*;q=0, gzip": true} {
		resp := get(h, "/assets/index-abc.js", "Accept-Encoding", accept)
		if got := resp.Header.Get("Content-Encoding") == "gzip"; got != zipped {
			t.Errorf("Accept-Encoding %q: compressed %v, want %v", accept, got, zipped)
		}
		var content io.Reader = resp.Body
		if zipped {
			z, err := gzip.NewReader(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			content = z
		}
		raw, err := io.ReadAll(content)
		if err != nil || len(raw) != 11*200 {
			t.Errorf("Accept-Encoding %q: %d bytes, %v", accept, len(raw), err)
		}
	}
	if resp := get(h, "/assets/index-abc.css", "Accept-Encoding", "gzip"); resp.Header.Get("Content-Encoding") != "" {
		t.Error("a file that gzip makes longer was compressed")
	}
}

func TestAppSaysWhatIsWrongWithItsSettings(t *testing.T) {
	t.Parallel()
	if _, err := web.New(fstest.MapFS{".gitkeep": {}}, settings()); !errors.Is(err, web.ErrNotBuilt) {
		t.Errorf("without an app: %v", err)
	}
	for name, change := range map[string]func(*web.Settings){
		"issuer":  func(s *web.Settings) { s.Issuer = "auth.example.org" },
		"gateway": func(s *web.Settings) { s.Signalling = "localhost" },
	} {
		s := settings()
		change(&s)
		if _, err := web.New(dist(), s); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("a bad %s: %v", name, err)
		}
	}
}
