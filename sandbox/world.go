package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"perci.health/careline/sandbox/fhirbox"
	"perci.health/careline/sandbox/twiliobox"
)

// Ports are where the world listens, on 127.0.0.1; 0 means any free port.
type Ports struct{ Twilio, FHIR, Issuer, Console int }

// Config says what world to start. Its zero value is a usable one: today's
// clinic, in real time, gone when it is closed.
type Config struct {
	// Clinic is who works and calls there; its zero value means NewClinic of
	// today in local time.
	Clinic Clinic
	// Pace is how long one second of a call takes, in seconds; 0 means 1.
	Pace float64
	// DataDir keeps the health record and the secrets from start to start; it is
	// made when missing. "" is a temporary place that Close removes.
	DataDir string
	Ports   Ports
	// AppURL is the base URL of the app under test, as SetApp takes it; "" means
	// it is named later or never.
	AppURL string
	// BareIssuer makes sessions whose iss is the project id alone.
	BareIssuer bool
	// SessionLife of the issuer's sessions; 0 means SessionLife.
	SessionLife time.Duration
	// Bundle is a FHIR Bundle of one's own, put into the health record beside the
	// clinic: every resource with its id. Empty: none.
	Bundle []byte
	// Extras are what calls of more than two and recordings are tried with: contacts to
	// add, whose phones answer; a reviewer and a supervisor who may sign in; and the
	// settings for them in Env.
	Extras bool
	// Seed makes twiliobox's fault injection repeatable.
	Seed uint64
	Log  *slog.Logger // nil logs nothing
}

// World is the outside world, running. Its fields are set by Start and never
// change; its methods may be called from any goroutine.
type World struct {
	TwilioURL     string // what api.twilio.com is to a client
	SignallingURL string // what the Voice SDK's edge is to a browser: ws://…/signal
	FHIRURL       string // …/fhir/R4
	IssuerURL     string // what api.descope.com is to a client
	ConsoleURL    string // the page for people

	AccountSID, AuthToken string
	APIKey, APISecret     string
	ApplicationSID        string
	Numbers               []string // the account's phone numbers, E.164
	FHIRTokenURL          string
	FHIRClientID          string
	FHIRClientSecret      string
	Project               string // Descope project id
	Clinic                Clinic
	numberSIDs            []string
	twilio                *twiliobox.Box
	fhir                  *fhirbox.Box
	issuer                *Issuer
	feed                  *feed
	client                *http.Client // speaks to loopback only
	log                   *slog.Logger
	servers               []*http.Server
	stop                  context.CancelFunc // ends streams and the feed
	stopped               context.Context
	running               sync.WaitGroup
	closing               sync.Once
	closed                error
	mu                    sync.Mutex
	appURL                string
}

// Start starts the world; ctx bounds the start alone. When Start fails nothing
// is left running.
func Start(ctx context.Context, cfg Config) (*World, error) {
	if cfg.Clinic.Day.IsZero() {
		cfg.Clinic = NewClinic(time.Now())
	}
	if cfg.Extras {
		cfg.Clinic = cfg.Clinic.withExtras()
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}

	w := &World{
		Clinic:  cfg.Clinic,
		Project: "P2" + sid("", "project")[:26],
		feed:    newFeed(),
		log:     cfg.Log,
		client:  &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32, IdleConnTimeout: 30 * time.Second}},
	}
	w.stopped, w.stop = context.WithCancel(context.Background())
	if err := w.start(ctx, cfg); err != nil {
		return nil, errors.Join(fmt.Errorf("sandbox: %w", err), w.Close())
	}

	return w, nil
}

func (w *World) start(ctx context.Context, cfg Config) error {
	if cfg.DataDir != "" {
		if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
			return fmt.Errorf("make the data folder: %w", err)
		}
	}

	if err := w.identify(cfg.DataDir); err != nil {
		return err
	}
	doors, err := openDoors(ctx, cfg.Ports)
	if err != nil {
		return err
	}

	w.TwilioURL, w.IssuerURL, w.ConsoleURL = doors.twilio.url, doors.issuer.url, doors.console.url
	w.SignallingURL = "ws://" + doors.twilio.Addr().String() + "/signal"
	w.FHIRURL, w.FHIRTokenURL = doors.fhir.url+"/fhir/R4", doors.fhir.url+"/oauth2/token"
	if err := w.openBoxes(ctx, cfg); err != nil {
		return errors.Join(err, doors.close())
	}

	w.follow()
	w.serve(doors.twilio, w.twilio.Handler())
	w.serve(doors.fhir, w.fhir.Handler())
	w.serve(doors.issuer, w.issuer.Handler())
	w.serve(doors.console, newConsole(w).handler())
	if err := w.scriptPhones(ctx); err != nil {
		return err
	}
	if cfg.AppURL == "" {
		return nil
	}

	return w.SetApp(cfg.AppURL)
}

// identify sets who we are to the parties: what is public is always the same,
// what is secret is made or kept.
func (w *World) identify(dir string) error {
	s, err := keptSecrets(dir)
	if err != nil {
		return err
	}
	w.AccountSID, w.APIKey, w.ApplicationSID = sid("AC", "account"), sid("SK", "key"), sid("AP", "application")
	w.Numbers = []string{"+442079460900", "+442079460901"}
	for _, n := range w.Numbers {
		w.numberSIDs = append(w.numberSIDs, sid("PN", n))
	}
	w.FHIRClientID = stableID("ClientApplication", "app")
	w.AuthToken, w.APISecret, w.FHIRClientSecret = s.AuthToken, s.APISecret, s.FHIRClientSecret
	return nil
}

func (w *World) openBoxes(ctx context.Context, cfg Config) error {
	path := ""
	if cfg.DataDir != "" {
		path = filepath.Join(cfg.DataDir, "fhir.db")
	}
	var err error
	w.fhir, err = fhirbox.Open(fhirbox.Config{
		Path:         path,
		ClientID:     w.FHIRClientID,
		ClientSecret: w.FHIRClientSecret,
		Log:          cfg.Log,
	})
	if err != nil {
		return fmt.Errorf("start the FHIR server: %w", err)
	}
	if err := w.plant(func(bundle []byte) error { return w.fhir.Seed(ctx, bundle) }, cfg.Bundle); err != nil {
		return err
	}
	w.issuer, err = NewIssuer(IssuerConfig{
		Project: w.Project,
		BaseURL: w.IssuerURL,
		Bare:    cfg.BareIssuer,
		People:  w.Clinic.people(),
		Life:    cfg.SessionLife,
	})
	if err != nil {
		return err
	}

	var numbers []twiliobox.Number
	for i, n := range w.Numbers {
		numbers = append(numbers, twiliobox.Number{SID: w.numberSIDs[i], PhoneNumber: n, FriendlyName: fmt.Sprintf("Clinic line %d", i+1)})
	}

	w.twilio, err = twiliobox.New(twiliobox.Config{
		AccountSID:   w.AccountSID,
		AuthToken:    w.AuthToken,
		APIKey:       w.APIKey,
		APISecret:    w.APISecret,
		Applications: []twiliobox.Application{{SID: w.ApplicationSID, FriendlyName: "Clinic calls"}},
		Numbers:      numbers,
		Pace:         cfg.Pace,
		Seed:         cfg.Seed,
		Log:          cfg.Log,
		HTTPClient:   w.client,
	})
	if err != nil {
		return fmt.Errorf("start Twilio: %w", err)
	}

	return nil
}

// follow starts the feed. The streams are asked for before it returns, so
// nothing that happens afterwards is missed.
func (w *World) follow() {
	events, changes := w.twilio.Events(w.stopped), w.fhir.Changes(w.stopped)
	w.running.Go(func() { w.feed.follow(events, changes) })
}

// closeLimit is how long Close waits for webhooks and requests under way.
const closeLimit = 30 * time.Second

// Close hangs up every call, stops the servers and frees their ports; a
// temporary record is removed. Closing twice is allowed.
func (w *World) Close() error {
	w.closing.Do(func() { w.closed = w.shut() })
	return w.closed
}

func (w *World) shut() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	var faults []error
	if w.twilio != nil {
		faults = append(faults, w.twilio.Close(ctx))
	}

	w.stop()
	for _, s := range w.servers {
		faults = append(faults, end(s))
	}

	if w.fhir != nil {
		faults = append(faults, w.fhir.Close())
	}
	w.running.Wait()
	w.client.CloseIdleConnections()
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("close the sandbox: %w", err)
	}

	return nil
}

// end stops a server. Nobody is left to ask it but clients that keep a spare
// connection open, for which Shutdown would wait five seconds.
func end(s *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := s.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return s.Close()
	}
	return err
}
