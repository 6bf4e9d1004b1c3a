package main

import (
	"net/url"
	"strings"
	"time"

	"perci.health/careline/credential"
)

// pubsubConfig is how events travel through Google Pub/Sub; the zero value when
// they do not.
type pubsubConfig struct {
	publish        bool // EVENTS=pubsub: reports go to the topic before they come to us
	project, topic string
	emulator       string // host:port of Google's emulator; empty: Google itself
	subscription   string // pulled from; empty: Google pushes to us
	audience       string // of the push subscription's tokens; empty: no push is accepted
	serviceAccount string // whose tokens they are
	keys           string // URL of the key set that signs them; empty: Google's
}

var (
	projectForm  = formLike(`^[a-z][a-z0-9-]{4,28}[a-z0-9]$`)
	resourceForm = sized(3, 255, formLike(`^[A-Za-z][A-Za-z0-9._~%+-]*$`))
	addressForm  = formLike(`^[^\s/:]+:[0-9]+$`)
	emailForm    = formLike(`^[^\s@]+@[^\s@]+$`)
)

// longestRetention is in days. The usual one, in the table, is longer than a year by
// a month: whoever looks into a year's calls finds all of them.
const longestRetention = 100 * 366

// readPubSub reads what belongs to Pub/Sub. Pushes are taken also with
// EVENTS=local, so that what is still on its way is not lost when one goes back.
func readPubSub(r *reader) pubsubConfig {
	p := pubsubConfig{
		publish:        r.oneOf("EVENTS", "local", "pubsub") == "pubsub",
		project:        r.text("PUBSUB_PROJECT"),
		topic:          r.matching("PUBSUB_TOPIC", resourceForm, "must be the short name of a topic, such as twilio"),
		emulator:       r.matching("PUBSUB_EMULATOR_HOST", addressForm, "must be host:port, without http://, or not be set"),
		subscription:   r.matching("PUBSUB_SUBSCRIPTION", resourceForm, "must be the short name of a subscription to pull from, or not be set"),
		audience:       r.text("PUBSUB_PUSH_AUDIENCE"),
		serviceAccount: r.matching("PUBSUB_PUSH_SERVICE_ACCOUNT", emailForm, "must be the e-mail address of the push subscription's service account"),
	}

	if (p.publish || p.subscription != "") && !projectForm(p.project) {
		r.wanted("PUBSUB_PROJECT", "the id of the Google Cloud project whose topic is used")
	}

	if (p.audience == "") != (p.serviceAccount == "") {
		r.faultOf([]string{"PUBSUB_PUSH_AUDIENCE", "PUBSUB_PUSH_SERVICE_ACCOUNT"}, "must be set together", "what the push subscription's token says")
	} else if p.publish && p.audience == "" && p.subscription == "" {
		r.note(fault{
			settings: []string{"EVENTS"},
			said:     "EVENTS=pubsub",
			wrong:    "needs a way back",
			do:       "set PUBSUB_PUSH_AUDIENCE and PUBSUB_PUSH_SERVICE_ACCOUNT for a push subscription, or PUBSUB_SUBSCRIPTION to pull",
		})
	}

	if r.text("PUBSUB_PUSH_ISSUER_KEYS_URL") != "" {
		p.keys = r.party("PUBSUB_PUSH_ISSUER_KEYS_URL", "the key set that signs push tokens").String()
	}

	return p
}

// databaseURL is where the log is kept; a secret, for it holds Postgres's password.
func databaseURL(r *reader) credential.Secret {
	return credential.NewSecret(databaseText(r))
}

func databaseText(r *reader) string {
	v := r.text("DATABASE_URL")

	if path, ok := strings.CutPrefix(v, "file:"); ok && path != "" {
		return v
	}
	if u, err := url.Parse(v); err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") && strings.Trim(u.Path, "/") != "" {
		return v
	}

	r.fault("DATABASE_URL", "must name a SQLite file, such as file:careline.db, or a Postgres database, such as postgres://user:password@host/careline", "")
	return "file:careline.db"
}

// readRetention is how long the log and the numbers in it are kept.
func readRetention(r *reader) time.Duration {
	return time.Duration(r.number("RETENTION_DAYS", 1, longestRetention)) * 24 * time.Hour
}
