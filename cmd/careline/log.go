package main

import (
	"context"
	"errors"
	"strings"

	"perci.health/careline/store"
	"perci.health/careline/store/postgres"
	"perci.health/careline/store/sqlite"
)

// openLog opens the log: the URL's scheme says which database keeps it.
func openLog(ctx context.Context, c store.Config) (store.Store, error) {
	switch scheme, _, _ := strings.Cut(c.URL, ":"); scheme {
	case "file":
		return sqlite.Open(ctx, c)
	case "postgres", "postgresql":
		return postgres.Open(ctx, c)
	}
	return nil, errors.New("DATABASE_URL must be file:… for SQLite, such as file:careline.db, or postgres://user:password@host/database")
}
