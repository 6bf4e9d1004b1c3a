package twiliobox_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func TestTokenRefusals(t *testing.T) {
	t.Parallel()
	set := func(name string, value any) func(jwt.MapClaims) {
		return func(c jwt.MapClaims) { c[name] = value }
	}
	drop := func(name string) func(jwt.MapClaims) {
		return func(c jwt.MapClaims) { delete(c, name) }
	}
	in := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	voice := func(identity string, outgoing any) func(jwt.MapClaims) {
		return set("grants", map[string]any{"identity": identity, "voice": map[string]any{"outgoing": outgoing}})
	}
	ourApp := map[string]any{"application_sid": appSID}
	tests := []struct {
		name   string
		change func() func(jwt.MapClaims) // in the bubble, where the time is
		header map[string]any
		key    string
		token  string
		code   int // 0: accepted
	}{
		{name: "good", code: 0},
		{name: "empty", token: " ", code: 20101},
		{name: "two parts", token: "a.b", code: 20101},
		{name: "not base64", token: "!.!.!", code: 20101},
		{name: "cty missing", header: map[string]any{"cty": ""}, code: 20102},
		{name: "cty of another product", header: map[string]any{"cty": "twilio-fpa;v=2"}, code: 20102},
		{name: "alg none", header: map[string]any{"alg": "none"}, code: 20102},
		{name: "other issuer", change: func() func(jwt.MapClaims) { return set("iss", "SK00000000000000000000000000000002") }, code: 20103},
		{name: "sub is the key", change: func() func(jwt.MapClaims) { return set("sub", apiKey) }, code: 20103},
		{name: "other secret", key: "wrong", code: 20107},
		{name: "expired", change: func() func(jwt.MapClaims) { return set("exp", in(-time.Second)) }, code: 20104},
		{name: "expires now", change: func() func(jwt.MapClaims) { return set("exp", in(0)) }, code: 20104},
		{name: "no exp", change: func() func(jwt.MapClaims) { return drop("exp") }, code: 20104},
		{name: "a day ahead", change: func() func(jwt.MapClaims) { return set("exp", in(24*time.Hour)) }, code: 0},
		{name: "more than a day ahead", change: func() func(jwt.MapClaims) { return set("exp", in(24*time.Hour+time.Second)) }, code: 20104},
		{name: "not yet valid", change: func() func(jwt.MapClaims) { return set("nbf", in(time.Second)) }, code: 20105},
		{name: "no nbf", change: func() func(jwt.MapClaims) { return drop("nbf") }, code: 0},
		{name: "no iat", change: func() func(jwt.MapClaims) { return drop("iat") }, code: 0},
		{name: "no grants", change: func() func(jwt.MapClaims) { return drop("grants") }, code: 20106},
		{name: "no voice grant", change: func() func(jwt.MapClaims) { return set("grants", map[string]any{"identity": "a"}) }, code: 20106},
		{name: "incoming only", change: func() func(jwt.MapClaims) {
			return set("grants", map[string]any{"identity": "a", "voice": map[string]any{"incoming": map[string]any{"allow": true}}})
		}, code: 20106},
		{name: "no identity", change: func() func(jwt.MapClaims) {
			return set("grants", map[string]any{"voice": map[string]any{"outgoing": ourApp}})
		}, code: 0},
		{name: "no identity, to be called only", change: func() func(jwt.MapClaims) {
			return set("grants", map[string]any{"voice": map[string]any{"incoming": map[string]any{"allow": true}}})
		}, code: 20106},
		{name: "application of others", change: func() func(jwt.MapClaims) {
			return voice("a", map[string]any{"application_sid": "AP00000000000000000000000000000009"})
		}, code: 20106},
		{name: "identity with a space", change: func() func(jwt.MapClaims) { return voice("a b", ourApp) }, code: 31105},
		{name: "identity with a delimiter", change: func() func(jwt.MapClaims) { return voice("a<b", ourApp) }, code: 31105},
		{name: "identity too long", change: func() func(jwt.MapClaims) { return voice(strings.Repeat("a", 257), ourApp) }, code: 31105},
		{name: "identity is a UUID", change: func() func(jwt.MapClaims) { return voice("0b3f2c1e-9d2a-4a8e-b1a7-0e5f8d3c2b1a", ourApp) }, code: 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, config())
				defer w.close()
				c := claims()
				if tt.change != nil {
					tt.change()(c)
				}
				key := tt.key
				if key == "" {
					key = secret
				}
				token := tt.token
				if token == "" {
					token = sign(t, c, key, tt.header)
				}
				var out struct {
					CallSid, Message string
					Code             int
				}
				status := w.do("POST", "/sandbox/v1/connect", map[string]any{"token": token}, &out)
				want := http.StatusUnauthorized
				switch tt.code {
				case 0:
					want = http.StatusCreated
				case 31105:
					want = http.StatusBadRequest
				}
				if out.Code != tt.code || status != want || (tt.code != 0) != (out.Message != "") {
					t.Errorf("%d %+v, want code %d", status, out, tt.code)
				}
				pass(time.Second)
				if asked := len(w.at("/voice")); (asked == 1) != (tt.code == 0) {
					t.Errorf("%d requests for TwiML", asked)
				}
			})
		})
	}
}

func TestTokenParamsReachTheApplication(t *testing.T) {
	t.Parallel()
	inWorld(t, `<Response><Hangup/></Response>`, func(w *world) {
		c := claims()
		c["grants"] = map[string]any{"identity": "a", "voice": map[string]any{"outgoing": map[string]any{
			"application_sid": appSID, "params": map[string]any{"clinic": "north", "To": member}}}}
		w.do("POST", "/sandbox/v1/connect", map[string]any{"token": sign(t, c, secret, nil), "params": map[string]string{"clinic": "south", "To": "x"}}, nil)
		pass(time.Second)
		if got := w.one("/voice"); got.get("clinic") != "north" || got.get("To") != member {
			t.Errorf("the browser could change what the server had signed: %v", got.form)
		}
	})
}

// Who calls with a token that names nobody is client:Anonymous, and nobody can ring.
func TestTokenWithoutIdentity(t *testing.T) {
	t.Parallel()
	for name, grants := range map[string]map[string]any{"none": {"voice": mayBoth}, "empty": {"voice": mayBoth, "identity": ""}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWired(t, unbridged("", clientNoun("Anonymous")))
			c := claims()
			c["grants"] = grants
			token := sign(t, c, secret, nil)
			p := w.softphone()
			if got := p.listen(token).Payload.Token.Identity; got != "Anonymous" {
				t.Errorf("connected as %q", got)
			}
			p.register()
			p.invite("TJS1", "")
			p.next("hangup")
			if got := w.one("/voice"); got.get("From") != "client:Anonymous" || got.get("Caller") != "client:Anonymous" {
				t.Errorf("%v", got.form)
			}
			eventually(t, "result", func() bool { return len(w.at("/result")) == 1 })
			w.connect(nil) // from somebody else
			eventually(t, "another result", func() bool { return len(w.at("/result")) == 2 })
			p.still(token)
		})
	}
}
