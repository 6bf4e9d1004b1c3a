package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline/twilio"
)

// TestAPlainCallsWebhooksTakeTheSameSQL whether or not there are rooms and recordings, and
// as much as they took before there were any.
func TestAPlainCallsWebhooksTakeTheSameSQL(t *testing.T) {
	t.Parallel()
	before := []int{
		13, // the first of a call: begin, lock, four questions; call, keys, event, cursor, the log's end, notify, commit
		10, // a further one: no call, keys or cursor
		10,
		11, // the call is over
		10,
	}
	off := plainSQL(t, nil)
	on := plainSQL(t, conferring(map[string]string{
		"RECORDING":                "asked",
		"RECORDING_RETENTION_DAYS": "30",
	}))

	if diff := cmp.Diff(off, on); diff != "" {
		t.Errorf("the SQL of each webhook (-without +with rooms and recordings):\n%s", diff)
	}
	for i, all := range on {
		if len(all) != before[i] {
			t.Errorf("webhook %d takes %d statements, want %d:\n%s", i, len(all), before[i], strings.Join(all, "\n"))
		}
	}
}

// plainSQL are the statements of each webhook of a plain call, on Postgres.
func plainSQL(t *testing.T, settings map[string]string) (all [][]string) {
	t.Helper()
	wire := newSQLWire(t, newDatabase(t))
	set := map[string]string{"DATABASE_URL": wire.url}
	for name, value := range settings {
		set[name] = value
	}
	_, h := benchService(t, set)

	var reports []url.Values
	for _, status := range []string{"initiated", "ringing", "in-progress", "completed"} {
		report := benchReport(0)
		report.Set("CallStatus", status)
		report.Set("SequenceNumber", fmt.Sprint(len(reports)))
		reports = append(reports, report)
	}
	own := benchReport(0)
	own.Set("CallSid", own.Get("ParentCallSid"))
	own.Set("CallStatus", "completed")
	own.Del("ParentCallSid")

	for _, report := range append(reports, own) {
		wire.take()
		timed(t, h, signedRequest("127.0.0.1:8080", twilio.PathCallStatus, report), http.StatusOK)
		all = append(all, wire.take())
	}
	return all
}

// sqlWire is a network to Postgres that reads along what is asked.
type sqlWire struct {
	url string

	mu    sync.Mutex
	asked []string
}

// newSQLWire leads to the database of a URL.
func newSQLWire(t *testing.T, database string) *sqlWire {
	t.Helper()
	to, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })

	server := to.Host
	to.Host = ln.Addr().String()
	w := &sqlWire{url: to.String()}
	go func() {
		for {
			client, err := ln.Accept()
			if err != nil {
				return
			}
			go w.carry(client, server)
		}
	}()
	return w
}

func (w *sqlWire) carry(client net.Conn, to string) {
	defer client.Close()
	server, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		_, _ = io.Copy(client, server) // until either is closed
		client.Close()
	}()
	w.read(io.TeeReader(client, server))
}

// read takes note of every statement: of those that are prepared, each time that one is
// executed (PostgreSQL, section 55.7).
func (w *sqlWire) read(r io.Reader) {
	statements, portal := map[string]string{}, ""
	kind := make([]byte, 1)
	for first := true; ; first = false {
		if !first {
			if _, err := io.ReadFull(r, kind); err != nil {
				return
			}
		}
		var size int32
		if err := binary.Read(r, binary.BigEndian, &size); err != nil {
			return
		}
		body := make([]byte, size-4)
		if _, err := io.ReadFull(r, body); err != nil {
			return
		}

		words := bytes.SplitN(body, []byte{0}, 3)
		switch {
		case first:
		case kind[0] == 'P':
			statements[string(words[0])] = string(words[1])
		case kind[0] == 'B':
			portal = statements[string(words[1])]
		case kind[0] == 'E':
			w.note(portal)
		case kind[0] == 'Q':
			w.note(string(words[0]))
		}
	}
}

func (w *sqlWire) note(sql string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, strings.Join(strings.Fields(sql), " "))
}

// take is what was asked since the last time.
func (w *sqlWire) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	asked := w.asked
	w.asked = nil
	return asked
}
