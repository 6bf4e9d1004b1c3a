// Package store is the durable log of what was reported about calls, and the
// queue of deliveries that each report causes.
//
//	Append ──▶ one writer ──▶ event + one delivery per consumer ──▶ fsync ──▶ answer
//	                                     │
//	             Due, Claim, Next ◀──────┘ ──▶ Done, Retry or Bury
//
// What is answered is on disk: an event and the deliveries it causes commit
// together, before Append returns. Everybody who waits shares one commit.
//
// A call is an ordered queue. Only its first pending delivery, the head, can be
// due; the others wait behind it whatever happens to it, and calls never wait
// for each other. A handle claims a call before it works on it; a claim holds
// until it is released or its process ends.
//
// The log belongs to one process: SQLite's file is claimed in memory, and locked
// while it is open (flock: on Linux, macOS and the BSDs). The contract speaks of
// calls and claims only, so that a database shared by several processes can keep
// it too.
//
// The database is the record: it holds telephone numbers in the clear and needs
// the protection of one. Nothing of an event's content is put into an error.
package store
