package main

import (
	"net"
	"net/url"
)

var hostForm = formLike(`^[0-9A-Za-z.:-]+$`)

// readAdmin is where readiness and metrics are, and nowhere else; "" leaves them
// where the service is. Who reaches the address may read them: it is this machine's
// alone unless it is said otherwise.
func readAdmin(r *reader) string {
	port := r.text("ADMIN_PORT")
	host := r.matching("ADMIN_HOST", hostForm, "must be an address of this machine, such as 127.0.0.1, or 0.0.0.0 for every interface")
	admin, public := 0, r.number("PORT", 0, 65535)
	if port != "" {
		admin = r.number("ADMIN_PORT", 0, 65535)
	}

	switch {
	case port == "" && r.given("ADMIN_HOST"):
		r.fault("ADMIN_HOST", "is used with ADMIN_PORT alone", "set that too, or neither")
	case admin != 0 && admin == public:
		r.fault("ADMIN_PORT", "must be another than PORT", "")
	}

	if port == "" {
		return ""
	}

	return net.JoinHostPort(host, port)
}

func development(r *reader) bool {
	return r.text("NODE_ENV") == "development" || r.text("FUNCTIONS_EMULATOR") == "true"
}

// listenHost is every interface, but this machine alone in development.
func listenHost(r *reader) string {
	if host := r.text("LISTEN_HOST"); host != "" || !development(r) {
		return host
	}
	return "127.0.0.1"
}

// readDevelopment reports whether signatures are left unchecked, as the system
// before this one did in development. Nobody but this machine may reach it then.
func readDevelopment(r *reader, c config) bool {
	if !development(r) {
		return false
	}
	host, _, err := net.SplitHostPort(c.address)
	if !loopback(c.public) || err != nil || !loopback(&url.URL{Host: net.JoinHostPort(host, "0")}) {
		r.note(fault{
			settings: []string{"NODE_ENV", "FUNCTIONS_EMULATOR"},
			said:     "NODE_ENV=development or FUNCTIONS_EMULATOR=true",
			wrong:    "switches the signature check off, so FUNCTIONS_URL must be on this machine, and LISTEN_HOST too if it is set",
		})
	}
	return true
}
