// Package api is the service's one door: the table of routes, what every request
// goes through, and the resources that a clinician's app reads. It speaks HTTP
// and JSON and knows no carrier: the carrier's own routes are mounted as they are.
//
//	request ─▶ prefix ─▶ route ─▶ line, limit, headers, origin ─▶ session ─▶ handler ─▶ answer or problem
package api
