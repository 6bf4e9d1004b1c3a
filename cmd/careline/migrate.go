package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"perci.health/careline/setup/database"
	"perci.health/careline/store"
	"perci.health/careline/store/move"
)

// runMigrate opens the database, which brings its schema up to date. serve does
// the same at its start; this is for whoever wants it done before.
func runMigrate(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("careline migrate", flag.ContinueOnError)
	flags.SetOutput(out)
	from := flags.String("from", "", "move the log of this SQLite `file`, such as file:careline.db, into the Postgres database of DATABASE_URL, which must be empty")
	if err := parse(flags, args); err != nil {
		return helped(err)
	}

	r := &reader{get: os.Getenv}
	address := databaseURL(r)
	if len(r.faults) > 0 {
		return r.faults[0]
	}

	if *from != "" {
		moved, err := move.Log(ctx, *from, address.Reveal())
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "Moved to %s: %s with %s. The file is as it was; start the service with the new DATABASE_URL and keep the file until you are content.\n",
			database.Shown(address.Reveal()), several(moved.Calls, "call"), several(moved.Events, "event"))
		return err
	}

	s, err := openLog(ctx, store.Config{URL: address.Reveal()})
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "The database %s is up to date.\n", database.Shown(address.Reveal()))
	return err
}
