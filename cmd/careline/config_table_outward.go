package main

// outwardSettings are those of where careline is reached, and of the parties that
// it speaks with.
func outwardSettings() []group {
	return []group{
		{"Where it is reached", []setting{
			required("FUNCTIONS_URL", "https://calls.example.org", "public base URL, as Twilio reaches it; may have a path"),
			optional("PORT", "8080", "where to listen; 0 takes any port that is free"),
			optional("LISTEN_HOST", "", "address to listen on").without("every interface"),
			optional("ADMIN_PORT", "", "port of the operators' own for `/metrics`, `/readyz` and `/healthz`; the first two are on no other then").without("`PORT`"),
			optional("ADMIN_HOST", "127.0.0.1", "address of that port; one of this machine answers under this machine's names alone"),
			optional("ALLOWED_ORIGINS", "", "CORS: origins of apps served elsewhere, separated by commas").without("none"),
		}},
		{"Twilio", []setting{
			required("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000000", "the account"),
			required("TWILIO_AUTH_TOKEN", "your-auth-token", "verifies webhooks").hidden(),
			optional("TWILIO_AUTH_TOKEN_SECONDARY", "", "also accepted while the auth token is rotated").hidden(),
			required("TWILIO_API_KEY", "SK00000000000000000000000000000000", "signs access tokens"),
			required("TWILIO_API_SECRET", "your-api-secret", "the secret of that key").hidden(),
			required("TWILIO_TWIML_APP_SID", "AP00000000000000000000000000000000", "the TwiML App whose Voice URL is ours; `careline provision` sets that"),
			optional("TWILIO_PHONE_NUMBER", "", "one fixed caller id, in E.164 form").without("the account's numbers"),
			optional("TWILIO_TOKEN_TTL", "3600", "life of an access token, 60–86400 s"),
			optional("TWILIO_MACHINE_DETECTION", "off", "`Enable` or `DetectMessageEnd`: fills `answeredBy`"),
			optional("TWILIO_API_BASE_URL", "https://api.twilio.com", "Twilio's REST API"),
			optional("TWILIO_REGION", "", "data residency, such as `ie1`; also in the token's `twr`").without("Twilio's"),
			optional("TWILIO_EDGE", "", "where calls enter Twilio, such as `dublin`").without("Twilio's"),
			optional("TWILIO_SIGNALLING_URL", "", "a gateway for the web app's calls in place of Twilio's, such as the sandbox's; never set it in production").without("Twilio's"),
		}},
		{"The health record", []setting{
			required("FHIR_BASE_URL", "https://api.medplum.com/fhir/R4", "FHIR R4 endpoint"),
			optional("FHIR_TOKEN_URL", "", "where client credentials log in; set it with the next two, or none of them for a server without login").without("no login"),
			optional("FHIR_CLIENT_ID", "", "who logs in there"),
			optional("FHIR_CLIENT_SECRET", "", "with what secret").hidden(),
			optional("FHIR_SYSTEM_BASE", "https://perci.health", "beginning of the code systems and extensions that careline writes; what was recorded under the default is read for ever"),
			optional("FHIR_STRICT_TERMINOLOGY", "false", "`true`: write `PHONE` alone as the medium, without `TEL`"),
			optional("AUDIT_EVENTS", "false", "`true`: who looked at whom is also written into the health record, as `AuditEvent`; in the log it always is"),
		}},
		{"Signing in", []setting{
			required("DESCOPE_PROJECT_ID", "P0000000000000000000000000000", "the project whose sessions are accepted"),
			optional("DESCOPE_BASE_URL", "https://api.descope.com", "where its session keys are"),
			optional("SESSION_PRACTITIONER_CLAIM", "medplumPractitionerId", "the claim of a session that names the clinician"),
			optional("SESSION_CLINICIAN_ROLE", "clinician", "the role of those who may call"),
			optional("SESSION_AUDITOR_ROLE", "", "the role of those who may read all calls and make none").without("nobody"),
			optional("SESSION_AUDIENCE", "", "whom a session is for (`aud`): one of these, separated by commas").without("not looked at"),
		}},
	}
}
