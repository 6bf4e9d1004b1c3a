package setup

import "context"

// Check is one question that careline doctor asks of a party we depend on.
type Check struct {
	Name string // party and question, such as "twilio: numbers"; stable, for scripts
	// Needs names a check before this one. Where that one's finding Blocks, this one
	// is not asked: it would say the same. Empty: it is always asked.
	Needs string
	// Ask finds out. It changes nothing at the party, prints nothing and returns
	// when its ctx ends.
	Ask func(ctx context.Context) Finding
}

// Verdict is how a check ended.
type Verdict string

// The verdicts. Their text is part of the doctor's output.
const (
	VerdictGood    Verdict = "good"
	VerdictDoubt   Verdict = "doubt" // it works, or could not be asked; somebody should look
	VerdictFault   Verdict = "fault" // it does not work
	VerdictSkipped Verdict = "skipped"
)

// Finding is what a check found.
type Finding struct {
	Verdict Verdict
	Found   string // a sentence: what is so; never a secret, a number or a name
	Do      string // a sentence: what to do about it; empty when good
	Blocks  bool   // what needs this check cannot be asked
}

// Good is a finding of something that works.
func Good(found string) Finding { return Finding{Verdict: VerdictGood, Found: found} }

// Doubt is a finding of something that somebody should look at.
func Doubt(found, do string) Finding { return Finding{Verdict: VerdictDoubt, Found: found, Do: do} }

// Fault is a finding of something that does not work.
func Fault(found, do string) Finding { return Finding{Verdict: VerdictFault, Found: found, Do: do} }

// Blocking is the finding as one that keeps what needs its check from being asked.
func (f Finding) Blocking() Finding {
	f.Blocks = true
	return f
}

// Skipped is a finding of something that was not looked at, and why.
func Skipped(why string) Finding { return Finding{Verdict: VerdictSkipped, Found: why} }
