package careline_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// instruction is one line of a Dockerfile, with its continuations.
type instruction struct{ name, args string }

// stage is what follows one FROM.
type stage struct {
	base, name   string
	instructions []instruction
}

// readDockerfile returns the default of every ARG before the first FROM, and the stages.
func readDockerfile(t *testing.T, name string) (args map[string]string, stages []stage) {
	t.Helper()
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	args = map[string]string{}
	for line := range strings.SplitSeq(strings.ReplaceAll(string(src), "\\\n", " "), "\n") {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		rest = strings.TrimSpace(rest)
		switch {
		case word == "" || strings.HasPrefix(word, "#"):
		case word == "FROM":
			stages = append(stages, newStage(rest))
		case len(stages) == 0 && word == "ARG":
			key, value, _ := strings.Cut(rest, "=")
			args[key] = value
		case len(stages) == 0:
			t.Fatalf("%s begins with %s", name, word)
		default:
			last := &stages[len(stages)-1]
			last.instructions = append(last.instructions, instruction{word, rest})
		}
	}
	return args, stages
}

func newStage(from string) (s stage) {
	words := slices.DeleteFunc(strings.Fields(from), func(w string) bool { return strings.HasPrefix(w, "--") })
	s.base = words[0]
	if len(words) == 3 && words[1] == "AS" {
		s.name = words[2]
	}
	return s
}

// faultsOfImage are what a careful reader would object to.
func faultsOfImage(args map[string]string, stages []stage) (faults []string) {
	say := func(format string, a ...any) { faults = append(faults, fmt.Sprintf(format, a...)) }
	pinned := regexp.MustCompile(`:\d+\.\d+\.\d+[-.\w]*(@sha256:[0-9a-f]{64})?$`)
	named := map[string]stage{}
	for i, s := range stages {
		base := os.Expand(s.base, func(key string) string { return args[key] })
		if _, ours := named[base]; base != "scratch" && !ours && !pinned.MatchString(base) {
			say("stage %d begins from %q, which names no exact version", i, base)
		}
		for _, in := range s.instructions {
			if in.name == "ADD" {
				say("ADD fetches and unpacks unseen: COPY instead")
			}
			if in.name == "COPY" {
				faults = append(faults, faultsOfCopy(in, named)...)
			}
		}
		named[s.name] = s
	}
	final := stages[len(stages)-1]
	if final.base != "scratch" && !strings.HasPrefix(final.base, "gcr.io/distroless/static") {
		say("the last stage begins from %q: it brings a shell or a package manager along", final.base)
	}
	if user := argsOf(final, "USER"); !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(user) {
		say("the last stage runs as %q: it must be a number other than 0, for user and group", user)
	}
	for _, in := range final.instructions {
		if in.name == "RUN" {
			say("the last stage runs %q: there is nothing to run it with", in.args)
		}
	}
	return faults
}

// fromBase are the files that a stage has from its image.
var fromBase = map[string]string{"/etc/ssl/certs/ca-certificates.crt": "GO_IMAGE"} // Debian's ca-certificates, in buildpack-deps

func faultsOfCopy(in instruction, named map[string]stage) (faults []string) {
	words := strings.Fields(in.args)
	from, ok := strings.CutPrefix(words[0], "--from=")
	if !ok {
		return nil
	}
	s, ok := named[from]
	if !ok {
		return []string{fmt.Sprintf("COPY --from=%s: there is no such stage before it", from)}
	}
	for _, source := range words[1 : len(words)-1] {
		if strings.Contains(s.base, fromBase[source]) && fromBase[source] != "" {
			continue
		}
		if !strings.Contains(made(s), " "+strings.TrimSuffix(source, "/")+" ") {
			faults = append(faults, fmt.Sprintf("COPY --from=%s %s: nothing in that stage makes it", from, source))
		}
	}
	return faults
}

// made are the words of a stage that name a file: outputs of go build, and the binary where an archive was unpacked.
func made(s stage) string {
	files := " "
	for _, in := range s.instructions {
		if in.name != "RUN" {
			continue
		}
		if _, folder, unpacks := strings.Cut(in.args, " --directory="); unpacks {
			files += path.Join(strings.SplitN(folder+" ", " ", 2)[0], "careline") + " "
		}
		_, output, _ := strings.Cut(in.args, " -o ")
		files += strings.SplitN(output+" ", " ", 2)[0] + " "
	}
	return files
}

func argsOf(s stage, name string) (args string) {
	for _, in := range s.instructions {
		if in.name == name {
			args = in.args
		}
	}
	return args
}

func TestImageIsSmallPinnedAndNobodys(t *testing.T) {
	t.Parallel()
	args, stages := readDockerfile(t, "Dockerfile")
	for _, fault := range faultsOfImage(args, stages) {
		t.Error(fault)
	}
	if got, want := argsOf(stages[len(stages)-1], "ENTRYPOINT"), `["/careline"]`; got != want {
		t.Errorf("ENTRYPOINT %s, want %s", got, want)
	}
	if got, want := argsOf(stages[len(stages)-1], "CMD"), `["serve"]`; got != want {
		t.Errorf("CMD %s, want %s", got, want)
	}
}

// A tag can be moved, so whoever deploys names each base image by digest, of the version that stands in the Dockerfile.
func TestDeployNamesBaseImagesByDigest(t *testing.T) {
	t.Parallel()
	args, _ := readDockerfile(t, "Dockerfile")
	runbook, err := os.ReadFile("docs/runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	if len(args) == 0 {
		t.Fatal("the Dockerfile has no base image to choose")
	}
	for name, image := range args {
		tag, _, _ := strings.Cut(image, "@")
		if want := "--build-arg " + name + "=" + tag + "@sha256:"; !strings.Contains(string(runbook), want) {
			t.Errorf("docs/runbook.md does not build with %s…", want)
		}
	}
}

func TestFaultsOfAnImageAreFound(t *testing.T) {
	t.Parallel()
	const good = "ARG GO_IMAGE=golang:1.26.8\nFROM ${GO_IMAGE} AS build\nRUN go build -o /out/careline .\nFROM scratch\nCOPY --from=build /out/careline /careline\nUSER 65532:65532\n"
	for name, c := range map[string]struct{ old, with, fault string }{
		"none":             {"", "", ""},
		"latest":           {"golang:1.26.8", "golang:latest", "names no exact version"},
		"no tag":           {"golang:1.26.8", "golang", "names no exact version"},
		"a shell":          {"FROM scratch", "FROM debian:12.1.0", "a shell"},
		"root":             {"USER 65532:65532", "USER 0:0", "runs as"},
		"a name":           {"USER 65532:65532", "USER nobody", "runs as"},
		"no user":          {"USER 65532:65532", "", "runs as"},
		"ADD":              {"COPY --from=build /out/careline", "ADD https://example.org/careline", "ADD"},
		"no such stage":    {"--from=build", "--from=other", "no such stage"},
		"a file not made":  {"--from=build /out/careline", "--from=build /out/other", "nothing in that stage"},
		"RUN from scratch": {"USER", "RUN chmod\nUSER", "nothing to run it with"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "Dockerfile")
			if err := os.WriteFile(file, []byte(strings.Replace(good, c.old, c.with, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			got := strings.Join(faultsOfImage(readDockerfile(t, file)), "\n")
			if (c.fault == "") != (got == "") || !strings.Contains(got, c.fault) {
				t.Errorf("found %q, want %q", got, c.fault)
			}
		})
	}
}

func TestOnlyTheReleaseIsSentToTheImage(t *testing.T) {
	t.Parallel()
	ignored := readDockerignore(t)
	for _, name := range []string{".git/config", ".env", "deploy/terraform/prod.tfvars", "cmd/x.pem", "careline.db", "web/node_modules/x/y", "go.mod", "cmd/careline/main.go", "dist/careline_1_windows_amd64.zip", "dist/careline_1.cdx.json", "dist/x/checksums.txt"} {
		if !ignored(name) {
			t.Errorf("%s would be sent to the build", name)
		}
	}
	for _, name := range []string{"dist/checksums.txt", "dist/careline_1.2.3_linux_amd64.tar.gz", "dist/careline_v1-2-g3_linux_arm64.tar.gz"} {
		if ignored(name) {
			t.Errorf("%s would be missing from the build", name)
		}
	}
}

// readDockerignore understands what our .dockerignore uses: patterns of a path's whole
// parts, or of the beginning of one, and exceptions; the last that fits counts.
func readDockerignore(t *testing.T) (ignored func(name string) bool) {
	t.Helper()
	src, err := os.ReadFile(".dockerignore")
	if err != nil {
		t.Fatal(err)
	}
	var patterns []string
	for line := range strings.Lines(string(src)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			patterns = append(patterns, line)
		}
	}
	return func(name string) (left bool) {
		for _, pattern := range patterns {
			bare, exception := strings.CutPrefix(pattern, "!")
			if matches(t, bare, name) {
				left = !exception
			}
		}
		return left
	}
}

func matches(t *testing.T, pattern, name string) bool {
	t.Helper()
	parts := strings.Split(name, "/")
	for n := range parts {
		hit, err := path.Match(pattern, strings.Join(parts[:n+1], "/"))
		if err != nil {
			t.Fatalf(".dockerignore: %s: %v", pattern, err)
		}
		if hit {
			return true
		}
	}
	return false
}

// TestBinaryOfTheImage makes the release twice, unpacks it as the Dockerfile does, and
// runs it where there is nothing else.
func TestBinaryOfTheImage(t *testing.T) {
	t.Parallel()
	_, stages := readDockerfile(t, "Dockerfile")
	var releases []string
	for range 2 {
		releases = append(releases, makeRelease(t, copySource(t)))
	}
	binary := unpackAsImage(t, releases[0], stageNamed(t, stages, "unpacked"))

	t.Run("two releases are the same", func(t *testing.T) {
		t.Parallel()
		if first, second := sum(t, filepath.Join(releases[0], "checksums.txt")), sum(t, filepath.Join(releases[1], "checksums.txt")); first != second {
			t.Errorf("two releases of the same source in two folders have other checksums: %s", checksums(t, releases))
		}
	})
	t.Run("its bill of materials names modules and packages", func(t *testing.T) {
		t.Parallel()
		checkBill(t, releases[0])
	})
	t.Run("it needs no library", func(t *testing.T) {
		t.Parallel()
		checkStatic(t, binary)
	})
	t.Run("it accepts the settings of the service", func(t *testing.T) {
		t.Parallel()
		checkAccepts(t, binary)
	})
	t.Run("it runs alone", func(t *testing.T) {
		t.Parallel()
		runAlone(t, binary, stages[len(stages)-1])
	})
}

func stageNamed(t *testing.T, stages []stage, name string) stage {
	t.Helper()
	i := slices.IndexFunc(stages, func(s stage) bool { return s.name == name })
	if i < 0 {
		t.Fatalf("the Dockerfile has no stage %s", name)
	}
	return stages[i]
}

// notSource are what is fetched or made here, by name: no folder of the source is
// called so.
var notSource = map[string]bool{".git": true, "node_modules": true, "dist": true, "bin": true, "artefacts": true}

// copySource copies the source into a new folder. The web app is any page there: that
// two builds of it are alike is Vite's promise.
func copySource(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	here := os.DirFS(".")
	err := fs.WalkDir(here, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && notSource[d.Name()] && name != "deploy/dist":
			return fs.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(dir, name), 0o755)
		case !d.Type().IsRegular():
			return nil
		}
		content, err := fs.ReadFile(here, name)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name), content, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}

	dist := filepath.Join(dir, "web", "dist")
	if err := errors.Join(os.MkdirAll(dist, 0o755), os.WriteFile(filepath.Join(dist, "index.html"), []byte("<!doctype html>"), 0o644)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// makeRelease makes the release of a folder, for Linux on this machine's processor.
func makeRelease(t *testing.T, dir string) (out string) {
	t.Helper()
	out = t.TempDir()
	cmd := exec.Command("go", "run", ".", "-source", dir, "-out", out, "-version", "v0-image", "-targets", "linux/"+runtime.GOARCH)
	cmd.Dir = filepath.Join("deploy", "dist")
	cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH=0")
	if told, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make the release: %v\n%s", err, told)
	}
	return out
}

// unpackAsImage runs the very line that the Dockerfile has.
func unpackAsImage(t *testing.T, release string, unpacked stage) (binary string) {
	t.Helper()
	line := argsOf(unpacked, "RUN")
	if !strings.Contains(line, "checksums.txt") || !strings.Contains(line, "/out") {
		t.Fatalf("the last RUN of the stage is %q", line)
	}
	out := t.TempDir()
	cmd := exec.Command("sh", "-c", "TARGETARCH="+runtime.GOARCH+"; "+strings.ReplaceAll(line, "/out", out))
	cmd.Dir = release
	if told, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", line, err, told)
	}
	return filepath.Join(out, "careline")
}

func checksums(t *testing.T, releases []string) (all []string) {
	t.Helper()
	for _, release := range releases {
		content, err := os.ReadFile(filepath.Join(release, "checksums.txt"))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(content))
	}
	return all
}

func checkBill(t *testing.T, release string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(release, "*.cdx.json"))
	if err != nil || len(found) != 1 {
		t.Fatalf("bills of materials: %v, %v", found, err)
	}
	content, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"bomFormat": "CycloneDX"`, "pkg:golang/zombiezen.com/go/sqlite@", "pkg:npm/react@", "pkg:npm/%40twilio/voice-sdk@"} {
		if !strings.Contains(string(content), want) {
			t.Errorf("%s does not say %s", filepath.Base(found[0]), want)
		}
	}
}

func sum(t *testing.T, file string) [sha256.Size]byte {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(content)
}

func checkStatic(t *testing.T, binary string) {
	t.Helper()
	f, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("the binary asks for a dynamic linker, which scratch has not")
		}
	}
	if libraries, err := f.ImportedLibraries(); err != nil || len(libraries) > 0 {
		t.Errorf("the binary needs %v (%v)", libraries, err)
	}
}

// checkAccepts starts it with what the description of the service gives it, on a
// port that is taken: the settings are read first, so the port is all it may
// complain of.
func checkAccepts(t *testing.T, binary string) {
	t.Helper()
	taken := httptest.NewServer(http.NotFoundHandler())
	defer taken.Close()
	hex := strings.Repeat("0", 32)
	blanks := map[string]string{
		"PUBLIC_URL": "https://careline.example.org/api", "PROJECT": "a-project", "PUSH_SERVICE_ACCOUNT": "careline-push@a-project.iam.gserviceaccount.com",
		"TWILIO_ACCOUNT_SID": "AC" + hex, "TWILIO_API_KEY": "SK" + hex, "TWILIO_TWIML_APP_SID": "AP" + hex, "FHIR_BASE_URL": "https://fhir.example.org",
		"FHIR_TOKEN_URL": "https://fhir.example.org/token", "FHIR_CLIENT_ID": "c", "DESCOPE_PROJECT_ID": "P1",
	}
	cmd := exec.CommandContext(t.Context(), binary, "serve")
	cmd.Env = []string{"LISTEN_HOST=127.0.0.1", "PORT=" + taken.URL[strings.LastIndexByte(taken.URL, ':')+1:]}
	for _, e := range readService(t).Spec.Template.Spec.Containers[0].Env {
		value := os.Expand(e.Value, func(blank string) string { return blanks[blank] })
		if e.Name == "DATABASE_URL" {
			value = "postgres://careline:p@10.40.0.3:5432/careline?sslmode=verify-ca&sslrootcert=/secrets/database/server-ca.pem"
		}
		if value == "" {
			value = "secret"
		}
		cmd.Env = append(cmd.Env, e.Name+"="+value)
	}
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "choose another PORT") {
		t.Errorf("%v: %s", err, out)
	}
}

// image is the last stage as a folder.
type image struct {
	root    string
	cleared syscall.SysProcAttr // shut in, as nobody
}

// runAlone starts the binary in a folder that has only what the last stage copies, as the user it names.
func runAlone(t *testing.T, binary string, final stage) {
	t.Helper()
	if os.Geteuid() != 0 || runtime.GOOS != "linux" {
		t.Log("LEFT OUT: running the binary in an empty root needs Linux, and root; it was built and looked at")
		return
	}
	issuer := newIssuer(t)
	i := newImage(t, binary, final, issuer.certificate)
	t.Run("version", func(t *testing.T) {
		t.Parallel()
		out, err := i.command(t, "version").CombinedOutput()
		if got, want := string(out), "careline v0-image\n"; got != want || err != nil {
			t.Errorf("version: %q, %v", got, err)
		}
	})
	t.Run("serve without settings says which", func(t *testing.T) {
		t.Parallel()
		out, err := i.command(t, "serve").CombinedOutput()
		if exit := new(exec.ExitError); !errors.As(err, &exit) || exit.ExitCode() != 1 {
			t.Errorf("serve: %v, want exit status 1", err)
		}
		if !strings.Contains(string(out), "FUNCTIONS_URL is required") || strings.Contains(string(out), "CLINIC_TIME_ZONE") {
			t.Errorf("it must miss FUNCTIONS_URL, and know the time zone:\n%s", out)
		}
	})
	t.Run("serve trusts the certificates of the image", func(t *testing.T) {
		t.Parallel()
		i.checkServes(t, issuer)
	})
}

func newImage(t *testing.T, binary string, final stage, certificates []byte) image {
	t.Helper()
	i := image{root: t.TempDir()}
	// Every folder above it must let nobody pass.
	for dir := i.root; dir != filepath.Dir(os.TempDir()) && dir != "/"; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm()&0o001 == 0 && os.Chmod(dir, info.Mode().Perm()|0o011) != nil {
			t.Fatalf("%s: %v", dir, err)
		}
	}
	content := map[string]func() ([]byte, error){
		"/out/careline":                      func() ([]byte, error) { return os.ReadFile(binary) },
		"/etc/ssl/certs/ca-certificates.crt": func() ([]byte, error) { return certificates, nil },
	}
	for _, in := range final.instructions {
		if in.name != "COPY" {
			continue
		}
		words := strings.Fields(in.args)
		read, ok := content[words[1]]
		if !ok {
			t.Fatalf("the image has %s, which this test does not know", words[1])
		}
		bytes, err := read()
		target := filepath.Join(i.root, words[2])
		if err := errors.Join(err, os.MkdirAll(filepath.Dir(target), 0o755), os.WriteFile(target, bytes, 0o555)); err != nil {
			t.Fatal(err)
		}
	}
	i.cleared.Chroot = i.root
	i.cleared.Credential = &syscall.Credential{}
	if _, err := fmt.Sscanf(argsOf(final, "USER"), "%d:%d", &i.cleared.Credential.Uid, &i.cleared.Credential.Gid); err != nil {
		t.Fatal(err)
	}
	return i
}

// command is careline in the image, with these settings alone.
func (i image) command(t *testing.T, name string, settings ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/careline", name)
	cmd.Path = "/careline"
	cmd.Dir = "/"
	cmd.Env = append([]string{"PATH=/"}, settings...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: i.cleared.Chroot, Credential: i.cleared.Credential}
	return cmd
}

// issuer stands for the sign-in, whose keys serve fetches as it starts.
type issuer struct {
	url         string
	certificate []byte
	asked       chan string
}

func newIssuer(t *testing.T) issuer {
	t.Helper()
	asked := make(chan string, 100)
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.Path
		fmt.Fprint(w, `{"keys":[]}`)
	}))
	t.Cleanup(s.Close)
	return issuer{s.URL, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), asked}
}

// checkServes starts the service on a volume of its own and waits until it has asked for the keys over TLS.
func (i image) checkServes(t *testing.T, from issuer) {
	t.Helper()
	volume := filepath.Join(i.root, "volume")
	if err := errors.Join(os.Mkdir(volume, 0o700), os.Chown(volume, int(i.cleared.Credential.Uid), int(i.cleared.Credential.Gid))); err != nil {
		t.Fatal(err)
	}
	hex := strings.Repeat("0", 32)
	cmd := i.command(t, "serve", "PORT=0", "LISTEN_HOST=127.0.0.1", "FUNCTIONS_URL=https://careline.example.org", "DATABASE_URL=file:/volume/careline.db",
		"TWILIO_ACCOUNT_SID=AC"+hex, "TWILIO_AUTH_TOKEN=t", "TWILIO_API_KEY=SK"+hex, "TWILIO_API_SECRET=s", "TWILIO_TWIML_APP_SID=AP"+hex,
		"TWILIO_PHONE_NUMBER=+442079460000", "FHIR_BASE_URL="+from.url+"/fhir", "DESCOPE_PROJECT_ID=P1", "DESCOPE_BASE_URL="+from.url)
	out, err := cmd.StdoutPipe()
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	if err := errors.Join(err, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	logged := make(chan string, 1)
	go func() {
		all, _ := io.ReadAll(bufio.NewReader(out)) // what it had logged when it stopped
		logged <- string(all)
	}()
	var got string
	select {
	case got = <-from.asked:
	case all := <-logged:
		t.Fatalf("it stopped: %s\n%s", all, complaint.String())
	case <-time.After(time.Minute):
		got = "nothing for a minute"
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	all := <-logged
	if err := cmd.Wait(); err != nil {
		t.Errorf("it was asked to stop: %v\n%s", err, complaint.String())
	}
	if diff := cmp.Diff("/v2/keys/P1", got); diff != "" {
		t.Errorf("asked of the sign-in over TLS (-want +got):\n%s\nlogged:\n%s", diff, all)
	}
}
