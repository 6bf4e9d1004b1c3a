package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"perci.health/careline/sandbox/twiliobox"
)

// Narrate prints what happens from now on, a short line for each webhook that
// was answered, each thing spoken, each fault and each Communication version,
// until ctx is done; then it returns nil. Phone numbers are shown by their
// ending. The error is w's.
func (w *World) Narrate(ctx context.Context, out io.Writer) error {
	err := w.feed.each(ctx, w.feed.latest(), func(e Entry) error {
		where, what := told(e)
		if where == "" {
			return nil
		}
		_, err := fmt.Fprintf(out, "%s  %-7s  %s\n", e.Time.Local().Format("15:04:05.000"), where, visible(endings(what)))
		return err
	})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// visible is text in which nothing moves a terminal, turns the order of the line
// around or ends it: the app under test chose it.
func visible(text string) string {
	if strings.IndexFunc(text, hidden) < 0 {
		return text
	}
	var out strings.Builder
	for _, r := range text {
		if hidden(r) {
			out.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
			continue
		}
		out.WriteRune(r)
	}
	return out.String()
}

func hidden(r rune) bool { return !unicode.IsGraphic(r) || r == '\u2028' || r == '\u2029' }

// told puts an entry in words; where is "" for what is not worth a line.
func told(e Entry) (where, what string) {
	if e.Record != nil {
		return toldRecord(*e.Record)
	}
	if e.Twilio == nil {
		return "", ""
	}

	switch t := e.Twilio; t.Type {
	case "webhook.answer":
		return "webhook", toldWebhook(*e.Twilio)
	case "speech":
		return "spoken", strings.TrimSpace(t.Kind + " " + quoted(t.Text))
	case "fault":
		return "fault", t.Fault + " injected into a callback"
	case "recording":
		return "recording", t.Kind
	case "notice":
		return "notice", fmt.Sprintf("Twilio %d: %s", t.Code, t.Text)
	}

	return "", ""
}

// toldRecord tells only of Communications: the rest of a health record is not
// about calls.
func toldRecord(v Version) (where, what string) {
	if v.Type != "Communication" {
		return "", ""
	}
	if v.Interaction == "delete" {
		return "record", "Communication deleted"
	}
	var c struct {
		Status       string `json:"status"`
		StatusReason struct {
			Text string `json:"text"`
		} `json:"statusReason"`
		Payload []struct {
			ContentString string `json:"contentString"`
		} `json:"payload"`
	}
	if json.Unmarshal(v.Resource, &c) != nil {
		return "record", "Communication that cannot be read"
	}

	number := "new version"
	if v.Number > 0 {
		number = fmt.Sprintf("version %d", v.Number)
	}
	words := []string{fmt.Sprintf("Communication %-10s  %-11s", number, c.Status)}
	if len(c.Payload) > 0 {
		words = append(words, c.Payload[0].ContentString)
	}
	if c.StatusReason.Text != "" {
		words = append(words, quoted(c.StatusReason.Text))
	}

	return "record", strings.TrimSpace(strings.Join(words, "  "))
}

func quoted(text string) string {
	if text == "" {
		return ""
	}
	return "“" + text + "”"
}

// toldWebhook says what was asked and answered: purpose, status word, path,
// answer code and, for TwiML, its verbs.
func toldWebhook(e twiliobox.Event) string {
	h := e.Webhook
	if h == nil {
		return "without particulars"
	}
	path := h.Path
	if path == "" {
		path = "/"
	}

	word := h.Purpose
	if h.Purpose == "status" && len(h.Parameters["CallStatus"]) > 0 {
		word = h.Parameters["CallStatus"][0]
	}
	if h.Purpose == "conference" && len(h.Parameters["StatusCallbackEvent"]) > 0 {
		word = "room " + h.Parameters["StatusCallbackEvent"][0]
	}
	if h.Purpose == "recording" && len(h.Parameters["RecordingStatus"]) > 0 {
		word = "recording " + h.Parameters["RecordingStatus"][0]
	}
	code := fmt.Sprint(h.StatusCode)
	if h.StatusCode == 0 {
		code = "no answer"
	}

	line := fmt.Sprintf("%-11s  %s  → %s in %d ms", word, path, code, h.Millis)
	if said := verbs(h.Body); said != "" {
		line += "  " + said
	}

	return line
}

var (
	longNumber = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:\+|%2B)?\d{9,15}\b`)
	})
	verb = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`<(Dial|Say|Play|Pause|Hangup|Reject|Redirect|Number|Client)\b`)
	})
)

// endings shortens every phone number in text to its last four digits.
func endings(text string) string {
	return longNumber().ReplaceAllStringFunc(text, func(n string) string { return "…" + n[len(n)-4:] })
}

// verbs lists a TwiML document's verbs and nouns in order.
func verbs(body string) string {
	var found []string
	for _, m := range verb().FindAllStringSubmatch(body, -1) {
		found = append(found, m[1])
	}
	return strings.Join(found, ", ")
}
