// Command careline is a clinic's telephone: a clinician calls a patient from the
// browser, and the call is in the health record. See `careline help`.
//
// This is the one package that reads the environment and plugs the parts
// together: assemble.go makes them, serve.go runs them, and outside.go, transport.go
// and webhooks.go make those that others speak to.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

// version is set by the build.
var version = "development"

// command is one thing that careline can be told to do.
type command struct {
	name, does string
	run        func(ctx context.Context, args []string, out io.Writer) error
}

func commands() []command {
	return []command{
		{"serve", "run the service; settings come from the environment", runServe},
		{"demo", "run everything on this machine, nothing to configure", runDemo},
		{"sandbox", "run the local Twilio, FHIR server and sign-in alone, for any app", runSandbox},
		{"doctor", "check everything that the service needs; --json for a program", runDoctor},
		{"provision", "show how Twilio and the other parties have to be set up; --apply does it", runProvision},
		{"replay", "what could not be delivered, and the record of calls anew", runReplay},
		{"purge", "forget calls: those that are too old, or a patient's", runPurge},
		{"export", "write down everything that is held about a patient", runExport},
		{"migrate", "bring the database's schema up to date; --from moves a SQLite log to Postgres", runMigrate},
		{"version", "print the version", runVersion},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait for what is under way
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "careline:", sentence(err))
		stop()
		os.Exit(exitStatus(err))
	}
}

// run does what args say. An error is a sentence for whoever typed them.
func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		return usage(out)
	}

	asked := strings.TrimLeft(args[0], "-") // --version is version
	for _, c := range commands() {
		if c.name == asked {
			return c.into(ctx, args[1:], out)
		}
	}

	err := fmt.Errorf("there is no command %q; the commands are above", args[0])
	return errors.Join(err, usage(out))
}

// into runs the command. What it prints may come from outside.
func (c command) into(ctx context.Context, args []string, out io.Writer) error {
	return c.run(ctx, args, terminal{out})
}

// sentence is an error as it is printed: it may quote what came from outside.
func sentence(err error) string { return printable(err.Error(), "\n\t") }

func usage(out io.Writer) error {
	var text strings.Builder
	text.WriteString("careline: a clinician calls a patient from the browser, and the call is in the health record.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(&text, "  careline %-9s  %s\n", c.name, c.does)
	}
	text.WriteString("\nEach tells its flags: careline COMMAND --help\n")

	_, err := io.WriteString(out, text.String())
	return err
}

func runVersion(_ context.Context, _ []string, out io.Writer) error {
	_, err := fmt.Fprintln(out, "careline", version)
	return err
}

func runServe(ctx context.Context, args []string, out io.Writer) error {
	if len(args) > 0 && slices.Contains([]string{"help", "-h", "-help", "--help"}, args[0]) {
		_, err := fmt.Fprintln(out, "careline serve takes no arguments. Its settings are environment variables: README.md lists them, and careline doctor checks them.")
		return err
	}
	if len(args) > 0 {
		return errors.New("serve takes no arguments: its settings come from the environment")
	}

	c, err := readConfig(os.Getenv)
	if err != nil {
		return err
	}

	ln, err := listen(c.address)
	if err != nil {
		return err
	}
	return serve(ctx, c, ln, out)
}
