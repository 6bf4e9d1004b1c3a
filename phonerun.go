package careline

import (
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// How many digits a number has that stands beside something else, with every
// prefix that may be dialled before it.
const (
	fewestDigits = 7
	mostDigits   = 20
)

// span is the groups from first to last of a run, read as one number; the zero
// Phone means that they could be read in two ways.
type span struct {
	first, last int
	phone       Phone
}

// phones is the whole numbers of a run.
func (r digitRun) phones(region string) []Phone {
	var spans []span
	for i := 0; i < len(r.groups); {
		s, ok := r.from(i, region)
		if !ok {
			i++
			continue
		}
		spans = append(spans, s)
		i = s.last + 1
	}

	var all []Phone
	for k, s := range spans {
		before, after := -1, len(r.groups)
		if k > 0 {
			before = spans[k-1].last
		}
		if k+1 < len(spans) {
			after = spans[k+1].first
		}
		if s.phone.IsZero() || !r.alone(s, before, after) {
			continue
		}
		if s.last == len(r.groups)-1 {
			s.phone.extension = r.extension
		}
		all = append(all, s.phone)
	}
	return all
}

// from reads the longest number that begins with a group. It is in doubt when a
// shorter one could be meant, or when another number begins inside and goes on
// behind it.
func (r digitRun) from(i int, region string) (span, bool) {
	whole := r.wholes(i, region)
	if len(whole) == 0 {
		return span{}, false
	}

	longest := whole[len(whole)-1]
	for _, shorter := range whole[:len(whole)-1] {
		if !shorter.phone.Equal(longest.phone) && !r.flows(shorter.last, longest.last) {
			longest.phone = Phone{}
		}
	}
	for k := i + 1; k <= longest.last; k++ {
		if g := r.groups[k]; !g.announced() || len(g.digits) == 1 {
			continue
		}
		if inner := r.wholes(k, region); len(inner) > 0 && inner[len(inner)-1].last > longest.last {
			longest.phone = Phone{}
		}
	}
	return longest, true
}

// wholes is every number that begins with group i, shortest first.
func (r digitRun) wholes(i int, region string) []span {
	start := r.groups[i]
	if start.apart || !start.announced() && writesZero(region) {
		return nil
	}

	var all []span
	digits := ""
	for k := i; k < len(r.groups); k++ {
		g := r.groups[k]
		if k > i && (g.plus || g.apart || g.before || len(all) > 0 && all[len(all)-1].last == k-1 && g.announced() && !tight(g.gap)) {
			return all
		}
		if digits += g.digits; len(digits) > mostDigits {
			return all
		}
		loose := g.after && k > i && !start.announced()
		if p, ok := wholePhone(digits, start.plus, region); ok && !loose {
			all = append(all, span{i, k, p})
		}
		if g.after {
			return all
		}
	}
	return all
}

// announced reports whether the group begins a number beyond doubt: with "+", or
// with the zeros by which most countries' national and international numbers begin.
func (g digitGroup) announced() bool { return g.plus || strings.HasPrefix(g.digits, "0") }

// writesZero reports whether the numbers of a country are written with a zero before
// them, so that digits without one are part of something else.
func writesZero(region string) bool {
	for _, kind := range []phonenumbers.PhoneNumberType{phonenumbers.FIXED_LINE, phonenumbers.MOBILE} {
		n := phonenumbers.GetExampleNumberForType(region, kind)
		if n == nil || !strings.HasPrefix(strings.TrimPrefix(phonenumbers.Format(n, phonenumbers.NATIONAL), "("), "0") {
			return false
		}
	}
	return true
}

// tight reports whether a gap is one that stands within numbers: one blank, or one
// sign without blanks.
func tight(gap string) bool { return gap == " " || gap == "-" || gap == "." }

// flows reports whether the number that ends with group to goes on from group at as
// one number does, not as a number with something beside it.
func (r digitRun) flows(at, to int) bool {
	end := to == len(r.groups)-1
	if !end || r.groups[to].after {
		return false
	}

	short := true
	for _, g := range r.groups[at+1 : to+1] {
		if !tight(g.gap) {
			return false
		}
		short = short && len(g.digits) <= 2
	}
	return !short || !r.word
}

// alone reports whether no digits of unknown meaning stand close by, from which the
// number would only have been cut out. before and after are the groups of the
// numbers beside it.
func (r digitRun) alone(s span, before, after int) bool {
	if first := s.first; first > before+1 && !r.groups[first].plus {
		left := r.groups[first-1]
		listed := first == 1 && len(left.digits) == 1 && strings.ContainsAny(r.groups[first].gap, ").") && strings.Contains(r.groups[first].gap, " ")
		if !left.loose() && !listed {
			return false
		}
	}

	if s.last+1 >= after {
		return true
	}
	right := r.groups[s.last+1]
	noted := r.word && !slices.ContainsFunc(r.groups[s.last+1:], func(g digitGroup) bool { return len(g.digits) > 2 })
	return right.loose() || noted || !tight(right.gap)
}

// wholePhone reads digits as one number that is whole: as long as the numbers of
// its country can be, or known to the numbering plan as it is. A number that
// stands alone need only be possible; beside something else a part would be so too.
func wholePhone(digits string, plus bool, region string) (Phone, bool) {
	if len(digits) < fewestDigits {
		return Phone{}, false
	}
	if plus {
		digits = "+" + digits
	}
	p, err := ParsePhone(digits, region)
	if err != nil {
		return Phone{}, false
	}

	n, err := phonenumbers.Parse(p.e164, "")
	if err != nil || phonenumbers.IsValidNumber(n) {
		return p, err == nil
	}
	longer, err := phonenumbers.Parse(p.e164+"0", "")
	return p, err != nil || phonenumbers.IsPossibleNumberWithReason(longer) == phonenumbers.TOO_LONG
}
