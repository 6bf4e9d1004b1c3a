package main

// inwardSettings are those of what careline keeps, how events travel, and how it is
// watched.
func inwardSettings() []group {
	return []group{
		{"The log", []setting{
			optional("DATABASE_URL", "file:careline.db", "SQLite file, for one process (in its name a blank is `%20`, a `%` is `%25`); or `postgres://…`, for any number of them").hidden(),
			optional("RETENTION_DAYS", "400", "how long the log, with the numbers in it, is kept"),
		}},
		{"Google Pub/Sub", []setting{
			optional("EVENTS", "local", "`pubsub`: reports go through a topic"),
			optional("PUBSUB_PROJECT", "", "the Google Cloud project; required with `EVENTS=pubsub`"),
			optional("PUBSUB_TOPIC", "twilio", "the topic's short name"),
			optional("PUBSUB_PUSH_AUDIENCE", "", "what the token of a push must say").without("no push is taken"),
			optional("PUBSUB_PUSH_SERVICE_ACCOUNT", "", "whose token it must be, an e-mail address"),
			optional("PUBSUB_PUSH_ISSUER_KEYS_URL", "", "the keys that sign those tokens").without("Google's"),
			optional("PUBSUB_SUBSCRIPTION", "", "pulled from, where nobody can push").without("none"),
			optional("PUBSUB_EMULATOR_HOST", "", "`host:port` of Google's emulator").without("Google itself"),
		}},
		{"Logs and traces", []setting{
			optional("LOG_LEVEL", "info", "`debug`, `info`, `warn` or `error`; at `info` one line per request and per delivery"),
			optional("LOG_FORMAT", "json", "`text`: lines for a person, coloured on a terminal"),
			optional("OTEL_EXPORTER_OTLP_ENDPOINT", "", "sends traces that follow a call from webhook to FHIR; OpenTelemetry's other variables count too, once one of the endpoints is set").without("no traces"),
			optional("OTEL_EXPORTER_OTLP_HEADERS", "", "go along, often a key").hidden(),
			optional("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "", "the same for traces alone").without("the endpoint above"),
			optional("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "", "the same for traces alone").without("the headers above").hidden(),
		}},
		{"Development", []setting{
			optional("NODE_ENV", "", "`development`: no signature check; listens on this machine alone, and is refused unless `FUNCTIONS_URL` is on it; what a browser sends for another site is refused"),
			optional("FUNCTIONS_EMULATOR", "", "`true`: the same"),
		}},
	}
}
