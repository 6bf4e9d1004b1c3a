package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"perci.health/careline/sandbox"
)

// sandboxFlags are what the sandbox can be told.
type sandboxFlags struct {
	app, data, seed string
	pace            float64
	extras          bool
	ports           sandbox.Ports
}

// sandboxCommand runs the outside world alone: a Twilio, a FHIR server and a sign-in
// for whatever app is pointed at them.
func sandboxCommand() *cobra.Command {
	var f sandboxFlags
	c := &cobra.Command{
		Use:   "sandbox",
		Short: "Run the local Twilio, FHIR server and sign-in alone, for any app",
		Args:  noWords,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := inBounds(c.Flags()); err != nil {
				return err
			}
			return runSandbox(c.Context(), c.OutOrStdout(), f)
		},
	}

	c.Flags().StringVar(&f.app, "app", "", "public base `URL` of the app under test; the console can set it later")
	c.Flags().Float64Var(&f.pace, "pace", 1, "`seconds` that one second of a call takes; 0.1 is ten times faster")
	c.Flags().StringVar(&f.data, "data", "", "`folder` that keeps the health record and the secrets; without it nothing is kept")
	c.Flags().StringVar(&f.seed, "seed", "", "`file` with a FHIR Bundle that is put into the health record beside the clinic")
	c.Flags().BoolVar(&f.extras, "extras", false, "people who can be added to a call, a reviewer and a supervisor, and the settings of an app that adds people and records")
	c.Flags().IntVar(&f.ports.Console, "console-port", consolePort, "`port` of the console, 0 for any")
	c.Flags().IntVar(&f.ports.Twilio, "twilio-port", 8480, "`port` of the local Twilio, 0 for any")
	c.Flags().IntVar(&f.ports.FHIR, "fhir-port", 8481, "`port` of the FHIR server, 0 for any")
	c.Flags().IntVar(&f.ports.Issuer, "issuer-port", 8482, "`port` of the sign-in, 0 for any")
	return c
}

func runSandbox(ctx context.Context, out io.Writer, f sandboxFlags) error {
	bundle, err := readSeed(f.seed)
	if err != nil {
		return fmt.Errorf("--seed: %w", err)
	}

	w, err := sandbox.Start(ctx, sandbox.Config{
		Pace:    f.pace,
		DataDir: f.data,
		Bundle:  bundle,
		AppURL:  f.app,
		Ports:   f.ports,
		Extras:  f.extras,
	})
	if err != nil {
		return err
	}

	var welcome strings.Builder
	fmt.Fprintf(&welcome, "The sandbox is running. Its console:\n\n  %s\n\nSettings for an app that lives in it:\n\n", w.ConsoleURL)
	for _, setting := range w.Env() {
		name, value, _ := strings.Cut(setting, "=")
		fmt.Fprintf(&welcome, "  export %s=%s\n", name, shellWord(value))
	}
	fmt.Fprint(&welcome, "\nStop with Ctrl-C.\n\n")
	if _, err := io.WriteString(out, welcome.String()); err != nil {
		return errors.Join(err, w.Close())
	}

	return errors.Join(w.Narrate(ctx, out), w.Close())
}

// shellWord is the value as a shell reads it: as it stands, or in quotation marks where
// anything in it could mean more to the shell.
func shellWord(value string) string {
	plain := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_-./:@%+,=", r)
	}
	if value != "" && strings.TrimFunc(value, plain) == "" {
		return value
	}
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}

// readSeed reads the Bundle of --seed; no file is no Bundle.
func readSeed(file string) ([]byte, error) {
	if file == "" {
		return nil, nil
	}
	bundle, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}

	var begun struct {
		Type string `json:"resourceType"`
	}
	if err := json.Unmarshal(bundle, &begun); err != nil {
		return nil, fmt.Errorf("%s cannot be read as JSON: %w", file, err)
	}
	if begun.Type != "Bundle" {
		return nil, fmt.Errorf("%s is no FHIR Bundle: its resourceType is %q", file, begun.Type)
	}
	return bundle, nil
}

// inBounds refuses a port or a pace that cannot be. Every flag that ends in port is
// one.
func inBounds(flags *pflag.FlagSet) (fault error) {
	flags.VisitAll(func(f *pflag.Flag) {
		value, err := strconv.ParseFloat(f.Value.String(), 64)
		switch {
		case err != nil:
		case strings.HasSuffix(f.Name, "port") && (value < 0 || value > 65535):
			fault = fmt.Errorf("--%s must be from 0 to 65535, and is %v", f.Name, f.Value)
		case f.Name == "pace" && value <= 0:
			fault = fmt.Errorf("--pace must be above 0, and is %v", f.Value)
		}
	})
	return fault
}
