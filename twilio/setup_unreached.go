package twilio

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/url"

	"perci.health/careline/setup"
)

// unreached says why nothing answered at our public URL.
func (i inspection) unreached(err error) setup.Finding {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err // without the URL
	}

	switch {
	case isTLS(err):
		return setup.Fault("The certificate at FUNCTIONS_URL is not good: "+err.Error()+".", "Serve a certificate of a public authority, for this host name, with its whole chain. Twilio takes no other.")
	case isNoTLS(err):
		return setup.Fault("What answers at FUNCTIONS_URL does not speak TLS.", "Check the scheme and port of FUNCTIONS_URL.")
	case isUnknownHost(err):
		return setup.Fault("The host of FUNCTIONS_URL has no address.", "Check FUNCTIONS_URL and the DNS record of its host.")
	case errors.Is(err, context.DeadlineExceeded):
		return setup.Fault("FUNCTIONS_URL does not answer in time. Twilio waits 15 seconds at most.", "See whether the service runs, and whether a firewall is before it.")
	case i.ownMachine():
		return setup.Fault("Nothing answers at FUNCTIONS_URL: "+err.Error()+".", "Start the service. FUNCTIONS_URL is on this machine, which Twilio cannot reach: set it to the public URL.")
	}

	return setup.Fault("Nothing answers at FUNCTIONS_URL: "+err.Error()+".", "Start the service, or check FUNCTIONS_URL and what is in front of it.")
}

func (i inspection) ownMachine() bool {
	u, err := url.Parse(i.PublicURL)
	return err == nil && inside(u.Hostname()) && !inside(i.base.Hostname())
}

func isTLS(err error) bool {
	_, wrong := errors.AsType[*tls.CertificateVerificationError](err)
	_, host := errors.AsType[x509.HostnameError](err)
	_, authority := errors.AsType[x509.UnknownAuthorityError](err)
	return wrong || host || authority
}

func isNoTLS(err error) bool {
	_, ok := errors.AsType[tls.RecordHeaderError](err)
	// net/http tells it in words alone when a plain HTTP answer comes.
	return ok || err.Error() == "http: server gave HTTP response to HTTPS client"
}

func isUnknownHost(err error) bool {
	_, ok := errors.AsType[*net.DNSError](err)
	return ok
}
