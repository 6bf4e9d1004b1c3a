package twilio

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// fromElsewhere reports whether a browser sends the request for a page of another
// site, or for one that goes by our address under another name. Where signatures
// are not checked, any page that a developer has open could otherwise place calls
// and report their end. Twilio is no browser and sends none of these headers.
func (s *server) fromElsewhere(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") { // W3C, Fetch Metadata; pages cannot set it
	case "", "same-origin", "none":
	default:
		return true
	}

	public, err := url.Parse(s.PublicURL)
	if err != nil {
		return true
	}

	for _, origin := range r.Header.Values("Origin") {
		if !strings.EqualFold(origin, public.Scheme+"://"+public.Host) {
			return true
		}
	}

	// Signatures are left unchecked on loopback alone, where the address has no other name.
	return onThisMachine(public.Host) && !onThisMachine(r.Host)
}

// onThisMachine reports whether a Host header names this machine: a name of another
// that was made to lead here is how a page passes for one of ours.
func onThisMachine(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
