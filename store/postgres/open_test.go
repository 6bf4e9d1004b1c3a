package postgres_test

import (
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"

	"perci.health/careline/store"
	"perci.health/careline/store/postgres"
	"perci.health/careline/store/storetest"
)

func changed(t *testing.T, address string, change func(*url.URL)) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	change(u)
	return u.String()
}

func TestOpenPostgresSaysWhatToDo(t *testing.T) {
	t.Parallel()
	migrated := func(statements ...string) string {
		address := newDatabase(t)
		storetest.CloseStore(t, openPostgres(t, store.Config{URL: address}))
		execute(t, address, statements...)
		return address
	}
	foreign := newDatabase(t)
	execute(t, foreign, "CREATE TABLE events (id int)")
	for _, test := range []struct{ url, want string }{
		{"postgres://u:secret-word@%zz/x", "cannot be read"},
		{"postgres://u:secret-word@127.0.0.1:1/x?sslmode=disable", "is it running"},
		{changed(t, newDatabase(t), func(u *url.URL) { u.Path = "/nowhere" }), "create it, or change DATABASE_URL"},
		{changed(t, newDatabase(t), func(u *url.URL) { u.User = url.UserPassword("nobody", "secret-word") }), "user or password"},
		{changed(t, newDatabase(t), func(u *url.URL) { u.RawQuery += "&search_path=nowhere" }), "no schema of the name"},
		{foreign, "belongs to another program: its schema public has a table events"},
		{migrated("UPDATE careline_schema SET version = 99", "UPDATE careline_serves SET oldest = 98"), "schema 99, made by a newer careline"},
		{pooler(t, newDatabase(t)), "leads to a connection pooler"},
	} {
		s, err := postgres.Open(t.Context(), store.Config{URL: test.url})
		switch {
		case err == nil:
			storetest.CloseStore(t, s)
			t.Errorf("opened where it should say %q", test.want)
		case !strings.Contains(err.Error(), test.want):
			t.Errorf("%v\ndoes not say %q", err, test.want)
		case strings.Contains(err.Error(), "secret-word"):
			t.Errorf("a password is told: %v", err)
		}
	}

	s := openPostgres(t, store.Config{URL: migrated("UPDATE careline_schema SET version = 99")})
	storetest.MustAppend(t, s, storetest.Request("CA1", "p1")) // a newer schema that serves this program too
}

// pooler stands between the store and a server as a connection pooler does: it
// gives a session a process id of its own making (message BackendKeyData).
func pooler(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })

	server := u.Host
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go lend(client, server)
		}
	}()
	u.Host = listener.Addr().String()
	return u.String()
}

func lend(client net.Conn, server string) {
	defer client.Close()
	backend, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	defer backend.Close()
	go func() { _, _ = io.Copy(backend, client) }()

	for named := false; ; {
		message := make([]byte, 5)
		if _, err := io.ReadFull(backend, message); err != nil {
			return
		}
		length := int(message[1])<<24 | int(message[2])<<16 | int(message[3])<<8 | int(message[4])
		message = append(message, make([]byte, length-4)...)
		if _, err := io.ReadFull(backend, message[5:]); err != nil && !errors.Is(err, io.EOF) {
			return
		}
		if message[0] == 'K' && !named {
			message[7]++
			named = true
		}
		if _, err := client.Write(message); err != nil {
			return
		}
	}
}

// An ordinary role that owns a schema, in a database that others use too, is all
// that careline needs.
func TestPostgresNeedsNoRights(t *testing.T) {
	t.Parallel()
	admin := newDatabase(t)
	role := asked[string](t, admin, "SELECT 'role_' || lower(current_database())")
	execute(t, admin, "CREATE ROLE "+role+" LOGIN PASSWORD 'plain' NOSUPERUSER NOCREATEDB NOCREATEROLE",
		"ALTER ROLE "+role+" SET synchronous_commit = off", "CREATE SCHEMA ours AUTHORIZATION "+role, "CREATE TABLE public.events (id int)")
	s := openPostgres(t, store.Config{Consumers: []string{chart}, URL: changed(t, admin, func(u *url.URL) {
		u.User, u.RawQuery = url.UserPassword(role, "plain"), u.RawQuery+"&search_path=ours"
	})})

	kept := storetest.MustAppend(t, s, storetest.Request("CA1", "p1"))
	if _, ok, err := s.Claim(t.Context(), chart, "CA1"); !ok || err != nil {
		t.Error(ok, err)
	}
	storetest.Same(t, "due though claimed", storetest.Due(t, s, kept[0].Kept), nil)
	if n := asked[int](t, admin, "SELECT count(*) FROM ours.log_events"); n != 1 {
		t.Errorf("%d events in the schema of the URL", n)
	}
}

// What the role or the database say of durability does not count.
func TestPostgresCommitsDurably(t *testing.T) {
	t.Parallel()
	address := newDatabase(t)
	execute(t, address, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$`)
	s := openPostgres(t, store.Config{URL: address})
	storetest.MustAppend(t, s, storetest.Request("CA1", "p1"))
	if got := s.Setting(t.Context(), "synchronous_commit"); got != "on" {
		t.Errorf("synchronous_commit is %q where the log is written", got)
	}
}
