// Package move moves a log that one SQLite file holds into a Postgres database.
package move
