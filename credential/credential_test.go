package credential_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"perci.health/careline/credential"
)

func TestSecretPrintsNowhere(t *testing.T) {
	t.Parallel()
	const text = "hunter2"
	s := credential.NewSecret(text)
	holder := struct {
		Open   credential.Secret
		hidden credential.Secret
	}{s, s}

	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p", "%T"} {
		fmt.Fprintf(&out, verb+verb+verb+"\n", s, holder, &holder)
	}
	if err := json.NewEncoder(&out).Encode(map[string]any{"s": s, "holder": holder}); err != nil {
		t.Error(err)
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("said", "s", s, "holder", holder)

	if told := out.String(); strings.Contains(told, text) || strings.Contains(told, fmt.Sprintf("%x", text)) || strings.Contains(told, fmt.Sprintf("%X", text)) {
		t.Errorf("the secret was printed:\n%s", told)
	}
	if s.Reveal() != text || s.IsZero() || !(credential.Secret{}).IsZero() || (credential.Secret{}).Reveal() != "" {
		t.Error("a secret does not hold what it was given")
	}
}

func TestBearerIsTheOneTokenOfTheHeader(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		header []string
		token  string
		err    error
	}{
		"none":           {nil, "", credential.ErrNoBearer},
		"a token":        {[]string{"Bearer abc"}, "abc", nil},
		"in any case":    {[]string{"bEARER  abc "}, "abc", nil},
		"nothing after":  {[]string{"Bearer"}, "", nil},
		"blanks after":   {[]string{"Bearer   "}, "", nil},
		"another scheme": {[]string{"Basic abc"}, "", credential.ErrNotBearer},
		"empty":          {[]string{""}, "", credential.ErrNotBearer},
		"two":            {[]string{"Bearer abc", "Bearer abc"}, "", credential.ErrNotBearer},
	} {
		if token, err := credential.Bearer(tt.header); token != tt.token || err != tt.err {
			t.Errorf("%s: %q, %v; want %q, %v", name, token, err, tt.token, tt.err)
		}
	}
}
