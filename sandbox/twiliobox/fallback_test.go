package twiliobox_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"perci.health/careline/sandbox/twiliobox"
)

// fallingBack is a config whose application and number have a fallback.
func fallingBack() twiliobox.Config {
	c := config()
	c.Applications[0].VoiceFallbackURL = base + "/fallback"
	c.Numbers[0].VoiceFallbackURL, c.Numbers[0].VoiceFallbackMethod = base+"/fallback", "GET"
	return c
}

const sorry = `<Response><Say>We are closed.</Say></Response>`

func TestFallbackOfAnApplication(t *testing.T) {
	t.Parallel()
	down := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }
	tests := []struct {
		name     string
		voice    http.HandlerFunc
		fallback string
		code     string // ErrorCode
		where    string // ErrorUrl
		parent   string
		said     string
	}{
		{"the server is down", down, sorry, "11200", base + "/voice", "completed", "We are closed."},
		{"no TwiML", xmlPage("<"), sorry, "12100", base + "/voice", "completed", "We are closed."},
		{"what it leads to fails", xmlPage(`<Response><Redirect>/next?a=1</Redirect></Response>`), sorry, "11200", base + "/next?a=1", "completed", "We are closed."},
		{"it cannot be run", xmlPage(`<Response><Pay/></Response>`), sorry, "", base + "/voice", "completed", "We are closed."},
		{"the action fails", xmlPage(dialTo("+447700900486", "", "")), sorry, "11200", base + "/result", "completed", "We are closed."},
		{"an underscore in the host", xmlPage(`<Response><Redirect>http://a_b.example/</Redirect></Response>`), sorry, "11217", "http://a_b.example/", "completed", "We are closed."},
		{"the fallback fails too", down, "<", "11200", base + "/voice", "failed", ""},
		{"the fallback cannot be run", down, `<Response><Pay/></Response>`, "11200", base + "/voice", "failed", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inWorldOf(t, fallingBack(), func(w *world) {
				w.pages["/voice"], w.pages["/fallback"] = tt.voice, xmlPage(tt.fallback)
				w.pages["/next"], w.pages["/result"] = down, down
				sid := w.connect(map[string]string{"To": member, "appointmentId": "abc"})
				pass(time.Minute)
				got := w.one("/fallback")
				if got.get("ErrorCode") != tt.code || got.get("ErrorUrl") != tt.where || got.get("CallSid") != sid || !got.signed || got.method != "POST" {
					t.Errorf("%s %v, signed %v", got.method, got.form, got.signed)
				}
				if first := tt.where == base+"/voice"; first != (got.get("appointmentId") == "abc") {
					t.Errorf("custom parameters: %v", got.form)
				}
				v := w.call(sid)
				if v.Status != tt.parent || !strings.Contains(v.heard(), tt.said) {
					t.Errorf("%s, heard %q", v.Status, v.heard())
				}
				if failed := tt.parent == "failed"; failed != strings.Contains(v.heard(), "application error") {
					t.Errorf("heard %q", v.heard())
				}
			})
		})
	}
}

// A fallback that leads on to the application may fail again, and is asked again.
func TestFallbackTwice(t *testing.T) {
	t.Parallel()
	inWorldOf(t, fallingBack(), func(w *world) {
		asked := 0
		w.pages["/voice"] = xmlPage("<")
		w.pages["/fallback"] = func(rw http.ResponseWriter, r *http.Request) {
			asked++
			if asked == 1 {
				xmlPage(`<Response><Redirect>/voice</Redirect></Response>`)(rw, r)
				return
			}
			xmlPage(sorry)(rw, r)
		}
		sid := w.connect(nil)
		pass(time.Minute)
		if v := w.call(sid); asked != 2 || v.heard() != "We are closed." {
			t.Errorf("asked %d times, heard %q", asked, v.heard())
		}
	})
}

func TestFallbackOfANumber(t *testing.T) {
	t.Parallel()
	inWorldOf(t, fallingBack(), func(w *world) {
		w.pages["/fallback"] = xmlPage(sorry)
		var out struct{ CallSid string }
		w.do("POST", "/sandbox/v1/incoming", map[string]string{"from": member, "to": ours}, &out)
		pass(time.Minute)
		got := w.one("/fallback")
		if got.method != "GET" || !got.signed || got.get("ErrorCode") != "12300" || got.get("From") != member {
			t.Errorf("%s %v", got.method, got.form)
		}
		if v := w.call(out.CallSid); v.heard() != "We are closed." {
			t.Errorf("heard %q", v.heard())
		}
	})
}

// A fallback by REST: of a call that is placed, of an application and of a number.
func TestFallbackByREST(t *testing.T) {
	t.Parallel()
	inWorld(t, "", func(w *world) {
		w.pages["/second"] = xmlPage(sorry)
		form := "To=%2B447700900142&From=%2B442079460001&Url=http%3A%2F%2Fapp.example%2Fnone&FallbackUrl=http%3A%2F%2Fapp.example%2Fsecond"
		if code := w.rest("POST", "/Calls.json", form, nil); code != http.StatusCreated {
			t.Fatal(code)
		}
		pass(time.Minute)
		if got := w.one("/second"); got.get("ErrorUrl") != base+"/none" || got.get("Direction") != "outbound-api" {
			t.Errorf("%v", got.form)
		}
		for path, method := range map[string]string{"/Applications/" + appSID: "POST", "/IncomingPhoneNumbers/" + numberSID: "GET"} {
			var told map[string]any
			if code := w.rest("POST", path+".json", "VoiceFallbackUrl=http%3A%2F%2Fapp.example%2Fsecond&VoiceFallbackMethod="+method, &told); code != 200 ||
				told["voice_fallback_url"] != base+"/second" || told["voice_fallback_method"] != method {
				t.Errorf("%s: %d %v", path, code, told)
			}
			for _, bad := range []string{"VoiceFallbackUrl=relative", "VoiceFallbackMethod=PUT"} {
				if code := w.rest("POST", path+".json", bad, nil); code != 400 {
					t.Errorf("%s %s: %d", path, bad, code)
				}
			}
		}
		if code := w.rest("POST", "/Calls.json", form+"&FallbackMethod=PUT", nil); code != 400 {
			t.Error(code)
		}
	})
}

// A leg that is redirected may be given a fallback for that.
func TestFallbackOfARedirect(t *testing.T) {
	t.Parallel()
	midCall(t, func(w *world, _, child string) {
		w.pages["/fallback"] = xmlPage(sorry)
		form := url.Values{"Url": {base + "/none"}, "FallbackUrl": {base + "/fallback"}, "FallbackMethod": {"PUT"}}
		if code := w.rest("POST", "/Calls/"+child+".json", form.Encode(), nil); code != http.StatusBadRequest {
			t.Errorf("method PUT: %d", code)
		}
		form.Set("FallbackMethod", "GET")
		if code := w.rest("POST", "/Calls/"+child+".json", form.Encode(), nil); code != http.StatusOK {
			t.Fatal(code)
		}
		pass(10 * time.Second)
		if got := w.one("/fallback"); got.method != "GET" || got.get("CallSid") != child || got.get("ErrorUrl") != base+"/none" || got.get("ErrorCode") != "12300" {
			t.Errorf("%s %v", got.method, got.form)
		}
		if said := w.said(child); len(said) != 1 || said[0] != "say We are closed." {
			t.Errorf("%v", said)
		}
	})
}

// Where the application's answer came from elsewhere, that is what has failed.
func TestFallbackAfterAnHTTPRedirect(t *testing.T) {
	t.Parallel()
	inWorldOf(t, fallingBack(), func(w *world) {
		w.pages["/voice"], w.pages["/moved"] = http.RedirectHandler("/moved", http.StatusFound).ServeHTTP, xmlPage("<")
		w.pages["/fallback"] = xmlPage(sorry)
		w.connect(nil)
		pass(time.Minute)
		if got := w.one("/fallback"); got.get("ErrorUrl") != base+"/moved" || got.get("ErrorCode") != "12100" {
			t.Errorf("%v", got.form)
		}
	})
}
