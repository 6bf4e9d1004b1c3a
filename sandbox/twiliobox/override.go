package twiliobox

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// override is what a webhook URL's fragment asks of the connection: Twilio,
// usage/webhooks/webhooks-connection-overrides.
type override struct {
	connect, read, total time.Duration
	retries              int
	policy               []string // of 4xx, 5xx, ct, rt, all
}

// callLimit bounds everything a call waits for, retries included, whatever the
// fragment says.
const callLimit = 15 * time.Second

// readOverride takes the fragment of a webhook URL. A value that is malformed or
// out of range leaves the default in force.
func readOverride(fragment string) override {
	o := override{
		connect: 5 * time.Second,
		read:    callLimit,
		total:   callLimit,
		retries: 1,
		policy:  []string{"ct"},
	}
	values, err := url.ParseQuery(fragment)
	if err != nil {
		return o
	}

	millis := func(key string, d *time.Duration, limit int) {
		if n, err := strconv.Atoi(values.Get(key)); err == nil && n >= 100 && n <= limit {
			*d = time.Duration(n) * time.Millisecond
		}
	}
	millis("ct", &o.connect, 10000)
	millis("rt", &o.read, 15000)
	millis("tt", &o.total, 15000)
	if n, err := strconv.Atoi(values.Get("rc")); err == nil && n >= 0 && n <= 5 {
		o.retries = n
	}
	if policy := values.Get("rp"); policy != "" {
		o.policy = strings.Split(policy, ",")
	}

	return o
}

// failure says how an attempt ended in the words of a retry policy; "" is
// success.
type failure string

const (
	connectFailed failure = "ct"
	readFailed    failure = "rt"
	clientError   failure = "4xx"
	serverError   failure = "5xx"
	unusable      failure = "unusable" // too many redirects, bad URL: a retry would not help
)

func (o override) retry(f failure) bool {
	if f == "" || f == unusable {
		return false
	}
	return slices.Contains(o.policy, string(f)) || slices.Contains(o.policy, "all")
}
