// Package setup is how the parties that careline depends on are set up: checks that
// find out whether one of them is as careline needs it, and plans of what is to be
// changed there.
//
// What to ask of a party, and what to change, is known by whoever speaks its
// language: fhir, auth and twilio make checks and plans of their own; Google's
// Pub/Sub, the database and the clock have theirs in the folders below. Here stands
// what they have in common, and how a list of checks is asked and a plan applied.
// careline doctor and careline provision choose, print and end with a status.
package setup
