package twiliobox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestGather(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, attrs string
		keys        []string // one a second
		digits      string   // that the action is asked with; "-": it is not
		after       int      // seconds after the question began, with its answer
	}{
		{"one key", `numDigits="1"`, []string{"9"}, "9", 1},
		{"key after key", `numDigits="3"`, []string{"1", "2", "3"}, "123", 3},
		{"up to the finish key", ``, []string{"12", "3#"}, "123", 2},
		{"another finish key", `finishOnKey="*"`, []string{"1#", "*"}, "1#", 2},
		{"no finish key", `finishOnKey="" timeout="3"`, []string{"1#*"}, "1#*", 4},
		{"the timeout begins with each key", `timeout="2"`, []string{"1", "2"}, "12", 4},
		{"nothing", `timeout="2"`, nil, "-", 0},
		{"nothing but the finish key", ``, []string{"#"}, "-", 0},
		{"nothing, and asked for", `timeout="2" actionOnEmptyResult="true"`, nil, "", 6},
		{"more than is asked for", `numDigits="2"`, []string{"123"}, "12", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			twiml := `<Response><Gather action="/keys?a=b" ` + tt.attrs + `><Say>one two three four five six seven eight nine ten</Say></Gather><Say>Nothing.</Say></Response>`
			inWorld(t, twiml, func(w *world) {
				w.pages["/keys"] = xmlPage(`<Response><Say>Thanks.</Say></Response>`)
				began := time.Now()
				sid := w.connect(nil)
				for _, key := range tt.keys {
					pass(time.Second)
					if code := w.do("POST", "/sandbox/v1/calls/"+sid+"/digits", map[string]any{"digits": key}, nil); code != http.StatusOK {
						t.Fatalf("press %s: %d", key, code)
					}
				}
				pass(time.Minute)
				all := w.at("/keys")
				if tt.digits == "-" {
					if len(all) != 0 || spokenIn(w.call(sid)) != "one two three four five six seven eight nine ten,Nothing." {
						t.Errorf("%d requests, %q", len(all), spokenIn(w.call(sid)))
					}
					return
				}
				asked := w.one("/keys")
				if !asked.form.Has("Digits") || asked.get("Digits") != tt.digits || asked.get("CallSid") != sid || asked.get("a") != "b" || !asked.signed {
					t.Errorf("asked %v", asked.form)
				}
				if took := asked.at.Sub(began); took != time.Duration(tt.after)*time.Second {
					t.Errorf("after %v, want %d s", took, tt.after)
				}
				if got := spokenIn(w.call(sid)); !strings.HasSuffix(got, ",Thanks.") {
					t.Errorf("said %q", got)
				}
			})
		})
	}
}

// spokenIn is what was said in a call.
func spokenIn(v callView) string {
	var all []string
	for _, u := range v.Transcript {
		if u.Kind == "say" {
			all = append(all, u.Text)
		}
	}
	return strings.Join(all, ",")
}

// Without an action the same document is asked again; speech is not waited for.
func TestGatherAsksItsOwnDocument(t *testing.T) {
	t.Parallel()
	inWorld(t, "", func(w *world) {
		w.pages["/voice"] = func(rw http.ResponseWriter, r *http.Request) {
			body := `<Response><Gather input="dtmf speech" numDigits="1" finishOnKey="ab" timeout="0"/></Response>`
			if r.FormValue("Digits") != "" {
				body = `<Response><Hangup/></Response>`
			}
			xmlPage(body)(rw, r)
		}
		sid := w.connect(nil)
		pass(time.Second)
		w.do("POST", "/sandbox/v1/calls/"+sid+"/digits", map[string]any{"digits": "5"}, nil)
		pass(time.Second)
		all := w.at("/voice")
		if len(all) != 2 || all[1].get("Digits") != "5" {
			t.Fatalf("%d requests", len(all))
		}
		codes := w.call(sid).codes()
		if len(codes) != 3 || codes[0] != 13310 || codes[1] != 0 || codes[2] != 13313 {
			t.Errorf("notices %v", codes)
		}
	})
}

// Before the two are put together the member is asked something, and answers by a
// key: a person at the phone, its script, or nobody when it is a mailbox.
func TestGatherInAWhisper(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		phone map[string]any
		press string
		want  string
	}{
		"a person":       {map[string]any{"outcome": "answer"}, "9", "9"},
		"a script":       {map[string]any{"outcome": "answer", "presses": "1"}, "", "1"},
		"nobody presses": {map[string]any{"outcome": "answer"}, "", ""},
		"a mailbox":      {map[string]any{"outcome": "voicemail", "ringSeconds": 3, "presses": "1"}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, dialTo(member, "", `url="/announce"`), func(w *world) {
				w.pages["/announce"] = xmlPage(`<Response><Gather numDigits="1" timeout="3" actionOnEmptyResult="true" action="/consent"><Say>This call is recorded.</Say></Gather></Response>`)
				w.pages["/consent"] = xmlPage(`<Response/>`)
				w.do("PUT", "/sandbox/v1/phones/"+member, tt.phone, nil)
				parent := w.connect(map[string]string{"To": member})
				pass(4500 * time.Millisecond)
				if status := w.call(parent).Status; status == "in-progress" {
					t.Error("the clinician hears the question")
				}
				if tt.press != "" {
					w.do("POST", "/sandbox/v1/phones/"+member+"/digits", map[string]any{"digits": tt.press}, nil)
				}
				pass(6 * time.Second)
				asked := w.one("/consent")
				if asked.get("Digits") != tt.want || asked.get("ParentCallSid") != parent {
					t.Errorf("asked %v", asked.form)
				}
				if status := w.call(parent).Status; status != "in-progress" {
					t.Errorf("afterwards the clinician's leg is %s", status)
				}
				pass(time.Minute)
			})
		})
	}
}

func TestPressesAreChecked(t *testing.T) {
	t.Parallel()
	inWorld(t, `<Response><Pause length="60"/></Response>`, func(w *world) {
		if code := w.do("PUT", "/sandbox/v1/phones/"+member, map[string]any{"outcome": "answer", "presses": "x"}, nil); code != http.StatusBadRequest {
			t.Errorf("script: %d", code)
		}
		sid := w.connect(nil)
		pass(time.Second)
		for path, want := range map[string]int{sid: http.StatusConflict, "CA00000000000000000000000000000001": http.StatusNotFound} {
			if code := w.do("POST", "/sandbox/v1/calls/"+path+"/digits", map[string]any{"digits": "1"}, nil); code != want {
				t.Errorf("%s: %d, want %d", path, code, want)
			}
		}
	})
}
