// Package storetest is what the tests of the log's contract and those of its engines
// have in common: reports of calls, a clock that is set by hand, and a queue that is
// taken from, step by step. Only tests import it.
package storetest
