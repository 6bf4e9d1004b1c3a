package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"perci.health/careline/sandbox"
)

// runSandbox runs the outside world alone: a Twilio, a FHIR server and a sign-in
// for whatever app is pointed at them.
func runSandbox(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("careline sandbox", flag.ContinueOnError)
	flags.SetOutput(out)
	app := flags.String("app", "", "public base `URL` of the app under test; the console can set it later")
	pace := flags.Float64("pace", 1, "seconds that one second of a call takes; 0.1 is ten times faster")
	data := flags.String("data", "", "`folder` that keeps the health record and the secrets; empty: nothing is kept")
	seed := flags.String("seed", "", "`file` with a FHIR Bundle that is put into the health record beside the clinic")
	console := flags.Int("console-port", 8470, "`port` of the console, 0 for any")
	twilio := flags.Int("twilio-port", 8480, "`port` of the local Twilio, 0 for any")
	fhir := flags.Int("fhir-port", 8481, "`port` of the FHIR server, 0 for any")
	issuer := flags.Int("issuer-port", 8482, "`port` of the sign-in, 0 for any")

	if err := parse(flags, args); err != nil {
		return helped(err)
	}

	bundle, err := readSeed(*seed)
	if err != nil {
		return err
	}

	w, err := sandbox.Start(ctx, sandbox.Config{
		Pace:    *pace,
		DataDir: *data,
		Bundle:  bundle,
		AppURL:  *app,
		Ports: sandbox.Ports{
			Twilio:  *twilio,
			FHIR:    *fhir,
			Issuer:  *issuer,
			Console: *console,
		},
	})
	if err != nil {
		return err
	}

	var welcome strings.Builder
	fmt.Fprintf(&welcome, "The sandbox is running. Its console:\n\n  %s\n\nSettings for an app that lives in it:\n\n", w.ConsoleURL)
	for _, setting := range w.Env() {
		fmt.Fprintln(&welcome, "  export", setting)
	}
	fmt.Fprint(&welcome, "\nStop with Ctrl-C.\n\n")
	if _, err := io.WriteString(out, welcome.String()); err != nil {
		return errors.Join(err, w.Close())
	}

	return errors.Join(w.Narrate(ctx, out), w.Close())
}

// readSeed reads the Bundle of --seed; no file is no Bundle.
func readSeed(file string) ([]byte, error) {
	if file == "" {
		return nil, nil
	}
	bundle, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("--seed: %w", err)
	}
	return bundle, nil
}

// parse reads a command's flags. What it does not know it refuses, and every
// flag that ends in port or is called pace has its bounds.
func parse(flags *flag.FlagSet, args []string) error {
	if err := flags.Parse(args); err != nil {
		return err
	}

	if flags.NArg() > 0 {
		return fmt.Errorf("%s does not know what to do with %q; see %s -h", flags.Name(), flags.Arg(0), flags.Name())
	}

	var fault error
	flags.VisitAll(func(f *flag.Flag) {
		value, err := strconv.ParseFloat(f.Value.String(), 64)
		switch {
		case err != nil:
		case strings.HasSuffix(f.Name, "port") && (value < 0 || value > 65535):
			fault = fmt.Errorf("--%s must be from 0 to 65535", f.Name)
		case f.Name == "pace" && value <= 0:
			fault = errors.New("--pace must be above 0")
		}
	})

	return fault
}

// helped turns the flag package's "help was asked for" into success.
func helped(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	return err
}
