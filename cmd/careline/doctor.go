package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"perci.health/careline/setup"
)

// doctorFlags are what doctor can be told.
type doctorFlags struct {
	json, strict bool
	only         string
}

// doctorCommand checks what serve would run with.
func doctorCommand(from source) *cobra.Command {
	var f doctorFlags
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check everything that the service needs, and say what to do",
		Args:  noWords,
	}

	c.Flags().BoolVar(&f.json, "json", false, "print JSON for a program: every check with its verdict (good, doubt, fault, skipped), and how many there are of each")
	c.Flags().BoolVar(&f.strict, "strict", false, "end with status 1 on a doubt too; without it only a fault does")
	c.Flags().StringVar(&f.only, "only", "", "the `checks` to make, by name or by party, separated by commas, such as twilio,clock")
	return withSettings(c, from, func(c *cobra.Command, from source, _ []string) error {
		return doctor(c.Context(), from.get, f, c.OutOrStdout())
	})
}

// doctor checks what serve would run with, of which get answers the settings. Its
// error says that something is at fault.
func doctor(ctx context.Context, get func(string) string, f doctorFlags, out io.Writer) error {
	every, done := allChecks(ctx, get)
	defer done()
	checks, err := setup.Choose(every, f.only)
	if err != nil {
		return err
	}

	results := resultsOf(setup.Ask(ctx, checks))
	if err := f.print(out, results); err != nil {
		return err
	}
	return results.judge(f.strict)
}

// result is what became of one check.
type result struct {
	Check   string        `json:"check"`
	Verdict setup.Verdict `json:"verdict"`
	Found   string        `json:"found"`
	Do      string        `json:"do"`
}

type results []result

// resultsOf are the answers as they are printed.
func resultsOf(answers []setup.Answer) (told results) {
	for _, a := range answers {
		told = append(told, result{
			Check:   a.Check,
			Verdict: a.Verdict,
			Found:   a.Found,
			Do:      a.Do,
		})
	}
	return told
}

func (r results) count(v setup.Verdict) (n int) {
	for _, one := range r {
		if one.Verdict == v {
			n++
		}
	}
	return n
}

func (r results) judge(strict bool) error {
	faults, doubts := r.count(setup.VerdictFault), r.count(setup.VerdictDoubt)
	switch {
	case faults > 0:
		return fmt.Errorf("checks that found a fault: %d of %d", faults, len(r))
	case strict && doubts > 0:
		return fmt.Errorf("checks that found a doubt: %d of %d", doubts, len(r))
	}
	return nil
}

func (f doctorFlags) print(out io.Writer, r results) error {
	if f.json {
		return r.printJSON(out)
	}

	var text strings.Builder
	wide := 0
	for _, one := range r {
		wide = max(wide, len(one.Check))
	}
	for _, one := range r {
		fmt.Fprintf(&text, "%s %-*s  %s\n", mark(one.Verdict), wide, oneLine(one.Check), oneLine(one.Found))
		for line := range strings.Lines(one.Do) {
			fmt.Fprintf(&text, "  %-*s  → %s\n", wide, "", oneLine(strings.TrimSuffix(line, "\n")))
		}
	}

	fmt.Fprintf(&text, "\n%s:", several(len(r), "check"))
	for i, v := range verdicts() {
		fmt.Fprintf(&text, "%s %s", strings.Repeat(",", min(i, 1)), r.told(v))
	}
	_, err := fmt.Fprintln(out, text.String()+".")
	return err
}

// told is how many checks have a verdict, for a person: 18 good, 2 faults.
func (r results) told(v setup.Verdict) string {
	if v == setup.VerdictDoubt || v == setup.VerdictFault {
		return several(r.count(v), string(v))
	}
	return fmt.Sprintf("%d %s", r.count(v), v)
}

func (r results) printJSON(out io.Writer) error {
	summary := map[setup.Verdict]int{}
	for _, v := range verdicts() {
		summary[v] = r.count(v)
	}

	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(struct {
		Checks  results               `json:"checks"`
		Summary map[setup.Verdict]int `json:"summary"`
	}{r, summary})
}

// verdicts are told in this order.
func verdicts() []setup.Verdict {
	return []setup.Verdict{setup.VerdictGood, setup.VerdictDoubt, setup.VerdictFault, setup.VerdictSkipped}
}

func mark(v setup.Verdict) string {
	switch v {
	case setup.VerdictGood:
		return "✓"
	case setup.VerdictDoubt:
		return "?"
	case setup.VerdictFault:
		return "✗"
	}
	return "–"
}

// allChecks are those of the settings and of every party, to be asked before done.
// A party whose settings cannot be used is at fault by that alone, and the others
// are asked all the same.
func allChecks(ctx context.Context, get func(string) string) (checks []setup.Check, done func()) {
	c, faulty, sentences := usable(get)
	checks = []setup.Check{{Name: "settings", Ask: func(context.Context) setup.Finding {
		if len(sentences) > 0 {
			return setup.Fault("careline cannot start with these settings.", strings.Join(sentences, "\n"))
		}
		return setup.Good("Every setting can be used.")
	}}}

	var open []opened
	for _, p := range parties() {
		unused := c != nil && p.used != nil && !p.used(*c)
		bad := slices.IndexFunc(faulty, func(name string) bool { return p.needs(name) && (!unused || name != "FUNCTIONS_URL") })
		if bad >= 0 {
			checks = append(checks, failing(p.name, faulty[bad]+" cannot be used, so nothing was asked.", "Put the setting right."))
			continue
		}
		if c == nil || unused {
			continue
		}
		o, err := p.open(ctx, *c)
		if err != nil {
			o.checks = []setup.Check{failing(p.name, "It cannot be asked: "+err.Error()+".", "Put its settings right.")}
		}
		checks, open = append(checks, o.checks...), append(open, o)
	}

	return checks, func() { _ = closeAll(open) } // what was asked is answered
}

// closeAll ends what the parties hold.
func closeAll(open []opened) error {
	var faults []error
	for _, o := range open {
		if o.close != nil {
			faults = append(faults, o.close())
		}
	}
	return errors.Join(faults...)
}

func failing(name, found, do string) setup.Check {
	return setup.Check{Name: name, Ask: func(context.Context) setup.Finding { return setup.Fault(found, do) }}
}
