package twilio

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"perci.health/careline"
)

// The lives that an access token may have. Twilio refuses more than 24 hours
// (error 20104); less than a minute leaves the Voice SDK, which renews ten
// seconds before the end, no time to connect.
const (
	MinTokenTTL     = time.Minute
	MaxTokenTTL     = 24 * time.Hour
	DefaultTokenTTL = time.Hour
)

// backdate is how far before now a token begins to be valid, so that a clock of
// ours that runs ahead does not make Twilio refuse it as not yet valid (20105).
const backdate = 60 * time.Second

// Minter makes the access tokens with which a clinician's app signs in to
// Twilio's Voice SDK: permission to call out through one TwiML App, none to be
// called.
type Minter struct {
	AccountSID     string // AC…
	APIKey         string // SK…, of the account itself
	APISecret      Secret
	ApplicationSID string // AP…, the TwiML App whose voice URL is /v1/twilio/outgoing
	Region         string // data residency such as "ie1"; empty: Twilio's default
	TTL            time.Duration
	Now            func() time.Time // nil: time.Now
}

type tokenHeader struct {
	Algorithm   string `json:"alg"`
	ContentType string `json:"cty"`
	Region      string `json:"twr,omitempty"`
	Type        string `json:"typ"`
}

type tokenClaims struct {
	ID        string      `json:"jti"`
	IssuedAt  int64       `json:"iat"`
	NotBefore int64       `json:"nbf"`
	Expires   int64       `json:"exp"`
	Issuer    string      `json:"iss"`
	Subject   string      `json:"sub"`
	Grants    tokenGrants `json:"grants"`
}

type tokenGrants struct {
	Identity string     `json:"identity"`
	Voice    voiceGrant `json:"voice"`
}

type voiceGrant struct {
	Outgoing struct {
		ApplicationSID string `json:"application_sid"`
	} `json:"outgoing"`
}

// Check reports what makes the minter unable to make tokens that Twilio takes.
func (m Minter) Check() error {
	fault := ""
	switch {
	case !isSID(sidAccount, m.AccountSID):
		fault = "the account SID must be AC and 32 hexadecimal digits"
	case !isSID(sidAPIKey, m.APIKey):
		fault = "the API key must be SK and 32 hexadecimal digits"
	case m.APISecret == "":
		fault = "the API key's secret is missing"
	case !isSID(sidApplication, m.ApplicationSID):
		fault = "the TwiML App SID must be AP and 32 hexadecimal digits"
	case m.TTL != 0 && (m.TTL < MinTokenTTL || m.TTL > MaxTokenTTL):
		fault = fmt.Sprintf("a token must live between %s and %s", MinTokenTTL, MaxTokenTTL)
	default:
		return nil
	}
	return careline.NewError(careline.CodeInternal, "Calling is not set up correctly: "+fault+".", nil)
}

// Mint makes a token for identity, valid for TTL (an hour if that is zero) to the
// second. Each token has its own jti. The shape is that of Twilio's own
// libraries (Twilio, iam/access-tokens). An identity that Twilio would refuse
// is an error of code invalid.
func (m Minter) Mint(identity string) (string, error) {
	if err := m.Check(); err != nil {
		return "", err
	}
	if !validIdentity(identity) {
		return "", careline.NewError(careline.CodeInvalid, "The practitioner's id cannot be used for calling: it has characters that Twilio refuses.", nil)
	}
	header, err := json.Marshal(tokenHeader{Algorithm: "HS256", ContentType: "twilio-fpa;v=1", Region: m.Region, Type: "JWT"})
	if err != nil {
		return "", fmt.Errorf("token header: %w", err)
	}
	claims, err := json.Marshal(m.claims(identity))
	if err != nil {
		return "", fmt.Errorf("token claims: %w", err)
	}
	signed := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(claims)
	mac := hmac.New(sha256.New, []byte(string(m.APISecret)))
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}

func (m Minter) claims(identity string) tokenClaims {
	now, ttl := m.Now, m.TTL
	if now == nil {
		now = time.Now
	}
	if ttl == 0 {
		ttl = DefaultTokenTTL
	}
	at := now()
	// Twilio's libraries end the jti in the time in seconds, which two tokens
	// of one second share; a random one can stand in an audit.
	unique := make([]byte, 16)
	_, _ = rand.Read(unique) // never fails: crypto/rand ends the program instead
	c := tokenClaims{
		ID:       m.APIKey + "-" + hex.EncodeToString(unique),
		IssuedAt: at.Unix(), NotBefore: at.Add(-backdate).Unix(), Expires: at.Add(ttl).Unix(),
		Issuer: m.APIKey, Subject: m.AccountSID,
		Grants: tokenGrants{Identity: identity},
	}
	c.Grants.Voice.Outgoing.ApplicationSID = m.ApplicationSID
	return c
}

// maxIdentity is the longest identity that Twilio takes (Twilio, TwiML Client;
// a violation is SDK error 31105).
const maxIdentity = 256

// validIdentity refuses what Twilio refuses: control characters, spaces,
// delimiters and the characters that RFC 2396 calls unwise.
func validIdentity(s string) bool {
	if s == "" || len(s) > maxIdentity {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f || strings.IndexByte("<>#%\"{}|\\^[]`", s[i]) >= 0 {
			return false
		}
	}
	return true
}
