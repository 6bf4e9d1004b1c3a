// Package careline holds the nouns of a clinician's telephone call: what a call
// is, what is reported about it, who may call whom, and how the reports fold
// into one true account. It does nothing: no network, no database, no clock.
//
//	a report ──▶ CallEvent ──▶ the log ──▶ Fold ──▶ Call ──▶ the health record
//
// A call's state is never updated in place. It is folded, each time, from all
// the events the log holds for it, so late, doubled and crossed reports need no
// code of their own.
package careline
