// Package flight has what many ask for at the same time done once, for all of them:
// golang.org/x/sync/singleflight, with contexts and types.
package flight
