package twilio_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/credential"
	"perci.health/careline/sandbox/twiliobox"
	"perci.health/careline/setup"
	"perci.health/careline/twilio"
)

const (
	setupToken  = "the-auth-token"
	setupSecret = "the-api-secret"
	setupApp    = "AP00000000000000000000000000000001"
	setupNumber = "PN00000000000000000000000000000001"
)

// setting is a Twilio account and a service, both real servers.
type setting struct {
	twilio *httptest.Server
	client *twilio.Client
	setup  twilio.Setup
}

func newSetting(t *testing.T, change func(*twiliobox.Config)) *setting {
	t.Helper()
	c := twiliobox.Config{AccountSID: account, AuthToken: setupToken, APIKey: key, APISecret: setupSecret,
		Applications: []twiliobox.Application{{SID: setupApp}},
		Numbers:      []twiliobox.Number{{SID: setupNumber, PhoneNumber: "+442079460001"}}}
	if change != nil {
		change(&c)
	}
	box, err := twiliobox.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	s := &setting{twilio: httptest.NewServer(box.Handler())}
	t.Cleanup(s.twilio.Close)
	s.client, err = twilio.NewClient(twilio.ClientConfig{BaseURL: s.twilio.URL, AccountSID: account, Username: key, Password: credential.NewSecret(setupSecret)})
	if err != nil {
		t.Fatal(err)
	}
	service := httptest.NewServer(nil)
	service.Config.Handler = webhooksAt(t, service.URL, setupToken)
	t.Cleanup(service.Close)
	s.setup = twilio.Setup{PublicURL: service.URL, APIKey: key, ApplicationSID: setupApp, Countries: []string{"GB"}, AuthToken: credential.NewSecret(setupToken)}
	return s
}

// webhooksAt are the service's own webhooks, which must keep nothing here.
func webhooksAt(t *testing.T, public string, tokens ...string) http.Handler {
	t.Helper()
	w := twilio.Webhooks{AccountSID: account, ApplicationSID: setupApp, PublicURL: public,
		Keep: func(context.Context, careline.CallEvent) error { t.Error("a report was kept"); return nil }}
	if len(tokens) > 0 {
		var err error
		if w.Verifier, err = twilio.NewVerifier(public, secrets(tokens...)...); err != nil {
			t.Fatal(err)
		}
	}
	mux := http.NewServeMux()
	for _, r := range w.Routes() {
		mux.Handle(r.Method+" "+r.Path, r.Handler)
	}
	return mux
}

// ask makes one of the checks.
func (s *setting) ask(t *testing.T, name string) setup.Finding {
	t.Helper()
	for _, c := range s.client.Checks(s.setup) {
		if c.Name == name {
			return c.Ask(t.Context())
		}
	}
	t.Fatalf("there is no check %q", name)
	return setup.Finding{}
}

func expect(t *testing.T, got setup.Finding, verdict setup.Verdict, says string) {
	t.Helper()
	if got.Verdict != verdict || !strings.Contains(got.Found+" "+got.Do, says) || (got.Do == "") != (verdict == setup.VerdictGood || verdict == setup.VerdictSkipped) {
		t.Errorf("%+v, want %s: %s", got, verdict, says)
	}
	if text := got.Found + got.Do; strings.Contains(text, setupToken) || strings.Contains(text, "+44") {
		t.Errorf("told: %s", text)
	}
}

func TestPlanAppliedIsEmpty(t *testing.T) {
	t.Parallel()
	s := newSetting(t, func(c *twiliobox.Config) {
		c.Applications[0].PublicConnect = true
		c.Numbers = append(c.Numbers,
			twiliobox.Number{SID: "PN00000000000000000000000000000002", PhoneNumber: "+442079460002", VoiceApplicationSID: setupApp, VoiceURL: "https://demo.twilio.com/welcome/voice/"},
			twiliobox.Number{SID: "PN00000000000000000000000000000003", PhoneNumber: "+442079460003", NoVoice: true})
	})
	plan, err := s.client.Plan(t.Context(), s.setup)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, c := range plan {
		told = append(told, strings.ReplaceAll(c.Thing+": "+c.Have+" > "+c.Want, s.setup.PublicURL, "OURS"))
		if err := c.Apply(t.Context()); err != nil {
			t.Errorf("%s: %v", c.Thing, err)
		}
	}
	const reports = " > POST OURS/v1/twilio/webhooks/call-status#rc=3&rp=ct,rt,5xx"
	want := []string{
		"TwiML App " + setupApp + " voice URL:  > POST OURS/v1/twilio/outgoing",
		"TwiML App " + setupApp + " status callback: " + reports,
		"TwiML App " + setupApp + " calls by other accounts: allowed > not allowed",
		"number " + setupNumber + " voice URL:  > POST OURS/v1/twilio/incoming",
		"number " + setupNumber + " status callback: " + reports,
		"number PN00000000000000000000000000000002 voice URL: POST https://demo.twilio.com/welcome/voice/ > POST OURS/v1/twilio/incoming",
		"number PN00000000000000000000000000000002 TwiML App: " + setupApp + " > none, so that its voice URL is asked",
		"number PN00000000000000000000000000000002 status callback: " + reports,
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
	if plan, err := s.client.Plan(t.Context(), s.setup); err != nil || len(plan) != 0 {
		t.Errorf("%v, %v", plan, err)
	}
	for _, c := range s.client.Checks(s.setup) {
		if got := c.Ask(t.Context()); got.Verdict != setup.VerdictGood {
			t.Errorf("%s: %+v", c.Name, got)
		}
	}
}

// A number that another service has is a person's to decide about.
func TestPlanTakesNoNumberUnasked(t *testing.T) {
	t.Parallel()
	const other = "https://user:secret@other.example/x?token=secret"
	tests := map[string]struct {
		number twiliobox.Number
		takes  bool // with TakeNumbers
	}{
		"voice URL https://other.example":                   {twiliobox.Number{VoiceURL: other}, true},
		"status callback POST https://othe":                 {twiliobox.Number{StatusCallback: other}, true},
		"TwiML App AP0000000000000000000000000000000" + "2": {twiliobox.Number{VoiceApplicationSID: "AP00000000000000000000000000000002"}, true},
		"TK1": {twiliobox.Number{TrunkSID: "TK1"}, false},
	}
	for have, test := range tests {
		test.number.SID, test.number.PhoneNumber = setupNumber, "+442079460001"
		s := newSetting(t, func(c *twiliobox.Config) {
			c.Applications = append(c.Applications, twiliobox.Application{SID: "AP00000000000000000000000000000002"})
			c.Numbers[0] = test.number
		})
		plan, err := s.client.Plan(t.Context(), s.setup)
		last := len(plan) - 1
		if err != nil || last != 2 || plan[last].Apply != nil || !strings.Contains(strings.Replace(plan[last].Have, "POST https://other", "https://other", strings.Count(have, "voice")), have) || strings.Contains(plan[last].Have, "secret") {
			t.Errorf("%s: %+v, %v", have, plan, err)
		}
		s.setup.TakeNumbers = true
		plan, err = s.client.Plan(t.Context(), s.setup)
		if err != nil || (plan[len(plan)-1].Apply != nil) != test.takes {
			t.Errorf("%s: %+v, %v", have, plan, err)
		}
	}
}

// A large account is not told number by number.
func TestNumbersAreToldInShort(t *testing.T) {
	t.Parallel()
	s := newSetting(t, func(c *twiliobox.Config) {
		for i := range 20 {
			c.Numbers = append(c.Numbers, twiliobox.Number{SID: fmt.Sprintf("PN%032d", 100+i), PhoneNumber: fmt.Sprintf("+4420794601%02d", i)})
		}
	})
	got := s.ask(t, "twilio: numbers' webhooks")
	expect(t, got, setup.VerdictFault, "And 16 numbers more.")
	if len(got.Found) > 1500 || strings.Contains(got.Found, "PN00000000000000000000000000000119") {
		t.Error(got.Found)
	}
}

// With a fixed number the others are nobody's business.
func TestPlanOfOneNumber(t *testing.T) {
	t.Parallel()
	s := newSetting(t, func(c *twiliobox.Config) {
		c.Numbers = append(c.Numbers, twiliobox.Number{SID: "PN00000000000000000000000000000002", PhoneNumber: "+442079460002"})
	})
	var err error
	if s.setup.Number, err = careline.ParsePhone("+442079460002", ""); err != nil {
		t.Fatal(err)
	}
	plan, err := s.client.Plan(t.Context(), s.setup)
	if err != nil || len(plan) != 4 || !strings.HasPrefix(plan[2].Thing, "number PN00000000000000000000000000000002") || !strings.HasPrefix(plan[3].Thing, "number PN00000000000000000000000000000002") {
		t.Errorf("%+v, %v", plan, err)
	}
}

func TestChecksOfAnAccount(t *testing.T) {
	t.Parallel()
	s := newSetting(t, func(c *twiliobox.Config) { c.Numbers[0].NoVoice = true })
	expect(t, s.ask(t, "twilio: numbers"), setup.VerdictFault, "no number that can make calls")
	expect(t, s.ask(t, "twilio: numbers' webhooks"), setup.VerdictSkipped, "no number to look at")
	expect(t, s.ask(t, "twilio: API key"), setup.VerdictGood, "")
	expect(t, s.ask(t, "twilio: TwiML App"), setup.VerdictFault, "is not set. The TwiML App's status callback is not set")
	s.setup.ApplicationSID = "AP00000000000000000000000000000009"
	expect(t, s.ask(t, "twilio: TwiML App"), setup.VerdictFault, "no such TwiML App")
	s.setup.Countries = []string{"GB", "ZZ"}
	expect(t, s.ask(t, "twilio: countries"), setup.VerdictFault, "no country ZZ")
	s.setup.Countries = []string{"GB"}
	expect(t, s.ask(t, "twilio: countries"), setup.VerdictGood, "GG, JE, IM would allow them")
	s.setup.Countries = []string{"GB", "GG", "JE", "IM"}
	expect(t, s.ask(t, "twilio: countries"), setup.VerdictGood, "none of the high-risk numbers there.")
	s.setup.AuthToken = credential.NewSecret("other")
	expect(t, s.ask(t, "twilio: access tokens"), setup.VerdictDoubt, "to the auth token alone, and refused it")
}

// What the sandbox's account cannot be is answered by hand.
func TestAuthTokenTellsAccounts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		answer    string
		secondary string
		verdict   setup.Verdict
		says      string
	}{
		{`{"status":"active","type":"Full"}`, "", setup.VerdictGood, ""},
		{`{"status":"suspended","type":"Full"}`, "", setup.VerdictFault, "not active, but suspended"},
		{`{"status":"<b>","type":"Full"}`, "", setup.VerdictFault, "in an unknown state"},
		{`{"status":"active","type":"Trial"}`, "", setup.VerdictDoubt, "trial account"},
		{`{"status":"active","type":"Full","auth_token":"another"}`, "", setup.VerdictFault, "not the one that Twilio signs with"},
		{`{"status":"active","type":"Full","auth_token":"another"}`, "another", setup.VerdictDoubt, "End the rotation"},
	}
	for _, test := range tests {
		c := client(t, twilio.ClientConfig{HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if user, password, _ := r.BasicAuth(); user != account || password != setupToken || r.URL.Path != "/2010-04-01/Accounts/"+account+".json" {
				return answer(400, "{}")
			}
			return answer(200, test.answer)
		})}})
		s := &setting{client: c, setup: twilio.Setup{AuthToken: credential.NewSecret(setupToken), SecondaryToken: credential.NewSecret(test.secondary)}}
		expect(t, s.ask(t, "twilio: auth token"), test.verdict, test.says)
	}
}

// Once the secondary token is the primary one, the one before signs in no more.
func TestAuthTokenWasPromoted(t *testing.T) {
	t.Parallel()
	for told, want := range map[string]setup.Verdict{
		`{"status":"active","type":"Full","auth_token":"next"}`:    setup.VerdictDoubt,
		`{"status":"active","type":"Full","auth_token":"another"}`: setup.VerdictFault,
	} {
		c := client(t, twilio.ClientConfig{HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if _, password, _ := r.BasicAuth(); password != "next" {
				return answer(401, `{"code":20003}`)
			}
			return answer(200, told)
		})}})
		s := &setting{client: c, setup: twilio.Setup{AuthToken: credential.NewSecret(setupToken), SecondaryToken: credential.NewSecret("next")}}
		says := map[setup.Verdict]string{setup.VerdictDoubt: "End the rotation", setup.VerdictFault: "refused the auth token"}[want]
		expect(t, s.ask(t, "twilio: auth token"), want, says)
	}
}

// Whatever keeps Twilio from answering, every check says so, and each of them ends.
func TestChecksWithoutAnswers(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]setup.Verdict{401: setup.VerdictFault, 403: setup.VerdictFault, 429: setup.VerdictDoubt, 503: setup.VerdictDoubt, 418: setup.VerdictFault} {
		synctest.Test(t, func(t *testing.T) {
			s := &setting{client: client(t, twilio.ClientConfig{HTTP: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
				return answer(status, "")
			})}}), setup: twilio.Setup{ApplicationSID: setupApp, APIKey: key, AuthToken: credential.NewSecret(setupToken), Countries: []string{"GB"}}}
			for _, name := range []string{"API key", "auth token", "access tokens", "TwiML App", "numbers", "numbers' webhooks", "countries"} {
				verdict := want
				if name == "access tokens" && (status == 401 || status == 403) {
					verdict = setup.VerdictDoubt
				}
				if got := s.ask(t, "twilio: "+name); got.Verdict != verdict || got.Do == "" {
					t.Errorf("%d, %s: %+v", status, name, got)
				}
			}
		})
	}
}

// The voice API has a host of its own at Twilio.
func TestCountriesAreAskedAtTheVoiceAPI(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ base, region, edge, want string }{
		{"", "", "", "https://voice.twilio.com"},
		{"https://api.twilio.com", "ie1", "dublin", "https://voice.dublin.ie1.twilio.com"},
		{"https://api.nottwilio.com", "", "", "https://api.nottwilio.com"},
		{"http://127.0.0.1:8480/base", "", "", "http://127.0.0.1:8480/base"},
	} {
		asked := ""
		c := client(t, twilio.ClientConfig{BaseURL: test.base, Region: test.region, Edge: test.edge, HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			asked = r.URL.String()
			return answer(200, `{"low_risk_numbers_enabled":true}`)
		})}})
		got, err := c.FetchCountry(t.Context(), "GB")
		if err != nil || asked != test.want+"/v1/DialingPermissions/Countries/GB" || got != (twilio.Country{LowRisk: true}) {
			t.Errorf("%s: %+v %v", asked, got, err)
		}
	}
}

// What may stand at our public URL instead of us.
func TestPublicURL(t *testing.T) {
	t.Parallel()
	says := func(status int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://login.example/in?secret="+setupToken)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text)
		}
	}
	tests := []struct {
		handler http.Handler
		verdict setup.Verdict
		says    string
	}{
		{says(301, ""), setup.VerdictFault, "redirected to https://login.example: Twilio follows, and loses"},
		{says(307, ""), setup.VerdictFault, "redirected"},
		{says(401, ""), setup.VerdictFault, "Something before the service answers HTTP 401"},
		{says(403, "<html>Forbidden"), setup.VerdictFault, "unauthenticated invocations"},
		{says(404, ""), setup.VerdictFault, "has nothing for Twilio's reports"},
		{says(405, ""), setup.VerdictFault, "has nothing for Twilio's reports"},
		{says(502, ""), setup.VerdictFault, "does not work: HTTP 502"},
		{says(200, "welcome"), setup.VerdictFault, "Another service answers"},
		{says(400, "what?"), setup.VerdictFault, "Another service answers"},
		{says(400, "The report cannot be understood, so it was not kept. Check what sent it."), setup.VerdictFault, "that Twilio did not sign: HTTP 400"},
		{http.NotFoundHandler(), setup.VerdictFault, "HTTP 404"},
	}
	for _, test := range tests {
		s := newSetting(t, nil)
		server := httptest.NewServer(test.handler)
		t.Cleanup(server.Close)
		s.setup.PublicURL = server.URL
		expect(t, s.ask(t, "twilio: webhooks"), test.verdict, test.says)
	}
}

func TestPublicURLOfAService(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		tokens    []string // of the service; none: it checks nothing
		secondary string
		unsigned  bool
		account   string
		verdict   setup.Verdict
		says      string
	}{
		{"good", []string{setupToken}, "", false, account, setup.VerdictGood, ""},
		{"rotation", []string{setupToken, "next"}, "next", false, account, setup.VerdictGood, ""},
		{"rotation here alone", []string{setupToken}, "next", false, account, setup.VerdictFault, "TWILIO_AUTH_TOKEN_SECONDARY"},
		{"another token", []string{"another"}, "", false, account, setup.VerdictFault, "restart it with these settings"},
		{"checks nothing", nil, "", false, account, setup.VerdictFault, "Anybody can forge"},
		{"development", nil, "", true, account, setup.VerdictDoubt, "does not check signatures"},
		{"another account", []string{setupToken}, "", false, "AC00000000000000000000000000000009", setup.VerdictFault, "another Twilio account"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSetting(t, nil)
			service := httptest.NewServer(nil)
			service.Config.Handler = webhooksAt(t, service.URL, test.tokens...)
			t.Cleanup(service.Close)
			s.setup.PublicURL, s.setup.SecondaryToken, s.setup.Unsigned = service.URL, credential.NewSecret(test.secondary), test.unsigned
			var err error
			if s.client, err = twilio.NewClient(twilio.ClientConfig{BaseURL: s.twilio.URL, AccountSID: test.account, Password: credential.NewSecret("x")}); err != nil {
				t.Fatal(err)
			}
			expect(t, s.ask(t, "twilio: webhooks"), test.verdict, test.says)
		})
	}
}

// Twilio cannot reach what is not on the internet, and tells numbers in clear where
// there is no TLS. The service itself answers well.
func TestPublicURLSeenFromTwilio(t *testing.T) {
	t.Parallel()
	for public, want := range map[string]string{
		"http://127.0.0.1:8080": "cannot reach", "http://localhost:8080": "cannot reach", "https://10.1.2.3": "cannot reach",
		"http://clinic.example": "not https", "https://clinic.example": "",
	} {
		handler := webhooksAt(t, public, setupToken)
		s := &setting{client: client(t, twilio.ClientConfig{}), setup: twilio.Setup{PublicURL: public, AuthToken: credential.NewSecret(setupToken),
			HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				r.RequestURI = r.URL.RequestURI()
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				return w.Result(), nil
			})}}}
		verdict := setup.VerdictGood
		if want != "" {
			verdict = setup.VerdictDoubt
		}
		expect(t, s.ask(t, "twilio: webhooks"), verdict, want)
	}
}

func TestPublicURLNotReached(t *testing.T) {
	t.Parallel()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // the refused handshake is what is wanted
	secure.StartTLS()
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	stuck, release := make(chan struct{}), make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(stuck); <-release }))
	t.Cleanup(func() { close(release); silent.Close() })
	for _, test := range []struct{ url, says string }{
		{secure.URL, "certificate at FUNCTIONS_URL is not good"},
		{strings.Replace(plain.URL, "http:", "https:", 1), "does not speak TLS"},
		{closed.URL, "Nothing answers at FUNCTIONS_URL"},
		{silent.URL, "does not answer in time"},
		{"http://nowhere.invalid", "has no address"},
	} {
		t.Run(test.says, func(t *testing.T) {
			s := newSetting(t, nil)
			s.setup.PublicURL = test.url
			dial := func(ctx context.Context, network, address string) (net.Conn, error) {
				if strings.Contains(address, ".invalid") { // no name server is asked
					return nil, &net.DNSError{Err: "no such host", Name: address, IsNotFound: true}
				}
				return new(net.Dialer).DialContext(ctx, network, address)
			}
			s.setup.HTTP = &http.Client{Transport: &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, DisableKeepAlives: true}}
			ctx := t.Context()
			if test.url == silent.URL {
				ctx = late{ctx, stuck}
			}
			for _, c := range s.client.Checks(s.setup) {
				if c.Name == "twilio: webhooks" {
					expect(t, c.Ask(ctx), setup.VerdictFault, test.says)
				}
			}
		})
	}
}

// late is a context whose deadline passes when the channel is closed.
type late struct {
	context.Context
	passed <-chan struct{}
}

func (l late) Done() <-chan struct{} { return l.passed }

func (l late) Err() error {
	select {
	case <-l.passed:
		return context.DeadlineExceeded
	default:
		return nil
	}
}
