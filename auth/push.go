package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	lru "github.com/hashicorp/golang-lru/v2"

	"perci.health/careline"
)

// GoogleKeysURL is where Google publishes the keys that it signs OpenID Connect
// tokens with (the jwks_uri of https://accounts.google.com/.well-known/openid-configuration).
const GoogleKeysURL = "https://www.googleapis.com/oauth2/v3/certs"

// pushTokensKept bounds memory. One subscription has a token or two at a time.
const pushTokensKept = 256

// googleIssuers are the two ways in which Google writes iss (Google, "OpenID
// Connect", validating an ID token).
func googleIssuers() []string { return []string{"https://accounts.google.com", "accounts.google.com"} }

// PushConfig says whose pushes are accepted.
type PushConfig struct {
	Audience string           // the audience set on the push subscription; required
	Email    string           // the service account set on it; required
	KeysURL  string           // "": GoogleKeysURL
	HTTP     *http.Client     // fetches the keys; nil: http.DefaultClient
	Now      func() time.Time // nil: time.Now
}

// PushVerifier checks the tokens that Pub/Sub sends with its pushes (Pub/Sub,
// "Authentication for push subscriptions"). It may be used by many goroutines.
type PushVerifier struct {
	cfg    PushConfig
	keys   *keySet
	parser *jwt.Parser
	seen   *lru.Cache[[sha256.Size]byte, pushToken]
}

// pushToken is a token that was good.
type pushToken struct {
	until      time.Time
	kid, print string // of the key that signed it: a key taken back takes its tokens along
}

// pushClaims are what such a token says.
type pushClaims struct {
	jwt.RegisteredClaims
	Email    string `json:"email"`
	Verified bool   `json:"email_verified"`
}

// NewPush is a PushVerifier. It fetches nothing yet; see Warm.
func NewPush(cfg PushConfig) (*PushVerifier, error) {
	if cfg.Audience == "" || cfg.Email == "" {
		return nil, errors.New("auth: the audience and the service account of the push subscription must both be set")
	}

	if cfg.KeysURL == "" {
		cfg.KeysURL = GoogleKeysURL
	}
	if u, err := url.Parse(cfg.KeysURL); err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, fmt.Errorf("auth: %q is not the URL of a key set: write it as %s", cfg.KeysURL, GoogleKeysURL)
	}

	if cfg.HTTP == nil {
		cfg.HTTP = http.DefaultClient
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}

	seen, err := lru.New[[sha256.Size]byte, pushToken](pushTokensKept)
	if err != nil {
		return nil, fmt.Errorf("auth: push tokens: %w", err)
	}
	return &PushVerifier{
		cfg:  cfg,
		keys: newKeySet(cfg.KeysURL, cfg.HTTP, cfg.Now),
		seen: seen,
		parser: jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithLeeway(Skew), jwt.WithExpirationRequired(),
			jwt.WithIssuedAt(), jwt.WithTimeFunc(cfg.Now)),
	}, nil
}

// Warm fetches Google's keys, so that the first push need not wait for them. An
// error changes nothing: they are fetched again when they are needed.
func (v *PushVerifier) Warm(ctx context.Context) error {
	if err := v.keys.refetch(ctx); err != nil {
		return fmt.Errorf("fetch Google's keys: %w", err)
	}
	return nil
}

// Verify returns nil when the token is Google's, for our audience and in the name
// of our service account. Errors are careline.Errors: unauthenticated when it is
// missing, spoilt, over, or not signed by Google; forbidden when Google signed it
// for another audience or service account; unavailable when that cannot be told
// because Google's keys cannot be had. Keys that were fetched once serve through
// an outage of Google's key set.
//
// A token that was good is good until it ends, without being verified again: Google
// sends the same one for up to an hour.
func (v *PushVerifier) Verify(ctx context.Context, token string) error {
	if token == "" || len(token) > longestToken {
		return badPush(errors.New("there is no bearer token of usable length"))
	}

	hash := hashOf(token)
	if known, ok := v.seen.Get(hash); ok && v.holds(known) {
		return nil
	}

	good, err := v.verify(ctx, token)
	if err != nil {
		return err
	}
	v.seen.Add(hash, good)
	return nil
}

func (v *PushVerifier) holds(t pushToken) bool {
	k, ok := v.keys.known(t.kid)
	return ok && k.print == t.print && v.cfg.Now().Before(t.until)
}

func (v *PushVerifier) verify(ctx context.Context, token string) (pushToken, error) {
	var claims pushClaims
	signer, err := v.keys.parse(ctx, v.parser, token, &claims)
	switch {
	case careline.CodeOf(err) == careline.CodeUnavailable:
		return pushToken{}, careline.NewError(careline.CodeUnavailable, "The token cannot be checked at the moment: Google's keys cannot be fetched. Please send the message again.", errors.Unwrap(err))
	case err != nil:
		return pushToken{}, badPush(err)
	case !slices.Contains(googleIssuers(), claims.Issuer):
		return pushToken{}, badPush(errors.New("the token was not issued by Google"))
	}

	if why := v.notOurs(claims); why != "" {
		return pushToken{}, careline.NewError(careline.CodeForbidden, "This push is not for us: "+why+".", nil)
	}
	return pushToken{until: claims.ExpiresAt.Time, kid: signer.id, print: signer.print}, nil
}

// notOurs says in what a token of Google's is not that of our subscription; empty
// when it is. Google compares audiences without regard to case (Pub/Sub, "Create
// push subscriptions").
func (v *PushVerifier) notOurs(c pushClaims) string {
	if !slices.ContainsFunc(c.Audience, func(a string) bool { return strings.EqualFold(a, v.cfg.Audience) }) {
		return "its audience is another; the one set on the subscription and PUBSUB_PUSH_AUDIENCE must be the same"
	}
	if c.Email != v.cfg.Email {
		return "its service account is another; the one set on the subscription and PUBSUB_PUSH_SERVICE_ACCOUNT must be the same"
	}
	if !c.Verified {
		return "its service account's address is not verified"
	}
	return ""
}

func badPush(cause error) error {
	return careline.NewError(careline.CodeUnauthenticated, "This push has no valid token of Google's: switch authentication on at the push subscription.", cause)
}
