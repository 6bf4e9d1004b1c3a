package main

import (
	"os"

	"perci.health/careline/web"
)

// brandConfig is how the clinic is recognised in its app.
type brandConfig struct {
	logo   []byte // BRAND_LOGO: the SVG itself; nil: the organisation's name stands there
	colour string // BRAND_COLOUR: the accent, #rrggbb; "": careline's own
}

// readBrand reads the logo's file as well: what is wrong with it is told at the start,
// and not seen by the first clinician.
func readBrand(r *reader) brandConfig {
	b := brandConfig{colour: r.text("BRAND_COLOUR")}
	if b.colour != "" {
		if err := web.CheckColour(b.colour); err != nil {
			r.fault("BRAND_COLOUR", err.Error(), "")
		}
	}

	path := r.text("BRAND_LOGO")
	if path == "" {
		return b
	}

	logo, err := os.ReadFile(path)
	if err != nil {
		r.fault("BRAND_LOGO", "must be the path of an SVG file that careline can read", "")
		return b
	}
	if err := web.CheckLogo(logo); err != nil {
		r.fault("BRAND_LOGO", err.Error(), "")
	}
	b.logo = logo

	return b
}
