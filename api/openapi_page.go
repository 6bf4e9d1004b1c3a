package api

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"path"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// pageStyle is all that the page has beside its text.
const pageStyle = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}` +
	`h2{margin-top:3rem;border-bottom:1px solid;padding-bottom:.25rem}h3{margin-top:2.5rem}code,pre{font:14px/1.5 ui-monospace,monospace}` +
	`pre{overflow-x:auto;padding:.75rem 1rem;border:1px solid;border-radius:8px}dt{font-weight:600}dd{margin:0 0 .5rem 1.5rem}` +
	`b{display:inline-block;min-width:3.5rem}a{color:LinkText}`

// pagePolicy lets the page have that style, and nothing else: no script runs there.
func pagePolicy() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
}

// described is what the page tells of the document.
type described struct {
	Info struct {
		Title, Summary, Description string
	}
	Paths      yaml.Node // in the document's order
	Components struct {
		Parameters, Responses, Schemas yaml.Node
	}
}

// operation is one route.
type operation struct {
	ID          string `yaml:"operationId"`
	Summary     string
	Description string
	Security    *[]yaml.Node
	Parameters  []yaml.Node
	RequestBody yaml.Node            `yaml:"requestBody"`
	Responses   map[string]yaml.Node // told as they stand in the document
}

// asPage is the document as a page that a browser shows without running anything.
func asPage(text string) ([]byte, error) {
	var d described
	if err := yaml.Unmarshal([]byte(text), &d); err != nil {
		return nil, fmt.Errorf("read the API's description: %w", err)
	}

	p := &page{}
	p.add(`<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`+
		`<title>%s: the API</title><style>`+pageStyle+`</style></head><body><h1>%s</h1><p>%s</p>`, d.Info.Title, d.Info.Title, d.Info.Summary)
	p.paragraphs(d.Info.Description)
	p.add(`<p>The same for a program: <a href="openapi.yaml">openapi.yaml</a>, <a href="openapi.json">openapi.json</a>.</p>`)
	if err := p.contents(&d.Paths); err != nil {
		return nil, err
	}

	p.add(`<h2>Routes</h2>`)
	err := eachOperation(&d.Paths, p.operation)
	for _, part := range []struct {
		heading string
		of      *yaml.Node
	}{{"Parameters", &d.Components.Parameters}, {"Answers", &d.Components.Responses}, {"Schemas", &d.Components.Schemas}} {
		p.add(`<h2>%s</h2>`, part.heading)
		for key, value := range pairsOf(part.of) {
			p.add(`<h3 id="%s">%s</h3>`, key.Value, key.Value)
			p.source(value)
		}
	}

	p.add(`</body></html>`)
	return []byte(p.text.String()), err
}

// page is a page that is being written.
type page struct{ text strings.Builder }

// add writes a piece of HTML, and texts in it.
func (p *page) add(format string, texts ...string) {
	safe := make([]any, len(texts))
	for i, text := range texts {
		safe[i] = html.EscapeString(text)
	}
	fmt.Fprintf(&p.text, format+"\n", safe...)
}

func (p *page) paragraphs(text string) {
	for line := range strings.Lines(text) {
		p.add(`<p>%s</p>`, strings.TrimSpace(line))
	}
}

// contents are links to the routes.
func (p *page) contents(paths *yaml.Node) error {
	p.add(`<ul>`)
	err := eachOperation(paths, func(method, path string, o operation) {
		p.add(`<li><a href="#%s"><b>%s</b> <code>%s</code></a> %s</li>`, o.ID, method, path, o.Summary)
	})
	p.add(`</ul>`)
	return err
}

func (p *page) operation(method, at string, o operation) {
	p.add(`<h3 id="%s"><code>%s %s</code></h3><p>%s</p>`, o.ID, method, at, o.Summary)
	p.paragraphs(o.Description)
	if o.Security == nil {
		p.add(`<p>Asks for a session: <code>Authorization: Bearer …</code></p>`)
	}
	if len(o.Parameters) > 0 {
		p.add(`<h4>Parameters</h4>`)
		for _, one := range o.Parameters {
			p.source(&one)
		}
	}
	if o.RequestBody.Kind != 0 {
		p.add(`<h4>Body</h4>`)
		p.source(&o.RequestBody)
	}

	p.add(`<h4>Answers</h4>`)
	for _, status := range inOrder(o.Responses) {
		node := o.Responses[status]
		if len(node.Content) == 2 && node.Content[0].Value == "$ref" {
			name := path.Base(node.Content[1].Value)
			p.add(`<p><b>%s</b> <a href="#%s">%s</a></p>`, status, name, name)
			continue
		}
		p.add(`<p><b>%s</b></p>`, status)
		p.source(&node)
	}
}

// reference is a link within the document.
var reference = regexp.MustCompile(`#/components/\w+/(\w+)`)

// source is a piece of the document as it is written, with its links.
func (p *page) source(n *yaml.Node) {
	text, err := yaml.Marshal(n)
	if err != nil {
		text = []byte(err.Error()) // what was read can be written
	}
	p.text.WriteString("<pre>" + reference.ReplaceAllString(html.EscapeString(string(text)), `<a href="#$1">$1</a>`) + "</pre>\n")
}
