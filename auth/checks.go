package auth

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"perci.health/careline/setup"
)

// Checks are the questions that careline doctor asks of the issuer.
//
//	issuer: keys   the key set can be had and holds keys that can be used
//	issuer: clock  the issuer's clock and ours agree, or sessions would seem ended, or not begun
func (v *Verifier) Checks() []setup.Check {
	return []setup.Check{
		{Name: "issuer: keys", Ask: v.checkKeys},
		{Name: "issuer: clock", Ask: v.checkClock},
	}
}

func (v *Verifier) checkKeys(ctx context.Context) setup.Finding {
	a, err := v.keys.ask(ctx)
	switch {
	case err != nil:
		return setup.Fault("The issuer's keys cannot be had: "+err.Error()+".", "See whether DESCOPE_BASE_URL is right and this machine may reach it.")
	case a.status >= 400 && a.status < 500 && a.status != http.StatusTooManyRequests:
		return setup.Fault(fmt.Sprintf("The issuer knows no such project (HTTP %d).", a.status), "Set DESCOPE_PROJECT_ID to the project id of Descope's console, and DESCOPE_BASE_URL to the API of its region.")
	case a.status != http.StatusOK:
		return setup.Fault(fmt.Sprintf("The issuer cannot answer (HTTP %d).", a.status), "Ask again in a minute; who is signed in stays so as long as the keys are known.")
	}

	keys, err := parseKeys(a.body)
	if err != nil {
		return setup.Fault("The issuer's answer holds no key that careline accepts: "+err.Error()+".", "See whether DESCOPE_BASE_URL is right. Accepted are "+strings.Join(algorithms(), ", ")+".")
	}

	var kinds []string
	for _, k := range keys {
		kinds = append(kinds, k.alg)
	}

	slices.Sort(kinds)
	return setup.Good(fmt.Sprintf("The keys can be had: %d (%s).", len(keys), strings.Join(slices.Compact(kinds), ", ")))
}

// doubtfulSkew is beyond what NTP and the Date header's whole seconds leave.
const doubtfulSkew = 5 * time.Second

func (v *Verifier) checkClock(ctx context.Context) setup.Finding {
	before := v.cfg.Now()
	a, err := v.keys.ask(ctx)
	after := v.cfg.Now()

	switch {
	case err != nil:
		return setup.Skipped("The issuer did not answer.")
	case a.date.IsZero():
		return setup.Skipped("The issuer does not tell its time.")
	}

	// The header was written between the two, and cuts off the part of a second.
	off := time.Duration(0)
	switch {
	case a.date.Before(before.Truncate(time.Second)):
		off = before.Sub(a.date)
	case a.date.After(after):
		off = after.Sub(a.date)
	}

	found := "The issuer's clock agrees with ours."
	if off != 0 {
		found = fmt.Sprintf("Our clock is %v %s the issuer's.", off.Abs().Round(time.Second), map[bool]string{true: "ahead of", false: "behind"}[off > 0])
	}

	const do = "Have this machine's clock set by NTP; sessions are read with a tolerance of half a minute."
	switch {
	case off.Abs() > Skew:
		return setup.Fault(found, do)
	case off.Abs() > doubtfulSkew:
		return setup.Doubt(found, do)
	}

	return setup.Good(found)
}
