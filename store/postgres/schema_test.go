package postgres_test

import (
	"testing"

	"perci.health/careline/store"
	"perci.health/careline/store/storetest"
)

// tables are the columns and indexes that a program of this schema uses.
const tables = `SELECT array_agg(x ORDER BY x) FROM (
	SELECT a.attrelid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' ' ||
		coalesce(pg_get_expr(d.adbin, d.adrelid), '') AS x
	FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
	WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
	UNION ALL SELECT i.indexdef FROM pg_indexes i WHERE i.schemaname = 'public'
	UNION ALL SELECT c.relname || ' ' || coalesce(c.reloptions::text, '') FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
) q`

// TestAMigratedDatabaseHasTheTablesOfANewOne: the order of the columns alone may differ.
func TestAMigratedDatabaseHasTheTablesOfANewOne(t *testing.T) {
	t.Parallel()
	fresh := newDatabase(t)
	openPostgres(t, store.Config{URL: fresh})
	want := asked[[]string](t, fresh, tables)
	if len(want) < 60 {
		t.Fatalf("only %d columns and indexes were found", len(want))
	}

	forReleased(t, func(t *testing.T, schema int) {
		url := released(t, schema)
		openPostgres(t, store.Config{URL: url})
		storetest.Same(t, "tables", asked[[]string](t, url, tables), want)
		storetest.Same(t, "whom it serves", asked[int](t, url, "SELECT oldest FROM careline_serves"), oldestServed(schema))
	})
	storetest.Same(t, "whom a new one serves", asked[int](t, fresh, "SELECT oldest FROM careline_serves"), 5)
	storetest.Same(t, "functions in a new one", asked[int](t, fresh, "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"), 0)
}

// oldestServed: what a release made new serves none before schema 5, with which its tables
// begin.
func oldestServed(schema int) int {
	if schema > 4 {
		return 5
	}
	return 3
}
