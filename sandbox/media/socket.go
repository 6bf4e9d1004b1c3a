package media

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync/atomic"
	"syscall"
)

// socket is a UDP socket on a network that can be cut. It offers the
// netip.AddrPort methods that pion's mux looks for, which spare an allocation
// for every packet.
type socket struct {
	*net.UDPConn
	cut *atomic.Bool
}

func (s *socket) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := s.UDPConn.ReadFrom(b)
		if err != nil || !s.cut.Load() {
			return n, from, err
		}
	}
}

func (s *socket) WriteTo(b []byte, to net.Addr) (int, error) {
	if s.cut.Load() {
		return len(b), nil
	}
	return s.UDPConn.WriteTo(b, to)
}

// ReadFromAddrPort is the next packet that the network lets through.
func (s *socket) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	for {
		n, from, err := s.ReadFromUDPAddrPort(b)
		if err != nil || !s.cut.Load() {
			return n, from, err
		}
	}
}

// WriteToAddrPort sends a packet, or loses it when the network is cut, which
// a sender does not notice.
func (s *socket) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	if s.cut.Load() {
		return len(b), nil
	}
	return s.WriteToUDPAddrPort(b, to)
}

// listen opens the same port on 127.0.0.1 and on every IPv4 address of this
// host. One socket on 0.0.0.0 would not do: its answers could leave from
// another address than the one that was asked, and browsers drop those.
func listen(port int, cut *atomic.Bool) ([]*socket, error) {
	hosts, err := hostAddresses()
	if err != nil {
		return nil, err
	}
	const attempts = 20 // a port free on one address may be taken on another
	for range attempts {
		all, err := listenOn(hosts, port, cut)
		if err == nil {
			return all, nil
		}
		if port != 0 || !errors.Is(err, syscall.EADDRINUSE) {
			return nil, fmt.Errorf("listening for sound on UDP port %d (is it in use? choose another, or 0 for any): %w", port, err)
		}
	}
	return nil, errors.New("listening for sound: found no UDP port that is free on every address of this machine")
}

func listenOn(hosts []netip.Addr, port int, cut *atomic.Bool) (all []*socket, err error) {
	defer func() {
		if err == nil {
			return
		}
		for _, s := range all {
			err = errors.Join(err, s.Close())
		}
	}()

	for _, host := range hosts {
		conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(host, uint16(port))))
		if errors.Is(err, syscall.EADDRNOTAVAIL) && !host.IsLoopback() {
			continue // the interface went away in between
		}
		if err != nil {
			return all, err
		}
		all = append(all, &socket{conn, cut})
		port = conn.LocalAddr().(*net.UDPAddr).Port
	}

	return all, nil
}

// hostAddresses is 127.0.0.1 and then every other IPv4 address of this host.
// Firefox sends nothing to 127.0.0.1, Chromium prefers it.
func hostAddresses() ([]netip.Addr, error) {
	all := []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	interfaces, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("listing this machine's addresses: %w", err)
	}

	for _, a := range interfaces {
		prefix, err := netip.ParsePrefix(a.String())
		if err != nil {
			continue // not an IP address
		}
		ip := prefix.Addr().Unmap()
		if ip.Is4() && !ip.IsLoopback() && !slices.Contains(all, ip) {
			all = append(all, ip)
		}
	}

	return all, nil
}
