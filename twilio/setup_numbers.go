package twilio

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"perci.health/careline/setup"
)

func (n IncomingPhoneNumber) voice() hook  { return hook{n.VoiceURL, n.VoiceMethod} }
func (n IncomingPhoneNumber) status() hook { return hook{n.StatusCallback, n.StatusCallbackMethod} }

// used are the numbers that members see, and so call back: the fixed one, or all
// that can make calls.
func (i inspection) used(ctx context.Context) ([]IncomingPhoneNumber, error) {
	all, err := i.IncomingPhoneNumbers(ctx)
	if err != nil {
		return nil, err
	}
	var used []IncomingPhoneNumber
	for _, n := range all {
		if n.Voice && !n.PhoneNumber.IsZero() && (i.Number.IsZero() || n.PhoneNumber == i.Number) {
			used = append(used, n)
		}
	}
	return used, nil
}

func (i inspection) haveNumbers(ctx context.Context) setup.Finding {
	used, err := i.used(ctx)
	switch {
	case err != nil:
		return unasked(err)
	case len(used) > 0 && i.Number.IsZero():
		return setup.Good(fmt.Sprintf("Calls are placed from %d of the account's numbers.", len(used)))
	case len(used) > 0:
		return setup.Good("Calls are placed from TWILIO_PHONE_NUMBER, which is the account's.")
	case i.Number.IsZero():
		return setup.Fault("The account has no number that can make calls.", "Buy one with the voice capability in the Twilio Console.")
	}
	return setup.Fault("TWILIO_PHONE_NUMBER is not a number of the account that can make calls.", "Set it to one that is, or take it away to call from all of them.")
}

// numbersTold is of how many numbers a finding tells each.
const numbersTold = 5

// numberHooks is where members get who call back.
func (i inspection) numberHooks(ctx context.Context) setup.Finding {
	used, err := i.used(ctx)
	if err != nil {
		return unasked(err)
	}
	if len(used) == 0 {
		return setup.Skipped("There is no number to look at: see twilio: numbers.")
	}

	var found []setup.Finding
	amiss := 0
	for _, n := range used {
		of := gathered("", i.numberFault(n), i.statusFault("Number "+n.SID+": its", n.status()))
		if of.Verdict == setup.VerdictGood {
			continue
		}
		if amiss++; amiss > numbersTold {
			of.Found = ""
		}
		found = append(found, of)
	}

	if more := amiss - numbersTold; more > 0 {
		found = append(found, setup.Doubt(fmt.Sprintf("And %d numbers more.", more), provision))
	}

	return gathered("Every number asks us when somebody calls it, and reports to us.", found...)
}

func (i inspection) numberFault(n IncomingPhoneNumber) setup.Finding {
	who := "Number " + n.SID + ": "
	switch {
	case n.TrunkSID != "":
		return setup.Fault(who+"its calls go to the SIP trunk "+n.TrunkSID+", and we are not asked.", takeTrunk)
	case n.ApplicationSID != "":
		return setup.Fault(who+"its calls go to the TwiML App "+n.ApplicationSID+", which overrides its voice URL.", provision)
	case !n.voice().meets(i.voiceHook(PathIncoming)):
		return setup.Fault(who+"its voice URL is "+notOurs(n.voice())+".", provision)
	}
	return setup.Good("")
}

const takeTrunk = "Take the number off the trunk in the Twilio Console, if it is meant for careline; or set TWILIO_PHONE_NUMBER to another."

func (i inspection) planNumbers(ctx context.Context) (setup.Plan, error) {
	used, err := i.used(ctx)
	if err != nil {
		return nil, err
	}
	if len(used) == 0 && i.Number.IsZero() {
		return setup.Plan{{Party: party, Thing: "numbers", Want: "Buy a number with the voice capability in the Twilio Console."}}, nil
	}
	if len(used) == 0 {
		return setup.Plan{{Party: party, Thing: "the number of TWILIO_PHONE_NUMBER", Want: "Set TWILIO_PHONE_NUMBER to a number of the account that can make calls, or take it away to call from all of them."}}, nil
	}
	var changes setup.Plan
	for _, n := range used {
		changes = append(changes, i.planNumber(n)...)
	}
	return changes, nil
}

func (i inspection) planNumber(n IncomingPhoneNumber) setup.Plan {
	if n.TrunkSID != "" {
		return setup.Plan{{
			Party: party,
			Thing: "number " + n.SID + " SIP trunk",
			Have:  n.TrunkSID,
			Want:  takeTrunk,
		}}
	}

	if served := i.servedBy(n); served != "" && !i.TakeNumbers {
		return setup.Plan{{
			Party: party,
			Thing: "number " + n.SID,
			Have:  served,
			Want:  keepAway,
		}}
	}

	r := resource{i, "number " + n.SID, "/IncomingPhoneNumbers/" + n.SID + ".json"}
	var changes setup.Plan
	if want := i.voiceHook(PathIncoming); !n.voice().meets(want) {
		changes = append(changes, r.voice(n.voice(), want))
	}

	// After the voice URL: until then the TwiML App serves the number's callers.
	if n.ApplicationSID != "" {
		changes = append(changes, r.change("TwiML App", n.ApplicationSID, "none, so that its voice URL is asked", url.Values{"VoiceApplicationSid": {""}}))
	}
	if want := i.statusHook(); n.status().url != want.url || !n.status().meets(want) {
		changes = append(changes, r.status(n.status(), want))
	}

	return changes
}

// keepAway is what a person has to decide about a number of another service.
const keepAway = "Another service answers this number. If it may be taken from that service, run careline provision --take-numbers; " +
	"if not, set TWILIO_PHONE_NUMBER to a number that careline may have, or keep careline's numbers in an account of their own."

// servedBy is by what another service serves the number; empty when none does.
func (i inspection) servedBy(n IncomingPhoneNumber) string {
	var by []string
	if i.foreign(n.voice()) {
		by = append(by, "voice URL "+n.voice().String())
	}
	if i.foreign(n.status()) {
		by = append(by, "status callback "+n.status().String())
	}
	if n.ApplicationSID != "" && n.ApplicationSID != i.ApplicationSID {
		by = append(by, "TwiML App "+n.ApplicationSID)
	}
	return strings.Join(by, ", ")
}
