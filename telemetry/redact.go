package telemetry

import (
	"fmt"
	"log/slog"
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Hidden is what stands in a line for something that must not be there.
const Hidden = "…"

// isPrivate reports whether an attribute of this name is hidden whatever it
// holds. Names are compared in lower case without separators.
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
			return false // longer than any name below
		}
		short = append(short, c)
	}

	switch string(short) {
	case "authorization", "bearer", "cookie", "setcookie", "signature", "jwt",
		"token", "accesstoken", "refreshtoken", "sessiontoken", "idtoken", "authtoken",
		"secret", "clientsecret", "apisecret", "apikey", "password",
		"name", "patientname", "fullname", "givenname", "familyname", "birthdate", "dateofbirth",
		"phone", "phonenumber", "mobile", "email", "report", "body":
		return true
	}
	return false
}

// redactAttr is for what types and discipline did not catch: the error of a
// library that quotes what it was given.
func redactAttr(a slog.Attr) slog.Attr {
	if isPrivate(a.Key) {
		return slog.String(a.Key, Hidden)
	}

	a.Value = a.Value.Resolve()
	switch a.Value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(Redact(a.Value.String()))
	case slog.KindAny:
		a.Value = redactAny(a.Value.Any())
	case slog.KindGroup:
		inner := make([]slog.Attr, 0, len(a.Value.Group()))
		for _, g := range a.Value.Group() {
			inner = append(inner, redactAttr(g))
		}
		a.Value = slog.GroupValue(inner...)
	}

	return a
}

// redactAny lets through errors and plain values, as text. Of anything with
// fields only the type is told: a struct may hold a person.
func redactAny(v any) slog.Value {
	switch v := v.(type) {
	case nil:
		return slog.AnyValue(nil)
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
	inQuotes    = regexp.MustCompile(`("[^\s"?]*/[^\s"?]*)\?[^"]*"`)                                      // Go's errors quote URLs, blanks and all
	queries     = regexp.MustCompile(`(/[^\s"?]*)\?[^\s"]*`)                                              // a URL's query, with its host or without, may name a patient
	logins      = regexp.MustCompile(`://[^/\s"@]+@`)
	emails      = regexp.MustCompile(`[\w.+%-]+@[\w-]+(?:\.[\w-]+)+`)
	phones      = regexp.MustCompile(`(?:\+|%2[Bb]|\b00)[1-9](?:[ ().-]{0,2}\d){6,14}`)                        // ITU-T E.164, also with separators
	national    = regexp.MustCompile(`(^[.-]?|[^0-9A-Za-z.-]|[^0-9][.-])\(?0\)?[1-9](?:[ ()-]{0,2}\d){8,9}\b`) // as dialled in the United Kingdom; not the digits after a point or in a date
	plusless    = regexp.MustCompile(`((?:^|[^0-9A-Za-z.-])(?:[A-Za-z]+[.-])?)44[1-9]\d{9}\b`)                 // E.164 without its mark; not the end of a UUID
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
	text = inQuotes.ReplaceAllString(text, `$1?`+Hidden+`"`)
	text = queries.ReplaceAllString(text, "$1?"+Hidden)
	text = emails.ReplaceAllString(text, Hidden)
	text = phones.ReplaceAllString(text, Hidden)
	text = plusless.ReplaceAllString(text, "${1}"+Hidden)
	return national.ReplaceAllString(text, "${1}"+Hidden)
}

// suspicious reports whether a text has a mark of something that Redact takes
// out.
func suspicious(text string) bool {
	for i := range len(text) {
		switch marks[text[i]] {
		case markSign:
			return true
		case markLook:
			if suspiciousAt(text, i) {
				return true
			}
		}
	}
	return false
}

// What a byte of a text may be.
const (
	markNone  = iota // nothing, and itself in JSON
	markSign         // of something private
	markLook         // the beginning of something private, maybe
	markQuote        // nothing private, but JSON has its own way to write it
)

// marks says what each byte may be.
var marks = func() (table [256]uint8) {
	for c := range table {
		switch {
		case strings.IndexByte("+@?=%", byte(c)) >= 0:
			table[c] = markSign
		case strings.IndexByte("eBb04", byte(c)) >= 0:
			table[c] = markLook
		case c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf:
			table[c] = markQuote
		}
	}
	return table
}()

// suspiciousAt looks at what follows a byte that may be a beginning.
func suspiciousAt(text string, i int) bool {
	rest := text[i:]
	switch text[i] {
	case 'e':
		return strings.HasPrefix(rest, "eyJ")
	case 'B', 'b':
		return len(rest) > 6 && (strings.EqualFold(rest[:6], "bearer") || strings.EqualFold(rest[:5], "basic"))
	}

	if i > 0 && alphanumeric(text[i-1]) {
		return false
	}
	if text[i] == '4' {
		return strings.HasPrefix(rest, "44") && digits(rest) >= 12
	}
	return digits(rest) >= 10
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// digits counts the digits at the beginning of text, over separators.
func digits(text string) (n int) {
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			n++
		case c != ' ' && c != '-' && c != '(' && c != ')':
			return n
		}
	}
	return n
}
