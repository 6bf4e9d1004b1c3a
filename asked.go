package careline

import "time"

// AskedFor asks the log for its calls by when they were asked for, the newest first:
// those from From on and before To.
type AskedFor struct {
	From, To  time.Time
	Clinician string     // practitioner id of the caller; empty: of anybody, and of nobody
	Patient   Reference  // whose call it is (Standing.Patient); empty: anybody's, and nobody's
	After     AskedPlace // those that come after this place in that order; zero: from the newest on

	// Recorded asks for those alone of whose recordings, by the carrier's id, something was
	// told; Going for those that are not known to be over, or have a room that is not.
	Recorded, Going bool
}

// AskedPlace is where a call stands in the order of asking. It stays, whatever becomes of
// the call, and is no other call's.
type AskedPlace struct {
	At     time.Time // when the call was asked for (Standing.AskedAt)
	Number int64     // the log's own, of calls that were asked for at once
}

// Asked is a call as the log holds it.
type Asked struct {
	Key    string
	Place  AskedPlace
	Events []CallEvent // all of it, in the log's order
	// Patient is whose the call is, where the log knows it: also of a call that the
	// REST API placed, once it was filed.
	Patient Reference
	Filing  Filing // of its Communication; the zero filing, with its Call set, if it was never filed
}
