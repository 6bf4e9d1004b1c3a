package twiliobox_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sdkMessage is Call.sendMessage of the Voice SDK.
func sdkMessage(callSID, eventSID, kind string, content any) map[string]any {
	return map[string]any{
		"callsid": callSID, "content": content, "contenttype": "application/json", "messagetype": kind, "voiceeventsid": eventSID,
	}
}

func kxSID(last string) string { return "KX" + strings.Repeat("0", 32-len(last)) + last }

// The browser's messages reach whoever has subscribed to its leg, signed and in order.
func TestUserMessagesToTheApplication(t *testing.T) {
	t.Parallel()
	w := newWired(t, unbridged(patient, clientNoun("dr_jones")))
	callee := w.reachable("dr_jones")
	caller := w.listening()
	caller.invite("TJS1", "")
	parent := caller.next("ringing").Payload.CallSID
	invite := callee.next("invite").Payload
	callee.send("answer", map[string]any{"callsid": invite.CallSID, "sdp": newBrowser(t).answer(invite.SDP)})
	caller.next("answer")
	form := url.Values{"Callback": {base + "/message"}, "IdempotencyKey": {"one"}}.Encode()
	var first, again, other struct {
		SID, URI string
		CallSID  string `json:"call_sid"`
	}
	if code := w.rest("POST", "/Calls/"+parent+"/UserDefinedMessageSubscriptions.json", form, &first); code != http.StatusCreated ||
		!strings.HasPrefix(first.SID, "ZY") || first.CallSID != parent || !strings.HasSuffix(first.URI, "/UserDefinedMessageSubscriptions/"+first.SID+".json") {
		t.Fatalf("%d %+v", code, first)
	}
	if w.rest("POST", "/Calls/"+parent+"/UserDefinedMessageSubscriptions.json", form, &again); again.SID != first.SID {
		t.Errorf("the same key again: %+v", again)
	}
	w.rest("POST", "/Calls/"+invite.CallSID+"/UserDefinedMessageSubscriptions.json", url.Values{"Callback": {base + "/callee"}, "Method": {"GET"}}.Encode(), &other)

	for i, content := range []any{map[string]any{"hello": "world"}, "a & b", 7} {
		sid := kxSID(string(rune('1' + i)))
		caller.send("message", sdkMessage(parent, sid, "user-defined-message", content))
		if ack := caller.next("ack").Payload; ack.AckType != "message" || ack.CallSID != parent || ack.VoiceEventSID != sid {
			t.Errorf("ack %+v", ack)
		}
	}
	callee.send("message", sdkMessage(invite.CallSID, kxSID("9"), "user-defined-message", []int{1, 2}))
	callee.next("ack")

	eventually(t, "messages", func() bool { return len(w.at("/message")) == 3 && len(w.at("/callee")) == 1 })
	for i, content := range []string{`{"hello":"world"}`, `"a \u0026 b"`, `7`} {
		got := w.at("/message")[i]
		number := string(rune('1' + i))
		if _, err := time.Parse("Mon, 2 Jan 2006 15:04:05 -0700", got.get("Timestamp")); err != nil {
			t.Error(err)
		}
		got.form.Del("Timestamp")
		want := map[string]string{"AccountSid": account, "CallSid": parent, "Content": content, "ContentType": "application/json", "SequenceNumber": number, "Sid": kxSID(number)}
		if diff := cmp.Diff(want, flat(got.form)); diff != "" || !got.signed || got.method != "POST" {
			t.Errorf("signed %v, %s %s", got.signed, got.method, diff)
		}
	}
	if got := w.one("/callee"); got.method != "GET" || got.get("CallSid") != invite.CallSID || got.get("Content") != "[1,2]" || !got.signed {
		t.Errorf("%s %v", got.method, got.form)
	}

	path := "/Calls/" + parent + "/UserDefinedMessageSubscriptions/" + first.SID + ".json"
	if code := w.rest("DELETE", path, "", nil); code != http.StatusNoContent {
		t.Errorf("unsubscribe: %d", code)
	}
	if code := w.rest("DELETE", path, "", nil); code != http.StatusNotFound {
		t.Errorf("unsubscribe again: %d", code)
	}
	caller.send("message", sdkMessage(parent, kxSID("4"), "user-defined-message", 1))
	caller.next("ack") // sent, though nobody wants it
	caller.send("hangup", map[string]any{"callsid": parent})
	callee.next("hangup")
	w.close()
	if got := len(w.at("/message")); got != 3 {
		t.Errorf("%d messages, the fourth after the subscription", got)
	}
}

// What cannot be sent is said of the message, and the call goes on.
func TestUserMessagesThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWired(t, dialTo("+447700900801", patient, ""))
	p := w.listening()
	p.invite("TJS1", "")
	sid := p.next("ringing").Payload.CallSID
	for _, tt := range []struct {
		name    string
		message map[string]any
		code    int
	}{
		{"an unknown type", sdkMessage(sid, "KX1", "not-a-valid-message-type", 1), 31210},
		{"no type", sdkMessage(sid, "KX2", "", 1), 31210},
		{"too much", sdkMessage(sid, "KX3", "user-defined-message", strings.Repeat("a", 10<<10)), 31212},
		{"another's call", sdkMessage("CA1", "KX4", "user-defined-message", 1), 31209},
	} {
		p.send("message", tt.message)
		got := p.next("error").Payload
		if got.Error.Code != tt.code || got.VoiceEventSID != tt.message["voiceeventsid"] || got.CallSID != tt.message["callsid"] {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
	p.send("message", sdkMessage(sid, "KX5", "user-defined-message", 1)) // it rings: that is active
	p.next("ack")
}

// The application's messages reach the browser on the leg it names, and no other.
func TestUserMessagesToTheBrowser(t *testing.T) {
	t.Parallel()
	w := newWired(t, unbridged(patient, clientNoun("dr_jones")))
	callee := w.reachable("dr_jones")
	caller := w.listening()
	caller.invite("TJS1", "")
	parent := caller.next("ringing").Payload.CallSID
	invite := callee.next("invite").Payload
	send := func(sid, content string) (int, string) {
		var told struct{ SID string }
		code := w.rest("POST", "/Calls/"+sid+"/UserDefinedMessages.json", url.Values{"Content": {content}}.Encode(), &told)
		return code, told.SID
	}
	if code, _ := send(invite.CallSID, `{"early":true}`); code != http.StatusBadRequest {
		t.Errorf("before the callee has accepted: %d", code)
	}
	callee.send("answer", map[string]any{"callsid": invite.CallSID, "sdp": newBrowser(t).answer(invite.SDP)})
	caller.next("answer")
	for sid, p := range map[string]*softphone{parent: caller, invite.CallSID: callee} {
		code, made := send(sid, `{"message": "ahoy, world!"}`)
		got := p.next("message").Payload
		if code != http.StatusCreated || !strings.HasPrefix(made, "KX") || got.VoiceEventSID != made || got.CallSID != sid ||
			string(got.Content) != `{"message":"ahoy, world!"}` || got.ContentType != "application/json" || got.MessageType != "user-defined-message" {
			t.Errorf("%d %s: %+v", code, made, got)
		}
	}
	for content, want := range map[string]int{"": 400, "{": 400, `"` + strings.Repeat("a", 10<<10) + `"`: 400} {
		if code, _ := send(parent, content); code != want {
			t.Errorf("%.9s: %d", content, code)
		}
	}
	if code, _ := send("CA00000000000000000000000000000009", "1"); code != http.StatusNotFound {
		t.Errorf("no such call: %d", code)
	}
	caller.send("hangup", map[string]any{"callsid": parent})
	callee.next("hangup")
	if code, _ := send(parent, "1"); code != http.StatusBadRequest {
		t.Errorf("a call that is over: %d", code)
	}
	if code, _ := send(w.connect(nil), "1"); code != http.StatusBadRequest {
		t.Errorf("a call without the Voice SDK: %d", code)
	}
}
