package careline

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// longestEntry bounds, in characters, what is read as telephone numbers: an entry
// that is longer is prose.
const longestEntry = 300

// ReadPhones is the numbers that stand in free text, such as a telephone entry of
// a patient's record, in their order; national ones are those of region (ISO 3166-1
// alpha-2). None means that the text cannot be read.
//
// Only digits that are written are read, in the order in which they stand. Letters
// end a number and are never digits. What stands between letters must be a whole
// number by itself; where it can be read in two ways it is not read at all. An
// extension after a number is told by Extension.
func ReadPhones(text, region string) []Phone {
	text = strings.TrimSpace(visible(text))
	if len([]rune(text)) > longestEntry {
		return nil
	}
	if len(text) > 4 && strings.EqualFold(text[:4], "tel:") {
		return readURI(text[4:], region)
	}
	if p, err := ParsePhone(text, region); err == nil && !columned(text) {
		return []Phone{p}
	}

	var all []Phone
	for _, run := range runsOf(text) {
		for _, p := range run.phones(region) {
			if !slices.ContainsFunc(all, p.Equal) {
				all = append(all, p)
			}
		}
	}
	return all
}

// readURI reads a tel URI (RFC 3966) without its scheme. A local number is one of
// the country that its context names; of another context it means nothing here.
func readURI(text, region string) []Phone {
	if plain, err := url.PathUnescape(text); err == nil {
		text = plain
	}

	number, rest, _ := strings.Cut(text, ";")
	for parameter := range strings.SplitSeq(rest, ";") {
		name, value, _ := strings.Cut(parameter, "=")
		switch strings.ToLower(name) {
		case "ext":
			number += ";ext=" + value
		case "phone-context":
			region = contextRegion(value)
		}
	}
	return ReadPhones(number, region)
}

// contextRegion is the country of a calling code; "ZZ" for any other context, by
// which only a number in international form can be read.
func contextRegion(context string) string {
	code := 0
	digits, global := strings.CutPrefix(context, "+")
	for _, r := range digits {
		if !global || r < '0' || r > '9' || code > 999 {
			return "ZZ"
		}
		code = 10*code + int(r-'0')
	}
	return phonenumbers.GetRegionCodeForCountryCode(code)
}

// visible is the text as a person sees it: without format and control characters
// (direction marks, zero-width blanks, soft hyphens), tabs being blanks and every
// end of a line one.
//
// Decimal digits of any script are the digits that they mean: an Arabic keyboard
// or a Japanese input method writes them, and they can be read in one way only.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\r', r == '\v', r == '\f', r == 0x85, r == 0x2028, r == 0x2029:
			return '\n'
		case r == '\t':
			return ' '
		case unicode.In(r, unicode.Cf, unicode.Cc, unicode.Variation_Selector):
			return -1
		case unicode.IsSpace(r):
			return ' '
		case r > unicode.MaxASCII:
			return asciiSign(r)
		}

		return r
	}, text)
}

// asciiSign is the ASCII sign that means the same in a telephone number, or r.
func asciiSign(r rune) rune {
	switch {
	case unicode.IsDigit(r):
		return '0' + digitOf(r)
	case unicode.Is(unicode.Pd, r), r == '−':
		return '-'
	case r >= '！' && r <= '～': // full-width forms of ASCII
		return r - '！' + '!'
	}
	return r
}

// digitOf is what a decimal digit means. Unicode keeps each script's digits
// together, from zero to nine (The Unicode Standard, section 4.6).
func digitOf(r rune) rune {
	for _, span := range unicode.Nd.R16 {
		if r >= rune(span.Lo) && r <= rune(span.Hi) {
			return (r - rune(span.Lo)) % 10
		}
	}

	for _, span := range unicode.Nd.R32 {
		if r >= rune(span.Lo) && r <= rune(span.Hi) {
			return (r - rune(span.Lo)) % 10
		}
	}
	return r - '0'
}

// oneNumber is the digits of a text that holds nothing but one number, with a
// leading "+" if it has one; empty for any other text. The signs are those that
// people set between the digits of a number.
func oneNumber(text string) string {
	var digits strings.Builder
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9', r == '+' && digits.Len() == 0:
			digits.WriteRune(r)
		case !strings.ContainsRune(" -.()/\n", r):
			return ""
		}
	}
	return digits.String()
}

// columned reports whether text sets parts of it apart, as two numbers, or a
// number and something else, are.
func columned(text string) bool {
	return strings.ContainsAny(text, "/\n") || strings.Contains(text, " -") || strings.Contains(text, "- ")
}
