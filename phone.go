package careline

import (
	"encoding"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Phone is a telephone number in E.164 form (ITU-T E.164: "+", country code,
// number, at most 15 digits). Its zero value is no number. Compare with Equal.
//
// A Phone prints as "(phone)" wherever it is formatted, logged or marshalled, so
// that no number leaves by accident; E164 is the one way to have the digits.
type Phone struct {
	e164      string
	extension string    // digits; told, not dialled
	use       PhoneUse  // told
	facts     numbering // zero: not looked up
}

// numbering is what the numbering plans say of a number. Looking it up takes some
// 15 µs, so a number on file carries it, and each call to it does not ask again.
type numbering struct {
	region  string // ISO 3166-1 alpha-2; empty: not looked up
	refused bool   // of a type that may not be dialled
}

// ErrNotPhone is returned for text that is not one telephone number.
var ErrNotPhone = errors.New("this is not a telephone number: write it as +44… or as dialled in the clinic's country")

// plainUK is a United Kingdom number in the form that parsing would give it:
// ten digits after the country code, without the trunk prefix 0.
var plainUK = regexp.MustCompile(`^\+44[1-9][0-9]{9}$`)

// e164Form is what any E.164 number looks like.
var e164Form = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)

// ParsePhone reads text that is one number, in international form or in the
// national form of region (ISO 3166-1 alpha-2). Format and control characters do
// not count. Letters are no digits, as on old keypads: text that has any, such as
// an extension, is refused. A tel URI (RFC 3966) may have its scheme.
func ParsePhone(text, region string) (Phone, error) {
	text = visible(text)
	if len(text) > 4 && strings.EqualFold(text[:4], "tel:") {
		text = text[4:]
	}
	digits := oneNumber(text)
	if digits == "" {
		return Phone{}, ErrNotPhone
	}

	n, err := phonenumbers.Parse(digits, region)
	if err != nil {
		return Phone{}, ErrNotPhone
	}
	p := Phone{e164: phonenumbers.Format(n, phonenumbers.E164)}

	// What is dialled is the text: it must mean the number that was parsed.
	again, err := phonenumbers.Parse(p.e164, "")
	if err != nil || phonenumbers.Format(again, phonenumbers.E164) != p.e164 || !possible(again) {
		return Phone{}, ErrNotPhone
	}
	p.facts = look(again)
	return p, nil
}

// keepsZero are the country codes behind which a number can begin with 0: Italy
// with San Marino and the Vatican, Ivory Coast, Gabon, Congo (their numbering
// plans, as filed under ITU-T E.129). Elsewhere it is a trunk prefix too much,
// behind which a number of a refused kind could hide.
var keepsZero = []int32{39, 225, 241, 242, 378, 379}

// possible leaves out also what can be dialled only within a town. A United Kingdom
// number of seven digits is that, or one cut short, but for the few that the
// numbering plan names: 0800 1111 and 0845 46 4x (Ofcom, National Telephone
// Numbering Plan).
func possible(n *phonenumbers.PhoneNumber) bool {
	if n.GetItalianLeadingZero() && !slices.Contains(keepsZero, n.GetCountryCode()) {
		return false
	}
	if n.GetCountryCode() == 44 && len(phonenumbers.GetNationalSignificantNumber(n)) == 7 && !phonenumbers.IsValidNumber(n) {
		return false
	}
	return phonenumbers.IsPossibleNumberWithReason(n) == phonenumbers.IS_POSSIBLE
}

// DialledPhone is ParsePhone for a number that somebody wants to dial, which is
// to be compared with those on file: it looks up no more than it must.
func DialledPhone(text, region string) (Phone, error) {
	if plainUK.MatchString(text) {
		return Phone{e164: text}, nil
	}
	return ParsePhone(text, region)
}

// StoredPhone is a number that was parsed before it was stored, as E164 gave it.
// It does not ask today's numbering plan about yesterday's number.
func StoredPhone(e164 string) (Phone, error) {
	if !e164Form.MatchString(e164) {
		return Phone{}, ErrNotPhone
	}
	return Phone{e164: e164}, nil
}

// Equal reports whether both are the same number, whatever their extensions.
func (p Phone) Equal(other Phone) bool { return p.e164 == other.e164 }

// E164 is the number as it is dialled; empty for no number.
func (p Phone) E164() string { return p.e164 }

// Extension is the digits to be dialled once the number answers, for a person to
// know: careline does not dial them. Empty when there is none.
func (p Phone) Extension() string { return p.extension }

// PhoneUse is what a number is for, in the record's word (FHIR R4, ContactPoint.use).
type PhoneUse string

// The uses of numbers that may be called. What is called old in the record is not.
const (
	UseHome   PhoneUse = "home"
	UseWork   PhoneUse = "work"
	UseMobile PhoneUse = "mobile"
	UseTemp   PhoneUse = "temp"
)

// For is the number as one of that use; of a word that is none of the above it has none.
func (p Phone) For(use PhoneUse) Phone {
	p.use = ""
	switch use {
	case UseHome, UseWork, UseMobile, UseTemp:
		p.use = use
	}
	return p
}

// Use is what the number is for; empty when the record does not say.
func (p Phone) Use() PhoneUse { return p.use }

// IsZero reports whether there is no number.
func (p Phone) IsZero() bool { return p.e164 == "" }

// Ending is the number's last four digits, enough for a person to recognise it.
func (p Phone) Ending() string { return p.e164[max(0, len(p.e164)-4):] }

// However a number is printed, it is hidden.
var (
	_ fmt.Stringer           = Phone{}
	_ fmt.GoStringer         = Phone{}
	_ slog.LogValuer         = Phone{}
	_ encoding.TextMarshaler = Phone{}
)

// String hides the number.
func (p Phone) String() string { return "(phone)" }

// GoString hides the number.
func (p Phone) GoString() string { return "(phone)" }

// LogValue hides the number.
func (p Phone) LogValue() slog.Value { return slog.StringValue("(phone)") }

// MarshalText hides the number: whoever must write it says so with E164.
func (p Phone) MarshalText() ([]byte, error) { return []byte("(phone)"), nil }

// KnownRegion reports whether region is a country that numbers can belong to
// (ISO 3166-1 alpha-2).
func KnownRegion(region string) bool { return phonenumbers.GetSupportedRegions()[region] }

// Region is the country that the number belongs to (ISO 3166-1 alpha-2), "001" of
// a network without a country; empty for what is no number. The Crown dependencies
// Guernsey, Jersey and Man are countries of their own: GG, JE and IM.
func (p Phone) Region() string {
	if p.facts.region != "" {
		return p.facts.region
	}

	n, err := phonenumbers.Parse(p.e164, "")
	if err != nil {
		return ""
	}
	return look(n).region
}

// Dialable reports whether the number may be dialled when regions (ISO 3166-1
// alpha-2) are the countries allowed, and if not, why.
//
// It asks that the number is possible, not that it is valid: the tables of
// libphonenumber know no type for Ofcom's drama numbers, nor for new ranges.
func (p Phone) Dialable(regions []string) Refusal {
	facts := p.facts
	if facts.region == "" {
		n, err := phonenumbers.Parse(p.e164, "")
		if err != nil || !possible(n) {
			return RefusedNumberMalformed
		}
		facts = look(n)
	}

	if facts.refused {
		return RefusedNumberType
	}
	if !slices.Contains(regions, facts.region) {
		return RefusedCountry
	}
	return ""
}

func look(n *phonenumbers.PhoneNumber) numbering {
	region := phonenumbers.GetRegionCodeForNumber(n)
	if region == "" || region == "ZZ" {
		region = phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode()))
	}
	return numbering{region: region, refused: refusedType(n)}
}

// ukRefused are the beginnings of United Kingdom numbers (after +44) that cost
// the caller or the called a premium: Ofcom's National Telephone Numbering Plan,
// part A1. libphonenumber knows the ranges in use; these close the rest.
var ukRefused = []string{"118", "70", "76", "84", "87", "9"}

func refusedType(n *phonenumbers.PhoneNumber) bool {
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.PREMIUM_RATE, phonenumbers.SHARED_COST, phonenumbers.PERSONAL_NUMBER, phonenumbers.PAGER, phonenumbers.VOICEMAIL:
		return true
	}

	national := phonenumbers.GetNationalSignificantNumber(n)
	switch n.GetCountryCode() {
	case 870, 878, 881, 882, 883: // Inmarsat, universal personal, satellite and other networks without a country
		return true
	case 44:
		if strings.HasPrefix(national, "7624") { // Isle of Man mobiles stand among the pagers
			return false
		}
		return slices.ContainsFunc(ukRefused, func(p string) bool { return strings.HasPrefix(national, p) })
	}
	region := phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode()))
	return phonenumbers.IsEmergencyNumber(national, region)
}
