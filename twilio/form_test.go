package twilio_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"perci.health/careline/twilio"
)

// A form of any names and values is what the standard library reads in it.
func TestFormIsWhatTheStandardLibraryReads(t *testing.T) {
	t.Parallel()
	word := rapid.StringOf(rapid.OneOf(rapid.SampledFrom([]rune(`abcdefgCalled"\ 0+%&=;`)), rapid.Rune()))
	name := rapid.OneOf(word, rapid.SampledFrom([]string{"CallSid", "CallStatus", "Called", "CalledCity", "Caller", "CallerCity", "", "a"}))
	rapid.Check(t, func(t *rapid.T) {
		want := url.Values{}
		var fields []string
		for range rapid.IntRange(0, 30).Draw(t, "parameters") {
			n, v := name.Draw(t, "name"), word.Draw(t, "value")
			want[n] = append(want[n], v)
			fields = append(fields, url.QueryEscape(n)+"="+url.QueryEscape(v))
		}

		form, err := twilio.ParseForm([]byte(strings.Join(fields, "&")))
		if err != nil {
			t.Fatal(err)
		}

		got := url.Values{}
		var object map[string]any
		text := form.JSON()
		if err := json.Unmarshal(text, &object); err != nil || !utf8.Valid(text) {
			t.Fatalf("%v in %s", err, text)
		}
		for n, v := range object {
			all, several := v.([]any)
			if !several {
				all = []any{v}
			}
			for _, one := range all {
				got[n] = append(got[n], one.(string))
			}
		}
		for _, all := range want {
			slices.Sort(all)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}

		again, err := twilio.FormFromJSON(text)
		if err != nil || string(again.JSON()) != string(text) {
			t.Fatalf("%s became %s, %v", text, again.JSON(), err)
		}
	})
}

// The usual form of a time is read by hand, and says the same as time.Parse.
func TestTimesByHandAreThoseOfTimeParse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "seconds"), 0).UTC()
		text := []byte(at.Format(time.RFC1123Z))
		for range rapid.IntRange(0, 2).Draw(t, "changes") {
			place := rapid.IntRange(0, len(text)-1).Draw(t, "place")
			text[place] = rapid.SampledFrom([]byte("0123456789 :,+-JanFebSun")).Draw(t, "letter")
		}
		if day := rapid.IntRange(0, 99).Draw(t, "day"); day < 40 {
			copy(text[5:], []byte{byte('0' + day/10), byte('0' + day%10)})
		}

		form, err := twilio.ParseForm([]byte("CallSid=" + childSID + "&CallStatus=ringing&Timestamp=" + url.QueryEscape(string(text))))
		if err != nil {
			t.Fatal(err)
		}
		e, err := twilio.Event(twilio.SubjectCallStatus, form)
		if err != nil {
			t.Fatal(err)
		}

		if want := timeParsed(string(text)); !e.At.Equal(want) || e.At.Location() != time.UTC {
			t.Fatalf("%q is %v; want %v", text, e.At, want)
		}
	})
}

// timeParsed reads a time of RFC 2822 with digits for a zone; zero for none.
func timeParsed(text string) time.Time {
	rest := text
	if day, after, ok := strings.Cut(text, ", "); ok {
		if _, err := time.Parse("Mon", day); err != nil {
			return time.Time{}
		}
		rest = after
	}
	at, err := time.Parse("2 Jan 2006 15:04:05 -0700", rest)
	if err != nil {
		return time.Time{}
	}
	return at
}
