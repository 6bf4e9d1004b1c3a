package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// browsers remembers who is signed in in which browser, by a cookie, so that an app
// can be let in again without a page (OpenID Connect Core 1.0, section 3.1.2.1:
// prompt=none). It is as old as a sign-in may be, and gone when the sandbox ends.
type browsers struct {
	now    func() time.Time
	cookie string // cookies do not tell one port of a machine from another, so each issuer's has a name of its own
	mu     sync.Mutex
	known  map[string]visitor // by the cookie's value
}

// visitor is somebody who has signed in with the page.
type visitor struct {
	practitioner string
	at           time.Time
}

func newBrowsers(now func() time.Time) *browsers {
	return &browsers{now: now, cookie: "sandbox-" + randomHex(4), known: map[string]visitor{}}
}

// welcome remembers that the practitioner has signed in in w's browser now. A page of
// another site may lead there, but not ask from within a frame or a script: SameSite.
func (b *browsers) welcome(w http.ResponseWriter, practitioner string) {
	value := randomHex(32)
	b.mu.Lock()
	b.known[value] = visitor{practitioner, b.now()}
	b.mu.Unlock()
	http.SetCookie(w, b.baked(value, 0))
}

func (b *browsers) baked(value string, age int) *http.Cookie {
	return &http.Cookie{
		Name:     b.cookie,
		Value:    value,
		Path:     "/oauth2/v1",
		MaxAge:   age,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	}
}

// visitor returns who is signed in in r's browser.
func (b *browsers) visitor(r *http.Request) (visitor, bool) {
	cookie, err := r.Cookie(b.cookie)
	if err != nil {
		return visitor{}, false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	who, ok := b.known[cookie.Value]
	return who, ok && b.now().Sub(who.at) <= refreshLife
}

// goodbye forgets who is signed in in r's browser.
func (b *browsers) goodbye(w http.ResponseWriter, r *http.Request) {
	cookie, err := r.Cookie(b.cookie)
	if err != nil {
		return
	}
	b.mu.Lock()
	delete(b.known, cookie.Value)
	b.mu.Unlock()
	http.SetCookie(w, b.baked("", -1))
}

// prompts are the values of prompt, "none" among others of which is an error.
func (a authorization) prompts() []string { return strings.Fields(a.query.Get("prompt")) }

// silent reports whether the app wants an answer without a page.
func (a authorization) silent() bool { return slices.Contains(a.prompts(), "none") }

// suits reports whether who's sign-in is recent enough for max_age, in seconds.
func (a authorization) suits(who visitor, now time.Time) bool {
	most := a.query.Get("max_age")
	if most == "" {
		return true
	}
	seconds, err := strconv.Atoi(most)
	return err == nil && now.Sub(who.at) < time.Duration(seconds)*time.Second
}
