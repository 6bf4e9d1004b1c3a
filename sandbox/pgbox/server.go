package pgbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// patience is how long a stop or a recovery may take before it counts as stuck.
const patience = time.Minute

// server is one run of the postmaster.
type server struct {
	cmd   *exec.Cmd
	log   string        // path
	ended chan struct{} // closed when the process is gone
}

func (b *Box) launch() (*server, error) {
	s := &server{log: filepath.Join(b.dir, "log"), ended: make(chan struct{})}
	out, err := os.OpenFile(s.log, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }() // the process has its own
	s.cmd = b.command(context.Background(), "postgres", "-D", b.data(), "-p", fmt.Sprint(b.port))
	s.cmd.Stdout, s.cmd.Stderr = out, out
	started := make(chan error)
	go s.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start postgres: %w", err)
	}
	return s, nil
}

// run starts the process and waits for its end, in one thread: Linux ends the
// child when the thread that started it does (prctl(2), PR_SET_PDEATHSIG).
func (s *server) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(s.ended)
	err := s.cmd.Start()
	started <- err
	if err == nil {
		_ = s.cmd.Wait() // how it ended, its log tells
	}
}

// ready returns when the server takes connections.
func (b *Box) ready(ctx context.Context, s *server) error {
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()

	for {
		conn, err := pgx.Connect(ctx, b.URL())
		if err == nil {
			return conn.Close(ctx)
		}

		select {
		case <-s.ended:
			return fmt.Errorf("postgres ended by itself: %s", s.tail())
		case <-ctx.Done():
			return fmt.Errorf("postgres does not answer: %w: %s", err, s.tail())
		case <-again.C:
		}
	}
}

// stop is the fast shutdown of Postgres's documentation, section 18.5.
func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop postgres: %w", err)
	}
	late := time.NewTimer(patience)
	defer late.Stop()

	select {
	case <-s.ended:
		return nil
	case <-late.C:
		return errors.Join(fmt.Errorf("postgres did not stop within %v: %s", patience, s.tail()), s.kill())
	}
}

// kill ends the postmaster first, so that it starts no other process, then those
// that it had started. It returns when all are gone, for a server that is started
// while one of them still holds the shared memory would refuse.
func (s *server) kill() error {
	if err := s.cmd.Process.Signal(syscall.SIGSTOP); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill postgres: %w", err)
	}
	children, err := childrenOf(s.cmd.Process.Pid)
	if err != nil {
		return fmt.Errorf("kill postgres: %w", err)
	}

	_ = s.cmd.Process.Kill() // gone already: good
	for _, pid := range children {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	<-s.ended
	return gone(children)
}

func gone(pids []int) error {
	late := time.NewTimer(patience)
	defer late.Stop()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()

	for _, pid := range pids {
		for runs(pid) {
			select {
			case <-again.C:
			case <-late.C:
				return fmt.Errorf("process %d of postgres outlives its kill", pid)
			}
		}
	}
	return nil
}

// tail is the end of what the server logged, which tells why it did not start.
func (s *server) tail() []byte {
	text, err := os.ReadFile(s.log)
	if err != nil {
		return nil
	}
	text = bytes.TrimSpace(text)
	return text[max(0, len(text)-2000):]
}
