// Package relay hands kept events to those who act on them.
//
//	a commit ──Take──▶ Relay ──claims a call──▶ Handle, one event after the other
//	                     ▲                          │
//	                     └── when it is due again ◀─┴─▶ done, retry or buried
//
// The events of one call are handled in the log's order, one at a time; calls
// are handled side by side, and one that fails keeps no other waiting. A delivery
// may be handled more than once: after a crash between the handling and its
// record. Nothing is handled before it is kept.
//
// Where nobody else writes the log, what was just kept is handed on from memory
// (memory.go); the queue is read after a start, after a failure, and for calls that
// are not held.
package relay
