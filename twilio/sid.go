package twilio

// The two letters with which Twilio's identifiers begin, by what they name
// (Twilio, glossary "String Identifier").
const (
	sidAccount     = "AC"
	sidAPIKey      = "SK"
	sidApplication = "AP"
	sidCall        = "CA"
	sidConference  = "CF"
	sidRecording   = "RE"
)

// isSID reports whether s is one of Twilio's identifiers: the two letters and 32
// lower-case hexadecimal digits. The strictness is also what keeps apart the
// fields of a signed form, whose signature has no delimiters between them.
func isSID[T string | []byte](prefix string, s T) bool {
	if len(s) != 34 || s[0] != prefix[0] || s[1] != prefix[1] {
		return false
	}
	for i := 2; i < len(s); i++ {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
