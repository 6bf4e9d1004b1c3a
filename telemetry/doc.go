// Package telemetry is what operators see: log lines, metrics and traces. No
// health data leaves through it: numbers and secrets have types that print as
// nothing, and what slips into a text is taken out before it is written.
package telemetry
