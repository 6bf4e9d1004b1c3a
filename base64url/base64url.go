// Package base64url reads base64url (RFC 4648, section 5) as others write it.
package base64url

import (
	"encoding/base64"
	"strings"
)

// Mended is text in the alphabet of base64url and without padding, as RFC 7515 wants
// it. Some who write base64url leave the padding on, or use the other alphabet.
func Mended(text string) string {
	return strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(text, "="))
}

// Decode decodes text in either alphabet, with its padding or without.
func Decode(text string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(Mended(text)) }
