package main

import (
	"net"
	"net/url"
	"slices"
	"time"

	"perci.health/careline"
	"perci.health/careline/credential"
	"perci.health/careline/fhir"
)

// config is every setting of careline serve. It is read here and nowhere else.
type config struct {
	address  string   // where to listen; PORT on every interface, or on LISTEN_HOST
	admin    string   // where operators look, ADMIN_HOST and ADMIN_PORT; "": at address
	public   *url.URL // FUNCTIONS_URL: how the world, and so Twilio, reaches us
	database credential.Secret
	keep     time.Duration // RETENTION_DAYS: how long the log is kept
	origins  []string      // CORS: apps served elsewhere
	location *time.Location
	logLevel string
	logText  bool    // LOG_FORMAT=text: lines for a person
	logForm  logForm // how they look, once it is known where they go
	traces   bool    // an OpenTelemetry collector is configured

	pubsub   pubsubConfig
	twilio   twilioConfig
	fhir     fhirConfig
	session  sessionConfig
	calls    callsConfig
	greeting greetingConfig
	app      appConfig
	brand    brandConfig
	features featureConfig
}

type twilioConfig struct {
	accountSID, apiKey, applicationSID string
	authToken, authTokenSecondary      credential.Secret
	apiSecret                          credential.Secret
	phoneNumber                        careline.Phone // zero: the account's own numbers
	baseURL                            *url.URL
	region, edge                       string
	signalling                         string // "", or the gateway that the web app uses in place of Twilio's
	tokenTTL                           time.Duration
	signatures                         bool // false only in development on loopback
}

type fhirConfig struct {
	baseURL  *url.URL
	tokenURL *url.URL // nil: no login
	clientID string
	secret   credential.Secret
	systems  fhir.Systems // FHIR_SYSTEM_BASE
	strict   bool         // FHIR_STRICT_TERMINOLOGY: PHONE alone, without TEL
	audit    bool         // AUDIT_EVENTS
}

type sessionConfig struct {
	project, claim, role string
	auditor              string   // SESSION_AUDITOR_ROLE; "": nobody is one
	reviewer, supervisor string   // SESSION_REVIEWER_ROLE, SESSION_SUPERVISOR_ROLE; "": nobody is one
	audiences            []string // SESSION_AUDIENCE; empty: aud is not looked at
	baseURL              *url.URL
}

type callsConfig struct {
	policy           careline.Policy
	ringFor          time.Duration // <Dial timeout>
	longest          time.Duration // <Dial timeLimit>
	machineDetection string        // "", Enable or DetectMessageEnd
}

type greetingConfig struct{ organisation, words, voice, language string }

var (
	accountForm     = sidForm("AC")
	keyForm         = sidForm("SK")
	applicationForm = sidForm("AP")
	anyText         = formLike(`\S`)
	countryForm     = formLike(`^[A-Z]{2}$`)
	languageForm    = formLike(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
	regionForm      = formLike(`^([a-z]{2}[0-9])?$`)
	edgeForm        = formLike(`^[a-z-]*$`)
	originForm      = formLike(`^https?://[^/?#\s]+$`)
)

// readConfig reads every setting through get, which answers "" for one that is
// not set. Its error names all faults, and of a secret no value.
func readConfig(get func(string) string) (config, error) {
	r := newReader(get)
	c := config{
		address:  net.JoinHostPort(listenHost(r), r.text("PORT")),
		public:   r.link("FUNCTIONS_URL", "how Twilio reaches this service, such as https://backend.example.org/api"),
		database: databaseURL(r),
		keep:     readRetention(r),
		pubsub:   readPubSub(r),
		origins:  r.list("ALLOWED_ORIGINS", originForm, "must be origins such as https://app.example.org, separated by commas"),
		logLevel: r.oneOf("LOG_LEVEL", "debug", "info", "warn", "error"),
		logText:  r.oneOf("LOG_FORMAT", "json", "text") == "text",
		traces:   r.traced(),
		session:  readSession(r),
		brand:    readBrand(r),
		greeting: greetingConfig{
			organisation: r.text("ORGANISATION_NAME"),
			words:        r.text("INCOMING_MESSAGE"),
			voice:        r.text("VOICE_NAME"),
			language:     readLanguage(r),
		},
		app: readApp(r),
	}

	r.number("PORT", 0, 65535)
	c.admin = readAdmin(r)
	c.calls = readCalls(r)
	c.features = readFeatures(r, c.calls.policy.Regions)
	c.twilio = readTwilio(r, c)
	c.fhir = readFHIR(r)

	zone, err := time.LoadLocation(r.text("CLINIC_TIME_ZONE"))
	if err != nil || zone == time.Local { // browsers know no zone called Local
		r.fault("CLINIC_TIME_ZONE", "must be a time zone such as Europe/London", "")
	}
	c.location = zone

	if len(r.faults) > 0 {
		return config{}, r.faults
	}
	return c, nil
}

func readTwilio(r *reader, c config) twilioConfig {
	t := readTwilioREST(r)
	t.authToken = credential.NewSecret(r.required("TWILIO_AUTH_TOKEN", anyText, "the account's primary auth token; webhooks are signed with it"))
	t.authTokenSecondary = credential.NewSecret(r.text("TWILIO_AUTH_TOKEN_SECONDARY"))
	t.applicationSID = r.required("TWILIO_TWIML_APP_SID", applicationForm, "AP and 32 hexadecimal digits; the TwiML App whose Voice URL is ours")
	t.signalling = r.gateway("TWILIO_SIGNALLING_URL")
	t.tokenTTL = r.seconds("TWILIO_TOKEN_TTL", 60, 86400)

	if fixed := r.text("TWILIO_PHONE_NUMBER"); fixed != "" {
		phone, err := careline.ParsePhone(fixed, "")
		if err != nil {
			r.fault("TWILIO_PHONE_NUMBER", "must be a number of the account in E.164 form, or not be set", "")
		}
		t.phoneNumber = phone
	}

	t.signatures = !readDevelopment(r, c)
	return t
}

// readTwilioREST is what Twilio's REST API is asked with: all that a command needs which
// takes no calls.
func readTwilioREST(r *reader) twilioConfig {
	return twilioConfig{
		accountSID: accountSID(r),
		apiKey:     r.required("TWILIO_API_KEY", keyForm, "SK and 32 hexadecimal digits; it signs access tokens"),
		apiSecret:  credential.NewSecret(r.required("TWILIO_API_SECRET", anyText, "the secret of TWILIO_API_KEY")),
		baseURL:    r.party("TWILIO_API_BASE_URL", "Twilio's REST API"),
		region:     r.matching("TWILIO_REGION", regionForm, "must be a Twilio region such as ie1, or not be set"),
		edge:       r.matching("TWILIO_EDGE", edgeForm, "must be a Twilio edge such as dublin, or not be set"),
	}
}

func accountSID(r *reader) string {
	return r.required("TWILIO_ACCOUNT_SID", accountForm, "AC and 32 hexadecimal digits, from the Twilio Console")
}

func readFHIR(r *reader) fhirConfig {
	f := fhirConfig{
		baseURL:  r.party("FHIR_BASE_URL", "the health record's FHIR R4 endpoint, such as https://api.medplum.com/fhir/R4"),
		clientID: r.text("FHIR_CLIENT_ID"),
		secret:   credential.NewSecret(r.text("FHIR_CLIENT_SECRET")),
		strict:   r.truth("FHIR_STRICT_TERMINOLOGY"),
		systems:  readSystems(r),
		audit:    r.truth("AUDIT_EVENTS"),
	}

	set, login := 0, []string{"FHIR_TOKEN_URL", "FHIR_CLIENT_ID", "FHIR_CLIENT_SECRET"}
	for _, name := range login {
		if r.text(name) != "" {
			set++
		}
	}

	switch set {
	case 0:
	case 3:
		f.tokenURL = r.party("FHIR_TOKEN_URL", "where client credentials log in, such as https://api.medplum.com/oauth2/token")
	default:
		r.faultOf(login, "must be set together, or none of them for a server without login", "")
	}

	return f
}

// readSystems is where careline's own names in the record begin.
func readSystems(r *reader) fhir.Systems {
	systems, err := fhir.SystemsUnder(r.text("FHIR_SYSTEM_BASE"))
	if err != nil {
		r.fault("FHIR_SYSTEM_BASE", "must be an https URL of plain letters, without query or fragment", "the beginning of the names of careline's own in the health record, such as "+fhir.DefaultSystemBase)
	}
	return systems
}

func readSession(r *reader) sessionConfig {
	s := sessionConfig{
		project:    r.required("DESCOPE_PROJECT_ID", anyText, "the id of the Descope project whose sessions are accepted"),
		baseURL:    r.party("DESCOPE_BASE_URL", "where the session keys are"),
		claim:      r.text("SESSION_PRACTITIONER_CLAIM"),
		role:       r.text("SESSION_CLINICIAN_ROLE"),
		auditor:    r.text("SESSION_AUDITOR_ROLE"),
		reviewer:   r.text("SESSION_REVIEWER_ROLE"),
		supervisor: r.text("SESSION_SUPERVISOR_ROLE"),
		audiences:  r.list("SESSION_AUDIENCE", anyText, "must be the audiences that sessions are made for, separated by commas, or not be set"),
	}

	if r.text("SESSION_AUDIENCE") != "" && len(s.audiences) == 0 {
		r.fault("SESSION_AUDIENCE", "must be the audiences that sessions are made for, separated by commas, or not be set", "")
	}

	return s
}

func readLanguage(r *reader) string {
	v := r.text("VOICE_LANGUAGE")
	if !languageForm(v) {
		r.fault("VOICE_LANGUAGE", "must be a language tag such as en-GB", "")
	}
	return v
}

func readRegions(r *reader) []string {
	const must = "must be ISO 3166-1 country codes such as GB,IE"
	regions := r.list("ALLOWED_COUNTRIES", countryForm, must)
	if len(regions) == 0 || slices.ContainsFunc(regions, func(region string) bool { return !careline.KnownRegion(region) }) {
		r.fault("ALLOWED_COUNTRIES", must, "")
		return []string{"GB"}
	}
	return regions
}

func readCalls(r *reader) callsConfig {
	c := callsConfig{
		policy: careline.Policy{
			Regions:    readRegions(r),
			PerMinute:  r.number("CALLS_PER_MINUTE", 1, 1_000_000),
			Concurrent: r.number("CALLS_AT_ONCE", 1, 1_000_000),
			WindowDays: r.number("CALL_WINDOW_DAYS", 0, 36_500), // 0: no limit
		},
		ringFor:          r.seconds("CALL_RING_SECONDS", 5, 600),
		longest:          r.seconds("CALL_TIME_LIMIT", 60, 14400),
		machineDetection: r.oneOf("TWILIO_MACHINE_DETECTION", "off", "Enable", "DetectMessageEnd"),
	}

	if c.machineDetection == "off" {
		c.machineDetection = ""
	}

	return c
}
