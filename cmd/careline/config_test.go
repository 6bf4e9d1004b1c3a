package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// settings that suffice.
func enough() map[string]string {
	return map[string]string{
		"FUNCTIONS_URL":      "https://backend.example.org/project/region/api",
		"TWILIO_ACCOUNT_SID": "AC" + strings.Repeat("0", 32), "TWILIO_AUTH_TOKEN": "very-secret-token",
		"TWILIO_API_KEY": "SK" + strings.Repeat("0", 32), "TWILIO_API_SECRET": "very-secret-secret",
		"TWILIO_TWIML_APP_SID": "AP" + strings.Repeat("0", 32), "FHIR_BASE_URL": "https://fhir.example.org/R4", "DESCOPE_PROJECT_ID": "P2",
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	tests := []struct{ set, fault string }{
		{"", ""},
		{"PORT=0", ""},
		{"PORT=http", "PORT"},
		{"PORT=70000", "PORT"},
		{"FUNCTIONS_URL=", "FUNCTIONS_URL"},
		{"FUNCTIONS_URL=backend.example.org", "FUNCTIONS_URL"},
		{"FUNCTIONS_URL=https://backend.example.org/?a=1", "FUNCTIONS_URL"},
		{"TWILIO_ACCOUNT_SID=AC1", "TWILIO_ACCOUNT_SID"},
		{"TWILIO_ACCOUNT_SID=" + "AC" + strings.Repeat("A", 32), "TWILIO_ACCOUNT_SID"},
		{"TWILIO_AUTH_TOKEN= ", "TWILIO_AUTH_TOKEN"},
		{"TWILIO_TOKEN_TTL=59", "TWILIO_TOKEN_TTL"},
		{"TWILIO_TOKEN_TTL=60", ""},
		{"TWILIO_TOKEN_TTL=86401", "TWILIO_TOKEN_TTL"},
		{"TWILIO_PHONE_NUMBER=+442079460000", ""},
		{"TWILIO_PHONE_NUMBER=020 7946 0000", "TWILIO_PHONE_NUMBER"},
		{"TWILIO_REGION=ie1", ""},
		{"TWILIO_REGION=IE1 x", "TWILIO_REGION"},
		{"TWILIO_SIGNALLING_URL=ws://127.0.0.1:8480/signal", ""},
		{"TWILIO_SIGNALLING_URL=http://127.0.0.1:8480/signal", "TWILIO_SIGNALLING_URL"},
		{"TWILIO_SIGNALLING_URL=ws://10.0.0.3:8480/signal", "TWILIO_SIGNALLING_URL must begin with wss://"},
		{"TWILIO_SIGNALLING_URL=ws://127.0.0.1.example.org/signal", "TWILIO_SIGNALLING_URL must begin with wss://"},
		{"TWILIO_SIGNALLING_URL=ws://[::1]:8480/signal", ""},
		{"TWILIO_SIGNALLING_URL=wss://gateway.example.org/signal", ""},
		{"TWILIO_MACHINE_DETECTION=Enable", ""},
		{"TWILIO_MACHINE_DETECTION=on", "TWILIO_MACHINE_DETECTION"},
		{"FHIR_CLIENT_ID=x", "FHIR_TOKEN_URL, FHIR_CLIENT_ID, FHIR_CLIENT_SECRET"},
		{"FHIR_STRICT_TERMINOLOGY=yes", "FHIR_STRICT_TERMINOLOGY"},
		{"AUDIT_EVENTS=yes", "AUDIT_EVENTS"},
		{"FHIR_SYSTEM_BASE=https://codes.example.org/calls//", ""},
		{"FHIR_SYSTEM_BASE=http://codes.example.org", "FHIR_SYSTEM_BASE must be an https URL"},
		{"FHIR_SYSTEM_BASE=https://codes.example.org/?v=1", "FHIR_SYSTEM_BASE"},
		{"FHIR_SYSTEM_BASE=https://codes.example.org/#v1", "FHIR_SYSTEM_BASE"},
		{"FHIR_SYSTEM_BASE=https://codes.example.org/a,b|c", "FHIR_SYSTEM_BASE"},
		{"FHIR_SYSTEM_BASE=https://somebody@codes.example.org", "FHIR_SYSTEM_BASE"},
		{"FHIR_SYSTEM_BASE=codes.example.org", "FHIR_SYSTEM_BASE"},
		{"ALLOWED_COUNTRIES=GB, IE", ""},
		{"ALLOWED_COUNTRIES=,", "ALLOWED_COUNTRIES"},
		{"ALLOWED_COUNTRIES=UK", "ALLOWED_COUNTRIES"},
		{"ALLOWED_COUNTRIES=GB,GG,JE,IM", ""},
		{"CALL_WINDOW_DAYS=30", ""},
		{"CALL_WINDOW_DAYS=-1", "CALL_WINDOW_DAYS"},
		{"CALL_WINDOW_DAYS=a month", "CALL_WINDOW_DAYS"},
		{"ALLOWED_ORIGINS=https://app.example.org", ""},
		{"ALLOWED_ORIGINS=*", "ALLOWED_ORIGINS"},
		{"DATABASE_URL=postgres://careline:very-secret-password@db/careline?sslmode=verify-full", ""},
		{"DATABASE_URL=postgres://careline:very-secret-password@db", "DATABASE_URL"},
		{"DATABASE_URL=mysql://careline:very-secret-password@db/careline", "DATABASE_URL"},
		{"DATABASE_URL=file:", "DATABASE_URL"},
		{"RETENTION_DAYS=400", ""},
		{"RETENTION_DAYS=0", "RETENTION_DAYS"},
		{"EVENTS=kafka", "EVENTS"},
		{"EVENTS=pubsub", "PUBSUB_PROJECT"},
		{"EVENTS=pubsub PUBSUB_PROJECT=perci-production", "EVENTS=pubsub needs a way back"},
		{"EVENTS=pubsub PUBSUB_PROJECT=perci-production PUBSUB_SUBSCRIPTION=careline-twilio", ""},
		{"EVENTS=pubsub PUBSUB_PROJECT=perci-production PUBSUB_PUSH_AUDIENCE=https://example.org PUBSUB_PUSH_SERVICE_ACCOUNT=push@perci.iam.gserviceaccount.com", ""},
		{"PUBSUB_PUSH_AUDIENCE=https://example.org", "PUBSUB_PUSH_AUDIENCE, PUBSUB_PUSH_SERVICE_ACCOUNT"},
		{"PUBSUB_PUSH_AUDIENCE=https://example.org PUBSUB_PUSH_SERVICE_ACCOUNT=push", "PUBSUB_PUSH_SERVICE_ACCOUNT"},
		{"PUBSUB_SUBSCRIPTION=careline-twilio", "PUBSUB_PROJECT"},
		{"PUBSUB_TOPIC=a/b", "PUBSUB_TOPIC"},
		{"PUBSUB_TOPIC=ab", "PUBSUB_TOPIC"},
		{"PUBSUB_TOPIC=abc", ""},
		{"PUBSUB_TOPIC=" + strings.Repeat("a", 255), ""},
		{"PUBSUB_TOPIC=" + strings.Repeat("a", 256), "PUBSUB_TOPIC"},
		{"PUBSUB_EMULATOR_HOST=http://127.0.0.1:8085", "PUBSUB_EMULATOR_HOST"},
		{"PUBSUB_PUSH_ISSUER_KEYS_URL=keys", "PUBSUB_PUSH_ISSUER_KEYS_URL"},
		{"CLINIC_TIME_ZONE=Europe/Lundon", "CLINIC_TIME_ZONE"},
		{"CLINIC_TIME_ZONE=Local", "CLINIC_TIME_ZONE"},
		{"VOICE_LANGUAGE=English", "VOICE_LANGUAGE"},
		{"NODE_ENV=production", ""},
		{"NODE_ENV=development", "NODE_ENV"},
		{"FUNCTIONS_EMULATOR=true", "NODE_ENV"},
		{"NODE_ENV=development FUNCTIONS_URL=http://localhost:8080", ""},
		{"NODE_ENV=development FUNCTIONS_URL=http://localhost:8080 LISTEN_HOST=0.0.0.0", "NODE_ENV"},
		{"NODE_ENV=development FUNCTIONS_URL=http://localhost:8080 LISTEN_HOST=127.0.0.1", ""},
		{"NODE_ENV=development FUNCTIONS_URL=http://LocalHost:8080", ""},

		{`TWILIO_AUTH_TOKEN="very-secret-token"`, "TWILIO_AUTH_TOKEN stands in quotation marks"},
		{`TWILIO_AUTH_TOKEN='very-secret-token'`, "TWILIO_AUTH_TOKEN stands in quotation marks"},
		{`TWILIO_AUTH_TOKEN_SECONDARY="very-secret-token"`, "TWILIO_AUTH_TOKEN_SECONDARY stands in quotation marks"},
		{`TWILIO_API_SECRET=“very-secret-secret”`, "TWILIO_API_SECRET stands in quotation marks"},
		{"TWILIO_API_SECRET=`very-secret-secret`", "TWILIO_API_SECRET stands in quotation marks"},
		{`FHIR_TOKEN_URL=https://f.example.org/t FHIR_CLIENT_ID=x FHIR_CLIENT_SECRET="very-secret-s"`, "FHIR_CLIENT_SECRET stands in quotation marks"},
		{`DATABASE_URL="postgres://careline:very-secret-password@db/careline"`, "DATABASE_URL stands in quotation marks"},
		{`DESCOPE_PROJECT_ID='P2'`, "DESCOPE_PROJECT_ID stands in quotation marks"},
		{`TWILIO_AUTH_TOKEN="`, "TWILIO_AUTH_TOKEN stands in quotation marks"},
		{`TWILIO_AUTH_TOKEN=""`, "TWILIO_AUTH_TOKEN stands in quotation marks"},
		{`TWILIO_AUTH_TOKEN="very-secret-token`, "TWILIO_AUTH_TOKEN stands in quotation marks"},
		{`TWILIO_AUTH_TOKEN=very-"secret-token`, ""},
		{`INCOMING_MESSAGE="Good day" is what we say, or "hello"`, ""},
		{`INCOMING_MESSAGE="Good day"`, "INCOMING_MESSAGE stands in quotation marks"},

		{"FHIR_BASE_URL=http://fhir.example.org/R4", "FHIR_BASE_URL must begin with https://"},
		{"FHIR_BASE_URL=http://10.0.0.3/R4", "FHIR_BASE_URL must begin with https://"},
		{"FHIR_BASE_URL=http://127.0.0.1.example.org/R4", "FHIR_BASE_URL must begin with https://"},
		{"FHIR_BASE_URL=http://127.0.0.1:8481/R4", ""},
		{"FHIR_BASE_URL=http://[::1]:8481/R4", ""},
		{"FHIR_BASE_URL=http://localhost/R4", ""},
		{"FHIR_TOKEN_URL=http://fhir.example.org/t FHIR_CLIENT_ID=x FHIR_CLIENT_SECRET=very-secret-s", "FHIR_TOKEN_URL must begin with https://"},
		{"TWILIO_API_BASE_URL=http://api.twilio.com", "TWILIO_API_BASE_URL must begin with https://"},
		{"TWILIO_API_BASE_URL=http://localhost:8480", ""},
		{"DESCOPE_BASE_URL=http://auth.example.org", "DESCOPE_BASE_URL must begin with https://"},
		{"PUBSUB_PUSH_ISSUER_KEYS_URL=http://keys.example.org/certs", "PUBSUB_PUSH_ISSUER_KEYS_URL must begin with https://"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318", ""},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318 OTEL_EXPORTER_OTLP_HEADERS=api-key=very-secret-key", "OTEL_EXPORTER_OTLP_ENDPOINT must begin with https://"},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://collector:4318 OTEL_EXPORTER_OTLP_TRACES_HEADERS=api-key=very-secret-key", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT must begin with https://"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 OTEL_EXPORTER_OTLP_HEADERS=api-key=very-secret-key", ""},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=https://collector.example.org OTEL_EXPORTER_OTLP_HEADERS=api-key=very-secret-key", ""},

		{"ADMIN_PORT=9090", ""},
		{"ADMIN_PORT=9090 ADMIN_HOST=0.0.0.0", ""},
		{"ADMIN_PORT=http", "ADMIN_PORT"},
		{"ADMIN_PORT=8080", "ADMIN_PORT must be another than PORT"},
		{"ADMIN_PORT=08080", "ADMIN_PORT must be another than PORT"},
		{"ADMIN_PORT=0 PORT=0", ""},
		{"ADMIN_HOST=127.0.0.1", "ADMIN_HOST is used with ADMIN_PORT alone"},
		{"ADMIN_PORT=9090 ADMIN_HOST=http://127.0.0.1", "ADMIN_HOST must be"},
		{"SESSION_AUDIENCE=careline", ""},
		{"SESSION_AUDIENCE=careline, careline-mobile", ""},
		{"SESSION_AUDIENCE=,", "SESSION_AUDIENCE"},
	}
	for _, test := range tests {
		t.Run(test.set, func(t *testing.T) {
			t.Parallel()
			settings := enough()
			for _, pair := range pairs(test.set) {
				settings[pair[0]] = pair[1]
			}
			_, err := readConfig(func(name string) string { return settings[name] })
			told := fmt.Sprint(err)
			if (err != nil) != (test.fault != "") || !strings.Contains(told, test.fault) {
				t.Errorf("told %q, want a fault of %q", told, test.fault)
			}
			if strings.Contains(told, "very-secret") {
				t.Errorf("a secret in %q", told)
			}
		})
	}
}

// pairs splits "A=x B=y z" where a name begins: capitals and underscores before =.
func pairs(text string) (all [][2]string) {
	for word := range strings.SplitSeq(text, " ") {
		if text == "" {
			return nil
		}
		name, value, ok := strings.Cut(word, "=")
		if ok && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == "" {
			all = append(all, [2]string{name, value})
			continue
		}
		all[len(all)-1][1] += " " + word
	}
	return all
}

// Without a setting an appointment may be called for however far away it is.
func TestReadCallsTakesTheCallWindow(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]int{"": 0, "30": 30} {
		settings := enough()
		settings["CALL_WINDOW_DAYS"] = value
		c, err := readConfig(func(name string) string { return settings[name] })
		if err != nil || c.calls.policy.WindowDays != want {
			t.Errorf("%q: %d, %v", value, c.calls.policy.WindowDays, err)
		}
	}
}

func TestAllFaultsAreToldAtOnce(t *testing.T) {
	t.Parallel()
	_, err := readConfig(func(string) string { return "" })
	for _, name := range []string{"FUNCTIONS_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_TWIML_APP_SID", "FHIR_BASE_URL", "DESCOPE_PROJECT_ID"} {
		if !strings.Contains(fmt.Sprint(err), "\n  "+name+" ") {
			t.Errorf("%s is not told in %v", name, err)
		}
	}
}

// Nothing is told twice, and the address of an operator's own is this machine's
// unless another is asked for.
func TestSettingsOfTheNetwork(t *testing.T) {
	t.Parallel()
	read := func(set string) (config, error) {
		settings := enough()
		for _, pair := range pairs(set) {
			settings[pair[0]] = pair[1]
		}
		return readConfig(func(name string) string { return settings[name] })
	}
	for set, want := range map[string]string{"": "", "ADMIN_PORT=9090": "127.0.0.1:9090", "ADMIN_PORT=9090 ADMIN_HOST=0.0.0.0": "0.0.0.0:9090", "ADMIN_PORT=9090 ADMIN_HOST=::1": "[::1]:9090"} {
		if c, err := read(set); err != nil || c.admin != want {
			t.Errorf("%s: %q, %v; want %q", set, c.admin, err, want)
		}
	}
	if c, err := read("SESSION_AUDIENCE=careline, careline-mobile"); err != nil || fmt.Sprint(c.session.audiences) != "[careline careline-mobile]" {
		t.Errorf("audiences %q, %v", c.session.audiences, err)
	}
	_, err := read(`ALLOWED_COUNTRIES="GB" FHIR_CLIENT_SECRET='x' FHIR_CLIENT_ID=y FHIR_TOKEN_URL=http://f.example.org`)
	for _, name := range []string{"ALLOWED_COUNTRIES", "FHIR_CLIENT_SECRET", "FHIR_TOKEN_URL"} {
		if n := strings.Count(fmt.Sprint(err), "\n  "+name+" "); n != 1 {
			t.Errorf("%s is told %d times in %v", name, n, err)
		}
	}
}

func TestSecretsDoNotPrintAndDevelopmentStaysHome(t *testing.T) {
	t.Parallel()
	settings := enough()
	settings["DATABASE_URL"] = "postgres://careline:very-secret-password@db/careline"
	c, err := readConfig(func(name string) string { return settings[name] })
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%v %+v %#v", c, c, c); strings.Contains(text, "very-secret") {
		t.Errorf("printed: %s", text)
	}
	settings["NODE_ENV"], settings["FUNCTIONS_URL"] = "development", "http://localhost:8080"
	if local, err := readConfig(func(name string) string { return settings[name] }); err != nil || local.address != "127.0.0.1:8080" || local.twilio.signatures {
		t.Errorf("in development: %s, %v", local.address, err)
	}
	if c.twilio.authToken.Reveal() != "very-secret-token" || c.twilio.tokenTTL != time.Hour || c.public.Path != "/project/region/api" {
		t.Errorf("read %+v", c)
	}
}
