package clock

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"perci.health/careline/setup"
)

// The clock may be this much wrong. Beyond a minute Twilio refuses our access
// tokens, which begin a minute before now; a few seconds already put the events of
// a call into a wrong order beside those of others.
const (
	doubtful = 5 * time.Second
	wrong    = time.Minute
)

// Checks compare our clock with that of Twilio, which stands at base and judges our
// tokens. They ask through client, whose answers must not come from a cache.
func Checks(base *url.URL, client *http.Client) []setup.Check {
	return []setup.Check{{Name: "clock", Ask: func(ctx context.Context) setup.Finding {
		return ask(ctx, base, client)
	}}}
}

func ask(ctx context.Context, base *url.URL, client *http.Client) setup.Finding {
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, base.String(), nil)
	if err != nil {
		return setup.Skipped("The clock was not looked at: TWILIO_API_BASE_URL cannot be asked.")
	}

	asked := time.Now()
	answer, err := client.Do(r)
	if err != nil {
		return setup.Skipped("The clock was not looked at: Twilio, by whose clock it is judged, could not be reached.")
	}
	defer func() { _ = answer.Body.Close() }() // a HEAD's answer has no body

	theirs, err := http.ParseTime(answer.Header.Get("Date"))
	if err != nil {
		return setup.Skipped("The clock was not looked at: Twilio did not tell the time.")
	}
	return judge(theirs, asked, time.Now())
}

// judge goes by a Date header, which leaves fractions of a second out.
func judge(theirs, asked, answered time.Time) setup.Finding {
	off := time.Duration(0)
	switch late := theirs.Add(time.Second); {
	case asked.After(late):
		off = asked.Sub(late)
	case answered.Before(theirs):
		off = theirs.Sub(answered)
	}

	const keep = "Have this machine keep its clock by NTP."
	switch {
	case off > wrong:
		return setup.Fault("The clock is "+off.Round(time.Second).String()+" off: tokens are refused, and times in the record are wrong.", keep)
	case off > doubtful:
		return setup.Doubt("The clock is "+off.Round(time.Second).String()+" off.", keep)
	}
	return setup.Good("The clock agrees with Twilio's.")
}
