package pgbox

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"github.com/jackc/pgx/v5"
)

// Config says which server is started.
type Config struct {
	// Bin is the folder that holds initdb and postgres; empty: the first that Find
	// finds.
	Bin string
}

// Box is one server with its own data. It may be used by many goroutines.
type Box struct {
	bin, where, version string
	dir                 string // holds all that the server writes
	password            string
	port                int
	as                  *owner

	mu     sync.Mutex
	server *server // nil while it is down
	closed bool
}

// Start makes a new, empty server and returns when it takes connections. It needs
// a second or two, most of it initdb's. ctx ends the start only; Close ends the
// server.
func Start(ctx context.Context, c Config) (*Box, error) {
	b := &Box{bin: c.Bin, where: c.Bin, password: rand.Text()}
	if c.Bin == "" {
		found, err := Find(ctx)
		if err != nil {
			return nil, err
		}
		b.bin, b.where = found.Bin, found.Where
	}
	if !complete(b.bin) {
		return nil, fmt.Errorf("%s holds no Postgres server: initdb and postgres are looked for there", b.bin)
	}
	if err := sweep(); err != nil {
		return nil, err
	}

	if err := b.prepare(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(b.dir))
	}
	if err := b.firstUp(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(b.dir))
	}
	return b, nil
}

// firstUp tries some ports: somebody may take one between our look and the
// server's.
func (b *Box) firstUp(ctx context.Context) (err error) {
	for range 5 {
		if b.port, err = freePort(); err != nil {
			return err
		}
		if err = b.Up(ctx); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// URL is the server's own database, postgres, as its superuser.
func (b *Box) URL() string { return b.address("postgres") }

func (b *Box) address(database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(superuser, b.password),
		Host:     fmt.Sprintf("127.0.0.1:%d", b.port),
		Path:     "/" + database,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Version is the server's version, such as 18.4.
func (b *Box) Version() string { return b.version }

// Where says where the server's binaries came from, for a test's report.
func (b *Box) Where() string { return b.where }

// NewDatabase makes an empty database with a name of its own, and returns its URL.
func (b *Box) NewDatabase(ctx context.Context) (string, error) {
	conn, err := pgx.Connect(ctx, b.URL())
	if err != nil {
		return "", fmt.Errorf("make a database: %w", err)
	}
	name := "test_" + rand.Text()
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		return "", fmt.Errorf("make a database: %w", err)
	}
	return b.address(name), nil
}

// Restart stops the server as an operator would (fast: connections are cut, what
// was not committed is rolled back) and starts it again on the same port.
func (b *Box) Restart(ctx context.Context) error {
	b.mu.Lock()
	err := b.stop()
	b.mu.Unlock()
	if err != nil {
		return err
	}
	return b.Up(ctx)
}

// Kill ends the server and all its processes at once with SIGKILL, as a crash
// would. It is down until Up.
func (b *Box) Kill() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.server == nil {
		return nil
	}
	err := b.server.kill()
	b.server = nil
	return err
}

// Up starts a server that is down, on its own port and data, and returns when it
// takes connections again. One that is up is left alone.
func (b *Box) Up(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return errors.New("this Postgres was closed")
	}
	if b.server != nil {
		return nil
	}

	s, err := b.launch()
	if err != nil {
		return err
	}
	if err := b.ready(ctx, s); err != nil {
		return errors.Join(err, s.kill())
	}
	b.server = s
	return nil
}

// Close stops the server and removes all that it wrote. It may be called again.
func (b *Box) Close() error {
	if err := b.settle(); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	return errors.Join(b.stop(), os.RemoveAll(b.dir))
}

// settle brings a killed server up, so that an ordinary stop follows, which gives
// back the shared memory that a killed one leaves with the system.
func (b *Box) settle() error {
	b.mu.Lock()
	closed := b.closed
	b.mu.Unlock()
	if closed {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return b.Up(ctx)
}

func (b *Box) stop() error {
	if b.server == nil {
		return nil
	}
	err := b.server.stop()
	b.server = nil
	return err
}

func (b *Box) data() string { return filepath.Join(b.dir, "data") }
