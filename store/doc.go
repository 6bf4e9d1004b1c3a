// Package store is the durable log of what was reported about calls, and the queue of
// deliveries that each report causes: its contract, its rules, and the one writer that
// has them kept. The engines, each readable alone, are store/sqlite and store/postgres.
//
//	Append ──▶ Writer ──▶ plan ──▶ Engine: event, cursors ──▶ fsync ──▶ answer, Committed
//	                                           │
//	                    Due, Claim, Next ◀─────┘ ──▶ Done, Retry or Bury
//
// What is answered is on disk: an event, and that it waits for its consumers, commit
// together, before Append returns. Everybody who waits shares one commit. What is to be
// known for a batch is found at once (Wanted, Found), decided without asking anybody
// (plan), and written at once (Changes): so that the rules stand here, in Go, and an
// engine is plain SQL.
//
// A call is an ordered queue. How far a consumer is with it is a cursor: it is to have
// every event after the one that it had, and those few that it is to have again. Only
// the first that waits can be due; the others wait behind it whatever happens to it, and
// calls never wait for each other. A handle claims a call before it works on it; a claim
// holds until it is released or its process ends.
//
// An event is opaque: the log asks for its key, its id, its time and what it says of the
// call's standing, by functions of the root, and keeps the rest as one body.
//
// The database is the record: it holds telephone numbers in the clear and needs
// the protection of one. Nothing of an event's content is put into an error.
package store
