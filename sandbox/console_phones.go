package sandbox

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"sync"
)

//go:embed console/phone.html
var phoneHTML string

//go:embed console/phones.html
var phonesHTML string

var (
	phoneTemplate = sync.OnceValue(func() *template.Template {
		return template.Must(template.New("phone").Parse(phoneHTML))
	})
	phonesTemplate = sync.OnceValue(func() *template.Template {
		return template.Must(template.New("phones").Parse(phonesHTML))
	})
	// servedPhone is every number that twiliobox has a phone at: the ranges that
	// Ofcom keeps for drama.
	servedPhone = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\+44(7700900|2079460|1614960)[0-9]{3}$`)
	})
	mobile = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\+44(7\d{3})(\d{3})(\d{3})$`)
	})
	london = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\+44(20)(\d{4})(\d{4})$`)
	})
	manchester = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\+44(161)(\d{3})(\d{4})$`)
	})
)

// PhoneURL is the page of the phone at number, E.164, where it rings and can be
// answered by hand.
func (w *World) PhoneURL(number string) string {
	return w.ConsoleURL + "/phones/" + url.PathEscape(number)
}

// phoneEntry is a phone as the pages show it.
type phoneEntry struct {
	Number string // E.164
	Spoken string // as people of its country write it
	Path   string
	Owner  string // whose it is, "" when nobody's of the clinic
	Use    string // FHIR ContactPoint.use
	Does   string
}

// phone shows the phone at a number. It needs the microphone, which no other
// page of the console may use.
func (c *console) phone(w http.ResponseWriter, r *http.Request) {
	number := r.PathValue("number")
	if !servedPhone().MatchString(number) {
		c.showPhones(w, http.StatusNotFound, true)
		return
	}
	entry := phoneEntry{Number: number, Spoken: spokenNumber(number)}
	for _, known := range c.world.Clinic.phones() {
		if known.Number == number {
			entry = known
		}
	}
	w.Header().Set("Permissions-Policy", "microphone=(self), camera=(), geolocation=()")
	showPage(w, http.StatusOK, phoneTemplate(), entry)
}

func (c *console) phones(w http.ResponseWriter, _ *http.Request) {
	c.showPhones(w, http.StatusOK, false)
}

func (c *console) showPhones(w http.ResponseWriter, status int, unknown bool) {
	showPage(w, status, phonesTemplate(), map[string]any{"Unknown": unknown, "Phones": c.world.Clinic.phones()})
}

func showPage(w http.ResponseWriter, status int, page *template.Template, data any) {
	var body bytes.Buffer
	if err := page.Execute(&body, data); err != nil {
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
		return
	}
	pageHeaders(w.Header())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(body.Bytes())
}

// phones lists the members' phones and their relatives', as they are on file.
func (c Clinic) phones() (all []phoneEntry) {
	list := func(owner string, phones []Phone) {
		for _, p := range phones {
			if p.Number == "" {
				continue // what is written is no number
			}
			all = append(all, phoneEntry{
				Number: p.Number, Spoken: spokenNumber(p.Number), Path: "/phones/" + url.PathEscape(p.Number),
				Owner: owner, Use: p.Use, Does: p.Does,
			})
		}
	}
	for _, m := range c.everybody() {
		list(m.Name, m.Phones)
		for _, r := range m.Relatives {
			list(r.Name+", "+r.Relationship+" of "+m.Name, r.Phones)
		}
	}
	return all
}

// spokenNumber writes a British number in groups, as it is said; others stay.
func spokenNumber(number string) string {
	for _, shape := range []*regexp.Regexp{mobile(), london(), manchester()} {
		if shape.MatchString(number) {
			return shape.ReplaceAllString(number, "0$1 $2 $3")
		}
	}
	return number
}
