// Command dist makes what is released of careline: an archive for each platform, with
// the web app in the binary, a bill of materials, and checksums of them all. `make
// dist` runs it, after the web app is built.
//
// It is a module of its own, so that nothing it needs is in careline's.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// target is a platform, in Go's words.
type target struct{ os, arch string }

var everyTarget = "linux/amd64,linux/arm64,darwin/amd64,darwin/arm64,windows/amd64,windows/arm64"

// release is what is made.
type release struct {
	source  string // careline's folder
	out     string
	version string
	at      time.Time // of every file in an archive
}

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("dist", flag.ContinueOnError)
	source := flags.String("source", "../..", "careline's `folder`")
	out := flags.String("out", "../../dist", "`folder` that the files are put into; what is there is removed")
	version := flags.String("version", "unknown", "what the release is called")
	only := flags.String("targets", everyTarget, "`platforms`, separated by commas")
	if err := flags.Parse(args); err != nil {
		return err
	}

	targets, err := parseTargets(*only)
	if err != nil {
		return err
	}
	r := release{source: *source, out: *out, version: *version}
	if r.at, err = r.moment(ctx); err != nil {
		return err
	}
	if err := errors.Join(os.RemoveAll(r.out), os.MkdirAll(r.out, 0o755)); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}

	work, err := os.MkdirTemp("", "careline-dist-")
	if err != nil {
		return fmt.Errorf("make a folder to build in: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }() // what cannot be removed is in the machine's own folder for that

	for _, t := range targets {
		binary := filepath.Join(work, t.os+"_"+t.arch, t.binary())
		if err := r.build(ctx, t, binary); err != nil {
			return err
		}
		if err := r.archive(t, binary); err != nil {
			return err
		}
	}

	// The modules are the same on every platform.
	first := filepath.Join(work, targets[0].os+"_"+targets[0].arch, targets[0].binary())
	if err := r.bill(ctx, first, work); err != nil {
		return err
	}
	return r.checksums()
}

func parseTargets(list string) (targets []target, err error) {
	for word := range strings.SplitSeq(list, ",") {
		system, arch, ok := strings.Cut(word, "/")
		if !ok {
			return nil, fmt.Errorf("%q is no platform such as linux/amd64", word)
		}
		targets = append(targets, target{system, arch})
	}
	return targets, nil
}

func (t target) binary() string {
	if t.os == "windows" {
		return "careline.exe"
	}
	return "careline"
}

// build makes the binary: static, without traces of the folder it was built in, with
// the time zones (not every machine has them).
func (r release) build(ctx context.Context, t target, binary string) error {
	fmt.Println("building", t.os+"/"+t.arch)
	to, err := filepath.Abs(binary)
	if err != nil {
		return fmt.Errorf("find the folder to build in: %w", err)
	}

	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false",
		"-tags", "timetzdata,grpcnotrace", "-ldflags", "-s -w -X main.version="+r.version, "-o", to, "./cmd/careline")
	cmd.Dir, cmd.Stdout, cmd.Stderr = r.source, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+t.os, "GOARCH="+t.arch)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build for %s/%s: %w", t.os, t.arch, err)
	}
	return nil
}

// moment is when the release was made, as far as its files say: SOURCE_DATE_EPOCH
// (reproducible-builds.org), else the last commit's time. The same source gives the
// same archives.
func (r release) moment(ctx context.Context) (time.Time, error) {
	seconds := os.Getenv("SOURCE_DATE_EPOCH")
	if seconds == "" {
		cmd := exec.CommandContext(ctx, "git", "log", "-1", "--format=%ct")
		cmd.Dir = r.source
		told, err := cmd.Output()
		if err != nil {
			return time.Time{}, fmt.Errorf("find the last commit's time (or set SOURCE_DATE_EPOCH): %w", err)
		}
		seconds = strings.TrimSpace(string(told))
	}

	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH must be seconds since 1970: %w", err)
	}
	return time.Unix(n, 0).UTC(), nil
}
