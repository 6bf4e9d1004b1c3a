package web

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// ErrNotBuilt is New's error when dist holds no app.
var ErrNotBuilt = errors.New("the web app is not in this binary: run make build, which builds the app first")

// file is a file of the app. It is read and compressed, and its media type looked
// up in the machine's tables, when it is first asked for: a service that starts to
// take a webhook has no time for it.
type file struct {
	lasts bool // its name changes with its content
	load  func() (content, error)
}

// content of a file; zipped is nil where it would not be smaller.
type content struct {
	kind          string // media type
	plain, zipped []byte
}

// app serves the files, and index.html for every path of a page.
type app struct {
	files    map[string]file
	folders  map[string]bool // that files stand in, such as assets
	page     string          // index.html but for the nonce
	settings Settings
}

var _ http.Handler = (*app)(nil)

// placeholders of index.html.
const (
	nonceMark    = "__CSP_NONCE__"
	settingsMark = "__SETTINGS__"
	baseMark     = "__BASE__"
)

// New returns the app of dist under s. Paths are relative to the app's root, so
// a prefix must be taken off before. GET of a path that is no file answers
// index.html, unless a file would stand there (in a folder of the app's own, or
// with an extension at the root): that is 404, never a page in place of a script.
// A page's path may have a dot further in: FHIR ids may. The error is ErrNotBuilt,
// or says what is wrong with s.
func New(dist fs.FS, s Settings) (http.Handler, error) {
	page, err := fs.ReadFile(dist, "index.html")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotBuilt
	}
	if err != nil {
		return nil, fmt.Errorf("read the app's page: %w", err)
	}

	if _, err := s.policy(""); err != nil {
		return nil, err
	}
	if s.Logo != nil {
		s.BrandLogo = brandLogo
	}
	settings, err := s.attribute()
	if err != nil {
		return nil, err
	}

	a := &app{
		files:    map[string]file{},
		folders:  map[string]bool{path.Dir(brandLogo): true},
		page:     strings.NewReplacer(settingsMark, settings, baseMark, html.EscapeString(strings.TrimSuffix(s.Base, "/"))).Replace(string(page)),
		settings: s,
	}

	err = fs.WalkDir(dist, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name == "index.html" || strings.HasPrefix(name, ".") {
			return err
		}
		if folder, _, inside := strings.Cut(name, "/"); inside {
			a.folders[folder] = true
		}
		a.files["/"+name] = newFile(dist, name)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the app's files: %w", err)
	}
	return a, nil
}

func newFile(dist fs.FS, name string) file {
	return file{
		lasts: strings.HasPrefix(name, "assets/"),
		load:  sync.OnceValues(func() (content, error) { return read(dist, name) }),
	}
}

func read(dist fs.FS, name string) (content, error) {
	kind := mime.TypeByExtension(path.Ext(name))
	if kind == "" {
		kind = "application/octet-stream"
	}

	plain, err := fs.ReadFile(dist, name)
	if err != nil {
		return content{}, fmt.Errorf("read a file of the app: %w", err)
	}

	zipped, err := zip(plain)
	if err != nil || len(zipped) > len(plain)*9/10 {
		return content{kind: kind, plain: plain}, err
	}

	return content{kind: kind, plain: plain, zipped: zipped}, nil
}

func zip(content []byte) ([]byte, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("compress a file: %w", err)
	}
	if _, err := z.Write(content); err != nil {
		return nil, fmt.Errorf("compress a file: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("compress a file: %w", err)
	}
	return out.Bytes(), nil
}

// ServeHTTP answers GET and HEAD.
func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f, ok := a.files[r.URL.Path]; ok {
		f.send(w, r)
		return
	}
	if r.URL.Path == "/"+brandLogo && a.settings.Logo != nil {
		a.sendLogo(w, r)
		return
	}
	if a.fileWouldBe(r.URL.Path) {
		w.Header().Set("Cache-Control", "no-store") // another instance may have it, of another version
		http.Error(w, "There is no such file. Reload the page: the app may have been updated.", http.StatusNotFound)
		return
	}
	a.sendPage(w, r)
}

func (a *app) fileWouldBe(at string) bool {
	first, _, inside := strings.Cut(strings.TrimPrefix(at, "/"), "/")
	if inside {
		return a.folders[first]
	}
	return path.Ext(first) != "" && first != "index.html"
}

func (f file) send(w http.ResponseWriter, r *http.Request) {
	c, err := f.load()
	if err != nil {
		http.Error(w, "This file could not be read. Reload the page.", http.StatusInternalServerError)
		return
	}

	h := w.Header()
	h.Set("Content-Type", c.kind)
	h.Set("Cache-Control", "no-cache")
	if f.lasts {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}

	h.Add("Vary", "Accept-Encoding")
	body := c.plain
	if c.zipped != nil && acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = c.zipped
	}
	write(w, r, body)
}

func (a *app) sendPage(w http.ResponseWriter, r *http.Request) {
	nonce := rand.Text()
	policy, err := a.settings.policy(nonce)
	if err != nil {
		http.Error(w, "The page could not be made.", http.StatusInternalServerError) // New has checked the same
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("Permissions-Policy", "microphone=(self), camera=(), geolocation=()")
	h.Set("Cache-Control", "no-cache")
	write(w, r, []byte(strings.Replace(a.page, nonceMark, nonce, 1)))
}

func write(w http.ResponseWriter, r *http.Request, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(body) // a browser that has gone away misses nothing
}

// acceptsGzip reads Accept-Encoding (RFC 9110, section 12.5.3); "gzip;q=0" is a
// refusal.
func acceptsGzip(r *http.Request) bool {
	rest := false
	for offer := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(offer), ";")
		q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
		wanted := err != nil || q > 0
		switch name {
		case "gzip":
			return wanted // named, it wins over "*"
		case "*":
			rest = wanted
		}
	}
	return rest
}
