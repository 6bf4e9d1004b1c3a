package twiliobox

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/url"
	"strings"
	"unicode/utf8"
)

// node is an element of a TwiML document.
type node struct {
	name     string
	attrs    map[string]string
	text     string // its own character data, trimmed
	children []*node
}

// document is an answer to a TwiML request, ready to be run.
type document struct {
	base  *url.URL // what relative URLs in it are relative to
	verbs []*node
}

// read turns an answer into a document. A notice of level error means that the
// call cannot go on; warnings say what was ignored.
func read(a answer) (document, []Notice) {
	fail := func(code int, format string, args ...any) (document, []Notice) {
		return document{}, []Notice{{
			Level:   "error",
			Code:    code,
			Message: fmt.Sprintf(format, args...),
			URL:     a.where(),
		}}
	}

	switch {
	case a.failed != "":
		return fail(a.code, "%v", a.err)
	case a.status < 200 || a.status > 299:
		return fail(11200, "the application answered HTTP %d", a.status)
	case len(a.body) > bodyLimit:
		return fail(11750, "the TwiML is larger than 64 KB")
	}

	media, _, err := mime.ParseMediaType(a.contentType)
	if err != nil {
		return fail(12300, "invalid Content-Type: the answer has none that can be read")
	}

	switch {
	case media == "text/xml" || media == "application/xml" || media == "text/html":
	case media == "text/plain":
		if _, _, err := parse(a.body); err != nil {
			return aloud(a, "Say", string(a.body)), nil
		}
	case strings.HasPrefix(media, "audio/"):
		return aloud(a, "Play", a.where()), nil
	default:
		return fail(12300, "invalid Content-Type %q: TwiML is text/xml", media)
	}

	root, code, err := parse(a.body)
	if err != nil {
		return fail(code, "%v", err)
	}
	warnings := root.restrict()
	for i := range warnings {
		warnings[i].URL = a.where()
	}

	return document{base: a.url, verbs: root.children}, warnings
}

func (a answer) where() string {
	if a.url == nil {
		return ""
	}
	bare := *a.url
	bare.User = nil
	return bare.String()
}

// aloud is the document Twilio makes of an answer that is not TwiML.
func aloud(a answer, verb, text string) document {
	return document{base: a.url, verbs: []*node{{name: verb, text: strings.TrimSpace(text)}, {name: "Hangup"}}}
}

// parse reads a whole document, or says with Twilio's code why it is none.
func parse(body []byte) (*node, int, error) {
	if !utf8.Valid(body) {
		return nil, 12100, errors.New("document parse failure: not UTF-8")
	}
	d := xml.NewDecoder(bytes.NewReader(body))
	top := &node{}
	open := []*node{top}
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, 12100, fmt.Errorf("document parse failure: %w", err)
		}
		if open, err = grow(open, token); err != nil {
			return nil, 12100, fmt.Errorf("document parse failure: %w", err)
		}
	}

	switch {
	case len(open) != 1:
		return nil, 12100, fmt.Errorf("document parse failure: <%s> is not closed", open[len(open)-1].name)
	case len(top.children) != 1 || strings.TrimSpace(top.text) != "":
		return nil, 12100, errors.New("document parse failure: there must be one root element and nothing beside it")
	case top.children[0].name != "Response":
		return nil, 12102, errors.New("the root element must be Response")
	}

	return top.children[0], 0, nil
}

// grow adds a token to the open elements, the innermost last. Names keep their
// prefix: to Twilio <x:Dial> is no <Dial>.
func grow(open []*node, token xml.Token) ([]*node, error) {
	inner := open[len(open)-1]
	switch t := token.(type) {
	case xml.StartElement:
		n := &node{name: qualified(t.Name), attrs: map[string]string{}}
		for _, a := range t.Attr {
			name := qualified(a.Name)
			if _, twice := n.attrs[name]; twice {
				return nil, fmt.Errorf("attribute %s is given twice", name)
			}
			n.attrs[name] = a.Value
		}
		inner.children = append(inner.children, n)
		return append(open, n), nil
	case xml.EndElement:
		if len(open) == 1 || inner.name != qualified(t.Name) {
			return nil, fmt.Errorf("</%s> closes nothing", qualified(t.Name))
		}
		inner.text = strings.TrimSpace(inner.text)
		return open[:len(open)-1], nil
	case xml.CharData:
		inner.text += string(t)
	case xml.Directive:
		return nil, errors.New("a document type is not accepted")
	}

	return open, nil
}

func qualified(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// words is all the text in n, that of nested elements (SSML) included.
func (n *node) words() string {
	parts := []string{n.text}
	for _, child := range n.children {
		parts = append(parts, child.words())
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}
