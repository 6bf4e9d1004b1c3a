package main

import "github.com/agext/levenshtein"

// nearAtMost is how many letters may be wrong, missing or too many in a word that
// is taken for another.
const nearAtMost = 2

// nearest is the one of all that word nearly is; "" when it is one of them, or near
// none.
func nearest(word string, all []string) (near string) {
	best := nearAtMost + 1
	for _, one := range all {
		if one == word {
			return ""
		}
		if d := levenshtein.Distance(word, one, nil); d < best {
			near, best = one, d
		}
	}
	return near
}

// nearestSetting is the setting whose name this one nearly is. In a short name less
// may differ: HOST is no PORT.
func nearestSetting(name string) string {
	near := nearest(name, settingNames())
	if near == "" || len(name) < 4*nearAtMost && levenshtein.Distance(name, near, nil) > 1 {
		return ""
	}
	return near
}
