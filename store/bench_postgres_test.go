package store_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"perci.health/careline/store"
)

// BenchmarkEngines is BenchmarkAppend on both databases in one run, so that their
// ratio means something on whatever machine.
//
//	go test -run - -bench Engines -cpu 1 ./store/
func BenchmarkEngines(b *testing.B) {
	for _, waiting := range []int{1, 32, 256} {
		b.Run(fmt.Sprintf("sqlite/waiting=%d", waiting), func(b *testing.B) {
			benchAppend(b, waiting, store.Config{URL: "file:" + filepath.Join(b.TempDir(), "log.db")})
		})
		b.Run(fmt.Sprintf("postgres/waiting=%d", waiting), func(b *testing.B) {
			benchAppend(b, waiting, store.Config{URL: newDatabase(b)})
		})
	}
	b.Run("postgres-free/waiting=32", func(b *testing.B) {
		benchAppend(b, 32, store.NotDurable(store.Config{URL: newDatabase(b)}))
	})
}
