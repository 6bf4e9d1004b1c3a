package main

import (
	"net/url"
	"strings"
)

// appConfig is what the clinician's app is told of the clinic.
type appConfig struct {
	language      string // BCP 47
	help, privacy string // "": no link
	chart         string // has {patient}; "": no link
	idleLock      int    // minutes; 0: never
}

// chartPatient stands in CHART_URL for the patient's id.
const chartPatient = "{patient}"

func readApp(r *reader) appConfig {
	return appConfig{
		language: readAppLanguage(r),
		help:     r.page("HELP_URL"),
		privacy:  r.page("PRIVACY_URL"),
		chart:    readChart(r),
		idleLock: r.number("IDLE_LOCK_MINUTES", 0, 480),
	}
}

// readAppLanguage also reads what GNU gettext has in the variable of this name, as
// many a desktop sets it: "en_GB:en", the first of which is meant.
func readAppLanguage(r *reader) string {
	first, _, _ := strings.Cut(r.text("LANGUAGE"), ":")
	tag := strings.ReplaceAll(first, "_", "-")
	if !languageForm(tag) {
		r.fault("LANGUAGE", "must be a language tag such as en-GB", "")
	}
	return tag
}

// page is where a link of the app leads, or "".
func (r *reader) page(name string) string {
	v := r.text(name)
	u, err := url.Parse(v)
	if v != "" && (err != nil || (u.Scheme != "https" || u.Host == "") && (u.Scheme != "mailto" || !emailForm(u.Opaque))) {
		r.fault(name, "must begin with https:// or mailto:, or not be set", "")
	}
	return v
}

// readChart is where the chart of a patient is. An id is letters, digits, hyphens and
// dots, which stand in a URL as they are.
func readChart(r *reader) string {
	v := r.text("CHART_URL")
	if v == "" {
		return ""
	}

	const id = "a-patients-id"
	u, err := url.Parse(strings.ReplaceAll(v, chartPatient, id))
	if err != nil || u.Scheme != "https" || u.Host == "" || strings.Contains(u.Host, id) || !strings.Contains(v, chartPatient) {
		r.fault("CHART_URL", "must be an https:// URL with {patient} where the patient's id stands, or not be set", "")
	}
	return v
}
