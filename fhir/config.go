package fhir

import (
	"log/slog"
	"net/http"
	"time"
)

// Config says which server and who asks.
type Config struct {
	BaseURL string // of the FHIR endpoint, such as https://api.medplum.com/fhir/R4

	// Where and as whom to log in. An empty ClientID: no login.
	TokenURL, ClientID, ClientSecret string

	// HTTP sends the requests; traces and metrics come in by its Transport. Nil
	// is a client of its own. Redirects are never followed.
	HTTP *http.Client

	// Timeout bounds each request, without the time it waits for the quota; 0 is
	// 10 s. A context that ends sooner wins.
	Timeout time.Duration

	// Region (ISO 3166-1 alpha-2) reads the telephone numbers that are on file in
	// national form; empty is GB.
	Region string

	// Systems are the names of careline's own in the record.
	Systems Systems

	// Location is the clinic's time zone, whose midnights bound what the record
	// gives as days; nil is UTC.
	Location *time.Location

	// Audit says that who looked at whom is filed as AuditEvents, for which the client
	// needs more rights.
	Audit bool

	// Recording says that calls are recorded, for which the client needs more rights.
	Recording bool

	// PublicURL is careline's own address, without a slash at its end, such as
	// https://backend.perci.health: a recording's Media leads there.
	PublicURL string

	Log *slog.Logger     // warnings only; nil logs nothing
	Now func() time.Time // nil is time.Now
}

var _ slog.LogValuer = Config{}

// LogValue keeps the secret out of every log.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(slog.String("base", c.BaseURL), slog.String("client", c.ClientID))
}

// whole has what was left out.
func (c Config) whole() Config {
	if c.HTTP == nil {
		c.HTTP = &http.Client{Transport: Transport()}
	}
	if c.Timeout <= 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Region == "" {
		c.Region = "GB"
	}
	if c.Location == nil {
		c.Location = time.UTC
	}

	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}
