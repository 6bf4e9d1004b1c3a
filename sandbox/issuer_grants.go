package sandbox

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"regexp"
	"sync"
	"time"
)

const (
	// codeLife bounds an authorization code: RFC 6749 section 4.1.2 allows ten
	// minutes, a browser needs a second.
	codeLife = time.Minute
	// refreshLife is a working day: the tokens of one sign-in end together, so
	// everybody signs in anew once a day.
	refreshLife = 12 * time.Hour
)

// signedIn is one person's sign-in at one client.
type signedIn struct {
	id           string // the ID token's sid
	practitioner string
	scope        string
	nonce        string
	// authenticated is when the person chose who they are; at, when this client got its code.
	authenticated, at time.Time
	ended             bool // signed out, or something of it was used twice
}

// pending is a sign-in whose code has not been exchanged.
type pending struct {
	*signedIn
	redirectURI string
	challenge   string // S256
	spent       bool
}

type refreshToken struct {
	*signedIn
	spent bool
}

// grants holds codes and refresh tokens. They are gone when the sandbox ends.
type grants struct {
	now     func() time.Time
	mu      sync.Mutex
	codes   map[string]*pending
	refresh map[string]*refreshToken
}

var (
	errBadCode     = errors.New("the code is unknown, used or older than a minute: start the sign-in again")
	errBadRedirect = errors.New("the redirect_uri is not the one that the sign-in began with: send the same")
	errBadVerifier = errors.New("the code_verifier does not fit the code_challenge: start the sign-in again")
	errBadRefresh  = errors.New("the refresh token is unknown, used or too old: start the sign-in again")
)

func newGrants(now func() time.Time) *grants {
	return &grants{now: now, codes: map[string]*pending{}, refresh: map[string]*refreshToken{}}
}

// begin keeps a sign-in and returns its code.
func (g *grants) begin(p pending) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.forgetOld()
	p.id, p.at = randomHex(16), g.now()
	code := randomHex(32)
	g.codes[code] = &p
	return code
}

// exchange spends a code. One that comes a second time ends what the first
// brought (RFC 6749 section 4.1.2).
func (g *grants) exchange(code, redirectURI, verifier string) (*signedIn, error) {
	g.mu.Lock()
	defer g.mu.Unlock()

	p, ok := g.codes[code]
	if !ok {
		return nil, errBadCode
	}

	if p.spent {
		p.ended = true
		return nil, errBadCode
	}

	p.spent = true

	if g.now().Sub(p.at) > codeLife {
		return nil, errBadCode
	}
	if p.redirectURI != redirectURI {
		return nil, errBadRedirect
	}
	if !fits(verifier, p.challenge) {
		return nil, errBadVerifier
	}

	return p.signedIn, nil
}

// issue returns a new refresh token of the sign-in.
func (g *grants) issue(s *signedIn) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.forgetOld()
	token := randomHex(32)
	g.refresh[token] = &refreshToken{signedIn: s}
	return token
}

// renew spends a refresh token. One that comes a second time was copied, so all
// of its sign-in end (RFC 9700 section 4.14.2).
func (g *grants) renew(token string) (*signedIn, error) {
	g.mu.Lock()
	defer g.mu.Unlock()

	t, ok := g.refresh[token]
	if !ok || t.ended {
		return nil, errBadRefresh
	}
	if t.spent {
		t.ended = true
		return nil, errBadRefresh
	}
	if g.now().Sub(t.at) > refreshLife {
		return nil, errBadRefresh
	}

	t.spent = true
	return t.signedIn, nil
}

// end makes every refresh token of a sign-in worthless.
func (g *grants) end(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, t := range g.refresh {
		if t.id == id {
			t.ended = true
		}
	}
}

// forgetOld drops what could only be refused. A spent code is kept as long as a
// refresh token of its sign-in, so that its second use is noticed.
func (g *grants) forgetOld() {
	for code, p := range g.codes {
		if g.now().Sub(p.at) > refreshLife {
			delete(g.codes, code)
		}
	}
	for token, t := range g.refresh {
		if g.now().Sub(t.at) > refreshLife {
			delete(g.refresh, token)
		}
	}
}

// verifierShape is RFC 7636 section 4.1's code_verifier.
var verifierShape = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)
})

// fits reports whether challenge is verifier's S256 (RFC 7636 section 4.6).
func fits(verifier, challenge string) bool {
	if !verifierShape().MatchString(verifier) {
		return false
	}
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}
