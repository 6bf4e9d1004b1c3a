package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// texts go along with the binary.
var texts = []string{"LICENSE", "README.md", "CHANGELOG.md", "docs/install.md"}

// packed is a file of an archive.
type packed struct {
	name string // in the archive
	from string
	mode os.FileMode
}

// packer writes files into an archive.
type packer interface {
	add(name string, mode os.FileMode, at time.Time, content []byte) error
	io.Closer
}

// archive packs a binary with the texts: for Windows as zip, which it opens by itself.
func (r release) archive(t target, binary string) error {
	name := fmt.Sprintf("careline_%s_%s_%s", strings.TrimPrefix(r.version, "v"), t.os, t.arch)
	files := []packed{{path.Join(name, t.binary()), binary, 0o755}}
	for _, text := range texts {
		files = append(files, packed{path.Join(name, path.Base(text)), filepath.Join(r.source, text), 0o644})
	}

	kind := ".tar.gz"
	if t.os == "windows" {
		kind = ".zip"
	}
	out, err := os.Create(filepath.Join(r.out, name+kind))
	if err != nil {
		return fmt.Errorf("make an archive: %w", err)
	}

	var p packer = newTarball(out)
	if kind == ".zip" {
		p = zipped{zip.NewWriter(out)}
	}
	return errors.Join(r.pack(p, files), p.Close(), out.Close())
}

func (r release) pack(p packer, files []packed) error {
	for _, f := range files {
		content, err := os.ReadFile(f.from)
		if err != nil {
			return fmt.Errorf("read what is packed: %w", err)
		}
		if err := p.add(f.name, f.mode, r.at, content); err != nil {
			return fmt.Errorf("pack %s: %w", f.name, err)
		}
	}
	return nil
}

type tarball struct {
	tar  *tar.Writer
	gzip *gzip.Writer
}

func newTarball(out io.Writer) tarball {
	z := gzip.NewWriter(out)
	return tarball{tar.NewWriter(z), z}
}

func (t tarball) add(name string, mode os.FileMode, at time.Time, content []byte) error {
	err := t.tar.WriteHeader(&tar.Header{
		Name:    name,
		Mode:    int64(mode),
		Size:    int64(len(content)),
		ModTime: at,
		Format:  tar.FormatUSTAR,
	})
	if err != nil {
		return err
	}
	_, err = t.tar.Write(content)
	return err
}

func (t tarball) Close() error { return errors.Join(t.tar.Close(), t.gzip.Close()) }

type zipped struct{ *zip.Writer }

func (z zipped) add(name string, mode os.FileMode, at time.Time, content []byte) error {
	header := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at}
	header.SetMode(mode)
	w, err := z.CreateHeader(header)
	if err != nil {
		return err
	}
	_, err = w.Write(content)
	return err
}

// checksums writes the SHA-256 of every file, as `sha256sum --check` reads it.
func (r release) checksums() error {
	entries, err := os.ReadDir(r.out)
	if err != nil {
		return fmt.Errorf("list what was made: %w", err)
	}

	var lines strings.Builder
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(r.out, e.Name()))
		if err != nil {
			return fmt.Errorf("read what was made: %w", err)
		}
		fmt.Fprintf(&lines, "%x  %s\n", sha256.Sum256(content), e.Name())
	}
	if err := os.WriteFile(filepath.Join(r.out, "checksums.txt"), []byte(lines.String()), 0o644); err != nil {
		return fmt.Errorf("write the checksums: %w", err)
	}
	return nil
}
