package main

import "strings"

// tellAtMost is how much of a value a fault repeats, in characters.
const tellAtMost = 80

// tellable is the setting's value in quotation marks, as a sentence may repeat it;
// "" where it may not be told, or is not set.
func (r *reader) tellable(name string) string {
	v := strings.TrimSpace(r.get(name))
	if v == "" || r.table[name].secret || r.looksSecret(v) {
		return ""
	}

	v = oneLine(withoutUser(v))
	if long := []rune(v); len(long) > tellAtMost {
		v = string(long[:tellAtMost]) + "…"
	}
	return `"` + v + `"`
}

// looksSecret reports whether a value could be a secret that was pasted into the
// wrong place: it is that of a secret setting, or holds it, or is one long word of
// digits and letters mixed, as tokens and keys are.
func (r *reader) looksSecret(v string) bool {
	for name, s := range r.table {
		if other := strings.TrimSpace(r.get(name)); s.secret && len(other) >= 4 && other != s.fallback && strings.Contains(v, other) {
			return true
		}
	}

	const tokenAtLeast, sid = 24, 34 // an identifier of Twilio's begins with two letters, and is none
	return len(v) >= tokenAtLeast && len(v) != sid && strings.ContainsAny(v, "0123456789") && !strings.ContainsAny(v, " ,:/")
}

// withoutUser is a value without what may be a password in a URL, be it a well-formed
// one or not: the user before the host, and what the query says. A password may hold a
// question mark itself.
func withoutUser(v string) string {
	bare, after, query := strings.Cut(v, "?")
	scheme, rest, found := strings.Cut(bare, "//")
	if !found {
		scheme, rest = "", bare
	} else {
		scheme += "//"
	}

	if strings.Contains(after, "@") && strings.Contains(rest, ":") && !strings.Contains(rest, "/") {
		rest = "…"
	}
	if at := strings.LastIndex(rest, "@"); at >= 0 && (found || strings.Contains(rest[:at], ":")) {
		rest = rest[at+1:]
	}
	if query {
		rest += "?…"
	}
	return scheme + rest
}
