package twiliobox

import (
	"fmt"
	"log/slog"
	"sync"

	"perci.health/careline/sandbox/media"
)

// studio is where the box keeps its media gateway. A gateway that may take any
// port is opened by the first call with sound: a box whose calls are only
// scripted needs no network.
type studio struct {
	mu      sync.Mutex
	port    int
	log     *slog.Logger
	gateway *media.Gateway
	cut     bool
	closed  bool
}

func newStudio(port int, log *slog.Logger) (*studio, error) {
	s := &studio{port: port, log: log}
	if port == 0 {
		return s, nil
	}
	_, err := s.open()
	return s, err
}

// open returns the gateway.
func (s *studio) open() (*media.Gateway, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed
	}
	if s.gateway != nil {
		return s.gateway, nil
	}
	g, err := media.Open(media.Config{Port: s.port, Log: s.log})
	if err != nil {
		return nil, fmt.Errorf("open the media gateway; choose another MediaPort or 0: %w", err)
	}
	g.Cut(s.cut)
	s.gateway = g
	return g, nil
}

// setCut takes the network of all sound away, or gives it back.
func (s *studio) setCut(cut bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut = cut
	if s.gateway != nil {
		s.gateway.Cut(cut)
	}
}

func (s *studio) isCut() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cut
}

func (s *studio) close() error {
	s.mu.Lock()
	g := s.gateway
	s.gateway, s.closed = nil, true
	s.mu.Unlock()
	if g == nil {
		return nil
	}
	if err := g.Close(); err != nil {
		return fmt.Errorf("close the media gateway: %w", err)
	}
	return nil
}
