package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The clinic's colour and logo are looked at when careline starts.
func TestReadBrand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := file("logo.svg", `<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h1"/></svg>`)
	for set, fault := range map[string]string{
		"BRAND_COLOUR=#0b6a70":     "",
		"BRAND_COLOUR=#ffcc00":     "BRAND_COLOUR has a contrast of 1.5 : 1 with white, and white words on it need 4.5 : 1",
		"BRAND_COLOUR=amber":       "BRAND_COLOUR must be a colour such as",
		"BRAND_LOGO=" + good:       "",
		"BRAND_LOGO=" + dir:        "BRAND_LOGO must be the path of an SVG file that careline can read",
		"BRAND_LOGO=" + good + "x": "BRAND_LOGO must be the path of an SVG file that careline can read",
		"BRAND_LOGO=" + file("script.svg", `<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`): "BRAND_LOGO must be a picture alone, without <script>",
	} {
		settings := enough()
		name, value, _ := strings.Cut(set, "=")
		settings[name] = value
		c, err := readConfig(func(name string) string { return settings[name] })
		if fault == "" && err != nil || fault != "" && (err == nil || !strings.Contains(err.Error(), fault)) {
			t.Errorf("%s: %v, want %q", set, err, fault)
		}
		if fault == "" && (c.brand.colour == "") == (c.brand.logo == nil) {
			t.Errorf("%s is not kept: %+v", set, c.brand)
		}
	}
}
