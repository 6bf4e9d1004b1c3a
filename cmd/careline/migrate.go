package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"perci.health/careline/setup/database"
	"perci.health/careline/store"
	"perci.health/careline/store/move"
	"perci.health/careline/store/postgres"
	"perci.health/careline/store/sqlite"
)

// migrating is a run of careline migrate.
type migrating struct {
	address    string // of the database
	from       string // a SQLite log to be moved there; "": none
	apply      bool
	out, aside io.Writer
}

// migrateCommand brings the database's schema up to date. serve does the same at its
// start; this is for whoever wants it done before.
func migrateCommand(from source) *cobra.Command {
	var m migrating
	c := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database's schema up to date; --from moves a SQLite log to Postgres",
		Args:  noWords,
	}

	c.Flags().StringVar(&m.from, "from", "", "move the log of this SQLite `file`, such as file:careline.db, into the Postgres database of DATABASE_URL, which must be empty")
	applyFlag(c, &m.apply)
	return withSettings(c, from, func(c *cobra.Command, from source, _ []string) error {
		r := newReader(from.get)
		m.address, m.out, m.aside = databaseURL(r).Reveal(), c.OutOrStdout(), c.ErrOrStderr()
		if len(r.faults) > 0 {
			return r.faults[0]
		}
		return m.run(c.Context())
	})
}

func (m migrating) run(ctx context.Context) error {
	have, know, err := schemas(ctx, m.address)
	if err != nil {
		return err
	}

	shown := database.Shown(m.address)
	switch {
	case m.from != "" && !m.apply:
		return m.say("The log of %s would be moved into %s, which %s. The file stays as it is.%s", m.from, shown, stands(have, know), strings.TrimSuffix(howToApply, "\n"))
	case m.from != "":
		return m.move(ctx)
	case have == know:
		return m.say("The database %s is up to date: schema %d.", shown, know)
	case have > know:
		return m.say("The database %s has schema %d, of a newer careline, which serves this one too (%d): there is nothing to do.", shown, have, know)
	case !m.apply:
		return m.say("The database %s %s.%s", shown, stands(have, know), strings.TrimSuffix(howToApply, "\n"))
	}

	s, err := openLog(ctx, store.Config{URL: m.address})
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	return m.say("The database %s is up to date: from %s to schema %d.", shown, schemaNamed(have), know)
}

func (m migrating) move(ctx context.Context) error {
	watch := watched(m.aside, "event", 0)
	defer watch.end()
	moved, err := move.Log(ctx, m.from, m.address, func(done, all int) {
		watch.all = all
		watch.at(done)
	})
	if err != nil {
		return err
	}

	watch.end()
	return m.say("Moved to %s: %s with %s. The file is as it was; start the service with the new DATABASE_URL and keep the file until you are content.",
		database.Shown(m.address), several(moved.Calls, "call"), several(moved.Events, "event"))
}

func (m migrating) say(format string, args ...any) error {
	_, err := fmt.Fprintf(m.out, format+"\n", args...)
	return err
}

// stands is how the database is, and what it would become.
func stands(have, know int) string {
	return fmt.Sprintf("has %s, and would get schema %d", schemaNamed(have), know)
}

func schemaNamed(schema int) string {
	if schema == 0 {
		return "no schema yet"
	}
	return fmt.Sprintf("schema %d", schema)
}

// schemas are that of the database, 0 while it has none, and that of this program.
// Asking changes nothing.
func schemas(ctx context.Context, address string) (have, know int, err error) {
	if !strings.HasPrefix(address, "file:") {
		s, err := postgres.LookAt(ctx, address)
		return s.Have, s.Know, err
	}

	path, err := sqlite.FileOf(address)
	if err != nil {
		return 0, 0, err
	}
	return sqlite.LookAt(path)
}
