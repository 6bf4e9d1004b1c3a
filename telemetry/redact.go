package telemetry

import (
	"fmt"
	"log/slog"
	"reflect"
	"regexp"
	"strings"
)

// Hidden is what stands in a line for something that must not be there.
const Hidden = "…"

// Secret is a text that prints as Hidden wherever it is formatted, logged or
// marshalled; Reveal is the one way to have it.
type Secret struct{ text string }

// NewSecret hides text.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal is the text.
func (s Secret) Reveal() string { return s.text }

// IsZero reports whether there is no text.
func (s Secret) IsZero() bool { return s.text == "" }

// String hides the text.
func (s Secret) String() string { return Hidden }

// GoString hides the text.
func (s Secret) GoString() string { return Hidden }

// LogValue hides the text.
func (s Secret) LogValue() slog.Value { return slog.StringValue(Hidden) }

// MarshalText hides the text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(Hidden), nil }

// private are the names of attributes that are hidden whatever they hold, in
// lower case without separators.
const private = " authorization bearer token accesstoken refreshtoken sessiontoken idtoken jwt secret clientsecret apisecret apikey password cookie setcookie " +
	"signature name patientname fullname givenname familyname birthdate dateofbirth phone phonenumber mobile email address report "

func isPrivate(key string) bool {
	var room [24]byte
	short := room[:0]
	for i := range len(key) {
		c := key[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c < 'a' || c > 'z' {
			continue
		}
		if len(short) == len(room) {
			return false // longer than any name in the list
		}
		short = append(short, c)
	}
	at := strings.Index(private, string(short))
	return len(short) > 0 && at > 0 && private[at-1] == ' ' && private[at+len(short)] == ' '
}

// redactAttr is the last gate before a line is written. Types and discipline
// come first; this is for the error of a library that quotes what it was given.
func redactAttr(_ []string, a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindString:
		if isPrivate(a.Key) {
			return slog.String(a.Key, Hidden)
		}
		text := a.Value.String()
		if clean := Redact(text); clean != text {
			return slog.String(a.Key, clean)
		}
	case slog.KindAny:
		if isPrivate(a.Key) {
			return slog.String(a.Key, Hidden)
		}
		a.Value = redactAny(a.Value.Any())
	}
	return a
}

// redactAny lets through errors and plain values, as text. Of anything with
// fields only the type is told: a struct may hold a person.
func redactAny(v any) slog.Value {
	switch v := v.(type) {
	case nil, slog.Level:
		return slog.AnyValue(v)
	case error:
		return slog.StringValue(Redact(v.Error()))
	case []string:
		return slog.StringValue(Redact(strings.Join(v, " ")))
	}
	switch reflect.TypeOf(v).Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		return slog.StringValue(Redact(fmt.Sprint(v)))
	}
	return slog.StringValue(fmt.Sprintf("(%T)", v))
}

// What is taken out of a text, and what stands in its place. Dates and counts
// have no form in common with these.
var (
	tokens      = regexp.MustCompile(`eyJ[\w-]{6,}(?:\.[\w-]*){0,4}`)                                     // RFC 7515: a JSON object in base64url
	credentials = regexp.MustCompile(`(?i)\b(bearer|basic)\s+[\w.~+/=-]{4,}`)                             // RFC 9110, section 11.4
	fields      = regexp.MustCompile(`(?i)\b(\w*(?:secret|token|password|assertion|signature))=[^&\s"]+`) // a form or a DSN
	queries     = regexp.MustCompile(`(://[^\s"?]*)\?[^\s"]*`)                                            // a URL's query may name a patient
	logins      = regexp.MustCompile(`://[^/\s"@]+@`)
	emails      = regexp.MustCompile(`[\w.+%-]+@[\w-]+(?:\.[\w-]+)+`)
	phones      = regexp.MustCompile(`(?:\+|%2[Bb]|\b00)[1-9](?:[ ().-]{0,2}\d){6,14}`) // ITU-T E.164, also with separators
	national    = regexp.MustCompile(`\b0[1-9](?:[ -]?\d){8,9}\b`)                      // as dialled in the United Kingdom
)

// Redact is text without telephone numbers, e-mail addresses, tokens, credentials
// and the queries of URLs. A text without any of their marks costs one pass over
// it.
func Redact(text string) string {
	if !suspicious(text) {
		return text
	}
	text = tokens.ReplaceAllString(text, Hidden)
	text = credentials.ReplaceAllString(text, "$1 "+Hidden)
	text = fields.ReplaceAllString(text, "$1="+Hidden)
	text = logins.ReplaceAllString(text, "://"+Hidden+"@")
	text = queries.ReplaceAllString(text, "$1?"+Hidden)
	text = emails.ReplaceAllString(text, Hidden)
	text = phones.ReplaceAllString(text, Hidden)
	return national.ReplaceAllString(text, Hidden)
}

// suspicious reports whether a text has a mark of something that Redact takes
// out.
func suspicious(text string) bool {
	for i := range len(text) {
		switch text[i] {
		case '+', '@', '?', '=', '%':
			return true
		case 'e':
			if strings.HasPrefix(text[i:], "eyJ") {
				return true
			}
		case 'B', 'b':
			if rest := text[i:]; len(rest) > 6 && (strings.EqualFold(rest[:6], "bearer") || strings.EqualFold(rest[:5], "basic")) {
				return true
			}
		case '0':
			if (i == 0 || text[i-1] == ' ' || text[i-1] == '"' || text[i-1] == '(' || text[i-1] == ':') && digits(text[i:]) >= 10 {
				return true
			}
		}
	}
	return false
}

// digits counts the digits at the beginning of text, over single separators.
func digits(text string) (n int) {
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			n++
		case c != ' ' && c != '-':
			return n
		}
	}
	return n
}
