package pubsubbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"
	"time"
)

// installation is where the emulator is.
type installation struct{ java, jar, version string }

// sdkRoots are where the Google Cloud CLI is usually installed; that of the gcloud
// on the PATH comes first.
func sdkRoots() (roots []string) {
	if gcloud, err := exec.LookPath("gcloud"); err == nil {
		if real, err := filepath.EvalSymlinks(gcloud); err == nil {
			roots = append(roots, filepath.Dir(filepath.Dir(real)))
		}
	}
	return append(roots, "/usr/lib/google-cloud-sdk", "/usr/local/google-cloud-sdk", "/opt/google-cloud-sdk",
		"/snap/google-cloud-cli/current", "/snap/google-cloud-sdk/current", "/opt/homebrew/share/google-cloud-sdk", "/usr/local/share/google-cloud-sdk")
}

var jarName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`cloud-pubsub-emulator-([0-9.]+)-all\.jar$`)
})

// find looks for the emulator and for Java.
func find() (installation, bool) {
	java, err := exec.LookPath("java")
	if err != nil {
		return installation{}, false
	}

	for _, root := range sdkRoots() {
		jars, err := filepath.Glob(filepath.Join(root, "platform", "pubsub-emulator", "lib", "cloud-pubsub-emulator-*-all.jar"))
		if err != nil || len(jars) == 0 {
			continue
		}
		jar := jars[len(jars)-1]
		if name := jarName().FindStringSubmatch(jar); name != nil {
			return installation{java: java, jar: jar, version: name[1]}, true
		}
	}
	return installation{}, false
}

const (
	readyWithin = time.Minute
	readyEvery  = 50 * time.Millisecond
)

// emulator is the process.
type emulator struct {
	cmd    *exec.Cmd
	output tail
	ended  chan struct{} // closed when it has ended
}

// startEmulator runs the jar itself: gcloud's own command asks the network for
// updates and leaves a wrapper between us and the process.
func startEmulator(ctx context.Context, install installation, address string) (*emulator, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("the emulator's address: %w", err)
	}
	// The serial collector keeps several emulators on a small machine from
	// starting a pool of threads each.
	e := &emulator{ended: make(chan struct{}), cmd: exec.Command(install.java, "-XX:+UseSerialGC", "-jar", install.jar, "--host="+host, "--port="+port)}
	e.cmd.Stdout, e.cmd.Stderr, e.cmd.SysProcAttr = &e.output, &e.output, ownGroup()

	started := make(chan error)
	go e.run(started)
	if err := <-started; err != nil {
		return nil, err
	}

	if err := e.await(ctx, "http://"+address+"/"); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// run starts the process and waits for its end, in one thread: Linux ends the
// child when the thread that started it does (prctl(2), PR_SET_PDEATHSIG).
func (e *emulator) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(e.ended)
	err := e.cmd.Start()
	started <- err
	if err == nil {
		_ = e.cmd.Wait() // that it was killed is no news
	}
}

// await returns when the emulator answers.
func (e *emulator) await(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	tick := time.NewTicker(readyEvery)
	defer tick.Stop()

	for !answers(ctx, url) {
		select {
		case <-tick.C:
		case <-e.ended:
			return fmt.Errorf("it ended: %s", e.output.String())
		case <-ctx.Done():
			return fmt.Errorf("it did not answer: %w; it said: %s", ctx.Err(), e.output.String())
		}
	}

	select {
	case <-e.ended: // then somebody else has answered
		return fmt.Errorf("it ended: %s", e.output.String())
	default:
		return nil
	}
}

func answers(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	client := http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64))
	return err == nil && resp.StatusCode == http.StatusOK && bytes.HasPrefix(body, []byte("Ok"))
}

// Close kills the emulator with whatever it has started: it keeps nothing that
// could be lost.
func (e *emulator) Close() error {
	select {
	case <-e.ended:
		return nil
	default:
	}

	if err := killGroup(e.cmd.Process.Pid); err != nil {
		return fmt.Errorf("end the emulator: %w", err)
	}

	select {
	case <-e.ended:
		return nil
	case <-time.After(10 * time.Second):
		return errors.New("the emulator does not end")
	}
}

// tail keeps the end of what a process says.
type tail struct {
	mu   sync.Mutex
	text []byte
}

var _ io.Writer = (*tail)(nil)

const tailBytes = 4096

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	t.text = t.text[max(0, len(t.text)-tailBytes):]
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}
