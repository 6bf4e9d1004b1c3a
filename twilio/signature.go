package twilio

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"hash"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"perci.health/careline"
	"perci.health/careline/credential"
)

// SignatureHeader is where Twilio puts the signature of a webhook.
const SignatureHeader = "X-Twilio-Signature"

// signatureLength is that of 20 bytes in base64 with padding.
const signatureLength = 28

// Verifier tells requests that Twilio signed from all others.
//
// Twilio signs the URL that it was given, which behind a proxy is not the one
// that arrives: the signed URL is the public base URL followed by the request
// URI as received. A platform in front may have taken the base URL's own path
// off the URI; a request that still carries it is verified as well.
//
// It is safe for concurrent use.
type Verifier struct {
	origins []string // scheme and host, as configured first, then with the port told otherwise
	path    string   // of the public base URL, without a slash at its end
	keys    []*sync.Pool
	scratch sync.Pool
}

// NewVerifier verifies against each of tokens: the account's auth token and,
// while it is being rotated, the other one. A token that is empty is refused: it
// would let anybody sign. The public URL's credentials, query and fragment are
// not signed by Twilio and are left out.
func NewVerifier(publicURL string, tokens ...credential.Secret) (*Verifier, error) {
	u, err := url.Parse(publicURL)
	if err != nil || u.Hostname() == "" || !slices.Contains([]string{"http", "https", "ws", "wss"}, u.Scheme) {
		// The cause is left out: it would print the URL, which may hold a password.
		return nil, errors.New("the public URL must be absolute, such as https://example.org/api")
	}

	if len(tokens) == 0 {
		return nil, errors.New("an auth token is needed to verify Twilio's signatures")
	}

	v := &Verifier{origins: origins(u), path: strings.TrimRight(u.EscapedPath(), "/")}
	v.scratch.New = func() any { return new(scratch) }

	for _, token := range tokens {
		if strings.TrimSpace(token.Reveal()) == "" {
			return nil, errors.New("an auth token is empty: leave it out, or set it")
		}
		v.keys = append(v.keys, &sync.Pool{New: func() any { return hmac.New(sha1.New, []byte(token.Reveal())) }})
	}
	return v, nil
}

// origins are the ways in which Twilio may have written scheme and host: it drops
// the port of https voice requests and keeps those of others (Twilio,
// usage/security, "A few notes"). Capitals in a host mean nothing: Twilio may sign
// them as they were given to it, or as a request is addressed, in small letters.
func origins(u *url.URL) []string {
	all := originsOf(u)
	if small := strings.ToLower(u.Host); small != u.Host {
		other := *u
		other.Host = small
		all = append(all, originsOf(&other)...)
	}
	return all
}

func originsOf(u *url.URL) []string {
	host, port := u.Hostname(), u.Port()
	usual := "80"
	if u.Scheme == "https" || u.Scheme == "wss" {
		usual = "443"
	}
	bare := host
	if strings.Contains(host, ":") {
		bare = "[" + host + "]"
	}
	start := u.Scheme + "://"
	if port == "" {
		return []string{start + bare, start + net.JoinHostPort(host, usual)}
	}
	return []string{start + u.Host, start + bare}
}

// scratch is the memory of one verification, used again by the next.
type scratch struct {
	message []byte
	sum     [sha1.Size]byte
	text    [signatureLength]byte
}

func forbidden(why string) error {
	return careline.NewError(careline.CodeForbidden, "This request was not signed by Twilio for this address.", errors.New(why))
}

// isForm reports whether a content type is that of a form, whatever its charset:
// Twilio writes "charset=UTF-8" and everything it sends is UTF-8.
func isForm(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(media), "application/x-www-form-urlencoded")
}

// requestURI is the path and query as received, before any router has cleaned or
// stripped it.
func requestURI(r *http.Request) string {
	uri := r.RequestURI
	if !strings.HasPrefix(uri, "/") {
		uri = r.URL.RequestURI() // absolute form (RFC 9112, section 3.2.2), or made by a test
	}
	uri, _, _ = strings.Cut(uri, "#")
	return uri
}

// verify reports whether Twilio signed the form for this URI; the error's code is
// forbidden, its cause tells the operator why.
//
// It tries the URL as it should be first, then the other ways in which it
// may have been written, so that only a request that fails pays for them.
func (v *Verifier) verify(uri string, f Form, signatures []string) error {
	if len(signatures) != 1 || signatures[0] == "" {
		return forbidden(SignatureHeader + " is missing, or there more than once")
	}

	signature := signatures[0]
	if len(signature) != signatureLength {
		return forbidden(SignatureHeader + " is not a signature")
	}

	s := v.scratch.Get().(*scratch)
	defer v.scratch.Put(s)

	for quoting := range quotings {
		written, other := requote(uri, quoting)
		if !other {
			continue
		}

		for _, origin := range v.origins {
			if v.path != "" && v.matches(s, signature, f, origin, v.path, written) {
				return nil
			}
			if (v.path == "" || carries(uri, v.path)) && v.matches(s, signature, f, origin, "", written) {
				return nil
			}
		}
	}

	return forbidden("the signature does not match")
}

// carries reports whether the URI still has the base URL's path before it.
func carries(uri, path string) bool {
	rest, ok := strings.CutPrefix(uri, path)
	return ok && strings.HasPrefix(rest, "/")
}

// quotings is how many ways there are to write an apostrophe in a URL: as it
// came, always escaped, never escaped. Proxies rewrite it, and Twilio's own
// Node library accepts that.
const quotings = 3

func requote(uri string, quoting int) (string, bool) {
	switch {
	case quoting == 0:
		return uri, true
	case quoting == 1 && strings.Contains(uri, "'"):
		return strings.ReplaceAll(uri, "'", "%27"), true
	case quoting == 2 && strings.Contains(uri, "%27"):
		return strings.ReplaceAll(uri, "%27", "'"), true
	}
	return "", false
}

func (v *Verifier) matches(s *scratch, signature string, f Form, url ...string) bool {
	m := s.message[:0]
	for _, part := range url {
		m = append(m, part...)
	}

	for i, p := range f.pairs {
		// A value that is repeated under one name is signed once: the rule
		// of Twilio's Node and Python libraries.
		if i > 0 && f.compare(p, f.pairs[i-1]) == 0 {
			continue
		}
		m = append(append(m, f.at(p.name)...), f.at(p.value)...)
	}
	s.message = m

	for _, key := range v.keys {
		mac := key.Get().(hash.Hash)
		mac.Reset()
		mac.Write(m)
		base64.StdEncoding.Encode(s.text[:], mac.Sum(s.sum[:0]))
		key.Put(mac)
		// The texts are compared, not the bytes: base64 can write the same
		// bytes in several ways, and only one of them is a signature.
		if subtle.ConstantTimeCompare(s.text[:], []byte(signature)) == 1 {
			return true
		}
	}

	return false
}
