package sandbox

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// pageWait is how long an app may take to show that it has a page.
const pageWait = 2 * time.Second

// consoleState is what the page needs to draw itself.
type consoleState struct {
	Clinic  Clinic   `json:"clinic"`
	Numbers []string `json:"numbers"` // the account's, which members call back
	AppURL  string   `json:"appUrl"`
	Twilio  string   `json:"twilioUrl"`
	FHIR    string   `json:"fhirUrl"`
	SignIn  string   `json:"signInUrl"`
	// Settings are Env's, secrets blotted out: they are for reading, the command
	// line prints them whole.
	Settings []setting `json:"settings"`
}

type setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (c *console) state(w http.ResponseWriter, _ *http.Request) {
	s := consoleState{
		Clinic:  c.world.Clinic,
		Numbers: c.world.Numbers,
		AppURL:  c.world.AppURL(),
		Twilio:  c.world.TwilioURL,
		FHIR:    c.world.FHIRURL,
		SignIn:  c.world.IssuerURL,
	}

	for _, line := range c.world.Env() {
		name, value, _ := strings.Cut(line, "=")
		if strings.HasSuffix(name, "SECRET") || strings.HasSuffix(name, "AUTH_TOKEN") {
			value = "…"
		}
		s.Settings = append(s.Settings, setting{name, value})
	}

	w.Header().Set("Cache-Control", "no-store")
	answerJSON(w, http.StatusOK, s)
}

func (c *console) call(w http.ResponseWriter, r *http.Request) {
	var ask Ask
	if err := readJSON(w, r, &ask); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	callSID, err := c.world.Place(r.Context(), ask)
	if err != nil {
		refuse(w, http.StatusBadGateway, sentence(err))
		return
	}
	answerJSON(w, http.StatusCreated, map[string]string{"callSid": callSID})
}

func (c *console) app(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		URL string `json:"url"`
	}
	if err := readJSON(w, r, &ask); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if err := c.world.SetApp(strings.TrimSpace(ask.URL)); err != nil {
		refuse(w, http.StatusBadRequest, sentence(err))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// appPage tells where the app's own page is: a backend may have none, and a link
// to nowhere helps nobody.
func (c *console) appPage(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), pageWait)
	defer cancel()
	url := c.world.AppURL()
	if url != "" && !c.isPage(ctx, url) {
		url = ""
	}
	w.Header().Set("Cache-Control", "no-store")
	answerJSON(w, http.StatusOK, map[string]string{"url": url})
}

// isPage reports whether url answers with an HTML page.
func (c *console) isPage(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/", nil)
	if err != nil {
		return false
	}
	req.Header.Set("Accept", "text/html")
	answer, err := c.world.client.Do(req)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	return answer.StatusCode == http.StatusOK && strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html")
}
