package pubsubbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
)

// Box is a running Pub/Sub. It forgets everything when it stops.
type Box struct {
	address string
	install installation // zero: pstest

	mu      sync.Mutex
	running server // nil once it was closed
}

// server is whichever Pub/Sub is running.
type server interface{ Close() error }

// startAttempts is how often another port is tried: between choosing one and
// listening on it, somebody else may take it.
const startAttempts = 3

// Start starts a Pub/Sub on a free port of loopback. It returns when that answers,
// or with an error when ctx ends or it did not within a minute. What it starts
// ends with Close, and with this process.
func Start(ctx context.Context) (*Box, error) {
	install, found := find()
	if !found {
		return StartFake()
	}

	var all error
	for range startAttempts {
		address, err := freeAddress()
		if err != nil {
			return nil, err
		}
		running, err := startEmulator(ctx, install, address)
		if err == nil {
			return &Box{address: address, install: install, running: running}, nil
		}
		if all = errors.Join(all, err); ctx.Err() != nil {
			break
		}
	}
	return nil, fmt.Errorf("start Google's Pub/Sub emulator: %w", all)
}

// StartFake starts the fake of Google's client library, wherever the emulator is
// installed too.
func StartFake() (*Box, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	return &Box{address: address, running: startFake(address)}, nil
}

// freeAddress is a port that nobody listened on a moment ago. It is below those
// that systems give to who names none, so that nobody takes it while the box is
// stopped.
func freeAddress() (string, error) {
	for range 100 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(10_000)))
		if err == nil {
			return l.Addr().String(), l.Close()
		}
	}
	return "", errors.New("found no free port for Pub/Sub")
}

// Endpoint is host:port, as PUBSUB_EMULATOR_HOST has it. It stays the same over a
// Restart.
func (b *Box) Endpoint() string { return b.address }

// Kind says what is running, for a person.
func (b *Box) Kind() string {
	if b.Pushes() {
		return "Google's Pub/Sub emulator " + b.install.version
	}
	return "pstest, the fake in Google's client library"
}

// Pushes reports whether push subscriptions are served.
func (b *Box) Pushes() bool { return b.install != installation{} }

// LeftOut names what cannot be shown with what is running; empty when all can.
func (b *Box) LeftOut() []string {
	if b.Pushes() {
		return nil
	}
	return []string{"deliveries pushed by Pub/Sub itself: Google's emulator or Java is not installed (gcloud components install pubsub-emulator)"}
}

// Restart stops Pub/Sub, hard, and starts it again at the same endpoint. Topics,
// subscriptions and messages are gone: they have to be provisioned again.
func (b *Box) Restart(ctx context.Context) error {
	if err := b.Stop(); err != nil {
		return err
	}
	return b.Resume(ctx)
}

// Stop ends Pub/Sub as a crash would; Resume starts it again, empty.
func (b *Box) Stop() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running == nil {
		return nil
	}
	err := b.running.Close()
	b.running = nil
	return err
}

// Resume starts a Pub/Sub that was stopped, at the same endpoint.
func (b *Box) Resume(ctx context.Context) (err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running != nil {
		return errors.New("this Pub/Sub is running already")
	}

	if !b.Pushes() {
		b.running = startFake(b.address)
		return nil
	}

	running, err := startEmulator(ctx, b.install, b.address)
	if err != nil {
		return fmt.Errorf("start Google's Pub/Sub emulator again: %w", err)
	}
	b.running = running
	return nil
}

// Close ends it. It may be called more than once.
func (b *Box) Close() error { return b.Stop() }
