package pubsub

// PublisherThrough is a Publisher with a client of the test's own.
var PublisherThrough = newPublisher
