package twilio_test

import (
	"encoding/xml"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"perci.health/careline/twilio"
)

func TestResponse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		want string
		got  []byte
	}{
		{"empty", "</Response>", twilio.Response()},
		{"say", "<Say>1 &lt; 2 &amp; \"3\" &gt; 2 é</Say><Hangup/></Response>", twilio.Response(twilio.Say{Text: "1 < 2 & \"3\" > 2 é"}, twilio.Hangup{})},
		{"dial", `<Dial callerId="+442079460001" answerOnBridge="true" timeLimit="60"><Number>+447700900123</Number></Dial></Response>`,
			twilio.Response(twilio.Dial{CallerID: ours, OnBridge: true, TimeLimit: time.Minute, Nouns: []twilio.Noun{twilio.Number{E164: member}}})},
	}
	for _, test := range tests {
		got := strings.ReplaceAll(string(test.got), "&#34;", `"`)
		if diff := cmp.Diff(head+test.want, got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// Whatever is said or named comes out of an XML reader as it went in, but for
// what XML cannot hold.
func TestResponseEscapes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "text")
		document := twilio.Response(twilio.Say{Voice: "v" + text, Text: text})
		var read struct {
			Say struct {
				Voice string `xml:"voice,attr"`
				Text  string `xml:",chardata"`
			}
		}
		if err := xml.Unmarshal(document, &read); err != nil {
			t.Fatalf("%v: %s", err, document)
		}
		want := strings.Map(func(r rune) rune {
			if (r < ' ' && !strings.ContainsRune("\t\n\r", r)) || r == 0xFFFE || r == 0xFFFF {
				return utf8.RuneError
			}
			return r
		}, text)
		if read.Say.Text != want || read.Say.Voice != "v"+want {
			t.Fatalf("%q became %q and %q", want, read.Say.Text, read.Say.Voice)
		}
	})
}
