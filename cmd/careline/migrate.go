package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"perci.health/careline/store"
)

// runMigrate opens the database, which brings its schema up to date. serve does
// the same at its start; this is for whoever wants it done before.
func runMigrate(ctx context.Context, args []string, out io.Writer) error {
	if len(args) > 0 {
		return errors.New("migrate takes no arguments: it reads DATABASE_URL")
	}
	r := &reader{get: os.Getenv}
	url := databaseURL(r)
	if len(r.faults) > 0 {
		return errors.New(r.faults[0])
	}
	s, err := store.Open(ctx, store.Config{URL: url})
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "The database %s is up to date.\n", url)
	return err
}
