package twilio

import (
	"context"
	"net/url"

	"perci.health/careline"
	"perci.health/careline/setup"
)

func (a Application) voice() hook  { return hook{a.VoiceURL, a.VoiceMethod} }
func (a Application) status() hook { return hook{a.StatusCallback, a.StatusCallbackMethod} }

// app is where Twilio asks what to do with a clinician's call.
func (i inspection) app(ctx context.Context) setup.Finding {
	a, err := i.FetchApplication(ctx, i.ApplicationSID)
	if careline.CodeOf(err) == careline.CodeNotFound {
		return setup.Fault("The account has no such TwiML App: no call can be placed.", makeApp)
	}
	if err != nil {
		return unasked(err)
	}
	voice, public := setup.Good(""), setup.Good("")
	if !a.voice().meets(i.voiceHook(PathOutgoing)) {
		voice = setup.Fault("The TwiML App's voice URL is "+notOurs(a.voice())+".", provision)
	}
	if a.PublicConnect {
		public = setup.Fault("Other Twilio accounts may dial the TwiML App.", provision)
	}
	return gathered("The TwiML App asks us, and reports to us.", voice, i.statusFault("The TwiML App's", a.status()), public)
}

const makeApp = "Make a TwiML App in the Twilio Console, in the account and region of TWILIO_ACCOUNT_SID, and set TWILIO_TWIML_APP_SID to its SID."

func notOurs(h hook) string {
	if h.url == "" {
		return "not set"
	}
	return "not ours: " + h.String()
}

func (i inspection) planApp(ctx context.Context) (setup.Plan, error) {
	a, err := i.FetchApplication(ctx, i.ApplicationSID)
	if careline.CodeOf(err) == careline.CodeNotFound {
		return setup.Plan{{Party: party, Thing: "TwiML App " + i.ApplicationSID, Want: makeApp}}, nil
	}
	if err != nil {
		return nil, err
	}

	r := resource{i, "TwiML App " + a.SID, "/Applications/" + a.SID + ".json"}
	var changes setup.Plan
	if want := i.voiceHook(PathOutgoing); !a.voice().meets(want) {
		changes = append(changes, r.voice(a.voice(), want))
	}
	if want := i.statusHook(); a.status().url != want.url || !a.status().meets(want) {
		changes = append(changes, r.status(a.status(), want))
	}
	if a.PublicConnect {
		changes = append(changes, r.change("calls by other accounts", "allowed", "not allowed", url.Values{"PublicApplicationConnectEnabled": {"false"}}))
	}

	return changes, nil
}

const party = "twilio"

// resource is one that a plan changes.
type resource struct {
	inspection
	name, path string
}

func (r resource) voice(have, want hook) setup.Change {
	return r.change("voice URL", have.String(), want.String(), url.Values{"VoiceUrl": {want.url}, "VoiceMethod": {want.method}})
}

func (r resource) status(have, want hook) setup.Change {
	return r.change("status callback", have.String(), want.String(), url.Values{"StatusCallback": {want.url}, "StatusCallbackMethod": {want.method}})
}

// change sets these fields of the resource and no others.
func (r resource) change(thing, have, want string, fields url.Values) setup.Change {
	return setup.Change{
		Party: party,
		Thing: r.name + " " + thing,
		Have:  have,
		Want:  want,
		Apply: func(ctx context.Context) error { return r.update(ctx, r.path, fields) },
	}
}
