package twiliobox

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Signature is the value of X-Twilio-Signature for a request: base64 of the
// HMAC-SHA1, keyed with the account's auth token, of the URL followed by each
// form parameter's name and decoded value, names in byte order, repeated values
// once each and sorted (Twilio, usage/security; the rule for repeated names is
// that of Twilio's Node library). For a GET, a WebSocket or a JSON body form is
// nil: what counts is in the URL.
func Signature(authToken, fullURL string, form url.Values) string {
	var message strings.Builder
	message.WriteString(fullURL)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		values := slices.Clone(form[name])
		slices.Sort(values)
		for _, value := range slices.Compact(values) {
			message.WriteString(name)
			message.WriteString(value)
		}
	}
	mac := hmac.New(sha1.New, []byte(authToken))
	mac.Write([]byte(message.String()))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// signedURL is the form of a URL that Twilio signs: without credentials and
// fragment, and for https voice requests without a port (usage/security).
func signedURL(u *url.URL) string {
	bare := *u
	bare.User, bare.Fragment, bare.RawFragment = nil, "", ""
	if bare.Scheme == "https" {
		bare.Host = strings.TrimSuffix(bare.Host, ":"+bare.Port())
	}
	return bare.String()
}
