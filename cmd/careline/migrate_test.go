package main

import (
	"strings"
	"testing"
)

func TestAPasswordIsNotShown(t *testing.T) {
	t.Parallel()
	for _, database := range []string{
		"postgres://u:secret-word@host/careline",
		"postgres://host/careline?user=u&password=secret-word",
		"postgres://u:secret-word@host/careline?sslpassword=secret-word",
		"postgres://u:secret-word@%zz/careline",
	} {
		if got := shown(database); strings.Contains(got, "secret-word") {
			t.Errorf("shown as %s", got)
		}
	}
}
