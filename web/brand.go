package web

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// brandLogo is where the clinic's logo is served, below the app's root.
const brandLogo = "brand/logo.svg"

// mostLogo is how large a logo may be, in bytes: every page fetches it.
const mostLogo = 64 << 10

// leastContrast is what words need on their ground (WCAG 2.2, 1.4.3).
const leastContrast = 4.5

// CheckColour says what is wrong with s as the app's accent: it must be "#rrggbb",
// and white words on it must be readable. The error is the rest of a sentence that
// begins with the setting's name.
func CheckColour(s string) error {
	if !colourForm.MatchString(s) {
		return errors.New("must be a colour such as #0b6a70")
	}
	if ratio := contrastWithWhite(s); ratio < leastContrast {
		return fmt.Errorf("has a contrast of %.1f : 1 with white, and white words on it need %.1f : 1: take a darker shade of it", math.Floor(ratio*10)/10, leastContrast)
	}
	return nil
}

var colourForm = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// contrastWithWhite is that of WCAG 2.2, of a colour in the form #rrggbb.
func contrastWithWhite(colour string) float64 {
	weights := []float64{0.2126, 0.7152, 0.0722}

	luminance := 0.0
	for i, weight := range weights {
		part, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			return 0
		}
		luminance += weight * linear(float64(part)/255)
	}

	return 1.05 / (luminance + 0.05)
}

// linear is a part of an sRGB colour as an amount of light.
func linear(part float64) float64 {
	if part <= 0.04045 {
		return part / 12.92
	}
	return math.Pow((part+0.055)/1.055, 2.4)
}

// CheckLogo says what is wrong with svg as the clinic's logo: it must be a picture
// and nothing else, by itself, at most 64 kB. The error is the rest of a sentence
// that begins with the setting's name.
func CheckLogo(svg []byte) error {
	if len(svg) > mostLogo {
		return fmt.Errorf("must be a file of at most 64 kB, and has %d kB", (len(svg)+1023)>>10)
	}

	decoder, check := xml.NewDecoder(bytes.NewReader(svg)), logoCheck{}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("must be an SVG file, and is not well-formed: %w", err)
		}
		if err := check.token(token); err != nil {
			return err
		}
	}

	if !check.begun {
		return errors.New("must be an SVG file, and is empty")
	}
	return nil
}

// logoCheck goes through a picture piece by piece.
type logoCheck struct {
	begun bool // an element has come
	// texts are those that stand in the elements open now, the outermost first. A style
	// is what stands in its element together, whatever comments and elements part it.
	texts []string
}

func (c *logoCheck) token(token xml.Token) error {
	switch piece := token.(type) {
	case xml.Directive: // a document type can hold entities
		if !bytes.HasPrefix(piece, []byte("DOCTYPE svg PUBLIC")) || bytes.ContainsRune(piece, '[') {
			return errors.New("must be a plain SVG file, without a document type of its own")
		}

	case xml.ProcInst:
		if piece.Target != "xml" {
			return fmt.Errorf("must be a plain SVG file, without <?%s?>", piece.Target)
		}

	case xml.CharData:
		if n := len(c.texts); n > 0 {
			c.texts[n-1] += string(piece)
		}

	case xml.EndElement: // also what stood in a <style>
		n := len(c.texts) - 1
		text := c.texts[n]
		c.texts = c.texts[:n]
		return checkStyle(text)

	case xml.StartElement:
		if !c.begun && (piece.Name.Local != "svg" || piece.Name.Space != "http://www.w3.org/2000/svg") {
			return fmt.Errorf("must be an SVG file, and begins with <%s>", piece.Name.Local)
		}
		c.begun, c.texts = true, append(c.texts, "")
		return checkElement(piece)
	}
	return nil
}

// notPictures are the elements that do something, lead somewhere or hold what is no
// picture.
var notPictures = []string{
	"script", "foreignobject", "iframe", "object", "embed", "audio", "video", "a", "handler", "listener",
	"set", "animate", "animatemotion", "animatetransform", "discard",
}

func checkElement(e xml.StartElement) error {
	name := strings.ToLower(e.Name.Local)
	if slices.Contains(notPictures, name) || strings.Contains(e.Name.Space, "xhtml") {
		return fmt.Errorf("must be a picture alone, without <%s>", e.Name.Local)
	}

	for _, a := range e.Attr {
		local := strings.ToLower(a.Name.Local)
		switch {
		case strings.HasPrefix(local, "on"):
			return fmt.Errorf("must be a picture alone, without the handler %s", a.Name.Local)
		case local == "href" || local == "src":
			if !ownReference(a.Value) {
				return errors.New("must be a picture by itself, without references to other files")
			}
		case local == "base" && a.Name.Space != "":
			return errors.New("must be a picture by itself, without xml:base")
		default:
			if err := checkStyle(a.Value); err != nil {
				return err
			}
		}
	}

	return nil
}

// ownReference says whether a reference stays in the file: a part of it, or a
// picture that is written out in it.
func ownReference(to string) bool {
	to = strings.TrimSpace(to)
	return strings.HasPrefix(to, "#") || dataForm.MatchString(to)
}

var (
	dataForm = regexp.MustCompile(`^data:image/(png|jpeg|webp|gif);base64,`)
	urlForm  = regexp.MustCompile(`(?i)url\(\s*["']?\s*([^)"']*)`)
)

// checkStyle looks for CSS that leads out of the file. An escape could hide it.
func checkStyle(css string) error {
	lower := strings.ToLower(css)
	if strings.Contains(lower, "@import") || strings.Contains(css, `\`) || strings.Contains(lower, "image-set(") {
		return errors.New("must be a picture by itself, without @import, image-set or escapes in its styles")
	}
	for _, found := range urlForm.FindAllStringSubmatch(css, -1) {
		if !ownReference(found[1]) {
			return errors.New("must be a picture by itself, without references to other files")
		}
	}
	return nil
}

// sendLogo answers with the clinic's logo. Opened by itself it may do nothing either.
func (a *app) sendLogo(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "image/svg+xml")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "public, max-age=3600")
	write(w, r, a.settings.Logo)
}
