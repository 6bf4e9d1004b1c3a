package web_test

import (
	"net/http"
	"strings"
	"testing"

	"perci.health/careline/web"
)

const logo = `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10">
<style>.a { fill: url(#g) }</style><defs><linearGradient id="g"><stop offset="0" stop-color="#123456"/></linearGradient></defs>
<path class="a" d="M0 0h10v10z"/><use xlink:href="#g"/><image href="data:image/png;base64,AAAA"/></svg>`

func TestCheckColour(t *testing.T) {
	t.Parallel()
	for colour, want := range map[string]string{
		"#0b6a70": "",
		"#767676": "", // WCAG's own example of what is just enough
		"#777777": "has a contrast of 4.4 : 1 with white",
		"#ffcc00": "has a contrast of 1.5 : 1 with white",
		"#FFFFFF": "has a contrast of 1.0 : 1 with white",
		"teal":    "must be a colour such as #0b6a70",
		"#12345":  "must be a colour such as #0b6a70",
		"#12345g": "must be a colour such as #0b6a70",
	} {
		if err := web.CheckColour(colour); !tells(err, want) {
			t.Errorf("%s: %v, want %q", colour, err, want)
		}
	}
}

func TestCheckLogo(t *testing.T) {
	t.Parallel()
	in := func(what string) string {
		return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink">` + what + `</svg>`
	}
	for name, test := range map[string]struct{ svg, want string }{
		"a picture":            {logo, ""},
		"nothing":              {"", "is empty"},
		"broken":               {in("<path>"), "not well-formed"},
		"no SVG":               {"<html></html>", "begins with <html>"},
		"SVG in name alone":    {"<svg></svg>", "begins with <svg>"},
		"a script":             {in("<script>alert(1)</script>"), "without <script>"},
		"a script of HTML's":   {in(`<script xmlns="http://www.w3.org/1999/xhtml"/>`), "without <script>"},
		"HTML":                 {in(`<foreignObject/>`), "without <foreignObject>"},
		"HTML by its name":     {in(`<p xmlns="http://www.w3.org/1999/xhtml"/>`), "without <p>"},
		"a handler":            {in(`<path onClick="x()"/>`), "without the handler onClick"},
		"a link":               {in(`<a href="#b"/>`), "without <a>"},
		"a change of a link":   {in(`<set attributeName="href" to="https://x.org"/>`), "without <set>"},
		"a picture elsewhere":  {in(`<image x:href="https://x.org/a.png"/>`), "references to other files"},
		"a script as a link":   {in(`<use href=" javascript:x()"/>`), "references to other files"},
		"an SVG in it":         {in(`<image href="data:image/svg+xml;base64,AAAA"/>`), "references to other files"},
		"a style elsewhere":    {in(`<style>@IMPORT "a.css"</style>`), "without @import"},
		"a fill elsewhere":     {in(`<path style="fill: URL( 'https://x.org/a.svg#b')"/>`), "references to other files"},
		"a fill in an escape":  {in(`<path style="fill:\75rl(//x.org)"/>`), "escapes"},
		"a fill in two parts":  {in(`<style>a{fill:u<!-- -->rl(//x.org/a)}</style>`), "references to other files"},
		"a fill half in CDATA": {in(`<style>a{fill:u<![CDATA[rl(//x.org/a)}]]></style>`), "references to other files"},
		"a fill around a path": {in(`<style>a{fill:u<path>x</path>rl(//x.org/a)}</style>`), "references to other files"},
		"a style in two parts": {in(`<style>@im<!-- -->port "a.css"</style>`), "without @import"},
		"a base":               {in(`<g xml:base="https://x.org/"/>`), "xml:base"},
		"entities":             {`<!DOCTYPE svg [<!ENTITY a "b">]>` + in(""), "document type"},
		"a style sheet of XML": {`<?xml-stylesheet href="a.css"?>` + in(""), "xml-stylesheet"},
		"too large":            {in(strings.Repeat(" ", 70_000)), "at most 64 kB, and has 69 kB"},
	} {
		if err := web.CheckLogo([]byte(test.svg)); !tells(err, test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

func tells(err error, want string) bool {
	if want == "" {
		return err == nil
	}
	return err != nil && strings.Contains(err.Error(), want)
}

func TestTheLogoIsServedAsAPictureAlone(t *testing.T) {
	t.Parallel()
	s := settings()
	s.Logo = []byte(logo)
	h := newApp(t, s)
	resp := get(h, "/brand/logo.svg")
	if got := body(t, resp); got != logo {
		t.Errorf("the logo is %q", got)
	}
	if policy := resp.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "sandbox") {
		t.Errorf("opened by itself it may do more than be seen: %q", policy)
	}
	if kind := resp.Header.Get("Content-Type"); kind != "image/svg+xml" {
		t.Errorf("the logo is %s", kind)
	}
	if told := body(t, get(h, "/")); !strings.Contains(told, `brandLogo&#34;:&#34;brand/logo.svg`) {
		t.Errorf("the page is not told of the logo: %s", told)
	}

	without := newApp(t, settings())
	if got := get(without, "/brand/logo.svg").StatusCode; got != http.StatusNotFound {
		t.Errorf("without a logo its address answers %d", got)
	}
	if told := body(t, get(without, "/")); strings.Contains(told, "brandLogo") {
		t.Errorf("the page is told of a logo that there is not: %s", told)
	}
}
