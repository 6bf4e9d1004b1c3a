package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"

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

// onlyFromHere answers on an address of this machine alone only what asks for this
// machine by name or number: a page of any site can have its own name lead here, and
// read then what operators read. On an address that others reach they choose the
// names.
func onlyFromHere(address net.Addr, admin http.Handler) http.Handler {
	if at, ok := address.(*net.TCPAddr); !ok || !at.IP.IsLoopback() {
		return admin
	}

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopback(&url.URL{Host: r.Host}) {
			http.Error(w, "Operators ask at this machine's own address.", http.StatusMisdirectedRequest)
			return
		}
		admin.ServeHTTP(w, r)
	})
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
		handlers = append(handlers, onlyFromHere(doors[1].Addr(), api.NewAdmin(c)))
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
