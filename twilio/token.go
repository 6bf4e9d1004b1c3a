package twilio

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"perci.health/careline"
	"perci.health/careline/credential"
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
// Twilio's Voice SDK: permission to call out through one TwiML App, and to be called
// only where people can be brought into calls.
type Minter struct {
	AccountSID     string // AC…
	APIKey         string // SK…, of the account itself
	APISecret      credential.Secret
	ApplicationSID string // AP…, the TwiML App whose voice URL is /v1/twilio/outgoing
	Region         string // data residency such as "ie1"; empty: Twilio's default
	TTL            time.Duration
	Incoming       bool             // the app can be rung
	Now            func() time.Time // nil: time.Now
}

// Check reports what makes the minter unable to make tokens that Twilio takes.
func (m Minter) Check() error {
	fault := ""
	switch {
	case !isSID(sidAccount, m.AccountSID):
		fault = "the account SID must be AC and 32 hexadecimal digits"
	case !isSID(sidAPIKey, m.APIKey):
		fault = "the API key must be SK and 32 hexadecimal digits"
	case m.APISecret.IsZero():
		fault = "the API key's secret is missing"
	case !isSID(sidApplication, m.ApplicationSID):
		fault = "the TwiML App SID must be AP and 32 hexadecimal digits"
	case strings.Trim(m.Region, "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
		fault = "the region must be one of Twilio's, such as ie1"
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

	var room [tokenRoom]byte
	claims := m.claims(room[:0], identity)
	signed := make([]byte, 0, tokenRoom)
	signed = base64.RawURLEncoding.AppendEncode(signed, m.header(claims[len(claims):]))
	signed = append(signed, '.')
	signed = base64.RawURLEncoding.AppendEncode(signed, claims)

	mac := hmac.New(sha256.New, []byte(m.APISecret.Reveal()))
	mac.Write(signed)
	signed = append(signed, '.')

	return string(base64.RawURLEncoding.AppendEncode(signed, mac.Sum(nil))), nil
}

// tokenRoom holds a token with an identity of usual length, in bytes.
const tokenRoom = 1 << 10

// header and claims are appended by hand: encoding/json would take twice as long as
// all the rest. Nothing in them needs an escape: the identifiers and the region have
// been checked, and the identity has no quotation mark, backslash or control
// character.
func (m Minter) header(into []byte) []byte {
	into = append(into, `{"alg":"HS256","cty":"twilio-fpa;v=1"`...)
	if m.Region != "" {
		into = appendText(into, `,"twr":"`, m.Region)
	}

	return append(into, `,"typ":"JWT"}`...)
}

func (m Minter) claims(into []byte, identity string) []byte {
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
	var unique [16]byte
	_, _ = rand.Read(unique[:]) // never fails: crypto/rand ends the program instead
	into = append(into, `{"jti":"`...)
	into = append(into, m.APIKey...)
	into = append(into, '-')
	into = append(hex.AppendEncode(into, unique[:]), '"')

	into = strconv.AppendInt(append(into, `,"iat":`...), at.Unix(), 10)
	into = strconv.AppendInt(append(into, `,"nbf":`...), at.Add(-backdate).Unix(), 10)
	into = strconv.AppendInt(append(into, `,"exp":`...), at.Add(ttl).Unix(), 10)
	into = appendText(into, `,"iss":"`, m.APIKey)
	into = appendText(into, `,"sub":"`, m.AccountSID)

	into = appendText(into, `,"grants":{"identity":"`, identity)
	into = appendText(into, `,"voice":{"outgoing":{"application_sid":"`, m.ApplicationSID)

	if m.Incoming {
		return append(into, `},"incoming":{"allow":true}}}}`...)
	}
	return append(into, "}}}}"...)
}

// appendText appends what stands before a text, the text and its closing quotation
// mark.
func appendText(into []byte, before, text string) []byte {
	into = append(into, before...)
	into = append(into, text...)
	return append(into, '"')
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
