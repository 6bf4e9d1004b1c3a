package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/hashicorp/go-envparse"
	"github.com/spf13/cobra"
)

// withSettings has a command do something with the settings of from, and takes the
// file of --env-file beneath them.
func withSettings(c *cobra.Command, from source, do func(c *cobra.Command, from source, args []string) error) *cobra.Command {
	file := c.Flags().String("env-file", "", "read settings from `FILE` too, a line NAME=value for each; what the environment sets wins")
	c.RunE = func(c *cobra.Command, args []string) error {
		notes := from.misspelt()
		if *file != "" {
			read, said, err := readEnvFile(*file)
			if err != nil {
				return err
			}
			notes = append(notes, said...)
			if from, err = from.over(read); err != nil {
				return err
			}
		}

		if err := warn(c.ErrOrStderr(), notes); err != nil {
			return err
		}
		return do(c, from, args)
	}
	return c
}

// readEnvFile reads a file of settings, and says what a person should know of it:
// names that are none, and secrets that others may read.
func readEnvFile(path string) (settings map[string]string, notes []string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("--env-file cannot be read: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()

	settings, err = parsed(f)
	if bad, ok := errors.AsType[*envparse.ParseError](err); ok {
		return nil, nil, fmt.Errorf("line %d of %s cannot be read: %w; a line is NAME=value, or begins with #", bad.Line, path, bad.Err)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s cannot be read: %w", path, err)
	}

	info, err := f.Stat()
	if err != nil {
		return nil, nil, fmt.Errorf("look at %s: %w", path, err)
	}
	return settings, append(unknownIn(path, settings), exposed(path, info.Mode(), settings)...), nil
}

// parsed reads the lines. What stands behind a # is a comment to the parser, also
// within a word: a secret that holds one would be cut without anybody's noticing.
func parsed(f io.Reader) (map[string]string, error) {
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}

	n := 0
	for line := range bytes.Lines(text) {
		n++
		_, value, _ := bytes.Cut(bytes.TrimSpace(line), []byte("="))
		value = bytes.TrimSpace(value)
		if at := bytes.IndexByte(value, '#'); at > 0 && !bytes.ContainsAny(value[:1], `'"`) && !bytes.ContainsAny(value[at-1:at], " \t") {
			return nil, &envparse.ParseError{Line: n, Err: errors.New("a value with # in it needs quotation marks around it")}
		}
	}
	return envparse.Parse(bytes.NewReader(text))
}

// unknownIn are sentences for the names that are no settings. Other libraries have
// theirs.
func unknownIn(path string, settings map[string]string) (told []string) {
	all := settingNames()
	for _, name := range inOrder(settings) {
		near := nearestSetting(name)
		switch {
		case near != "":
			told = append(told, fmt.Sprintf("%s in %s is no setting of careline's: did you mean %s?", name, path, near))
		case !slices.Contains(all, name) && !strings.HasPrefix(name, "OTEL_") && !strings.HasPrefix(name, "GOOGLE_"):
			told = append(told, fmt.Sprintf("%s in %s is no setting of careline's; careline serve --help lists them", name, path))
		}
	}
	return told
}

// othersRead is the right of everybody on the machine to read a file.
const othersRead fs.FileMode = 0o004

// exposed says so when everybody on the machine may read a file that holds secrets.
// Windows tells rights in another way.
func exposed(path string, mode fs.FileMode, settings map[string]string) []string {
	if mode&othersRead == 0 || runtime.GOOS == "windows" {
		return nil
	}
	for _, name := range inOrder(settings) {
		if s, ok := tabled(name); ok && s.secret && settings[name] != "" && !strings.HasPrefix(settings[name], "file:") {
			return []string{fmt.Sprintf("everybody on this machine can read %s, which holds %s: chmod 600 %[1]s", path, name)}
		}
	}
	return nil
}

// inOrder are the names of settings, always in the same order.
func inOrder(settings map[string]string) []string { return slices.Sorted(maps.Keys(settings)) }
