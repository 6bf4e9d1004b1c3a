// Package web is the clinician's app in the browser: what Vite built into dist,
// served with the settings and the policy that it runs under. The app itself is
// TypeScript in src.
package web

import (
	"embed"
	"io/fs"
)

// built has .gitkeep alone until the app is built (make web), so that the Go
// code compiles in a fresh clone. "all:" keeps files whose names begin with _.
//
//go:embed all:dist
var built embed.FS

// Built is what Vite made of the app: index.html and assets/. It has no
// index.html when the binary was built before the app was.
func Built() fs.FS {
	dist, err := fs.Sub(built, "dist")
	if err != nil {
		return built // the path is a constant of this file, so this cannot be
	}
	return dist
}
