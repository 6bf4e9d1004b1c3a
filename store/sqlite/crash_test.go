package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
	"perci.health/careline/store/storetest"
)

// childVariable names the database that a test process appends to until it is killed.
const childVariable = "CARELINE_STORE_TEST_CHILD"

func TestMain(m *testing.M) {
	if url := os.Getenv(childVariable); url != "" {
		appendForEver(url)
	}
	code := m.Run()
	os.Exit(code)
}

// appendForEver writes the id of each event to standard output once it is kept.
func appendForEver(url string) {
	s, err := sqlite.Open(context.Background(), store.Config{URL: url, Consumers: []string{chart}})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var out sync.Mutex
	for worker := range 8 {
		go func() {
			for n := 0; ; n++ {
				key := fmt.Sprintf("CA-%d-%d-%d", os.Getpid(), worker, n/4)
				e, _, err := s.Append(context.Background(), storetest.Progress(key, "leg-"+key, n%4, careline.StatusRinging))
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				out.Lock()
				fmt.Println(e.Call, e.ID)
				out.Unlock()
			}
		}()
	}
	select {}
}

func TestKilledProcessLosesNothingItAcknowledged(t *testing.T) {
	t.Parallel()
	url := "file:" + filepath.Join(t.TempDir(), "log.db")
	acknowledged := map[string][]string{}
	for round := range 5 {
		killed(t, url, 50+97*round, func(call, id string) { acknowledged[call] = append(acknowledged[call], id) })
	}
	s, err := sqlite.Open(t.Context(), store.Config{URL: url, Consumers: []string{chart}})
	if err != nil {
		t.Fatal(err)
	}
	defer storetest.CloseStore(t, s)
	for call, ids := range acknowledged {
		kept, delivered := storetest.IDsOf(t, s, call), storetest.Drain(t, s, call, time.Now())
		storetest.Same(t, "kept and to be delivered", delivered, kept)
		if len(kept) < len(ids) {
			t.Errorf("%s: acknowledged %v, kept %v", call, ids, kept)
			continue
		}
		storetest.Same(t, "acknowledged and kept", kept[:len(ids)], ids) // one that was kept but not answered may follow
	}
}

// killed runs a child until it has acknowledged so many events, and kills it in
// the middle of the next ones.
func killed(t *testing.T, url string, events int, acknowledged func(call, id string)) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childVariable+"="+url)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); n++ {
		call, id, whole := strings.Cut(lines.Text(), " ")
		if !whole {
			t.Fatalf("the child said %q", lines.Text())
		}
		if acknowledged(call, id); n == events {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = child.Wait() // it was killed, and says so
}
