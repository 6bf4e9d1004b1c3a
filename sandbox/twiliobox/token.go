package twiliobox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Refusal is why Twilio does not accept a request, with the code of its error
// dictionary.
type Refusal struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// Error makes a Refusal an error.
func (r *Refusal) Error() string { return fmt.Sprintf("%d: %s", r.Code, r.Message) }

// grants are what an access token allows, once it has been checked.
type grants struct {
	identity       string
	expires        time.Time
	incoming       bool // may be rung
	outgoing       bool // may place calls, with what follows
	applicationSID string
	params         map[string]string
}

// errNoOutgoing refuses a call placed with a token that only allows incoming ones.
var errNoOutgoing = &Refusal{20106, "Invalid access token grants: voice.outgoing is needed to place a call"}

// longestLife is the furthest ahead that exp may be: 24 hours.
const longestLife = 24 * time.Hour

// identityString leaves out control characters, spaces, delimiters and the
// "unwise" characters of RFC 2396, as error 31105 words it.
var identityString = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("^[^\\x00-\\x20\\x7f<>#%\"{}|\\\\^\\[\\]`]{1,256}$")
})

type tokenHeader struct {
	Alg string `json:"alg"`
	Typ string `json:"typ"`
	Cty string `json:"cty"`
}

type tokenClaims struct {
	Iss    string       `json:"iss"`
	Sub    string       `json:"sub"`
	Exp    *json.Number `json:"exp"`
	Nbf    *json.Number `json:"nbf"`
	Grants *struct {
		Identity *string `json:"identity"`
		Voice    *struct {
			Incoming *struct {
				Allow bool `json:"allow"`
			} `json:"incoming"`
			Outgoing *struct {
				ApplicationSID string         `json:"application_sid"`
				Params         map[string]any `json:"params"`
			} `json:"outgoing"`
		} `json:"voice"`
	} `json:"grants"`
}

// checkToken verifies an access token the way Twilio does (iam/access-tokens and
// the error pages 20101 to 20107): form, header, issuer, signature, times,
// grants, in that order.
func (e *engine) checkToken(token string, now time.Time) (grants, *Refusal) {
	none := grants{}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return none, &Refusal{20101, "Invalid access token: it is not a JWT"}
	}
	var header tokenHeader
	var claims tokenClaims
	if !decodePart(parts[0], &header) || !decodePart(parts[1], &claims) {
		return none, &Refusal{20101, "Invalid access token: it cannot be decoded"}
	}
	if header.Alg != "HS256" || header.Cty != "twilio-fpa;v=1" {
		return none, &Refusal{20102, "Invalid access token header: alg must be HS256 and cty twilio-fpa;v=1"}
	}
	if claims.Iss != e.config.APIKey || claims.Sub != e.config.AccountSID {
		return none, &Refusal{20103, "Invalid access token issuer or subject: iss must be the API key, sub the account"}
	}

	mac := hmac.New(sha256.New, []byte(e.config.APISecret))
	mac.Write([]byte(parts[0] + "." + parts[1]))
	if got, err := base64.RawURLEncoding.DecodeString(parts[2]); err != nil || !hmac.Equal(got, mac.Sum(nil)) {
		return none, &Refusal{20107, "Invalid access token signature"}
	}
	if r := claims.checkTimes(now); r != nil {
		return none, r
	}

	g, refused := e.checkGrants(claims)
	g.expires, _ = moment(claims.Exp)
	return g, refused
}

func decodePart(part string, into any) bool {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(raw, into) == nil
}

func (c tokenClaims) checkTimes(now time.Time) *Refusal {
	exp, ok := moment(c.Exp)
	switch {
	case !ok:
		return &Refusal{20104, "Access token has no usable expiration (exp)"}
	case !exp.After(now):
		return &Refusal{20104, "Access token expired"}
	case exp.Sub(now) > longestLife:
		return &Refusal{20104, "Access token expiration (exp) is further ahead than 24 hours"}
	}

	if c.Nbf == nil {
		return nil
	}
	if nbf, ok := moment(c.Nbf); !ok || nbf.After(now) {
		return &Refusal{20105, "Access token not yet valid (nbf)"}
	}

	return nil
}

func moment(n *json.Number) (time.Time, bool) {
	if n == nil {
		return time.Time{}, false
	}
	s, err := n.Float64()
	if err != nil || s <= 0 || s > 1e11 {
		return time.Time{}, false
	}
	return time.Unix(0, int64(s*1e9)), true
}

// anonymous is who calls with a token that names nobody: captured requests of such
// calls are from client:Anonymous.
const anonymous = "Anonymous"

// checkGrants wants a voice grant: to place calls for an application of ours, or to
// be called, by an identity.
func (e *engine) checkGrants(c tokenClaims) (grants, *Refusal) {
	if c.Grants == nil || c.Grants.Voice == nil {
		return grants{}, errNoOutgoing
	}
	voice := c.Grants.Voice
	g := grants{identity: anonymous, params: map[string]string{}}
	g.incoming, g.outgoing = voice.Incoming != nil && voice.Incoming.Allow, voice.Outgoing != nil
	if named := c.Grants.Identity; named != nil && *named != "" {
		g.identity = *named
	} else {
		g.incoming = false // nobody can ring who has no name
	}

	if !g.incoming && !g.outgoing {
		return grants{}, errNoOutgoing
	}
	if !identityString().MatchString(g.identity) {
		return grants{}, &Refusal{31105, "Invalid client name: 1 to 256 characters without spaces, control characters and <>#%\"{}|\\^[]`"}
	}
	if !g.outgoing {
		return g, nil
	}

	g.applicationSID = voice.Outgoing.ApplicationSID
	if _, ours := e.account.application(g.applicationSID); !ours {
		return grants{}, &Refusal{20106, "Invalid access token grants: application_sid is no application of this account"}
	}

	for name, value := range voice.Outgoing.Params {
		g.params[name] = fmt.Sprint(value)
	}

	return g, nil
}
