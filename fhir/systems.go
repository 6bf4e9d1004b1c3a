package fhir

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
)

// DefaultSystemBase is where careline's own names begin unless a clinic says otherwise.
// Records have it: never change it.
const DefaultSystemBase = "https://perci.health"

// The names of careline's own, each behind the base. Other systems read them: never
// change one.
const (
	pathCategory = "/communication-category"
	pathRefusal  = "/fhir/CodeSystem/call-refusal"
	pathOutcome  = "/fhir/CodeSystem/clinician-outcome"
	pathCall     = "/fhir/StructureDefinition/twilio-call"
	pathLook     = "/fhir/access" // of the tag that names one look
	pathLookKind = "/fhir/CodeSystem/access-kind"
	pathTag      = "/fhir/tag"                         // of what a recording is marked with
	pathConsent  = "/fhir/CodeSystem/consent-category" // of what a patient consents to, or refuses
)

// Systems are the names of careline's own under which a call stands in the record:
// code systems, and the extension with its details. What is written has the base of the
// clinic, and of what was written under DefaultSystemBase before the clinic set one,
// everything is read for ever, and replaced by its next version. The zero value has
// DefaultSystemBase.
type Systems struct {
	base string // empty: DefaultSystemBase
}

// basePath has nothing that parts a search value, or that JSON escapes.
var basePath = regexp.MustCompile(`^[A-Za-z0-9._~/-]*$`)

// SystemsUnder is those that begin with base, an https URL without query; slashes at
// its end do not count, and an empty one is DefaultSystemBase.
func SystemsUnder(base string) (Systems, error) {
	base = strings.TrimRight(base, "/")
	if base == "" || base == DefaultSystemBase {
		return Systems{}, nil
	}

	u, err := url.Parse(base)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.ContainsAny(base, "?#") || !basePath.MatchString(u.Path+u.Hostname()) || u.RawPath != "" {
		return Systems{}, errors.New("the base of the code systems must be an https URL of plain letters without query, such as " + DefaultSystemBase)
	}
	return Systems{base: base}, nil
}

// Base is where all of them begin, without a slash at its end.
func (s Systems) Base() string {
	if s.base == "" {
		return DefaultSystemBase
	}
	return s.base
}

// bases are those that are read; what is written has the first.
func (s Systems) bases() []string {
	if s.base == "" {
		return []string{DefaultSystemBase}
	}
	return []string{s.base, DefaultSystemBase}
}

func (s Systems) category() string { return s.Base() + pathCategory }
func (s Systems) refusal() string  { return s.Base() + pathRefusal }
func (s Systems) outcome() string  { return s.Base() + pathOutcome }
func (s Systems) call() string     { return s.Base() + pathCall }
func (s Systems) look() string     { return s.Base() + pathLook }
func (s Systems) lookKind() string { return s.Base() + pathLookKind }
func (s Systems) tag() string      { return s.Base() + pathTag }
func (s Systems) consent() string  { return s.Base() + pathConsent }

// own reports whether a name in the record is the one of careline's with that path.
func (s Systems) own(name, path string) bool {
	base, is := strings.CutSuffix(name, path)
	return is && (base == DefaultSystemBase || base == s.Base())
}

// callsSought is the value of a search for calls by their category: any of the bases
// that are read (FHIR R4, section 3.1.1.3: a comma is or).
func (s Systems) callsSought() string {
	var any []string
	for _, base := range s.bases() {
		any = append(any, base+pathCategory+"|"+codeVoice)
	}
	return strings.Join(any, ",")
}

// voiceCodings are all that ever told that a Communication is a call of careline's.
func (s Systems) voiceCodings() []Coding {
	var all []Coding
	for _, base := range s.bases() {
		all = append(all, Coding{System: base + pathCategory, Code: codeVoice})
	}
	return all
}

// shippedAs is a shipped definition under this base. The criteria of the policy are a
// search for calls.
func (s Systems) shippedAs(definition []byte) []byte {
	if s.base == "" {
		return definition
	}
	names := strings.NewReplacer(
		Systems{}.callsSought(), s.callsSought(),
		DefaultSystemBase+"/", s.base+"/",
	)
	return []byte(names.Replace(string(definition)))
}

// extensionOfCall is the extension with a call's details; nil when the record has none.
func (s Systems) extensionOfCall(record *element) *element {
	var earlier *element
	for _, item := range record.items("extension") {
		x, _ := item.(*element)
		switch {
		case x.text("url") == s.call():
			return x
		case s.own(x.text("url"), pathCall):
			earlier = x
		}
	}
	return earlier
}

// callDetails are the details of a call as they were read.
func (s Systems) callDetails(m Communication) []Extension {
	var earlier []Extension
	for _, e := range m.Extension {
		switch {
		case e.URL == s.call():
			return e.Extension
		case s.own(e.URL, pathCall):
			earlier = e.Extension
		}
	}
	return earlier
}
