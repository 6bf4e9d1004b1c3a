package careline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"

	"perci.health/careline"
)

func readAll(text, region string) (all []string) {
	for _, p := range careline.ReadPhones(text, region) {
		number := p.E164()
		if p.Extension() != "" {
			number += "x" + p.Extension()
		}
		all = append(all, number)
	}
	return all
}

func TestReadPhones(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want []string
	}{
		// Digits that nobody wrote, or that are part of something.
		{"792 4100 Mum", nil}, {"0161 496 (home)", nil}, {"01697 73512 - 9am", nil}, {"01697 73512 9 am", nil},
		{"01697 73512 9.00-17.00", nil}, {"01697 73512/9", nil}, {"0161 496 (home) 0018", nil}, {"0161 496 x0018", nil},
		{"CALL-ME-NOW", nil}, {"0800 FLOWERS", nil}, {"0207 HOSPITAL", nil}, {"ask at reception", nil}, {"", nil}, {"  ", nil},
		{"7946 0018", nil}, {"792 4100", nil}, {"792 4100, home", nil}, {"0792 4100 Mum", nil}, {"+44 161 4960 (home)", nil}, {"0161 4960 (home)", nil}, {"07700 900 (Axel)", nil}, {"0161 0018 / 0161 0019", nil}, {"07700 90012 (Axel)", nil}, {"07700 900123 4 (Axel)", nil},
		{"33 (0)1 42 68 53 00", nil}, {"33 01 42 68 53 00", nil}, {"France 01 42 68 53 00", nil}, {"07700 900123 12 (Axel)", nil},
		{"03.04.2020 - 05.06.2021", nil}, {"since 2025-11-24 10:30", nil}, {"until 2025-11-24 10am", nil}, {"NHS 943 476 5919", nil},
		{"07700900123@sms.example.org", nil}, {"x02079460018x", []string{"+442079460018"}}, {"½ 07700 900123 ½", []string{"+447700900123"}},
		{"0" + strings.Repeat("7", 400), nil}, {"07700 900123 " + strings.Repeat("a ", 300), nil},

		// One number.
		{"07700 900123", []string{"+447700900123"}}, {"+44 (0)20 7946 0018", []string{"+442079460018"}}, {"(+44) 7700-900-123", []string{"+447700900123"}},
		{"0 7 7 0 0 9 0 0 1 2 3", []string{"+447700900123"}}, {"0161 - 496 0018", []string{"+441614960018"}}, {"0161/496 0018", []string{"+441614960018"}},
		{"01697 73512", []string{"+44169773512"}}, {"01697 735129", []string{"+441697735129"}}, {"2079460018", []string{"+442079460018"}},
		{"0044 20 7946 0018", []string{"+442079460018"}}, {"00 44 20 7946 0018 Mum", []string{"+442079460018"}}, {"44 7700 900123", []string{"+447700900123"}},

		// Something beside it.
		{"07700 900123 (Axel)", []string{"+447700900123"}}, {"Axel: 07700 900123", []string{"+447700900123"}}, {"07700900123Mum", []string{"+447700900123"}},
		{"07700 900123 after 5pm", []string{"+447700900123"}}, {"07700 900123 5pm", []string{"+447700900123"}}, {"07700 900123 - 9am", []string{"+447700900123"}},
		{"07700 900123 0100-0200", nil}, {"020 7946 0018 0930 1700", nil}, {"07700 900123 (0800-2000)", []string{"+447700900123"}}, {"0800 1111 (ChildLine)", []string{"+448001111"}}, {"0800 1111", []string{"+448001111"}},
		{"07700 900123 24 hours", []string{"+447700900123"}}, {"07700 900123, 9.00-17.00", []string{"+447700900123"}}, {"07700 900123 (until 03/04/2020)", []string{"+447700900123"}},
		{"07700 900123 until 2025-11-24 10:30", []string{"+447700900123"}}, {"1) 07700 900123", []string{"+447700900123"}}, {"+44 (0) 20 7946 0018 (home)", []string{"+442079460018"}},
		{"07700/900123/4/5", []string{"+447700900123"}}, {"0770 900123 4 (Axel)", []string{"+447709001234"}}, {"020 7946 0018/9", []string{"+442079460018"}}, {"01697 73512 (home)", []string{"+44169773512"}}, {"Fax 020 7946 0018", []string{"+442079460018"}},

		// Several.
		{"07700 900123 / 020 7946 0018", []string{"+447700900123", "+442079460018"}}, {"07700 900123 or 020 7946 0018", []string{"+447700900123", "+442079460018"}},
		{"07700 900123, 020 7946 0018; 07700 900124", []string{"+447700900123", "+442079460018", "+447700900124"}}, {"07700 900123/020 7946 0018", []string{"+447700900123", "+442079460018"}},
		{"07700 900123\n020 7946 0018", []string{"+447700900123", "+442079460018"}}, {"07700 900123\r\n\r\n020 7946 0018\r\n", []string{"+447700900123", "+442079460018"}},
		{"07700 900123\u2028020 7946 0018", []string{"+447700900123", "+442079460018"}}, {"07700 900123 020 7946 0018", []string{"+447700900123", "+442079460018"}},
		{"07700900123 - 02079460018", []string{"+447700900123", "+442079460018"}}, {"07700900123-02079460018", []string{"+447700900123", "+442079460018"}},
		{"07700 900123 (020 7946 0018)", []string{"+447700900123", "+442079460018"}}, {"07700 900123+442079460018", []string{"+447700900123", "+442079460018"}},
		{"07700 900123 (Axel), 020 7946 0018 (home)", []string{"+447700900123", "+442079460018"}}, {"07700 900123 07700 900123", []string{"+447700900123"}},
		{"+49 30 1234567 / 07700 900123", []string{"+49301234567", "+447700900123"}}, {"1. 07700 900123 2. 020 7946 0018", nil},

		// Extensions.
		{"020 7946 0018 x123", []string{"+442079460018x123"}}, {"020 7946 0018x123", []string{"+442079460018x123"}}, {"020 7946 0018 ext. 123", []string{"+442079460018x123"}},
		{"020 7946 0018, ext 123", []string{"+442079460018x123"}}, {"020 7946 0018 (Extension: 123)", []string{"+442079460018x123"}}, {"02079460018;ext=123", []string{"+442079460018x123"}},
		{"020 7946 0018 #123", []string{"+442079460018x123"}}, {"020 7946 0018#", []string{"+442079460018"}}, {"020 7946 0018 x123 / 07700 900123", []string{"+442079460018x123", "+447700900123"}},
		{"020 7946 0018 x 07700 900123", []string{"+442079460018", "+447700900123"}}, {"020 7946 0018 Mum x 123", []string{"+442079460018"}}, {"01697 73512 x9", []string{"+44169773512x9"}},
		{"07700 900123 020 7946 0018 ext 5", []string{"+447700900123", "+442079460018x5"}},

		// tel URIs.
		{"tel:+44-20-7946-0018", []string{"+442079460018"}}, {"TEL:020 7946 0018", []string{"+442079460018"}}, {"tel:+44%2020%207946%200018", []string{"+442079460018"}},
		{"tel:+44-20-7946-0018;ext=123;isub=07700900123", []string{"+442079460018x123"}}, {"tel:020-7946-0018;phone-context=+44", []string{"+442079460018"}},
		{"tel:863-1234;phone-context=+1-914-555", nil}, {"tel:02079460018;phone-context=pbx.example.org", nil}, {"tel:7946-0018;phone-context=+4420", nil}, {"tel:", nil},

		// What cannot be seen, and digits of other scripts.
		{"\u202a+44 7700 900123\u202c", []string{"+447700900123"}}, {"\u20660770\u200e0 900\u200b123\u2069\r\n", []string{"+447700900123"}}, {"07700\t900123", []string{"+447700900123"}},
		{"\ufeff07700 9001\u00ad23", []string{"+447700900123"}}, {"07700\u00a0900\u2011123", []string{"+447700900123"}}, {"\u260e\ufe0f 07700 900123", []string{"+447700900123"}},
		{"\uff10\uff17\uff17\uff10\uff10 \uff19\uff10\uff10\uff11\uff12\uff13", []string{"+447700900123"}}, {"\uff0b\uff14\uff14 7700 900123", []string{"+447700900123"}},
		{"\u0660\u0667\u0667\u0660\u0660 \u0669\u0660\u0660\u0661\u0662\u0663", []string{"+447700900123"}}, {"\u06f0\u06f7\u06f7\u06f0\u06f0\u06f9\u06f0\u06f0\u06f1\u06f2\u06f3", []string{"+447700900123"}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, readAll(test.text, "GB")); diff != "" {
			t.Errorf("%q: %s", test.text, diff)
		}
	}
}

// The number of every country is read beside a note, as its people write it and as
// others do. Where numbers have several lengths a note can leave it in doubt: then
// it is read as none, and never as another.
func TestEveryCountrysNumberIsReadBesideANote(t *testing.T) {
	t.Parallel()
	tried, doubted := 0, 0
	for region := range phonenumbers.GetSupportedRegions() {
		number := phonenumbers.GetExampleNumberForType(region, phonenumbers.MOBILE)
		if number == nil {
			continue
		}
		want := phonenumbers.Format(number, phonenumbers.E164)
		for _, format := range []phonenumbers.PhoneNumberFormat{phonenumbers.INTERNATIONAL, phonenumbers.NATIONAL, phonenumbers.E164} {
			text := phonenumbers.Format(number, format)
			if p, err := careline.ParsePhone(text, region); err != nil || p.E164() != want || len(written(text)) < 7 {
				continue // cannot be read alone, or is too short to be told from other digits
			}
			for _, note := range []string{"%s (Axel)", "Mum: %s", "%s after 5pm", "%s\r\n", "%s, home", "%s / home"} {
				tried++
				got := readAll(fmt.Sprintf(note, text), region)
				if len(got) == 0 {
					doubted++
				} else if !slices.Equal(got, []string{want}) {
					t.Errorf("%s: %q is read as %q, want %s", region, fmt.Sprintf(note, text), got, want)
				}
			}
		}
	}
	if doubted*50 > tried {
		t.Errorf("%d of %d were left in doubt", doubted, tried)
	}
}

// pieces is what text of telephone entries is made of.
var pieces = []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "07700", "900123", "020", "7946", "0018", "+44", "00", "44", "(0)", "01697", "73512",
	" ", " ", " ", "-", " - ", ".", "/", "(", ")", "+", ",", ";", "\n", "\r\n", "\t", "am", "x", "ext", "#", "Mum", "or", ":", "=", "tel:", "phone-context=", "ABC", "\u200e", "\u00ad", "\uff17", "\u0667", "é", "½"}

// written is the decimal digits of a text in their order.
func written(text string) string {
	var digits strings.Builder
	for _, r := range text {
		switch {
		case r == '\uff17' || r == '\u0667':
			digits.WriteByte('7')
		case unicode.IsDigit(r):
			digits.WriteRune(r)
		}
	}
	return digits.String()
}

// Every digit that would be dialled stands in the text, in that order and with
// nothing left out between them but a trunk zero.
func TestReadPhonesDialsNoDigitThatNobodyWrote(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 24).Draw(t, "text"), "")
		region := rapid.SampledFrom([]string{"GB", "US", "DE", "ES", "IT"}).Draw(t, "region")
		stands := written(text)
		for _, p := range careline.ReadPhones(text, region) {
			n, err := phonenumbers.Parse(p.E164(), "")
			if err != nil {
				t.Fatalf("%q: %s", text, p.E164())
			}
			national := phonenumbers.GetNationalSignificantNumber(n)
			if !strings.Contains(stands, national) || !strings.Contains(stands, p.Extension()) {
				t.Fatalf("%q is read as %s x%s", text, p.E164(), p.Extension())
			}
			if again, err := careline.ParsePhone(p.E164(), ""); err != nil || !again.Equal(p) {
				t.Fatalf("%q is read as %s, which is no number", text, p.E164())
			}
		}
	})
}

// A good number is found whatever words stand beside it.
func TestAGoodNumberIsFoundBesideAnyNote(t *testing.T) {
	t.Parallel()
	letters := rapid.StringOfN(rapid.RuneFrom([]rune("abcdefghij klmnopqrs tuvwyzAEIOU,.;:!?()'\"&éß-")), 0, 20, -1)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 999).Draw(t, "n")
		format := rapid.SampledFrom([]string{"07700 900%03d", "07700900%03d", "+44 7700 900%03d", "+447700900%03d", "0044 7700 900%03d", "+44 (0)7700 900%03d", "(07700) 900-%03d", "07700.900.%03d", "07 700 900 %03d"}).Draw(t, "format")
		before, after := letters.Draw(t, "before"), letters.Draw(t, "after")
		text := before + " " + fmt.Sprintf(format, n) + " " + after
		want := []string{fmt.Sprintf("+447700900%03d", n)}
		if diff := cmp.Diff(want, readAll(text, "GB")); diff != "" {
			t.Fatalf("%q: %s", text, diff)
		}
	})
}

// The longest entry that is read, made to be read in as many ways as can be, costs a
// reader no more than the blink of an eye.
func BenchmarkReadPhonesAtWorst(b *testing.B) {
	for b.Loop() {
		careline.ReadPhones(strings.Repeat("00 ", 99)+"a", "GB")
	}
}

// A number to dial is one number and nothing else; letters are no digits.
func TestDialledPhoneHasNoLetters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"792 4100 Mum": "", "0800 FLOWERS": "", "07700 900123 (Axel)": "", "07700 900123 x5": "", "07700 900123;ext=5": "", "07700 900123#5": "",
		"07700 900123, 07700 900124": "", "07700 900123 07700 900124": "", "+1 212 CAR LINE": "", "+44 7700 +900123": "",
		"\u202a+44 7700 900123\u202c": "+447700900123", "+447700\u200e900123\r\n": "+447700900123", "07700\t900123": "+447700900123", "07700\r\n900123": "+447700900123",
		"tel:+447700900123": "+447700900123", "\uff10\uff17\uff17\uff10\uff10900123": "+447700900123", "+44 (0)20 7946 0018": "+442079460018",
	} {
		for name, parse := range map[string]func(string, string) (careline.Phone, error){"parsed": careline.ParsePhone, "dialled": careline.DialledPhone} {
			p, err := parse(text, "GB")
			if p.E164() != want || (err == nil) != (want != "") {
				t.Errorf("%q %s is %q, %v; want %q", text, name, p.E164(), err, want)
			}
		}
	}
}
