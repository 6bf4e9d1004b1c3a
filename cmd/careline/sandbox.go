package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

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
	console := flags.Int("console-port", 8470, "`port` of the console, 0 for any")
	twilio := flags.Int("twilio-port", 8480, "`port` of the local Twilio, 0 for any")
	if err := flags.Parse(args); err != nil {
		return helped(err)
	}
	w, err := sandbox.Start(ctx, sandbox.Config{Pace: *pace, DataDir: *data, AppURL: *app, Ports: sandbox.Ports{Twilio: *twilio, Console: *console}})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "The sandbox is running. Its console:\n\n  %s\n\nSettings for an app that lives in it:\n\n", w.ConsoleURL)
	for _, setting := range w.Env() {
		fmt.Fprintln(out, "  export", setting)
	}
	fmt.Fprint(out, "\nStop with Ctrl-C.\n\n")
	return errors.Join(w.Narrate(ctx, out), w.Close())
}

// helped turns the flag package's "help was asked for" into success.
func helped(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	return err
}
