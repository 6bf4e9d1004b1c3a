package sandbox

import (
	_ "embed"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"sync"
)

//go:embed console/phone.html
var phoneHTML markup

//go:embed console/phones.html
var phonesHTML markup

var (
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
	showPage(w, http.StatusOK, entry.page())
}

func (c *console) phones(w http.ResponseWriter, _ *http.Request) {
	c.showPhones(w, http.StatusOK, false)
}

// What the page of all phones says above them.
const (
	phonesTitle = "Members’ phones"
	phonesHint  = `Each opens a page that rings when the clinic calls and can be answered there. Opened, a phone that would answer waits for you instead.`

	noPhoneTitle   = "No such phone"
	noPhoneHeading = "There is no such phone"
	noPhoneHint    = `The sandbox has phones at +447700900000 to +447700900999 and at +442079460000 to +442079460999, written like that in the address of this page. The clinic’s members have these:`
)

// phoneItem is one phone in the list of all.
const phoneItem markup = `<li><a href="__PATH__"><span class="num">__SPOKEN__</span><span class="sub">__OWNER__ (__USE__)</span></a><span class="hint">__DOES__</span></li>
`

func (c *console) showPhones(w http.ResponseWriter, status int, unknown bool) {
	title, heading, hint := phonesTitle, phonesTitle, phonesHint
	if unknown {
		title, heading, hint = noPhoneTitle, noPhoneHeading, noPhoneHint
	}

	var list markup
	for _, entry := range c.world.Clinic.phones() {
		list += phoneItem.with(entry.marks())
	}

	showPage(w, status, phonesHTML.with(map[string]markup{
		"__TITLE__":   text(title),
		"__HEADING__": text(heading),
		"__HINT__":    text(hint),
		"__PHONES__":  list,
	}))
}

// page is that of the phone alone.
func (e phoneEntry) page() markup {
	whose := "Nobody’s at this clinic"
	if e.Owner != "" {
		whose = e.Owner
		if e.Use != "" {
			whose += " (" + e.Use + ")"
		}
	}

	marks := e.marks()
	marks["__WHOSE__"] = text(whose)

	return phoneHTML.with(marks)
}

func (e phoneEntry) marks() map[string]markup {
	return map[string]markup{
		"__NUMBER__": text(e.Number),
		"__SPOKEN__": text(e.Spoken),
		"__PATH__":   text(e.Path),
		"__OWNER__":  text(e.Owner),
		"__USE__":    text(e.Use),
		"__DOES__":   text(e.Does),
	}
}

func showPage(w http.ResponseWriter, status int, page markup) {
	pageHeaders(w.Header())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, string(page)) // whoever asked may have gone
}

// phones lists the members' phones and their relatives', as they are on file.
func (c Clinic) phones() (all []phoneEntry) {
	list := func(owner string, phones []Phone) {
		for _, p := range phones {
			if p.Number == "" {
				continue // what is written is no number
			}
			all = append(all, phoneEntry{
				Number: p.Number,
				Spoken: spokenNumber(p.Number),
				Path:   "/phones/" + url.PathEscape(p.Number),
				Owner:  owner,
				Use:    p.Use,
				Does:   p.Does,
			})
		}
	}

	for _, m := range c.everybody() {
		list(m.Name, m.Phones)
		for _, r := range m.Relatives {
			list(r.Name+", "+r.Relationship+" of "+m.Name, r.Phones)
		}
	}

	for _, one := range c.Contacts {
		owner := one.Name
		if one.Language != "" {
			owner += ", " + one.Language + " " + one.Role
		}
		list(owner, []Phone{{Number: one.Number, Use: "work", Does: one.does}})
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
