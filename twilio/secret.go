package twilio

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is an auth token or an API key's secret. However it is formatted,
// logged or marshalled it prints as "…"; string(s) is the one way to have it.
type Secret string

const hidden = "…"

// Format hides the secret from every verb, also those that would print a
// string's bytes.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) } // a Formatter has nobody to tell

// String hides the secret.
func (s Secret) String() string { return hidden }

// LogValue hides the secret.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText hides the secret.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }
