package careline

import "time"

// Stray is a message from the transport of events that nobody here can read: of
// a type that a newer careline or another program sends, or spoilt. It is kept
// for an operator to see, and to be read again by a version that can.
type Stray struct {
	Seq        int64             // its place among the strays, from 1; 0 until it is kept
	ID         string            // the transport's id of the message
	Attributes map[string]string // as they came; may be nil
	Data       []byte            // as it came; may hold numbers, never to be logged
	Why        string            // a sentence: what could not be read
	Kept       time.Time         // when it was kept
}
