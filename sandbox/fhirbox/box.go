package fhirbox

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
)

// Config says where a Box keeps its data and who may use it.
type Config struct {
	// Path is the SQLite file, made when missing; "" is a private temporary
	// database that Close removes.
	Path string

	// ClientID and ClientSecret are what a client logs in with (OAuth 2.0
	// client credentials, or HTTP Basic on any FHIR route). Both empty: every
	// request is let in.
	ClientID, ClientSecret string

	// Quota limits requests; the zero value is a quota no test run reaches.
	Quota Quota

	// Log gets one line for each request and for each fault of the server's
	// own; nil logs nothing. No resource content is logged.
	Log *slog.Logger
}

// Box is a running FHIR store. Its methods may be called concurrently.
type Box struct {
	cfg     Config
	store   *store
	schema  *schema
	logins  *logins
	quota   *meter
	faults  *faultList
	log     *slog.Logger
	tempDir string
}

// Open opens or makes the database and returns a Box ready to serve.
func Open(cfg Config) (*Box, error) {
	if (cfg.ClientID == "") != (cfg.ClientSecret == "") {
		return nil, errors.New("fhirbox: give both ClientID and ClientSecret, or neither for a server without login")
	}
	box := &Box{
		cfg:    cfg,
		log:    cfg.Log,
		faults: &faultList{},
		logins: newLogins(cfg.ClientID, cfg.ClientSecret),
		quota:  newMeter(cfg.Quota),
	}

	if box.log == nil {
		box.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if box.schema, err = loadSchema(); err != nil {
		return nil, fmt.Errorf("fhirbox: read the embedded schema: %w", err)
	}

	path := cfg.Path
	if path == "" {
		if box.tempDir, err = os.MkdirTemp("", "fhirbox-*"); err != nil {
			return nil, fmt.Errorf("fhirbox: make a temporary folder: %w", err)
		}
		path = filepath.Join(box.tempDir, "fhir.db")
	}

	if box.store, err = openStore(path); err != nil {
		return nil, errors.Join(fmt.Errorf("fhirbox: open %s: %w", path, err), box.removeTemp())
	}
	return box, nil
}

// Close ends all Changes channels, closes the database and removes it when it
// was temporary. Requests still running fail.
func (b *Box) Close() error {
	return errors.Join(b.store.close(), b.removeTemp())
}

func (b *Box) removeTemp() error {
	if b.tempDir == "" {
		return nil
	}
	return os.RemoveAll(b.tempDir)
}

// Handler serves /fhir/R4/…, /oauth2/token, /healthcheck and /sandbox/v1/….
// The sandbox routes need no login.
func (b *Box) Handler() http.Handler { return b.routes() }
