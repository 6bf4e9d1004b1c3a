package sandbox_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestPhonePage(t *testing.T) {
	t.Parallel()
	world := startWorld(t, nil)
	for name, c := range map[string]struct {
		url    string
		status int
		has    []string
	}{
		"a member's":        {world.PhoneURL("+447700900142"), 200, []string{`data-number="&#43;447700900142"`, `data-state="idle"`, "07700 900 142", "Mrs Margaret Ellis (mobile)"}},
		"written otherwise": {world.ConsoleURL + "/phones/" + url.QueryEscape("+442079460018"), 200, []string{"020 7946 0018", "Mrs Margaret Ellis (home)"}},
		"a daughter's":      {world.PhoneURL("+447700900318"), 200, []string{"Ms Chidinma Okafor, daughter of Mrs Ngozi Okafor"}},
		"nobody's":          {world.PhoneURL("+447700900999"), 200, []string{"Nobody’s at this clinic"}},
		"not served":        {world.PhoneURL("+447911123456"), 404, []string{"There is no such phone", "+447700900000 to +447700900999", `href="/phones/+447700900142"`}},
		"no number":         {world.ConsoleURL + "/phones/<b>", 404, []string{"There is no such phone"}},
		"the list":          {world.ConsoleURL + "/phones", 200, []string{"Members’ phones", `href="/phones/+442079460018"`, "020 7946 0018", "Does not answer"}},
	} {
		resp, err := http.Get(c.url)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != c.status {
			t.Errorf("%s: %s", name, resp.Status)
		}
		for _, want := range c.has {
			if !strings.Contains(strings.ReplaceAll(string(body), "&#43;", "+"), strings.ReplaceAll(want, "&#43;", "+")) {
				t.Errorf("%s: no %q in\n%s", name, want, body)
			}
		}
		h := resp.Header
		if policy := h.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'self';") || strings.Contains(policy, "unsafe") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: headers %v", name, h)
		}
		if isPhone := strings.Contains(string(body), "phone.js"); isPhone != strings.HasPrefix(h.Get("Permissions-Policy"), "microphone=(self)") {
			t.Errorf("%s: permissions %q", name, h.Get("Permissions-Policy"))
		}
	}
}

// The page's own files are there, and it loads no others.
func TestPhonePageIsWhole(t *testing.T) {
	t.Parallel()
	world := startWorld(t, nil)
	for path, kind := range map[string]string{
		"/phone.css": "text/css", "/console.css": "text/css", "/phone.js": "text/javascript", "/phone-line.js": "text/javascript",
		"/phone-call.js": "text/javascript", "/phone-sound.js": "text/javascript", "/phone-keypad.js": "text/javascript", "/phone-does.js": "text/javascript",
	} {
		resp, err := http.Get(world.ConsoleURL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), kind) || strings.Contains(string(body), "https://") {
			t.Errorf("%s: %s, %s", path, resp.Status, resp.Header.Get("Content-Type"))
		}
	}
}

// Twiliobox has a phone at exactly the numbers that have a page.
func TestPhonePagesAreTwiliosPhones(t *testing.T) {
	t.Parallel()
	world := startWorld(t, nil)
	for _, number := range []string{
		"+447700900000", "+447700900999", "+442079460000", "+442079460999",
		"+447700899999", "+447700901000", "+442079461000", "+4477009001420", "447700900142", "+447911123456",
	} {
		page, err := http.Get(world.PhoneURL(number))
		if err != nil {
			t.Fatal(err)
		}
		page.Body.Close()
		status, _ := postJSON(t, http.MethodPut, world.TwilioURL+"/sandbox/v1/phones/"+url.PathEscape(number), `{"outcome":"manual"}`)
		if (page.StatusCode == http.StatusOK) != (status == http.StatusOK) {
			t.Errorf("%s: the page answers %d, Twilio %d", number, page.StatusCode, status)
		}
	}
}
