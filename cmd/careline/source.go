package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// source is where a command's settings come from.
type source struct {
	get   func(name string) string // "" for one that is not set
	names []string                 // of all that is set there, ours or not
	// keep sets what is not for us to read, such as OpenTelemetry's own variables,
	// where its readers look for it; nil: nowhere.
	keep func(name, value string) error
}

// environment is the process's own.
func environment() source {
	s := source{get: os.Getenv, keep: os.Setenv}
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		s.names = append(s.names, name)
	}
	return s
}

// over is s with a file beneath it: what s has set, even to nothing, wins.
func (s source) over(file map[string]string) (source, error) {
	for name, value := range file {
		_, ours := tabled(name)
		if s.keep == nil || slices.Contains(s.names, name) || ours && !strings.HasPrefix(name, "OTEL_") {
			continue
		}
		if err := s.keep(name, value); err != nil {
			return source{}, fmt.Errorf("set %s of the file: %w", name, err)
		}
	}

	above := s.get
	return source{keep: s.keep, names: s.names, get: func(name string) string {
		if v := above(name); v != "" || slices.Contains(s.names, name) {
			return v
		}
		return file[name]
	}}, nil
}

// misspelt are the names of s that are nearly one of a setting that is not set, each
// with that one.
func (s source) misspelt() (told []string) {
	for _, name := range s.names {
		if near := nearestSetting(name); near != "" && !slices.Contains(s.names, near) {
			told = append(told, name+" is no setting of careline's: did you mean "+near+"?")
		}
	}
	return told
}

// warn says aside what a person should know of, and starts all the same.
func warn(aside io.Writer, sentences []string) error {
	for _, sentence := range sentences {
		if _, err := fmt.Fprintln(aside, "careline:", sentence); err != nil {
			return err
		}
	}
	return nil
}
