package pubsub

// PublisherThrough is a Publisher with a client of the test's own.
var PublisherThrough = newPublisher

// The two ways in which a push is read.
var (
	UnwrapPlain = unwrapPlain
	UnwrapOdd   = unwrapOdd
)
