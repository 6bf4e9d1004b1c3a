package twilio

import (
	"context"
	"slices"

	"perci.health/careline"
)

// Greeting is what a member hears who calls the number back, and the voice in
// which anything is said. A zero field has the default that it is named with.
type Greeting struct {
	Organisation string // "Perci Health"
	Words        string // the standard words; "{organisation}" stands for Organisation
	Voice        string // "Polly.Amy-Neural"
	Language     string // BCP 47, "en-GB"; one that Voice does not speak makes Twilio say nothing (13512)
}

const standardWords = "Thank you for calling {organisation}. You have missed a call from one of our clinicians. " +
	"Please log in to your {organisation} account to send a message to your nurse. Thank you, goodbye."

func (g Greeting) withDefaults() Greeting {
	fill := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	fill(&g.Organisation, "Perci Health")
	fill(&g.Words, standardWords)
	fill(&g.Voice, "Polly.Amy-Neural")
	fill(&g.Language, "en-GB")
	return g
}

func (g Greeting) say(text string) Say {
	return Say{Voice: g.Voice, Language: g.Language, Text: text}
}

// incoming is asked what to do with a member who calls back. Everybody hears the
// same, so nothing in the form matters; the call itself is kept when its status
// is reported.
func (s *server) incoming(_ context.Context, rd *reading) reply { return s.greet(rd) }

// CallerOf is the number that a call to one of ours came from, by its kept report; zero
// where the caller withholds it, which Twilio says in words or in a number too short, or
// where it is no number at all (voice/twiml, "From").
func CallerOf(e careline.CallEvent) careline.Phone {
	f, err := FormFromJSON(e.Report)
	if err != nil || isAnonymous(f.Get("From")) {
		return careline.Phone{}
	}
	from, err := careline.StoredPhone(f.Get("From"))
	if err != nil {
		return careline.Phone{}
	}
	return from
}

// isAnonymous knows the words that Twilio spells out on a keypad where the network gives
// no number: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE (help.twilio.com, "Why
// am I getting calls from these strange numbers?").
func isAnonymous(from string) bool {
	return slices.Contains([]string{"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"}, from)
}
