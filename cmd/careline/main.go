// Command careline is a clinic's telephone: a clinician calls a patient from the
// browser, and the call is in the health record. See `careline help`.
//
// This is the one package that reads the environment and plugs the parts
// together: commands.go is what can be typed, config_table.go what can be set,
// assemble.go makes the parts, serve.go runs them, and outside.go, transport.go
// and webhooks.go make those that others speak to.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// version is set by the build.
var version = "development"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait for what is under way

	if err := run(ctx, environment(), console{out: os.Stdout, aside: os.Stderr}, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "careline:", sentence(err))
		stop()
		os.Exit(exitStatus(err))
	}
}

// run does what args say. An error is a sentence for whoever typed them.
func run(ctx context.Context, from source, to console, args []string) error {
	root := commandLine(from)
	root.SetArgs(append([]string{}, args...)) // nil would be the process's own
	root.SetOut(terminal{to.out})             // what a command prints may come from outside
	root.SetErr(terminal{to.aside})
	return root.ExecuteContext(ctx)
}

// sentence is an error as it is printed: it may quote what came from outside.
func sentence(err error) string { return printable(err.Error(), "\n\t") }

// status is an error that ends the program with a status of its own.
type status struct {
	error
	code int
}

// exitStatus is 1 for every error that does not say another.
func exitStatus(err error) int {
	if s, ok := errors.AsType[status](err); ok {
		return s.code
	}
	return 1
}
