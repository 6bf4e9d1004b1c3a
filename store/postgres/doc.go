// Package postgres keeps the log in a Postgres database that any number of instances
// share.
//
// What is to be written is decided by store.Writer. Here are the rows: what it has to
// know is read with the log's lock (find.go), and what it decided is written
// (apply.go), each in one round trip to the server. What only reads has connections
// of its own; a call is claimed by a lock that one connection more holds.
//
// The schema is in the folder schema: that of a new database, and the scripts which
// bring one of a release before to it while that release goes on.
package postgres
