package twilio_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/credential"
	"perci.health/careline/twilio"
)

func minter() twilio.Minter {
	return twilio.Minter{
		AccountSID: account, APIKey: "SK00000000000000000000000000000001", APISecret: credential.NewSecret("topsecret"), ApplicationSID: application,
		Now: func() time.Time { return time.Unix(1795364283, 5e8) },
	}
}

// opened checks a token's signature and returns its header and claims.
func opened(t *testing.T, token string) (header, claims map[string]any) {
	t.Helper()
	parts := strings.Split(token, ".")
	mac := hmac.New(sha256.New, []byte("topsecret"))
	mac.Write([]byte(parts[0] + "." + parts[1]))
	if len(parts) != 3 || parts[2] != base64.RawURLEncoding.EncodeToString(mac.Sum(nil)) {
		t.Fatalf("bad token %q", token)
	}
	for i, into := range []*map[string]any{&header, &claims} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, into); err != nil {
			t.Fatal(err)
		}
	}
	return header, claims
}

func TestMint(t *testing.T) {
	t.Parallel()
	for ttl, life := range map[time.Duration]float64{0: 3600, time.Minute: 60, 10 * time.Minute: 600, 24 * time.Hour: 86400} {
		m := minter()
		m.TTL = ttl
		token, err := m.Mint(nurse)
		if err != nil {
			t.Fatal(err)
		}
		header, claims := opened(t, token)
		if diff := cmp.Diff(map[string]any{"alg": "HS256", "typ": "JWT", "cty": "twilio-fpa;v=1"}, header); diff != "" {
			t.Error(diff)
		}
		if id, _ := claims["jti"].(string); !strings.HasPrefix(id, m.APIKey+"-") || len(id) < 34+1+32 {
			t.Errorf("jti %q", id)
		}
		delete(claims, "jti")
		const now = 1795364283.0
		want := map[string]any{"iss": m.APIKey, "sub": account, "iat": now, "nbf": now - 60, "exp": now + life, "grants": map[string]any{
			"identity": nurse, "voice": map[string]any{"outgoing": map[string]any{"application_sid": application}}}}
		if diff := cmp.Diff(want, claims); diff != "" {
			t.Error(diff)
		}
	}
}

func TestMintRegionAndUniqueness(t *testing.T) {
	t.Parallel()
	m := minter()
	m.Region = "ie1"
	seen := map[any]bool{}
	for range 100 {
		token, err := m.Mint("nurse")
		if err != nil {
			t.Fatal(err)
		}
		header, claims := opened(t, token)
		if header["twr"] != "ie1" || seen[claims["jti"]] {
			t.Fatalf("twr %v, jti %v again", header["twr"], claims["jti"])
		}
		seen[claims["jti"]] = true
	}
}

func TestMintRefuses(t *testing.T) {
	t.Parallel()
	for _, identity := range []string{"", "a b", "a\x00", "a<b", "a#", "a%20", `a"`, "a{", "a|", `a\`, "a^", "a[", "a`", "é", strings.Repeat("x", 257)} {
		if _, err := minter().Mint(identity); careline.CodeOf(err) != careline.CodeInvalid {
			t.Errorf("identity %q: %v", identity, err)
		}
	}
	for name, spoil := range map[string]func(*twilio.Minter){
		"account":     func(m *twilio.Minter) { m.AccountSID = "" },
		"key":         func(m *twilio.Minter) { m.APIKey = account },
		"secret":      func(m *twilio.Minter) { m.APISecret = credential.Secret{} },
		"application": func(m *twilio.Minter) { m.ApplicationSID = "AP" },
		"too short":   func(m *twilio.Minter) { m.TTL = time.Minute - 1 },
		"too long":    func(m *twilio.Minter) { m.TTL = 24*time.Hour + 1 },
	} {
		m := minter()
		spoil(&m)
		if token, err := m.Mint(nurse); careline.CodeOf(err) != careline.CodeInternal || token != "" || strings.Contains(fmt.Sprint(err, m), "topsecret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkMint(b *testing.B) {
	m := minter()
	m.Now = nil
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Mint(nurse); err != nil {
			b.Fatal(err)
		}
	}
}
