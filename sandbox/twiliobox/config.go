package twiliobox

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// Config says which Twilio account the box plays. Every field except those
// marked optional is required.
type Config struct {
	AccountSID string // AC and 32 hexadecimal digits
	AuthToken  string // signs webhooks; password of the account
	APIKey     string // SK and 32 hexadecimal digits: issuer of access tokens
	APISecret  string // signs access tokens; password of the key

	Countries []string // that may be called, ISO 3166-1 alpha-2; nil means GB alone

	Applications []Application // TwiML apps; optional
	Numbers      []Number      // incoming phone numbers, also the caller ids owned; optional

	// Pace is how long one second of a call takes, in seconds: 1 is real time,
	// 0.01 a hundred times faster. 0 means 1.
	Pace float64
	// Seed makes fault injection repeatable.
	Seed uint64
	// MediaPort is the UDP port of all sound; 0 means any free one, taken when
	// the first call with sound is placed.
	MediaPort int

	Log *slog.Logger // optional; never given a number, name or token
	// HTTPClient sends webhooks; optional. Redirects and cookies are the box's
	// own business: the client's own settings for them are not used.
	HTTPClient *http.Client
}

// Application is a TwiML App. Methods are GET or POST; empty means POST. An
// empty URL means none.
type Application struct {
	SID, FriendlyName                    string
	VoiceURL, VoiceMethod                string
	VoiceFallbackURL                     string // asked when the TwiML fails
	VoiceFallbackMethod                  string
	StatusCallback, StatusCallbackMethod string
	PublicConnect                        bool // other accounts may dial it
}

// Number is an incoming phone number of the account, in E.164. When
// VoiceApplicationSID is set the application's URLs are used and the number's
// own are not, as at Twilio.
type Number struct {
	SID, PhoneNumber, FriendlyName       string
	VoiceURL, VoiceMethod                string
	VoiceFallbackURL                     string // asked when the TwiML fails
	VoiceFallbackMethod                  string
	StatusCallback, StatusCallbackMethod string
	VoiceApplicationSID                  string
	TrunkSID                             string // of a SIP trunk, which the box only tells of; optional
	NoVoice                              bool   // it cannot make or take calls
}

var (
	sidPattern = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[A-Z]{2}[0-9a-f]{32}$`)
	})
	e164Pattern = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	})
)

// check returns every fault of c in one error, or nil.
func (c Config) check() error {
	var faults []error
	bad := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	bad(isSID("AC", c.AccountSID), "AccountSID must be AC and 32 hexadecimal digits")
	bad(c.AuthToken != "", "AuthToken is empty")
	bad(isSID("SK", c.APIKey), "APIKey must be SK and 32 hexadecimal digits")
	bad(c.APISecret != "", "APISecret is empty")
	bad(c.Pace >= 0, "Pace is %v: it must not be negative", c.Pace)
	bad(c.MediaPort >= 0 && c.MediaPort <= 65535, "MediaPort is %d: it must be a UDP port, or 0", c.MediaPort)
	for _, code := range c.Countries {
		bad(countryCodes[code] != "", "Countries: %q is no country that the box knows", code)
	}

	seen := map[string]bool{}
	for i, a := range c.Applications {
		where := fmt.Sprintf("Applications[%d]", i)
		bad(isSID("AP", a.SID), "%s: SID must be AP and 32 hexadecimal digits", where)
		bad(!seen[a.SID], "%s: SID is used twice", where)
		seen[a.SID] = true
		faults = append(faults, checkHooks(where, a.hooks()...)...)
	}

	for i, n := range c.Numbers {
		where := fmt.Sprintf("Numbers[%d]", i)
		bad(isSID("PN", n.SID), "%s: SID must be PN and 32 hexadecimal digits", where)
		bad(e164Pattern().MatchString(n.PhoneNumber), "%s: PhoneNumber must be E.164, as +447700900001", where)
		bad(!seen[n.SID] && !seen[n.PhoneNumber], "%s: SID or PhoneNumber is used twice", where)
		bad(n.VoiceApplicationSID == "" || seen[n.VoiceApplicationSID], "%s: VoiceApplicationSID is no application of ours", where)
		seen[n.SID], seen[n.PhoneNumber] = true, true
		faults = append(faults, checkHooks(where, n.hooks()...)...)
	}

	if len(faults) > 0 {
		return fmt.Errorf("twiliobox: %w", errors.Join(faults...))
	}

	return nil
}

// hooks are its URLs, each with its method after it.
func (a Application) hooks() []string {
	return []string{a.VoiceURL, a.VoiceMethod, a.VoiceFallbackURL, a.VoiceFallbackMethod, a.StatusCallback, a.StatusCallbackMethod}
}

func (n Number) hooks() []string {
	return []string{n.VoiceURL, n.VoiceMethod, n.VoiceFallbackURL, n.VoiceFallbackMethod, n.StatusCallback, n.StatusCallbackMethod}
}

// checkHooks takes alternating URLs and methods.
func checkHooks(where string, urlsAndMethods ...string) (faults []error) {
	for i := 0; i < len(urlsAndMethods); i += 2 {
		if err := checkURL(urlsAndMethods[i]); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", where, err))
		}
		if !validMethod(urlsAndMethods[i+1]) {
			faults = append(faults, fmt.Errorf("%s: method must be GET or POST", where))
		}
	}
	return faults
}

// checkURL accepts the empty string: a hook that is not set.
func checkURL(raw string) error {
	if raw == "" {
		return nil
	}
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return errors.New("a webhook URL must be absolute, with http or https")
	}
	if strings.Contains(u.Hostname(), "_") {
		return errors.New("a webhook URL's host must not contain an underscore")
	}
	return nil
}

func validMethod(m string) bool { return m == "" || m == http.MethodGet || m == http.MethodPost }

func isSID(prefix, s string) bool { return strings.HasPrefix(s, prefix) && sidPattern().MatchString(s) }
