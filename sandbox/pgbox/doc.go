// Package pgbox starts a real Postgres server for tests, from the binaries of
// the machine or else from an npm package that carries them, and lets a test
// restart it, kill it and bring it up again. It is as durable as a server in
// production: a commit that was answered outlives a kill.
//
// The server listens on loopback alone, on a port that it keeps for its life,
// with a password of its own. It ends with the program that started it, and what
// a program that was killed left behind is removed by the next Start.
package pgbox
