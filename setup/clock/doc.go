// Package clock checks the clock of this machine against the clock of a party that
// judges our tokens by it.
package clock
