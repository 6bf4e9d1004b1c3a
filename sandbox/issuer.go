package sandbox

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// SessionLife is how long a session JWT lives unless IssuerConfig says
// otherwise: Descope's default session token timeout of ten minutes.
const SessionLife = 10 * time.Minute

// IssuerConfig says who may sign in and what their sessions say.
type IssuerConfig struct {
	// Project is the Descope project id: the last part of the keys' path and of
	// `iss`.
	Project string
	// BaseURL is where the issuer is reached, as http://127.0.0.1:9001; required.
	// The OpenID Connect issuer is BaseURL/Project.
	BaseURL string
	// Bare makes a session's iss the bare Project: Descope has issued both forms
	// (docs.descope.com, Session Overview). An ID token's iss is always the URL.
	Bare bool
	// People may sign in, without a password.
	People []Person
	// Life of a session; 0 means SessionLife. A negative one issues sessions
	// that have already expired, for tests of a client's refusal.
	Life time.Duration
	// Roles of everybody; nil means ["clinician"].
	Roles []string
	// PractitionerClaim names the claim that holds Person.ID; empty means
	// medplumPractitionerId.
	PractitionerClaim string
	// Now is the clock of codes, sessions and refresh tokens; nil means time.Now.
	Now func() time.Time
}

// Person is one who may sign in: ID is the FHIR Practitioner's id, if they are one.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"` // in words, for the sign-in page
	// Roles are those of a person who is no practitioner of the health record; nil means
	// IssuerConfig.Roles, and that ID is a Practitioner's.
	Roles []string `json:"roles,omitempty"`
}

// Issuer is a local identity provider in Descope's shape. Its methods may be
// called from any goroutine.
type Issuer struct {
	cfg      IssuerConfig
	keys     *keyRing
	grants   *grants
	browsers *browsers
}

// errNobody is returned for a person who is not in IssuerConfig.People.
var errNobody = errors.New("nobody of that id may sign in: choose one of the clinic's clinicians")

// NewIssuer makes an issuer with one fresh RSA key.
func NewIssuer(cfg IssuerConfig) (*Issuer, error) {
	if cfg.Project == "" || strings.ContainsAny(cfg.Project, "/?#") {
		return nil, errors.New("issuer: Project must be a Descope project id, as P2abc…")
	}
	if cfg.BaseURL == "" {
		return nil, errors.New("issuer: BaseURL must be the address it is reached at, as http://127.0.0.1:9001")
	}

	cfg.BaseURL = strings.TrimSuffix(cfg.BaseURL, "/")
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Life == 0 {
		cfg.Life = SessionLife
	}
	if cfg.Roles == nil {
		cfg.Roles = []string{"clinician"}
	}
	if cfg.PractitionerClaim == "" {
		cfg.PractitionerClaim = "medplumPractitionerId"
	}

	keys, err := newKeyRing()
	if err != nil {
		return nil, fmt.Errorf("issuer: %w", err)
	}

	return &Issuer{
		cfg:      cfg,
		keys:     keys,
		grants:   newGrants(cfg.Now),
		browsers: newBrowsers(cfg.Now),
	}, nil
}

// Session returns a session JWT for the person with this Practitioner id, or an
// error when nobody has it. Its claims are those that Descope documents for a
// session token (docs.descope.com, Session Overview) and the practitioner's id
// as a custom claim.
func (i *Issuer) Session(practitioner string) (string, error) {
	person, known := i.person(practitioner)
	if !known {
		return "", errNobody
	}

	iss := i.url()
	if i.cfg.Bare {
		iss = i.cfg.Project
	}

	now := i.cfg.Now()
	claims := jwt.MapClaims{
		"amr":                   []string{"email"},
		"drn":                   "DS",
		"iss":                   iss,
		"sub":                   userID(practitioner),
		"iat":                   now.Unix(),
		"exp":                   now.Add(i.cfg.Life).Unix(),
		"rexp":                  now.Add(28 * 24 * time.Hour).UTC().Format(time.RFC3339),
		"roles":                 i.cfg.Roles,
		"permissions":           []string{},
		i.cfg.PractitionerClaim: practitioner,
	}
	if person.Roles != nil {
		claims["roles"] = person.Roles
		delete(claims, i.cfg.PractitionerClaim)
	}
	return i.sign(claims)
}

// url is the OpenID Connect issuer.
func (i *Issuer) url() string { return i.cfg.BaseURL + "/" + i.cfg.Project }

func (i *Issuer) sign(claims jwt.MapClaims) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	key := i.keys.current()
	token.Header["kid"] = key.id
	signed, err := token.SignedString(key.private)
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return signed, nil
}

// Rotate makes a new key and signs with it from now on. The last key stays
// published, so its sessions live out their time; older ones are gone.
func (i *Issuer) Rotate() error { return i.keys.rotate() }

// Handler serves
//
//	GET  /{project}/.well-known/openid-configuration  see discovery
//	GET  /{project}/.well-known/jwks.json             the JWKS (RFC 7517)
//	GET  /v2/keys/{project}    the same, where Descope's own libraries look
//	GET  /oauth2/v1/authorize  the sign-in page, or with prompt=none an answer at once (see authorize)
//	POST /signin               its answer: a code, back to redirect_uri
//	POST /oauth2/v1/token      see token
//	GET  /oauth2/v1/logout     see logout
//	POST /sandbox/v1/session   {"practitioner": id} → {"sessionJwt": …}
//	POST /sandbox/v1/rotate    204: Rotate
func (i *Issuer) Handler() http.Handler {
	mux := http.NewServeMux()
	// What a page's script reads is open to the pages of this machine.
	open := func(method, path string, h http.HandlerFunc) {
		mux.Handle(method+" "+path, crossOrigin(h))
		mux.HandleFunc("OPTIONS "+path, preflight(method))
	}

	open("GET", "/{project}/.well-known/openid-configuration", i.serveDiscovery)
	open("GET", "/{project}/.well-known/jwks.json", i.serveKeys)
	open("GET", "/v2/keys/{project}", i.serveKeys)
	open("POST", "/oauth2/v1/token", i.serveToken)

	mux.HandleFunc("GET /oauth2/v1/authorize", i.authorize)
	mux.HandleFunc("POST /signin", i.signIn)
	mux.HandleFunc("GET /signin.css", i.signInStyle)
	mux.HandleFunc("GET /oauth2/v1/logout", i.logout)
	mux.HandleFunc("POST /sandbox/v1/session", i.serveSession)
	mux.HandleFunc("POST /sandbox/v1/rotate", i.serveRotate)

	return mux
}

func (i *Issuer) serveSession(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Practitioner string `json:"practitioner"`
	}
	if err := readJSON(w, r, &ask); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}

	token, err := i.Session(ask.Practitioner)
	if errors.Is(err, errNobody) {
		refuse(w, http.StatusNotFound, sentence(err))
		return
	}
	if err != nil {
		refuse(w, http.StatusInternalServerError, sentence(err))
		return
	}

	answerJSON(w, http.StatusOK, map[string]string{"sessionJwt": token})
}

func (i *Issuer) serveRotate(w http.ResponseWriter, r *http.Request) {
	if !isJSON(r) {
		refuse(w, http.StatusUnsupportedMediaType, "Send this request with Content-Type: application/json.")
		return
	}
	if err := i.Rotate(); err != nil {
		refuse(w, http.StatusInternalServerError, sentence(err))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (i *Issuer) knows(practitioner string) bool {
	_, ok := i.person(practitioner)
	return ok
}

func (i *Issuer) person(practitioner string) (Person, bool) {
	for _, p := range i.cfg.People {
		if p.ID == practitioner {
			return p, practitioner != ""
		}
	}
	return Person{}, false
}

// userID gives a Descope user id: U2 and 25 letters or digits, always the same
// for one person.
func userID(practitioner string) string {
	sum := sha256.Sum256([]byte("user " + practitioner))
	return "U2" + fmt.Sprintf("%x", sum)[:25]
}

// readJSON reads a small JSON body into v. Its error is a sentence for the
// sender.
func readJSON(w http.ResponseWriter, r *http.Request, v any) error {
	if !isJSON(r) {
		return errors.New("Send this request with Content-Type: application/json.")
	}
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("The request's body is not the JSON that is expected here: %w.", err)
	}
	return nil
}
