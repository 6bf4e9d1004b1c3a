package careline

import (
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// renamed are the countries that bear another name than the library's table says,
// or one that cannot be read out (ISO 3166-1, English short names).
var renamed = map[string]string{
	"CD": "the Democratic Republic of the Congo",
	"CG": "the Republic of the Congo",
	"HK": "Hong Kong",
	"MK": "North Macedonia",
	"MM": "Myanmar",
	"MO": "Macau",
	"SZ": "Eswatini",
}

// articled are the names, or the words in them, before which English says "the".
var articled = []string{
	"United ", "Republic", " Islands", " Territor", "Isle of", "Bahamas", "Comoros", "Gambia", "Maldives", "Netherlands", "Philippines", "Seychelles",
}

// CountryName is how a sentence names a country (ISO 3166-1 alpha-2), such as
// "Jersey" or "the Isle of Man"; empty for what is none, as a network without a
// country.
func CountryName(region string) string {
	if name, ok := renamed[region]; ok {
		return name
	}

	known, err := language.ParseRegion(region)
	if err != nil || !known.IsCountry() {
		return ""
	}

	name := display.English.Regions().Name(known)
	for _, word := range articled {
		if strings.Contains(name, word) {
			return "the " + name
		}
	}
	return name
}
