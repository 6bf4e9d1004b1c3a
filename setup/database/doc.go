// Package database checks the database that careline is told to use, without
// opening it as the service does: looking makes and changes nothing.
package database
