package base64url_test

import (
	"encoding/base64"
	"testing"

	"perci.health/careline/base64url"
)

func TestDecodeReadsEitherAlphabet(t *testing.T) {
	t.Parallel()
	raw := []byte{0xfb, 0xff, 0xbf, 0x01}
	for name, text := range map[string]string{
		"base64url":           base64.RawURLEncoding.EncodeToString(raw),
		"base64url, padded":   base64.URLEncoding.EncodeToString(raw),
		"base64":              base64.StdEncoding.EncodeToString(raw),
		"base64 not padded":   base64.RawStdEncoding.EncodeToString(raw),
		"with too much of it": base64.StdEncoding.EncodeToString(raw) + "==",
	} {
		if got, err := base64url.Decode(text); err != nil || string(got) != string(raw) {
			t.Errorf("%s: %x, %v", name, got, err)
		}
	}
	if got, err := base64url.Decode("no base64!"); err == nil {
		t.Errorf("read %x", got)
	}
}
