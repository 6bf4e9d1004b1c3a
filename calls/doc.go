// Package calls holds the verbs: what is done with a call, one verb a file.
// Each verb is a small struct with exactly the things it needs, which it
// declares itself; it reads, decides, keeps and tells, and leaves every
// outsider's words to the place that speaks them.
package calls
