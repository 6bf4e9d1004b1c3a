package main

import (
	"net/http"

	"perci.health/careline/web"
)

// webApp is the clinician's app, told what it needs to know of c. The SDK's
// reports on quality go to Twilio: there is nowhere to send them when a local
// gateway stands in for it.
func webApp(c config) (http.Handler, error) {
	app, err := web.New(web.Built(), web.Settings{
		Organisation: c.greeting.organisation,
		Language:     c.app.language,
		TimeZone:     c.location.String(),

		// Descope is an OpenID Connect provider for each of its projects
		// (Descope, "OpenID Connect": /<project>/.well-known/openid-configuration).
		Issuer:   c.session.baseURL.JoinPath(c.session.project).String(),
		ClientID: c.session.project,

		Base:          c.public.EscapedPath(),
		Signalling:    c.twilio.signalling,
		Edge:          c.twilio.edge,
		PublishEvents: c.twilio.signalling == "",
		Version:       version,

		Logo:            c.brand.logo,
		BrandColour:     c.brand.colour,
		HelpURL:         c.app.help,
		PrivacyURL:      c.app.privacy,
		ChartURL:        c.app.chart,
		IdleLockMinutes: c.app.idleLock,
	})
	if err != nil {
		return nil, err // an interface that holds a nil *app would not be nil
	}
	return app, nil
}
