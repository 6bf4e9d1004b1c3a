package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// service is one process of careline, which is this test's own binary (see
// TestMain), for the tests that kill it.
type service struct {
	t   *testing.T
	url string // where it listens
	env []string
	log string // path

	process *exec.Cmd
	ended   chan struct{} // closed when the process is gone
	fate    error
}

// start launches the service and waits until it answers.
func (s *service) start() {
	s.t.Helper()
	s.launch()
	eventually(s.t, "the service to answer", func() bool {
		s.alive()
		_, err := s.ask("/healthz")
		return err == nil
	})
}

// launch runs the service and returns when it listens.
func (s *service) launch() {
	s.t.Helper()
	out, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer out.Close() // the process has its own
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stdout, cmd.Stderr = s.env, out, out
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan struct{})
	s.process, s.ended = cmd, ended
	go func() { s.fate = cmd.Wait(); close(ended) }()
	eventually(s.t, "the service to listen", func() bool {
		s.alive()
		c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		return err == nil && c.Close() == nil
	})
}

// alive fails the test if the service has ended by itself.
func (s *service) alive() {
	s.t.Helper()
	select {
	case <-s.ended:
		s.t.Fatal("the service ended by itself: ", s.fate)
	default:
	}
}

// kill returns when the process is gone.
func (s *service) kill() {
	s.t.Helper()
	s.alive()
	if err := s.process.Process.Signal(syscall.SIGKILL); err != nil {
		s.t.Fatal(err)
	}
	<-s.ended
	status, ok := s.process.ProcessState.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() || status.Signal() != syscall.SIGKILL {
		s.t.Fatal("the service was not killed, but ended: ", s.fate)
	}
}

// stop ends the service as an operator would, and returns when it is gone.
func (s *service) stop() {
	s.t.Helper()
	s.alive()
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-s.ended:
	case <-late.C:
		s.t.Fatalf("the service did not stop within %v", patience)
	}
	if s.fate != nil {
		s.t.Error("the service was stopped, and ended: ", s.fate)
	}
}

// bury ends the process, if it runs, and looks for what its log should not tell.
func (s *service) bury() {
	if s.process != nil {
		_ = s.process.Process.Kill() // gone already, if all went well
		<-s.ended
	}
	text, err := os.ReadFile(s.log)
	if strings.Contains(string(text), "DATA RACE") || strings.Contains(string(text), "panic") {
		s.t.Error("the service's log tells of a race or a panic")
	}
	if s.t.Failed() {
		s.t.Logf("the service's log:\n%s%v", text[max(0, len(text)-logShown):], err)
	}
}

// logShown is how much of the end of a log is of use.
const logShown = 50_000

func (s *service) ask(path string) ([]byte, error) {
	res, err := http.Get(s.url + path)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = errors.New(res.Status)
	}
	return body, err
}

// given are the ports that tests of this process have, listening or not.
var given sync.Map

// freePort is below the ports that systems give to those who name none, so that
// nobody takes it while the service is dead; and no other test's.
func freePort(t *testing.T) string {
	t.Helper()
	for range 100 {
		port := fmt.Sprint(20_000 + rand.IntN(10_000))
		ln, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err != nil {
			continue
		}
		if _, taken := given.LoadOrStore(port, true); taken {
			ln.Close()
			continue
		}
		if err := ln.Close(); err != nil {
			t.Fatal(err)
		}
		return port
	}
	t.Fatal("found no free port")
	return ""
}
