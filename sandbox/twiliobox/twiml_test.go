package twiliobox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What Twilio does not accept: the debugger's codes, and what becomes of the
// call.
func TestTwiMLRefusals(t *testing.T) {
	t.Parallel()
	number := `<Number statusCallback="/status">` + member + `</Number>`
	dial := func(attrs string) string { return `<Response><Dial ` + attrs + `>` + number + `</Dial></Response>` }
	callerID := `callerId="` + ours + `" `
	tests := []struct {
		name, contentType, body string
		codes                   []int
		parent, child           string // status; no child: ""
	}{
		{"good", "text/xml", dial(callerID), nil, "completed", "completed"},
		{"application/xml", "application/xml; charset=utf-8", dial(callerID), nil, "completed", "completed"},
		{"text/html", "text/html", dial(callerID), nil, "completed", "completed"},
		{"text/plain that is TwiML", "text/plain", dial(callerID), nil, "completed", "completed"},
		{"text/plain is read aloud", "text/plain", "no calls today", nil, "completed", ""},
		{"JSON", "application/json", `{}`, []int{12300}, "failed", ""},
		{"no content type", "", dial(callerID), []int{12300}, "failed", ""},
		{"empty", "text/xml", "", []int{12100}, "failed", ""},
		{"broken XML", "text/xml", "<Response><Dial>", []int{12100}, "failed", ""},
		{"crossed elements", "text/xml", "<Response><Dial></Response></Dial>", []int{12100}, "failed", ""},
		{"two roots", "text/xml", "<Response/><Response/>", []int{12100}, "failed", ""},
		{"attribute twice", "text/xml", `<Response><Say loop="1" loop="2">a</Say></Response>`, []int{12100}, "failed", ""},
		{"unescaped &", "text/xml", `<Response><Say>a & b</Say></Response>`, []int{12100}, "failed", ""},
		{"wrong root", "text/xml", "<response/>", []int{12102}, "failed", ""},
		{"too large", "text/xml", "<Response><Say>" + strings.Repeat("a", 64<<10) + "</Say></Response>", []int{11750}, "failed", ""},
		{"unknown verb", "text/xml", "<Response><Dance/></Response>", []int{12200}, "completed", ""},
		{"names are case-sensitive", "text/xml", `<Response><dial/><Dial callerid="x" ` + callerID + `>` + number + `</Dial></Response>`, []int{12200, 12200}, "completed", "completed"},
		{"statusCallback on Dial", "text/xml", dial(callerID + `statusCallback="/x" statusCallbackEvent="initiated"`), []int{12200, 12200}, "completed", "completed"},
		{"callerId missing", "text/xml", dial(""), []int{13214}, "completed", "failed"},
		{"callerId not owned", "text/xml", dial(`callerId="+447700900001"`), []int{13214}, "completed", "failed"},
		{"callerId is the client", "text/xml", dial(`callerId="client:clinician_7f3a"`), []int{13214}, "completed", "failed"},
		{"number not E.164", "text/xml", strings.Replace(dial(callerID), member, "07700900142", 1), []int{13223}, "completed", "failed"},
		{"number too long", "text/xml", strings.Replace(dial(callerID), member, "+4477009001424477", 1), []int{13223}, "completed", "failed"},
		{"number is no number", "text/xml", strings.Replace(dial(callerID), member, "Zoë", 1), []int{13224}, "completed", "failed"},
		{"empty Dial", "text/xml", `<Response><Dial ` + callerID + `/></Response>`, []int{13224}, "completed", "failed"},
		{"timeout too short", "text/xml", dial(callerID + `timeout="4"`), []int{13212}, "completed", "completed"},
		{"timeout too long", "text/xml", dial(callerID + `timeout="601"`), []int{13212}, "completed", "completed"},
		{"timeLimit not a number", "text/xml", dial(callerID + `timeLimit="1h"`), []int{13216}, "completed", "completed"},
		{"hangupOnStar", "text/xml", dial(callerID + `hangupOnStar="yes"`), []int{13213}, "completed", "completed"},
		{"method", "text/xml", dial(callerID + `method="PUT"`), []int{13210}, "completed", "completed"},
		{"record", "text/xml", dial(callerID + `record="maybe"`), []int{13217}, "completed", "completed"},
		{"record is accepted", "text/xml", dial(callerID + `record="record-from-answer-dual"`), nil, "completed", "completed"},
		{"unknown event", "text/xml", `<Response><Dial ` + callerID + `><Number statusCallback="/status" statusCallbackEvent="busy completed">` + member + `</Number></Dial></Response>`, []int{12200}, "completed", "completed"},
		{"sendDigits", "text/xml", strings.Replace(dial(callerID), "<Number", `<Number sendDigits="x"`, 1), []int{13222}, "completed", "completed"},
		{"detection without callback", "text/xml", strings.Replace(dial(callerID), "<Number", `<Number machineDetection="Enable"`, 1), []int{21262}, "completed", "completed"},
		{"underscore in a callback's host", "text/xml", strings.Replace(dial(callerID), "/status", "http://my_app.example/status", 1), []int{11217}, "completed", "completed"},
		{"underscore in a redirect's host", "text/xml", `<Response><Redirect>http://my_app.example/</Redirect></Response>`, []int{11217}, "failed", ""},
		{"Queue is not simulated", "text/xml", `<Response><Dial ` + callerID + `answerOnBridge="true"><Queue>a</Queue></Dial></Response>`, []int{0}, "completed", ""},
		{"Pay is not simulated", "text/xml", `<Response><Pay/></Response>`, []int{0}, "failed", ""},
		{"Redirect to itself", "text/xml", `<Response><Redirect/></Response>`, []int{0}, "failed", ""},
		{"after an answer the failure ends a call that was answered", "text/xml", `<Response><Say>a</Say><Record/></Response>`, []int{0}, "completed", ""},
		{"Reject", "text/xml", `<Response><Reject/></Response>`, nil, "no-answer", ""},
		{"Reject busy", "text/xml", `<Response><Reject reason="busy"/></Response>`, nil, "busy", ""},
		{"nothing to do", "text/xml", `<Response/>`, nil, "completed", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, "", func(w *world) {
				w.pages["/voice"] = page(tt.contentType, tt.body)
				if tt.contentType == "" {
					w.pages["/voice"] = func(rw http.ResponseWriter, _ *http.Request) {
						rw.Header()["Content-Type"] = nil
						rw.Write([]byte(tt.body))
					}
				}
				sid := w.connect(map[string]string{"To": member})
				pass(2 * time.Minute)
				v := w.call(sid)
				if diff := cmp.Diff(tt.codes, v.codes()); diff != "" {
					t.Errorf("%s\n%+v", diff, v.Notices)
				}
				child := ""
				if len(v.Legs) > 1 {
					child = v.Legs[1].Status
				}
				if tt.name == "Queue is not simulated" {
					tt.parent = "failed" // answerOnBridge: it had not been answered
				}
				if v.Status != tt.parent || child != tt.child {
					t.Errorf("parent %s, child %s; want %s and %s", v.Status, child, tt.parent, tt.child)
				}
			})
		})
	}
}

func TestUnreachableApplication(t *testing.T) {
	t.Parallel()
	late := func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	tests := []struct {
		name string
		page http.HandlerFunc
		code int
	}{
		{"500", status(500), 11200},
		{"404", status(404), 11200},
		{"204", status(204), 12300},
		{"slower than 15 s", late, 11200},
		{"redirects for ever", http.RedirectHandler("/voice", http.StatusFound).ServeHTTP, 11215},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, "", func(w *world) {
				w.pages["/voice"] = tt.page
				sid := w.connect(nil)
				pass(16 * time.Second)
				v := w.call(sid)
				if v.Status != "failed" || len(v.Notices) != 1 || v.Notices[0].Code != tt.code || v.Notices[0].Level != "error" {
					t.Errorf("%s %+v", v.Status, v.Notices)
				}
				if len(v.Transcript) != 1 || !strings.Contains(v.Transcript[0].Text, "application error") {
					t.Errorf("transcript %+v", v.Transcript)
				}
				if got := w.one("/parent").get("CallStatus"); got != "failed" {
					t.Errorf("reported %s", got)
				}
			})
		})
	}
}

// Redirects of the webhook itself: a 302 loses the parameters, a 307 keeps them.
func TestPostmanFollowsRedirects(t *testing.T) {
	t.Parallel()
	for code, method := range map[int]string{302: "GET", 307: "POST"} {
		inWorld(t, "", func(w *world) {
			w.pages["/voice"] = http.RedirectHandler("/elsewhere", code).ServeHTTP
			w.pages["/elsewhere"] = xmlPage(`<Response><Hangup/></Response>`)
			w.connect(nil)
			pass(time.Second)
			got := w.one("/elsewhere")
			if got.method != method || !got.signed || got.form.Has("CallSid") != (method == "POST") {
				t.Errorf("%d: %s, signed %v, %v", code, got.method, got.signed, got.form)
			}
		})
	}
}

func TestVerbs(t *testing.T) {
	t.Parallel()
	body := `<Response><Pause length="2"/><Say loop="2">one two <emphasis>three</emphasis></Say><Play>/music.mp3</Play>` +
		`<Play digits="1w2"/><Redirect method="GET">sub/next?a=1</Redirect><Say>never</Say></Response>`
	inWorld(t, body, func(w *world) {
		w.pages["/sub/next"] = xmlPage(`<Response><Hangup/><Say>never</Say></Response>`)
		sid := w.connect(nil)
		pass(time.Minute)
		v := w.call(sid)
		var heard []string
		for _, u := range v.Transcript {
			heard = append(heard, u.Kind+" "+u.Text)
		}
		if diff := cmp.Diff([]string{"pause 2", "say one two three", "play /music.mp3", "digits 1w2"}, heard); diff != "" {
			t.Error(diff)
		}
		got := w.one("/sub/next")
		if got.method != "GET" || !got.signed || got.get("a") != "1" || got.get("CallSid") != sid || got.get("CallStatus") != "in-progress" {
			t.Errorf("%s %v signed %v", got.method, got.form, got.signed)
		}
		// 2 x 1.2 s said, 5 s played, 1 s of digits; the pause came before the answer.
		if d := w.one("/parent").get("CallDuration"); d != "8" {
			t.Errorf("CallDuration=%s", d)
		}
	})
}
