package twilio_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"perci.health/careline/twilio"

	"perci.health/careline/credential"
)

const (
	token      = "0123456789abcdef0123456789abcdef"
	otherToken = "fedcba9876543210fedcba9876543210"
	formType   = "application/x-www-form-urlencoded; charset=UTF-8"
)

// sign is Twilio's algorithm in its plainest form.
func sign(key, fullURL string, form url.Values) string {
	message := fullURL
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range slices.Compact(slices.Sorted(slices.Values(form[name]))) {
			message += name + value
		}
	}
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write([]byte(message))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// vector is one signature computed with Twilio's official Node library.
type vector struct {
	Name, Token, URL, Body, Signature string
	Params                            map[string]any
}

func (v vector) form() url.Values {
	form := url.Values{}
	for name, value := range v.Params {
		switch value := value.(type) {
		case string:
			form.Add(name, value)
		case []any:
			for _, one := range value {
				form.Add(name, one.(string))
			}
		}
	}
	return form
}

func vectors(t testing.TB) []vector {
	t.Helper()
	text, err := os.ReadFile("testdata/signatures.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// received is a request as it arrives: URI as sent, nothing cleaned.
func received(method, uri, contentType, body, signature string) *http.Request {
	r := httptest.NewRequest(method, "/", strings.NewReader(body))
	r.RequestURI = uri
	_, r.URL.RawQuery, _ = strings.Cut(uri, "?")
	r.Header.Set("Content-Type", contentType)
	if signature != "" {
		r.Header.Set(twilio.SignatureHeader, signature)
	}
	return r
}

func secrets(texts ...string) (all []credential.Secret) {
	for _, text := range texts {
		all = append(all, credential.NewSecret(text))
	}
	return all
}

func verifier(t testing.TB, publicURL string, tokens ...string) *twilio.Verifier {
	t.Helper()
	v, err := twilio.NewVerifier(publicURL, secrets(tokens...)...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// asked is the status with which a route that does nothing but verify answers.
func asked(v *twilio.Verifier, r *http.Request) int {
	w := httptest.NewRecorder()
	for _, route := range (twilio.Webhooks{Verifier: v}).Routes() {
		if route.Path == twilio.PathIncoming {
			route.Handler.ServeHTTP(w, r)
		}
	}
	return w.Code
}

func TestVerifyVectors(t *testing.T) {
	t.Parallel()
	for _, vec := range vectors(t) {
		t.Run(vec.Name, func(t *testing.T) {
			t.Parallel()
			scheme, rest, _ := strings.Cut(vec.URL, "://")
			host, uri, _ := strings.Cut(rest, "/")
			contentType, body, want := formType, vec.form().Encode(), http.StatusOK
			if vec.Body != "" {
				// No form: none of ours, whatever bodySHA256 in the URL vouches for it.
				contentType, body, want = "application/json", vec.Body, http.StatusUnsupportedMediaType
			}
			request := func() *http.Request { return received("POST", "/"+uri, contentType, body, vec.Signature) }
			if got := asked(verifier(t, scheme+"://"+host, otherToken, vec.Token), request()); got != want {
				t.Errorf("status %d, want %d", got, want)
			}
			if got := asked(verifier(t, scheme+"://"+host, otherToken), request()); vec.Body == "" && got != http.StatusForbidden {
				t.Errorf("another token: %d", got)
			}
		})
	}
}

func TestVerifyPublicURL(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, public, uri, signed, wrong string }{
		{name: "plain", public: "https://example.org", uri: "/x", signed: "https://example.org/x"},
		{name: "slash at the end", public: "https://example.org/", uri: "/x", signed: "https://example.org/x"},
		{name: "path taken off", public: "https://example.org/a/b", uri: "/x?q=1", signed: "https://example.org/a/b/x?q=1"},
		{name: "path still there", public: "https://example.org/a/b", uri: "/a/b/x?q=1", signed: "https://example.org/a/b/x?q=1"},
		{name: "path, but not ours", public: "https://example.org/a", uri: "/ab/x", wrong: "https://example.org/ab/x"},
		{name: "path left out", public: "https://example.org/a", uri: "/x", wrong: "https://example.org/x"},
		{name: "port dropped by Twilio", public: "https://example.org:8443", uri: "/x", signed: "https://example.org/x"},
		{name: "port kept by Twilio", public: "https://example.org:8443", uri: "/x", signed: "https://example.org:8443/x"},
		{name: "usual port added", public: "https://example.org", uri: "/x", signed: "https://example.org:443/x"},
		{name: "usual port added, http", public: "http://example.org", uri: "/x", signed: "http://example.org:80/x"},
		{name: "another port", public: "https://example.org", uri: "/x", wrong: "https://example.org:8443/x"},
		{name: "IPv6", public: "http://[::1]:8080", uri: "/x", signed: "http://[::1]:8080/x"},
		{name: "IPv6 without port", public: "http://[::1]:8080", uri: "/x", signed: "http://[::1]/x"},
		{name: "credentials and fragment", public: "https://u:p@example.org#rc=2", uri: "/x", signed: "https://example.org/x"},
		{name: "apostrophe escaped on the way", public: "https://example.org", uri: "/x?n=O%27B", signed: "https://example.org/x?n=O'B"},
		{name: "apostrophe unescaped on the way", public: "https://example.org", uri: "/x?n=O'B", signed: "https://example.org/x?n=O%27B"},
		{name: "nothing cleaned", public: "https://example.org", uri: "//x/../y?b=%2f&a=", signed: "https://example.org//x/../y?b=%2f&a="},
		{name: "capitals in the host, signed small", public: "https://Backend.Example.ORG/Api", uri: "/x", signed: "https://backend.example.org/Api/x"},
		{name: "capitals in the host, signed as given", public: "https://Backend.Example.ORG/Api", uri: "/x", signed: "https://Backend.Example.ORG/Api/x"},
		{name: "capitals in host and port", public: "HTTPS://Example.ORG:8443", uri: "/x", signed: "https://example.org:8443/x"},
		{name: "capitals in host, port dropped", public: "HTTPS://Example.ORG:8443", uri: "/x", signed: "https://example.org/x"},
		{name: "capitals in host, usual port added", public: "https://Example.ORG", uri: "/x", signed: "https://example.org:443/x"},
		{name: "small letters in the path", public: "https://example.org/Api", uri: "/x", wrong: "https://example.org/api/x"},
		{name: "other scheme", public: "https://example.org", uri: "/x", wrong: "http://example.org/x"},
	}
	form := url.Values{"CallSid": {"CA1"}, "To": {""}}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v := verifier(t, test.public, token)
			signature := sign(token, test.signed+test.wrong, form)
			got := asked(v, received("POST", test.uri, formType, form.Encode(), signature))
			if (got == http.StatusOK) != (test.wrong == "") {
				t.Errorf("status %d", got)
			}
		})
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	const u = "https://example.org/x"
	bare, form := sign(token, u, nil), url.Values{"A": {"1"}}
	zeros := "?bodySHA256=" + strings.Repeat("0", 64)
	tests := []struct {
		name, uri, contentType, body, signature string
		want                                    int
	}{
		{"no header", "/x", formType, "A=1", "", 403},
		{"short header", "/x", formType, "A=1", "abc=", 403},
		{"json under a bare signature", "/x", "application/json", "{}", bare, 415},
		{"no content type under a bare signature", "/x", "", "A=1", bare, 415},
		{"form under a bare signature", "/x", formType, "A=1", bare, 403},
		{"bodySHA256 of another body", "/x" + zeros, "application/json", "{}", sign(token, u+zeros, nil), 415},
		{"bad escape", "/x", formType, "A=%zz", sign(token, u, url.Values{"A": {"%zz"}}), 400},
		{"line end in header", "/x", formType, "A=1", sign(token, u, form)[:27] + "\n", 403},
	}
	v := verifier(t, "https://example.org", token)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := asked(v, received("POST", test.uri, test.contentType, test.body, test.signature)); got != test.want {
				t.Errorf("status %d, want %d", got, test.want)
			}
		})
	}
	twice := received("POST", "/x", formType, "A=1", sign(token, u, form))
	twice.Header.Add(twilio.SignatureHeader, "x")
	if got := asked(v, twice); got != http.StatusForbidden {
		t.Errorf("two signatures: %d", got)
	}
}

func TestNewVerifierRefuses(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func() (*twilio.Verifier, error){
		"no token":    func() (*twilio.Verifier, error) { return twilio.NewVerifier("https://example.org") },
		"empty token": func() (*twilio.Verifier, error) { return twilio.NewVerifier("https://example.org", secrets("")...) },
		"blank token": func() (*twilio.Verifier, error) { return twilio.NewVerifier("https://example.org", secrets(" \n")...) },
		"empty secondary token": func() (*twilio.Verifier, error) {
			return twilio.NewVerifier("https://example.org", secrets(token, "")...)
		},
		"relative URL": func() (*twilio.Verifier, error) { return twilio.NewVerifier("/api", secrets(token)...) },
		"odd scheme":   func() (*twilio.Verifier, error) { return twilio.NewVerifier("ftp://example.org", secrets(token)...) },
	} {
		if v, err := make(); err == nil || v != nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func anyForm(t *rapid.T) url.Values {
	form := url.Values{}
	for range rapid.IntRange(1, 8).Draw(t, "n") {
		form.Add(rapid.StringN(1, 8, 20).Draw(t, "name"), rapid.String().Draw(t, "value"))
	}
	return form
}

// Whatever byte of a signed request is changed, it is refused, unless the change
// leaves the decoded form the same.
func TestVerifyTampered(t *testing.T) {
	t.Parallel()
	v := verifier(t, "https://example.org", token)
	rapid.Check(t, func(t *rapid.T) {
		form := anyForm(t)
		parts := []string{"/v1/x?AppointmentId=abc", form.Encode(), ""}
		parts[2] = sign(token, "https://example.org"+parts[0], form)
		check := func() int { return asked(v, received("POST", parts[0], formType, parts[1], parts[2])) }
		if got := check(); got != http.StatusOK {
			t.Fatalf("untampered: %d", got)
		}
		part := rapid.IntRange(0, 2).Draw(t, "part")
		at := rapid.IntRange(1, len(parts[part])-1).Draw(t, "at")
		changed := []byte(parts[part])
		changed[at] ^= byte(1 << rapid.IntRange(0, 6).Draw(t, "bit"))
		parts[part] = string(changed)
		if part == 0 && changed[at] == '#' {
			return // a fragment is not signed, and never arrives
		}
		// A changed separator can re-cut a form without changing what is signed;
		// the strict patterns of the fields are the guard against that.
		if again, err := url.ParseQuery(parts[1]); part == 1 && (err != nil || flat(again) == flat(form)) {
			return
		}
		if check() == http.StatusOK {
			t.Fatalf("accepted with byte %d of part %d changed", at, part)
		}
	})
}

// flat is what Twilio's algorithm signs of a form.
func flat(form url.Values) (s string) {
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range slices.Compact(slices.Sorted(slices.Values(form[name]))) {
			s += name + value
		}
	}
	return s
}

// The fast form reader and the standard library's read the same, and what the
// plain algorithm signs is verified.
func FuzzVerify(f *testing.F) {
	for _, vec := range vectors(f) {
		f.Add(vec.form().Encode(), "/x?a=O'B")
	}
	f.Add("a=1&a=1&a=0&&b&=c&%zz=1&d=%c3%28+%2B", "/y#z")
	v := verifier(f, "https://example.org/p", otherToken, token)
	f.Fuzz(func(t *testing.T, body, uri string) {
		form, err := url.ParseQuery(body)
		if err != nil || strings.Count(body, "&") > 900 || !strings.HasPrefix(uri, "/") {
			return
		}
		bare, _, _ := strings.Cut(uri, "#")
		if got := asked(v, received("POST", uri, formType, body, sign(token, "https://example.org/p"+bare, form))); got != http.StatusOK {
			t.Errorf("%q, %q: %d", body, uri, got)
		}
		if asked(v, received("POST", uri, formType, body, sign("wrong", "https://example.org/p"+bare, form))) == http.StatusOK {
			t.Errorf("%q: a wrong signature was accepted", body)
		}
	})
}

func completed() (body []byte, uri, signature string) {
	form := childForm()
	uri = twilio.PathCallStatus + "?AppointmentId=abc123"
	return []byte(form.Encode()), uri, sign(token, "https://example.org"+uri, form)
}

// BenchmarkReference is what BenchmarkOutgoing/bare costs with the standard
// library's means.
func BenchmarkReference(b *testing.B) {
	body, uri, signature := completed()
	b.ReportAllocs()
	for b.Loop() {
		form, err := url.ParseQuery(string(body))
		if err != nil || !hmac.Equal([]byte(signature), []byte(sign(token, "https://example.org"+uri, form))) {
			b.Fatal("refused")
		}
	}
}

func TestNewSecretNeverPrints(t *testing.T) {
	t.Parallel()
	// It begins as no number and no address does, and those are printed here.
	const secret = "zqxj" + token
	var out bytes.Buffer
	_ = json.NewEncoder(&out).Encode(map[string]any{"s": credential.NewSecret(secret)})
	printAll(&out, credential.NewSecret(secret))
	config := twilio.ClientConfig{AccountSID: account, Password: credential.NewSecret(secret)}
	m := minter()
	m.APISecret = credential.NewSecret(secret)
	for _, holder := range []any{config, client(t, config), *client(t, config), m, &m, verifier(t, publicURL, secret), twilio.Webhooks{Verifier: verifier(t, publicURL, secret)}} {
		printAll(&out, holder)
	}
	if text := out.String(); strings.Contains(text, secret[:4]) || strings.Contains(text, "topsecret") {
		t.Errorf("the secret was printed: %s", out.String())
	}
}
