package telemetry_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline/telemetry"
)

// writes are what a file was asked to write, each as it came.
type writes struct {
	mu  sync.Mutex
	all []string
}

func (w *writes) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, string(p))
	return len(p), nil
}

func (w *writes) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.all, "|")
}

func TestGatheredLinesAreWrittenTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var file writes
		g := telemetry.Gather(&file)
		fmt.Fprint(g, "one\n")
		fmt.Fprint(g, "two\n")
		if got := file.String(); got != "" {
			t.Errorf("written at once: %q", got)
		}

		<-time.After(10 * time.Millisecond)
		fmt.Fprint(g, "three\n")
		<-time.After(10 * time.Millisecond)
		if got := file.String(); got != "one\ntwo\n|three\n" {
			t.Errorf("written: %q", got)
		}
	})
}

func TestGatheredLosesNothingAtItsEnd(t *testing.T) {
	t.Parallel()
	var file writes
	g := telemetry.Gather(&file)
	fmt.Fprint(g, "last\n")
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(g, "after\n")
	if got := file.String(); got != "last\n|after\n" {
		t.Errorf("written: %q", got)
	}
}

// Whoever looks into the log because something failed finds it there, with all that
// came before.
func TestGatheredErrorsAreWrittenAtOnce(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(*slog.Logger){
		"a usual line":   func(log *slog.Logger) { log.Error("failed") },
		"an unusual one": func(log *slog.Logger) { log.Error("failed", "err", "a \"quoted\" cause") },
		"one of With":    func(log *slog.Logger) { log.With("part", "relay").Error("failed") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // its clock stands still
				var file writes
				log := telemetry.NewLogger(telemetry.Gather(&file), slog.LevelInfo)
				log.Info("before")
				fail(log)
				if got := file.String(); !strings.Contains(got, "before") || !strings.Contains(got, "failed") {
					t.Errorf("written: %q", got)
				}
				<-time.After(time.Second)
			})
		})
	}
}

func TestGatheredIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var file writes
		g := telemetry.Gather(&file)
		line := strings.Repeat("x", 1023) + "\n"
		for range 100 {
			fmt.Fprint(g, line)
		}
		if n := len(file.String()); n < 64<<10 {
			t.Errorf("of 100 kB, %d bytes are written", n)
		}
		<-time.After(time.Second)
	})
}

// blocked is a pipe that nobody reads.
type blocked struct {
	writes
	free chan struct{}
}

func (b *blocked) Write(p []byte) (int, error) {
	<-b.free
	return b.writes.Write(p)
}

// A reader that is slow holds nobody up before a page of lines waits for it.
func TestGatheredDoesNotWaitForItsReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		file := blocked{free: make(chan struct{})}
		g := telemetry.Gather(&file)
		fmt.Fprint(g, "one\n")
		<-time.After(10 * time.Millisecond) // it is being written
		fmt.Fprint(g, "two\n")
		close(file.free)
		<-time.After(10 * time.Millisecond)
		if got := file.String(); got != "one\n|two\n" {
			t.Errorf("written: %q", got)
		}
	})
}

func TestGatheredFromManyAtOnce(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	g := telemetry.Gather(&file)
	log := telemetry.NewLogger(g, slog.LevelInfo)
	var all sync.WaitGroup
	for who := range 8 {
		all.Go(func() {
			for n := range 500 {
				log.Info("line", "who", who, "n", n)
				if n%100 == 0 {
					log.Error("line", "who", who, "quoted", `"`)
				}
			}
		})
	}
	all.Wait()
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}

	next := make([]int, 8)
	for line := range strings.Lines(file.String()) {
		if strings.Contains(line, "quoted") {
			continue
		}
		var who, n int
		_, rest, _ := strings.Cut(line, `"who":`)
		if _, err := fmt.Sscanf(rest, `%d,"n":%d}`, &who, &n); err != nil || n != next[who] {
			t.Fatalf("after %d of %d: %s (%v)", next[who], who, line, err)
		}
		next[who]++
	}
	for who, n := range next {
		if n != 500 {
			t.Errorf("%d lines of %d", n, who)
		}
	}
}
