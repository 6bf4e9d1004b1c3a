package pgbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const superuser = "careline"

// nobody is the user and group that stand for no rights, in Linux's own default
// (/proc/sys/kernel/overflowuid). Postgres refuses to run as root.
const nobody = 65534

// owner is whom the server runs as; nil: as who we are.
type owner struct{ id uint32 }

// settings are fit for many small tests on one machine. fsync and full page
// writes stay on: tests kill the server and count on what it answered. Shared
// memory in files of the data folder leaves nothing in /dev/shm.
const settings = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 32MB
dynamic_shared_memory_type = mmap
fsync = on
synchronous_commit = on
full_page_writes = on
log_min_messages = warning
`

// prepare makes the folder of a new server and fills it.
func (b *Box) prepare(ctx context.Context) error {
	dir, err := os.MkdirTemp("", fmt.Sprintf("%s%d-", prefix, os.Getpid()))
	if err != nil {
		return err
	}
	b.dir = dir
	if os.Geteuid() == 0 {
		b.as = &owner{nobody}
		if err := os.Chown(dir, nobody, nobody); err != nil {
			return err
		}
	}

	if b.version, err = b.askVersion(ctx); err != nil {
		return err
	}
	secret := filepath.Join(dir, "password")
	if err := b.write(secret, b.password); err != nil {
		return err
	}

	// initdb need not sync what nobody relies on yet.
	cmd := b.command(ctx, "initdb", "--pgdata", b.data(), "--username", superuser, "--pwfile", secret,
		"--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--no-sync")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return b.write(filepath.Join(b.data(), "postgresql.auto.conf"), settings)
}

func (b *Box) write(path, text string) error {
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil || b.as == nil {
		return err
	}
	return os.Chown(path, int(b.as.id), int(b.as.id))
}

// askVersion is also the proof that the binaries can be run. When somebody else
// has to run them who may not reach them, as in a checkout in root's own folder,
// they are copied to where he may.
func (b *Box) askVersion(ctx context.Context) (string, error) {
	out, err := b.command(ctx, "postgres", "--version").Output()
	if errors.Is(err, fs.ErrPermission) && b.as != nil {
		root := filepath.Join(b.dir, "server")
		if err := os.CopyFS(root, os.DirFS(filepath.Dir(b.bin))); err != nil {
			return "", fmt.Errorf("copy the server: %w", err)
		}
		b.bin = filepath.Join(root, "bin")
		out, err = b.command(ctx, "postgres", "--version").Output()
	}

	if err != nil {
		return "", fmt.Errorf("run postgres from %s: %w", b.bin, err)
	}

	words := strings.Fields(string(out)) // such as: postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
	if len(words) < 3 {
		return "", fmt.Errorf("postgres --version answered %q", out)
	}
	return words[2], nil
}

// command runs one of the server's programs in the box's folder, as its owner and
// with nothing of our environment, which may hold settings for other servers.
func (b *Box) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(b.bin, name), args...)
	cmd.Dir = b.dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = b.as.process()
	return cmd
}

// freePort is below the ports that systems give to those who name none, so that
// nobody takes it while the server is down.
func freePort() (int, error) {
	for range 100 {
		port := 20_000 + rand.IntN(10_000)
		ln, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		return port, ln.Close()
	}
	return 0, errors.New("found no free port for Postgres")
}

const prefix = "pgbox-"

// sweep removes what programs that were killed have left.
func sweep() error {
	left, err := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*"))
	if err != nil {
		return err
	}

	for _, dir := range left {
		number, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), prefix), "-")
		pid, err := strconv.Atoi(number)
		if err != nil || alive(pid) || alive(postmaster(dir)) {
			continue
		}
		if err := os.RemoveAll(dir); err != nil && !errors.Is(err, fs.ErrPermission) { // another user's are his
			return err
		}
	}
	return nil
}

// postmaster is the process that the folder's server runs as; 0 when it does not.
func postmaster(dir string) int {
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		return 0
	}
	return pid
}

func alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
