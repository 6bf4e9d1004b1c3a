package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"
)

// door is one listener and the URL it is reached at.
type door struct {
	net.Listener
	url string
}

type doors struct{ twilio, fhir, issuer, console door }

// openDoors opens every port before anything else is started, so that each
// party can be told the others' addresses. It opens all or none.
func openDoors(ctx context.Context, ports Ports) (doors, error) {
	var d doors
	var listen net.ListenConfig
	for _, one := range []struct {
		name string
		port int
		door *door
	}{{"Twilio", ports.Twilio, &d.twilio}, {"FHIR", ports.FHIR, &d.fhir}, {"sign-in", ports.Issuer, &d.issuer}, {"console", ports.Console, &d.console}} {
		l, err := listen.Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(one.port)))
		if err != nil {
			err = fmt.Errorf("the %s server cannot listen; choose another port or 0: %w", one.name, err)
			return doors{}, errors.Join(err, d.close())
		}
		*one.door = door{Listener: l, url: "http://" + l.Addr().String()}
	}
	return d, nil
}

func (d doors) close() error {
	var faults []error
	for _, one := range []door{d.twilio, d.fhir, d.issuer, d.console} {
		if one.Listener != nil {
			faults = append(faults, one.Close())
		}
	}
	return errors.Join(faults...)
}

func (w *World) serve(d door, h http.Handler) {
	server := &http.Server{
		Handler:           onlyLoopback(h),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       time.Minute,
		// Event streams end with the world, or Shutdown would wait for them.
		BaseContext: func(net.Listener) context.Context { return w.stopped },
		ErrorLog:    slog.NewLogLogger(w.log.Handler(), slog.LevelWarn),
	}
	w.servers = append(w.servers, server)
	w.running.Go(func() {
		if err := server.Serve(d.Listener); !errors.Is(err, http.ErrServerClosed) {
			w.log.Error("a sandbox server stopped", "address", d.Addr().String(), "error", err)
		}
	})
}
