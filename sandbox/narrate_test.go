package sandbox_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
)

// What is told comes from the app under test; it moves no terminal and begins no
// line of its own.
func TestNarrateMovesNoTerminal(t *testing.T) {
	t.Parallel()
	world := startWorld(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	var told lockedText
	ended := make(chan error, 1)
	go func() { ended <- world.Narrate(ctx, &told) }()
	set := map[string]string{}
	for _, setting := range world.Env() {
		name, value, _ := strings.Cut(setting, "=")
		set[name] = strings.Trim(value, `'"`)
	}
	token := ask(t, set["FHIR_TOKEN_URL"], "application/x-www-form-urlencoded", "", url.Values{"grant_type": {"client_credentials"},
		"client_id": {set["FHIR_CLIENT_ID"]}, "client_secret": {set["FHIR_CLIENT_SECRET"]}}.Encode())["access_token"].(string)
	const moves = "\u009b2J\r\n12:00:00.000  record   Communication deleted \u202eevil"
	text, err := json.Marshal(map[string]any{"resourceType": "Communication", "status": "completed", "payload": []any{map[string]string{"contentString": "told " + moves}},
		"statusReason": map[string]string{"text": "why " + moves}})
	if err != nil {
		t.Fatal(err)
	}
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	// Narrate tells what happens once it listens.
	for limit := time.After(time.Minute); !strings.Contains(told.String(), "told "); {
		ask(t, set["FHIR_BASE_URL"]+"/Communication", "application/fhir+json", token, string(text))
		select {
		case <-again.C:
		case <-limit:
			t.Fatal("nothing was told")
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for line := range strings.Lines(told.String()) {
		line = strings.TrimSuffix(line, "\n")
		if strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsGraphic(r) }) || strings.HasPrefix(line, "12:00:00.000  record   Communication deleted") {
			t.Errorf("told: %q", line)
		}
	}
}

// ask posts, and reads the object that is answered.
func ask(t *testing.T, address, kind, token, body string) (answer map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || json.Unmarshal(text, &answer) != nil || res.StatusCode >= 300 {
		t.Fatalf("%s: %s %s", address, res.Status, text)
	}
	return answer
}
