package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/golang-jwt/jwt/v5"
	lru "github.com/hashicorp/golang-lru/v2"

	"perci.health/careline"
	"perci.health/careline/credential"
)

// Bounds of a session.
const (
	// Skew is how far the issuer's clock and ours may stand apart. Both are
	// kept by NTP, so half a minute is generous.
	Skew = 30 * time.Second
	// longestToken bounds the work that a stranger can ask for. Descope allows
	// 100 custom claims; a browser's cookie would hold 4 kB of them.
	longestToken = 16 << 10
	// sessionsKept bounds memory: about 300 bytes each.
	sessionsKept = 10_000
)

// Config says whose sessions are accepted.
type Config struct {
	ProjectID         string           // Descope project; required
	BaseURL           string           // of Descope's API; keys stand at <BaseURL>/v2/keys/<ProjectID>; required
	PractitionerClaim string           // top-level claim that holds the Practitioner's id; required
	ClinicianRole     string           // role that a clinician has in the project or in a tenant; required
	AuditorRole       string           // role that an auditor has; empty: nobody is one
	ReviewerRole      string           // role of those who may hear all recordings; empty: nobody is one
	SupervisorRole    string           // role of those who may see every live call; empty: nobody is one
	Audiences         []string         // a session's aud must hold one of them; empty: it is not looked at
	HTTP              *http.Client     // fetches the keys; nil: http.DefaultClient
	Now               func() time.Time // nil: time.Now
}

// Verifier turns session tokens into clinicians.
type Verifier struct {
	cfg    Config
	keys   *keySet
	parser *jwt.Parser
	seen   *lru.Cache[[sha256.Size]byte, session]
}

// session is a verified token's meaning. Only its hash is kept, so that a dump
// of this memory signs nobody in.
type session struct {
	clinician  careline.Clinician
	refusal    error  // why this person is no clinician though the token is good
	person     string // see careline.Visitor.ID
	auditor    bool
	reviewer   bool
	supervisor bool
	until      time.Time // the token's exp
	kid        string
	print      string // of the key that signed it: a key taken back takes its sessions along
}

// New is a Verifier. It fetches nothing yet; see Warm.
func New(cfg Config) (*Verifier, error) {
	base, err := url.Parse(cfg.BaseURL)
	switch {
	case cfg.ProjectID == "" || cfg.PractitionerClaim == "" || cfg.ClinicianRole == "":
		return nil, errors.New("auth: project id, practitioner claim and clinician role must all be set")
	case err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http"):
		return nil, fmt.Errorf("auth: %q is not a base URL: write it as https://api.descope.com", cfg.BaseURL)
	}

	if cfg.HTTP == nil {
		cfg.HTTP = http.DefaultClient
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}

	seen, err := lru.New[[sha256.Size]byte, session](sessionsKept)
	if err != nil {
		return nil, fmt.Errorf("auth: sessions: %w", err)
	}
	return &Verifier{
		cfg:  cfg,
		keys: newKeySet(base.JoinPath("v2", "keys", cfg.ProjectID).String(), cfg.HTTP, cfg.Now),
		seen: seen,
		parser: jwt.NewParser(jwt.WithValidMethods(algorithms()), jwt.WithLeeway(Skew), jwt.WithExpirationRequired(),
			jwt.WithIssuedAt(), jwt.WithTimeFunc(cfg.Now)),
	}, nil
}

// Warm fetches the issuer's keys, so that the first clinician need not wait for
// them. An error changes nothing: they are fetched again when they are needed.
func (v *Verifier) Warm(ctx context.Context) error {
	if err := v.keys.refetch(ctx); err != nil {
		return fmt.Errorf("fetch the issuer's keys: %w", err)
	}
	return nil
}

// Session is the clinician whose session token r bears in its Authorization
// header (RFC 6750, section 2.1). A cookie is never looked at: it would come
// along with requests that other sites make.
//
// Errors are careline.Errors: unauthenticated without a good token, forbidden
// for somebody who is not a clinician, invalid for a clinician without
// practitioner id, unavailable when the issuer's keys cannot be had.
func (v *Verifier) Session(ctx context.Context, r *http.Request) (careline.Clinician, error) {
	s, err := v.session(ctx, r)
	if err != nil {
		return careline.Clinician{}, err
	}
	return s.clinician, s.refusal
}

// Visitor is the person behind such a session, whoever it is. Its errors are those of
// Session but forbidden and invalid.
func (v *Verifier) Visitor(ctx context.Context, r *http.Request) (careline.Visitor, error) {
	s, err := v.session(ctx, r)
	if err != nil {
		return careline.Visitor{}, err
	}
	return careline.Visitor{
		ID:         s.person,
		Clinician:  s.clinician,
		Auditor:    s.auditor,
		Reviewer:   s.reviewer,
		Supervisor: s.supervisor,
		Until:      s.until.Add(Skew), // as the parser has it
	}, nil
}

// session is what r's token means, as it was found out before or is now.
func (v *Verifier) session(ctx context.Context, r *http.Request) (session, error) {
	token, err := bearer(r.Header)
	if err != nil {
		return session{}, err
	}

	hash := hashOf(token)
	if s, ok := v.seen.Get(hash); ok && v.holds(s) {
		return s, nil
	}

	s, err := v.verify(ctx, token)
	if err != nil {
		return session{}, err
	}
	v.seen.Add(hash, s)
	return s, nil
}

// hashOf is what a token that was good is remembered by.
func hashOf(token string) [sha256.Size]byte {
	var room [2 << 10]byte // the tokens that there are stay off the heap
	return sha256.Sum256(append(room[:0], token...))
}

// holds reports whether a session seen before is still good.
func (v *Verifier) holds(s session) bool {
	k, ok := v.keys.known(s.kid)
	return ok && k.print == s.print && v.cfg.Now().Before(s.until)
}

func (v *Verifier) verify(ctx context.Context, token string) (session, error) {
	claims := jwt.MapClaims{}
	signer, err := v.keys.parse(ctx, v.parser, token, claims)
	switch {
	case careline.CodeOf(err) == careline.CodeUnavailable:
		return session{}, err
	case errors.Is(err, jwt.ErrTokenExpired) && signer.public != nil:
		return session{}, careline.NewError(careline.CodeUnauthenticated, "Your session has ended. Please sign in again.", err)
	case err != nil:
		return session{}, badSession(err)
	}

	if err := v.ours(claims); err != nil {
		return session{}, badSession(err)
	}

	s := session{kid: signer.id, print: signer.print}
	if exp, err := claims.GetExpirationTime(); err == nil && exp != nil {
		s.until = exp.Time
	}

	s.person = personOf(claims)
	s.auditor, s.reviewer, s.supervisor = has(claims, v.cfg.AuditorRole), has(claims, v.cfg.ReviewerRole), has(claims, v.cfg.SupervisorRole)
	s.clinician, s.refusal = v.clinician(claims)
	if s.clinician.ID != "" {
		s.clinician.Until = s.until.Add(Skew) // as the parser has it
	}

	return s, nil
}

func badSession(cause error) error {
	return careline.NewError(careline.CodeUnauthenticated, "Your session is not valid. Please sign in again.", cause)
}

// bearer is the one token of the Authorization header.
func bearer(h http.Header) (string, error) {
	token, err := credential.Bearer(h["Authorization"])
	if err == credential.ErrNoBearer {
		return "", careline.NewError(careline.CodeUnauthenticated, "You are not signed in. Please sign in.", nil)
	}
	if err != nil || token == "" || len(token) > longestToken {
		return "", badSession(errors.New("the Authorization header is not one bearer token of usable length"))
	}
	return token, nil
}
