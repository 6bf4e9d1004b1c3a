package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"perci.health/careline/api"
)

// listenAdmin takes the operators' address, beside the public one.
func listenAdmin(address string) (net.Listener, error) {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s, choose another ADMIN_PORT: %w", address, err)
	}
	return ln, nil
}

func shut(doors []net.Listener) (err error) {
	for _, ln := range doors {
		err = errors.Join(err, ln.Close())
	}
	return err
}

// answer serves the public address, and the operators' where there is one, until
// ctx ends. A service of which one address has failed is no service: the other one
// stops as well.
func (p *parts) answer(ctx context.Context, doors []net.Listener, c api.Config) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	handlers := []http.Handler{api.New(c)}
	if len(doors) > 1 {
		handlers = append(handlers, api.NewAdmin(c))
		p.log.Info("serving operators", "address", doors[1].Addr().String())
	}

	ended := make(chan error, len(doors))
	for i, ln := range doors {
		go func() { ended <- api.Serve(ctx, ln, handlers[i]) }()
	}

	var err error
	for range doors {
		err = errors.Join(err, <-ended)
		stop()
	}

	return err
}
