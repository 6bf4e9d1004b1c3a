package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/pubsub"
	"perci.health/careline/sandbox/pubsubbox"
)

// pushedReport is the body of a push with a report of the account.
func pushedReport(message, account, call string) string {
	report := fmt.Sprintf(`{"AccountSid":%q,"CallSid":%q,"ParentCallSid":"CA0000000000000000000000000000000a","CallStatus":"ringing","SequenceNumber":1}`, account, call)
	return fmt.Sprintf(`{"message":{"attributes":{"type":"appointment","subtype":"CallStatus","source":"api","version":"1.0"},"data":%q,"messageId":%q},"subscription":"projects/p/subscriptions/s"}`,
		base64.StdEncoding.EncodeToString([]byte(report)), message)
}

// Whoever may push is not whoever may report: a report of another account is kept
// for an operator, and is no call of ours.
func TestAPushAboutAnotherAccountIsAStray(t *testing.T) {
	t.Parallel()
	const email, audience = "push@perci-account.iam.gserviceaccount.com", "https://careline.example.org"
	issuer, err := pubsubbox.NewIssuer(email, audience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := issuer.Close(); err != nil {
			t.Error(err)
		}
	})
	s := newSystem(t, map[string]string{"PUBSUB_PUSH_AUDIENCE": audience, "PUBSUB_PUSH_SERVICE_ACCOUNT": email, "PUBSUB_PUSH_ISSUER_KEYS_URL": issuer.KeysURL()})
	token, err := issuer.Bearer()(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for n, account := range []string{s.world.AccountSID, "AC0000000000000000000000000000000f", "", "AC1"} {
		body := pushedReport(fmt.Sprint(n), account, fmt.Sprintf("CA%032x", 0xb0+n))
		if res, text := s.post(s.url+pubsub.PathPush, body, http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}}); res.StatusCode != 204 {
			t.Errorf("a report of %q: %s %s", account, res.Status, text)
		}
	}
	told := string(s.get(s.url+"/metrics", ""))
	for _, want := range []string{`careline_messages_total{direction="in",outcome="kept"} 1`, `careline_messages_total{direction="in",outcome="stray"} 3`, "careline_strays 3"} {
		if !strings.Contains(told, want+"\n") {
			t.Errorf("the metrics do not tell %s", want)
		}
	}
}

// An operator who has a stray read again has the same checked.
func TestReplayReadsReportsOfTheAccountAlone(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	const report = `{"AccountSid":"AC0000000000000000000000000000000f","CallSid":"CA00000000000000000000000000000002","CallStatus":"ringing"}`
	if err := s.store.KeepStray(t.Context(), careline.Stray{ID: "m1", Data: []byte(report), Why: "of another account",
		Attributes: map[string]string{"type": "appointment", "subtype": "CallStatus", "version": "1.0"}}); err != nil {
		t.Fatal(err)
	}
	wantText(t, s.replay("again", "stray/1", "--apply"), "error: stray/1: still cannot be read", "AccountSid is not ours")
	var out bytes.Buffer
	r := &replaying{open: kept{s.store}.open, now: time.Now()}
	err := typedOf(t.Context(), r.command, func(string) string { return "" }, &out, "again", "stray/1", "--apply")
	if err == nil || !strings.Contains(err.Error(), "TWILIO_ACCOUNT_SID is required") {
		t.Errorf("without knowing the account: %v", err)
	}
}
