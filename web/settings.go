package web

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
)

// Settings are what the page is told, in the head of index.html. None is secret.
// The names are those of Settings in src/settings.ts.
type Settings struct {
	Organisation string `json:"organisation"`
	Language     string `json:"language"` // BCP 47: how times, days and numbers are written; no language of sentences
	TimeZone     string `json:"timeZone"` // IANA name of the clinic's
	// Issuer is the OpenID Connect issuer where clinicians sign in, ClientID the
	// app's name there.
	Issuer   string `json:"issuer"`
	ClientID string `json:"clientId"`
	// Base is the path of the public address as it stands in a URL, "" or "/some/path".
	Base string `json:"base"`
	// Signalling is the gateway that the Voice SDK uses in place of Twilio's own:
	// a ws:// or wss:// URL, or "" for Twilio's.
	Signalling string `json:"signalling,omitempty"`
	Edge       string `json:"edge,omitempty"`
	// PublishEvents lets the SDK send its quality reports to Twilio.
	PublishEvents bool   `json:"publishEvents"`
	Version       string `json:"version"`

	// Logo is the clinic's, an SVG that CheckLogo has nothing against; nil: its name
	// stands there. BrandLogo is its address below Base, and New's to set.
	Logo        []byte `json:"-"`
	BrandLogo   string `json:"brandLogo,omitempty"`
	BrandColour string `json:"brandColour,omitempty"` // the accent, "#rrggbb", which CheckColour has nothing against
	HelpURL     string `json:"helpUrl,omitempty"`
	PrivacyURL  string `json:"privacyUrl,omitempty"`
	ChartURL    string `json:"chartUrl,omitempty"` // of a patient's chart: {patient} stands for the id
	// IdleLockMinutes without any use lock the page; 0: never.
	IdleLockMinutes int `json:"idleLockMinutes"`
}

// attribute is s as the content of an HTML attribute.
func (s Settings) attribute() (string, error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("write the app's settings: %w", err)
	}
	return html.EscapeString(string(raw)), nil
}

// policy is the Content-Security-Policy of the page: nothing but the service
// itself, the issuer, and either the gateway it was given or Twilio. The nonce
// is for the style elements that the component library makes; style-src-attr is
// for its positioned elements, which carry no code.
func (s Settings) policy(nonce string) (string, error) {
	issuer, err := origin(s.Issuer)
	if err != nil {
		return "", fmt.Errorf("the issuer's address: %w", err)
	}

	connect := []string{"'self'", issuer, "https://*.twilio.com", "wss://*.twilio.com"}
	if s.Signalling != "" {
		gateway, err := origin(s.Signalling)
		if err != nil {
			return "", fmt.Errorf("the signalling gateway's address: %w", err)
		}
		connect = []string{"'self'", issuer, gateway}
	}

	return strings.Join([]string{
		"default-src 'self'",
		"script-src 'self'",
		"style-src 'self' 'nonce-" + nonce + "'",
		"style-src-attr 'unsafe-inline'",
		"img-src 'self' data:",
		"media-src 'self' blob: mediastream:",
		"connect-src " + strings.Join(slices.Compact(connect), " "),
		"frame-ancestors 'none'",
		"form-action 'self'",
		"base-uri 'self'", // index.html has a base: the app's pages have paths of several parts
		"object-src 'none'",
	}, "; "), nil
}

func origin(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return "", fmt.Errorf("%q is no absolute URL", raw)
	}
	return u.Scheme + "://" + u.Host, nil
}
