package sandbox_test

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"perci.health/careline/sandbox"
)

const project = "P2abcdefghijklmnopqrstuvwxyz"

func newIssuer(t *testing.T, change func(*sandbox.IssuerConfig)) (*sandbox.Issuer, *httptest.Server) {
	t.Helper()
	cfg := sandbox.IssuerConfig{Project: project, BaseURL: "https://issuer.example", People: []sandbox.Person{{ID: "nurse-1", Name: "Ms Grace <Adeyemi>", Role: "Nurse"}}}
	if change != nil {
		change(&cfg)
	}
	issuer, err := sandbox.NewIssuer(cfg)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(issuer.Handler())
	t.Cleanup(server.Close)
	return issuer, server
}

// verify reads a token as a client does: with nothing but the issuer's JWKS.
func verify(t *testing.T, base, token string) (jwt.MapClaims, error) {
	t.Helper()
	var set struct {
		Keys []struct{ Kid, Kty, Use, Alg, N, E string }
	}
	getJSON(t, base+"/v2/keys/"+project, &set)
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(token, claims, func(tok *jwt.Token) (any, error) {
		for _, k := range set.Keys {
			if k.Kid != tok.Header["kid"] || k.Kty != "RSA" || k.Use != "sig" {
				continue
			}
			n, _ := base64.RawURLEncoding.DecodeString(k.N)
			e, _ := base64.RawURLEncoding.DecodeString(k.E)
			return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, nil
		}
		return nil, fmt.Errorf("no key %v", tok.Header["kid"])
	}, jwt.WithValidMethods([]string{"RS256"}), jwt.WithExpirationRequired())
	return claims, err
}

func getJSON(t *testing.T, url string, into any) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s", url, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}

func postJSON(t *testing.T, method, url, body string) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(resp.Body)
	var answer map[string]any
	json.Unmarshal(raw, &answer) // an empty or other body leaves it nil
	return resp.StatusCode, answer
}

func TestSessionHasDescopesClaims(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		bare    bool
		wantIss string
	}{
		{"issuer as a URL", false, "https://issuer.example/" + project},
		{"issuer as the bare project", true, project},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, server := newIssuer(t, func(cfg *sandbox.IssuerConfig) { cfg.Bare = c.bare })
			status, answer := postJSON(t, http.MethodPost, server.URL+"/sandbox/v1/session", `{"practitioner":"nurse-1"}`)
			if status != http.StatusOK {
				t.Fatalf("status %d: %v", status, answer)
			}
			claims, err := verify(t, server.URL, answer["sessionJwt"].(string))
			if err != nil {
				t.Fatal(err)
			}
			if life := claims["exp"].(float64) - claims["iat"].(float64); life != sandbox.SessionLife.Seconds() {
				t.Errorf("life is %v s", life)
			}
			for _, varying := range []string{"iat", "exp", "rexp", "sub"} {
				if claims[varying] == nil {
					t.Errorf("no %s", varying)
				}
				delete(claims, varying)
			}
			want := jwt.MapClaims{"amr": []any{"email"}, "drn": "DS", "iss": c.wantIss, "roles": []any{"clinician"}, "permissions": []any{}, "medplumPractitionerId": "nurse-1"}
			if diff := cmp.Diff(want, claims); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSessionIsRefused(t *testing.T) {
	t.Parallel()
	_, server := newIssuer(t, nil)
	for name, body := range map[string]string{"nobody": `{"practitioner":""}`, "a stranger": `{"practitioner":"nurse-2"}`, "not JSON": `practitioner=nurse-1`} {
		if status, answer := postJSON(t, http.MethodPost, server.URL+"/sandbox/v1/session", body); status/100 != 4 || answer["message"] == "" {
			t.Errorf("%s: status %d, %v", name, status, answer)
		}
	}
}

func TestExpiredSession(t *testing.T) {
	t.Parallel()
	issuer, server := newIssuer(t, func(cfg *sandbox.IssuerConfig) { cfg.Life = -time.Minute })
	token, err := issuer.Session("nurse-1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verify(t, server.URL, token); err == nil {
		t.Error("an expired session was accepted")
	}
}

func TestServeRotate(t *testing.T) {
	t.Parallel()
	issuer, server := newIssuer(t, nil)
	first, err := issuer.Session("nurse-1")
	if err != nil {
		t.Fatal(err)
	}
	if status, _ := postJSON(t, http.MethodPost, server.URL+"/sandbox/v1/rotate", "{}"); status != http.StatusNoContent {
		t.Fatalf("rotate: %d", status)
	}
	second, err := issuer.Session("nurse-1")
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{"before": first, "after": second} {
		if _, err := verify(t, server.URL, token); err != nil {
			t.Errorf("a session from %s the rotation: %v", name, err)
		}
	}
	if err := issuer.Rotate(); err != nil {
		t.Fatal(err)
	}
	if _, err := verify(t, server.URL, first); err == nil {
		t.Error("a key two rotations old is still published")
	}
}
