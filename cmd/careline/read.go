package main

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reader reads settings and collects every fault, so that all are told at once.
type reader struct {
	get    func(name string) string
	table  map[string]setting
	faults faults
}

// newReader reads the settings of the table through get, which answers "" for one
// that is not set.
func newReader(get func(string) string) *reader {
	r := &reader{get: get, table: map[string]setting{}}
	for _, g := range table() {
		for _, s := range g.settings {
			r.table[s.name] = s
		}
	}
	return r
}

// given reports whether the setting is set, whatever to.
func (r *reader) given(name string) bool { return strings.TrimSpace(r.get(name)) != "" }

// text is the setting as it is, or the default of the table. A shell takes quotation
// marks off, but a file for containers leaves them on, and a secret with them fails
// much later.
func (r *reader) text(name string) string {
	v := strings.TrimSpace(r.get(name))
	if quoted(v) {
		r.fault(name, "stands in quotation marks", "leave them out")
		v = strings.TrimSpace(strings.Trim(v, quotes))
	}
	if v == "" {
		return r.table[name].fallback
	}
	return v
}

const quotes = "\"'`“”„‘’«»"

// quoted reports whether quotation marks belong to nothing within the value: they
// stand around all of it, or at one end of what is a single word.
func quoted(v string) bool {
	bare := strings.Trim(v, quotes)
	begins, ends := strings.TrimLeft(v, quotes) != v, strings.TrimRight(v, quotes) != v
	if begins && ends {
		return !strings.ContainsAny(bare, quotes)
	}
	return (begins || ends) && !strings.ContainsAny(v, " \t\n")
}

// required is a setting that must be there, of a given form; what says for what.
func (r *reader) required(name string, form form, what string) string {
	v := r.text(name)
	if !form(v) {
		r.wanted(name, what)
	}
	return v
}

// wanted is the fault of a setting that must be there, and in its form.
func (r *reader) wanted(name, what string) {
	if r.text(name) == "" {
		r.fault(name, "is required", what)
		return
	}
	r.fault(name, "must be "+what, "")
}

// matching is an optional setting of a given form; must completes "NAME …".
func (r *reader) matching(name string, form form, must string) string {
	v := r.text(name)
	if v != "" && !form(v) {
		r.fault(name, must, "")
		return r.table[name].fallback
	}
	return v
}

// invalidHost stands for what could not be read.
const invalidHost = "invalid"

// link is an http(s) URL without a trailing slash; without a default it is
// required, and what says for what.
func (r *reader) link(name, what string) *url.URL {
	v := r.text(name)
	u, err := url.Parse(strings.TrimRight(v, "/"))
	if v == "" {
		r.fault(name, "is required", what)
	} else if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.RawQuery != "" || u.Fragment != "" {
		r.fault(name, "must be a full http(s) URL without query or fragment", what)
	}
	if err != nil || u.Host == "" {
		return &url.URL{Scheme: "http", Host: invalidHost}
	}
	return u
}

// party is a link to one that secrets or patients' data are sent to: nobody on the
// way may read along.
func (r *reader) party(name, what string) *url.URL {
	u := r.link(name, what)
	if u.Scheme == "http" && u.Host != invalidHost && !loopback(u) {
		r.fault(name, "must begin with https:// unless it is on this machine", what)
	}
	return u
}

// traced reports whether a collector of traces is configured. OpenTelemetry reads
// these settings itself, and sends the headers, often a key, along.
func (r *reader) traced() bool {
	found := false
	for _, name := range []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"} {
		v := r.text(name)
		found = found || v != ""
		u, err := url.Parse(v)
		if err == nil && u.Scheme == "http" && !loopback(u) && r.text("OTEL_EXPORTER_OTLP_HEADERS")+r.text("OTEL_EXPORTER_OTLP_TRACES_HEADERS") != "" {
			r.fault(name, "must begin with https:// unless it is on this machine", "the headers for the collector go along")
		}
	}
	return found
}

// gateway is the URL of a WebSocket, or "". The web app's access tokens and the
// sound go there, so nobody on the way may read along.
func (r *reader) gateway(name string) string {
	v := r.text(name)
	u, err := url.Parse(v)
	if v != "" && (err != nil || u.Host == "" || (u.Scheme != "wss" && u.Scheme != "ws")) {
		r.fault(name, "must be a ws:// or wss:// URL, or not be set", "a local gateway for the web app's calls")
	} else if v != "" && u.Scheme == "ws" && !loopback(u) {
		r.fault(name, "must begin with wss:// unless it is on this machine", "the web app's access tokens go there")
	}
	return v
}

// number is a whole number within the bounds; 0 where it is not one of them.
func (r *reader) number(name string, low, high int) int {
	n, err := strconv.Atoi(r.text(name))
	if err != nil || n < low || n > high {
		r.fault(name, fmt.Sprintf("must be a whole number from %d to %d", low, high), "")
		return 0
	}
	return n
}

// seconds is a whole number of seconds within the bounds.
func (r *reader) seconds(name string, low, high int) time.Duration {
	return time.Duration(r.number(name, low, high)) * time.Second
}

func (r *reader) oneOf(name string, allowed ...string) string {
	v := r.text(name)
	if !slices.Contains(allowed, v) {
		r.fault(name, "must be one of: "+strings.Join(allowed, ", "), "")
	}
	return v
}

func (r *reader) truth(name string) bool {
	return r.oneOf(name, "true", "false") == "true"
}

// list is a comma-separated setting without blanks; every part has the
// form; must completes "NAME …".
func (r *reader) list(name string, form form, must string) []string {
	var parts []string
	for part := range strings.SplitSeq(r.text(name), ",") {
		part = strings.TrimSpace(part)
		switch {
		case part == "":
		case form(part):
			parts = append(parts, part)
		default:
			r.fault(name, must, "")
		}
	}
	return parts
}

// loopback reports whether u can only be reached from this machine.
func loopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return strings.EqualFold(u.Hostname(), "localhost") || ip != nil && ip.IsLoopback()
}
