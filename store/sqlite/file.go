package sqlite

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
)

// FileOf is the file that a DATABASE_URL of the scheme file names. What is
// percent-encoded in it is decoded (RFC 3986, section 2.1): file:care%20line.db is the
// file with a blank in its name. If there is none of that name, but one that bears the
// text as it stands, whoever wrote the URL meant that one: an error then says how to
// write it. Every error is for an operator.
func FileOf(text string) (path string, err error) {
	path, literal, err := fileOf(text)
	if err != nil || literal == path || exists(path) || !exists(literal) {
		return path, err
	}
	return "", fmt.Errorf("DATABASE_URL names the file %q, which does not exist, but there is one called %q: write %%25 for every %% in a file's name", path, literal)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// fileOf is FileOf without a look at the disk; literal is the name as it is written.
func fileOf(text string) (path, literal string, err error) {
	const want = "DATABASE_URL must be file:… such as file:careline.db, or postgres://…"
	u, err := url.Parse(text)
	if err != nil && strings.HasPrefix(text, "file:") && strings.Contains(text, "%") {
		return "", "", errors.New("DATABASE_URL cannot be read: write %25 for a % in a file's name")
	}
	if err != nil || u.Scheme != "file" || (u.Host != "" && u.Host != "localhost") {
		return "", "", errors.New(want)
	}

	if u.RawQuery != "" || u.Fragment != "" {
		return "", "", errors.New("the name of a SQLite file takes no parameters: write %3F for a ? and %23 for a # in it; " + want)
	}

	path, literal = u.Path, u.EscapedPath()
	if u.Opaque != "" {
		literal = u.Opaque
		if path, err = url.PathUnescape(u.Opaque); err != nil {
			return "", "", errors.New("DATABASE_URL cannot be read: write %25 for a % in a file's name")
		}
	}

	if path == "" || path == ":memory:" {
		return "", "", errors.New("an event log in memory would not outlive the process: " + want)
	}
	if strings.ContainsRune(path, 0) {
		return "", "", errors.New("the name of a SQLite file holds no zero byte: " + want)
	}
	return path, literal, nil
}
