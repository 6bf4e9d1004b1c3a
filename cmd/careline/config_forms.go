package main

import (
	"regexp"
	"strings"
)

// form reports whether a setting's value has the form that it must have.
type form func(value string) bool

func formLike(expression string) form { return regexp.MustCompile(expression).MatchString }

// sidForm is that of an identifier of Twilio's: two letters and 32 hexadecimal
// digits. Like sized it stands for a repetition that is dear to compile, which every
// start would pay for.
func sidForm(letters string) form {
	return func(value string) bool {
		digits, ok := strings.CutPrefix(value, letters)
		return ok && len(digits) == 32 && strings.Trim(digits, "0123456789abcdef") == ""
	}
}

// sized is a form whose values have from least to most bytes.
func sized(least, most int, of form) form {
	return func(value string) bool { return len(value) >= least && len(value) <= most && of(value) }
}
