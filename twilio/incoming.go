package twilio

import "context"

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
