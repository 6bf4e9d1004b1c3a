package database

import (
	"strings"
	"testing"
)

func TestShownTellsNoPassword(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"postgres://u:secret-word@host/careline",
		"postgres://host/careline?user=u&password=secret-word",
		"postgres://u:secret-word@host/careline?sslpassword=secret-word",
		"postgres://u:secret-word@%zz/careline",
	} {
		if got := Shown(address); strings.Contains(got, "secret-word") {
			t.Errorf("shown as %s", got)
		}
	}
}
