package sqlite_test

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
	"perci.health/careline/store/storetest"
)

// BenchmarkLongLog is six reports of each of many calls, of random ids, and one report
// each of calls of their own, to an empty log and to one of five million events, in
// turns: their ratio is what the length costs.
//
//	go test -run - -bench LongLog -cpu 1 -benchtime 30000x -timeout 1h ./store/sqlite/
func BenchmarkLongLog(b *testing.B) {
	const calls = 714_286
	dir := b.TempDir()
	long := filepath.Join(dir, "long.db")
	fillLong(b, long, calls)

	for round := range 3 {
		for name, reports := range map[string]int{"calls": 6, "strangers": 1} {
			b.Run(fmt.Sprintf("%s/empty/%d", name, round), func(b *testing.B) {
				benchLong(b, filepath.Join(dir, fmt.Sprintf("empty-%s-%d-%d.db", name, round, b.N)), reports)
			})
			b.Run(fmt.Sprintf("%s/long/%d", name, round), func(b *testing.B) { benchLong(b, long, reports) })
		}
	}
}

// fillLong makes a log of so many calls of seven events each, that are all filed.
func fillLong(b *testing.B, path string, calls int) {
	b.Helper()
	storetest.CloseStore(b, open(b, path))
	const all = `WITH RECURSIVE all_calls (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM all_calls WHERE n < $calls) `
	for _, sql := range []string{
		`PRAGMA synchronous = OFF`,
		`CREATE TABLE names (n INTEGER PRIMARY KEY, name TEXT)`,
		all + `INSERT INTO names SELECT n, lower(hex(randomblob(16))) FROM all_calls`,
		`INSERT INTO calls SELECT n, 'CA' || name, n, 'practitioner-' || n % 50, 'Patient/' || n % 20000, n, 1, 1, 1, NULL, NULL FROM names`,
		`INSERT INTO keys SELECT * FROM (SELECT 'CA' || name AS key, n FROM names UNION ALL SELECT 'CB' || name, n FROM names) ORDER BY key`,
		`INSERT INTO events SELECT (n - 1) * 7 + k, n, 'CB' || name || '/' || k || '/ringing', n, NULL,
			CAST('{"leg":"CB' || name || '"}' || char(10) || $report AS BLOB)
			FROM names CROSS JOIN (SELECT 1 AS k UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7)`,
		`INSERT INTO filings SELECT n, '', 'comm-' || n, '7', n * 7, 1, 0 FROM names`,
		`DROP TABLE names`,
		`PRAGMA wal_checkpoint(TRUNCATE)`,
	} {
		run(b, path, strings.NewReplacer("$calls", fmt.Sprint(calls), "$report", "'"+strings.Repeat("r", 800)+"'").Replace(sql))
	}
}

func open(b *testing.B, path string) store.Store {
	b.Helper()
	s, err := sqlite.Open(b.Context(), store.Config{URL: "file:" + path, Consumers: []string{chart}})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func benchLong(b *testing.B, path string, reports int) {
	s := open(b, path)
	defer storetest.CloseStore(b, s)
	var workers atomic.Int64
	began := time.Now().UnixNano() // so that no call is there already
	b.SetParallelism(32)           // times GOMAXPROCS: meant for -cpu 1
	b.ResetTimer()
	before := storetest.Processor()
	b.RunParallel(func(pb *testing.PB) {
		worker := workers.Add(1)
		for n := 0; pb.Next(); n++ {
			name := fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%d %d %d", began, worker, n/reports)))
			e := storetest.Progress("CA"+name[:32], "CB"+name[32:], n%reports, careline.StatusRinging)
			e.Report = []byte(longReport)
			if _, _, err := s.Append(b.Context(), e); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64((storetest.Processor()-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

var longReport = strings.Repeat("r", 600)
