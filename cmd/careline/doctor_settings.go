package main

import (
	"errors"
	"slices"
)

// usable reads the settings as serve does. When some cannot be used it names them,
// with the sentence for each, and reads the rest: a setting that is required is
// replaced by one of the right form, which nobody may use (see party.needs).
func usable(get func(string) string) (c *config, faulty, sentences []string) {
	read, err := readConfig(get)
	if err == nil {
		return &read, nil, nil
	}
	all, known := errors.AsType[faults](err)
	if !known {
		return nil, nil, []string{err.Error()}
	}
	faulty, sentences = all.settings(), all.sentences()

	// What takes the place of one may not agree with another that was good.
	for range faultsOfFaults {
		read, err = readConfig(func(name string) string {
			if slices.Contains(faulty, name) {
				return standsFor(name)
			}
			return get(name)
		})
		if err == nil {
			return &read, faulty, sentences
		}

		more, _ := errors.AsType[faults](err)
		faulty = append(faulty, more.settings()...)
	}
	return nil, faulty, sentences
}

// faultsOfFaults bounds how often settings that go together are taken out.
const faultsOfFaults = 4

// standsFor has the form of a required setting; "" is good for all others.
func standsFor(name string) string {
	const none = "00000000000000000000000000000000"
	switch name {
	case "FUNCTIONS_URL", "FHIR_BASE_URL":
		return "http://invalid"
	case "TWILIO_ACCOUNT_SID":
		return "AC" + none
	case "TWILIO_API_KEY":
		return "SK" + none
	case "TWILIO_TWIML_APP_SID":
		return "AP" + none
	case "PUBSUB_PROJECT":
		return "no-project"
	case "TWILIO_AUTH_TOKEN", "TWILIO_API_SECRET", "DESCOPE_PROJECT_ID":
		return "none"
	}

	return ""
}
