package database

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"perci.health/careline/setup"
	"perci.health/careline/store/postgres"
	"perci.health/careline/store/sqlite"
)

// Checks look at the database of a DATABASE_URL, beside whoever uses it. What they
// find tells no password of it.
func Checks(address string) []setup.Check {
	look := func(ctx context.Context) setup.Finding { return lookAtPostgres(ctx, address) }
	if strings.HasPrefix(address, "file:") {
		look = func(context.Context) setup.Finding { return lookAtFile(address) }
	}
	return []setup.Check{{Name: "database", Ask: look}}
}

const otherDatabase = "Set DATABASE_URL to a file of careline's own."

// lookAtFile looks at a SQLite file from outside: opening it would make it, or
// change its schema, and one that the service has open belongs to the service.
func lookAtFile(address string) setup.Finding {
	name, err := sqlite.FileOf(address)
	if err != nil {
		return setup.Fault("The database is not found: "+err.Error()+".", otherDatabase)
	}
	if path, err := filepath.EvalSymlinks(name); err == nil {
		name = path
	}

	folder := filepath.Dir(name)
	if err := mayUseFolder(folder); err != nil {
		return setup.Fault("The folder of the database cannot be written: "+err.Error()+".", "Make the folder, give the service's user the right to write there, or change DATABASE_URL.")
	}

	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return setup.Good("There is no database yet: careline makes it when it starts.")
	case err != nil:
		return setup.Fault("The database cannot be looked at: "+cause(err)+".", otherDatabase)
	case !info.Mode().IsRegular():
		return setup.Fault("The database is no file.", otherDatabase)
	}

	if err := mayUseFile(name); err != nil {
		return setup.Fault("The database cannot be written: "+err.Error()+".", "Give the service's user the right to read and write the file.")
	}
	if sqlite.InUse(name) {
		return setup.Good("A careline is running with this database.")
	}
	return whose(name)
}

// cause is a file's error without the file's name, which the setting says already.
func cause(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

func whose(name string) setup.Finding {
	owner, err := sqlite.OwnerOf(name)
	if err != nil {
		return setup.Fault("The database cannot be read: "+cause(err)+".", otherDatabase)
	}

	switch owner {
	case sqlite.OwnerCareline:
		return setup.Good("The database is careline's, can be written, and nobody has it open.")
	case sqlite.OwnerUnseen:
		return setup.Doubt("The database was not closed, as after a crash, and shows whose it is only once it is opened.", "Start the service: it recovers the log, or says what is wrong.")
	case sqlite.OwnerNobody:
		return setup.Good("The database is empty: careline fills it when it starts.")
	case sqlite.OwnerNoSQLite:
		return setup.Fault("The file of DATABASE_URL is no SQLite database, or a damaged one.", "Restore it from a backup, or "+strings.ToLower(otherDatabase[:1])+otherDatabase[1:])
	}
	return setup.Fault("The database belongs to another program.", otherDatabase)
}

// lookAtPostgres looks at the database beside the instances that use it.
func lookAtPostgres(ctx context.Context, address string) setup.Finding {
	s, err := postgres.LookAt(ctx, address)
	if err != nil {
		said := strings.ReplaceAll(strings.Join(strings.Fields(err.Error()), " "), address, Shown(address))
		return setup.Fault("The database cannot be used: "+said+".", "Check DATABASE_URL and that the database runs and exists; for the rest see what is said.")
	}

	switch {
	case !s.Writable && s.Have == 0:
		return setup.Fault("The database is empty, and its user may not make the schema.", "Let the user of DATABASE_URL create tables there, or run careline migrate --apply as one who may.")
	case !s.Writable:
		return setup.Fault("The log may be read, but not written.", "Let DATABASE_URL lead to the primary server, and its user write.")
	case s.Have == 0:
		return setup.Good("The database is empty: careline makes its schema when it starts.")
	case s.Have < s.Know:
		return setup.Doubt(fmt.Sprintf("The schema is %d, and this version's is %d.", s.Have, s.Know), "Run careline migrate --apply, or start the service, which does the same.")
	}
	return setup.Good("The database can be written, and its schema is this version's.")
}

// Shown is as much of a DATABASE_URL as may be printed: no user, no password, and
// none of the parameters, which may hold either.
func Shown(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "of DATABASE_URL"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}
