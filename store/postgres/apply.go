package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"perci.health/careline"
	"perci.health/careline/store"
)

const (
	sqlSaveCalls = `INSERT INTO calls (number, key, first, clinician, patient, begun, heard, over, look, joined, aside, room)
		SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::boolean[], $8::boolean[], $9::bigint[], $10::bigint[], $11::boolean[], $12::boolean[])
		ON CONFLICT (number) DO UPDATE SET first = excluded.first, clinician = excluded.clinician, patient = excluded.patient,
			begun = excluded.begun, heard = excluded.heard, over = excluded.over, look = excluded.look, joined = excluded.joined, aside = excluded.aside,
			room = excluded.room`
	sqlAddKeys = `INSERT INTO keys (key, call) SELECT * FROM unnest($1::text[], $2::bigint[])`
	sqlKeep    = `INSERT INTO log_events (seq, call, id, kept, besides, body)
		SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::bytea[])`
	sqlSaveFilings = `INSERT INTO filings AS f (call, of, id, version, seq, tried, doubted)
		SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::boolean[], $7::boolean[])
		ON CONFLICT (call, of) DO UPDATE SET id = excluded.id, version = excluded.version, seq = excluded.seq,
			tried = excluded.tried, doubted = excluded.doubted WHERE f.seq <= excluded.seq`
	sqlBury = `INSERT INTO dead_letters (consumer, seq, attempts, buried, cause)
		SELECT * FROM unnest($1::text[], $2::bigint[], $3::integer[], $4::bigint[], $5::text[]) ON CONFLICT DO NOTHING`
	sqlUnbury = `DELETE FROM dead_letters d USING unnest($1::text[], $2::bigint[]) u (consumer, seq)
		WHERE d.seq = u.seq AND d.consumer = u.consumer`
	sqlSetEnd = `UPDATE log_end SET seq = $1`
)

// Apply writes; see store.Tx. The server hears of it with what is asked next.
func (t *tx) Apply(_ context.Context, c *store.Changes) error {
	t.begin()
	b := &t.next

	for _, j := range c.Joins {
		queueJoining(b, j)
	}
	if len(c.Calls) > 0 {
		queueCalls(b, c.Calls)
	}
	if len(c.Keys) > 0 {
		queueKeys(b, c.Keys)
	}
	if len(c.Events) > 0 {
		queueEvents(b, c.Events)
	}
	queueCursors(b, c.Cursors)
	queueFilings(b, c.Filings)

	for _, r := range c.Refiled {
		queueRefiling(b, r)
	}
	if len(c.Dead) > 0 {
		queueDead(b, c.Dead)
	}
	if len(c.Alive) > 0 {
		consumers, places := columns(c.Alive)
		b.Queue(sqlUnbury, consumers, places)
	}
	if c.End > 0 {
		b.Queue(sqlSetEnd, c.End)
	}
	return nil
}

func queueJoining(b *pgx.Batch, j store.Joining) {
	keys, moved, twins := append([]string{}, j.Keys...), append([]int64{}, j.Moved...), append([]int64{}, j.Twins...)

	b.Queue(`UPDATE keys SET call = $2 WHERE call = $1 AND key = ANY ($3::text[])`, j.Leg, j.Call, keys)
	b.Queue(`UPDATE log_events SET call = $1 WHERE seq = ANY ($2::bigint[])`, j.Call, moved)
	b.Queue(`DELETE FROM dead_letters WHERE seq = ANY ($1::bigint[])`, twins)
	b.Queue(`DELETE FROM cursors WHERE call = $1`, j.Leg)
	b.Queue(`UPDATE filings m SET call = $2 WHERE m.call = $1
		AND NOT EXISTS (SELECT FROM filings f WHERE f.call = $2 AND f.of = m.of)`, j.Leg, j.Call)
	b.Queue(`DELETE FROM filings WHERE call = $1`, j.Leg)
	b.Queue(`UPDATE calls SET joined = $2 WHERE joined = $1`, j.Leg, j.Call)
}

func queueCalls(b *pgx.Batch, calls []*store.Row) {
	n := len(calls)
	numbers, keys, patients := make([]int64, n), make([]string, n), make([]string, n)
	clinicians := make([]pgtype.Text, n)
	heard, over, aside, room := make([]bool, n), make([]bool, n), make([]bool, n), make([]bool, n)
	first, begun, look, joined := make([]pgtype.Int8, n), make([]pgtype.Int8, n), make([]pgtype.Int8, n), make([]pgtype.Int8, n)

	for i, c := range calls {
		numbers[i], keys[i], patients[i] = c.Number, c.Key, string(c.Patient)
		clinicians[i] = pgtype.Text{String: c.Clinician, Valid: c.Requested}
		heard[i], over[i], aside[i], room[i] = c.Heard, c.Over, !c.Listed, c.Room
		first[i], begun[i], look[i] = microsOf(c.First), microsOf(c.Begun), lookOf(c.Standing)
		joined[i] = pgtype.Int8{Int64: c.Joined, Valid: c.Joined != 0}
	}
	b.Queue(sqlSaveCalls, numbers, keys, first, clinicians, patients, begun, heard, over, look, joined, aside, room)
}

func queueKeys(b *pgx.Batch, rows []store.KeyRow) {
	keys, calls := make([]string, len(rows)), make([]int64, len(rows))
	for i, k := range rows {
		keys[i], calls[i] = k.Key, k.Call
	}
	b.Queue(sqlAddKeys, keys, calls)
}

func queueEvents(b *pgx.Batch, events []store.EventRow) {
	n := len(events)
	seqs, calls, kepts := make([]int64, n), make([]int64, n), make([]int64, n)
	ids, besides, bodies := make([]string, n), make([]string, n), make([][]byte, n)

	for i, e := range events {
		seqs[i], calls[i], kepts[i] = e.Seq, e.Call, e.Kept.UnixMicro()
		ids[i], besides[i], bodies[i] = e.ID, e.Besides, e.Body
	}
	b.Queue(sqlKeep, seqs, calls, ids, kepts, besides, bodies)
}

// filingKey is what there is one filing of.
type filingKey struct {
	call int64
	of   string
}

// queueFilings writes each filing once: a statement cannot change a row twice.
func queueFilings(b *pgx.Batch, filings []store.FilingRow) {
	last := map[filingKey]careline.Filing{}
	for _, f := range filings {
		key := filingKey{f.Call, f.Of}
		if before, found := last[key]; !found || before.Seq <= f.Seq {
			last[key] = f.Filing
		}
	}
	if len(last) == 0 {
		return
	}

	var calls, places []int64
	var of, ids, versions []string
	var tried, doubted []bool
	for key, f := range last {
		calls, of, ids, versions = append(calls, key.call), append(of, key.of), append(ids, f.ID), append(versions, f.Version)
		places, tried, doubted = append(places, f.Seq), append(tried, f.Tried), append(doubted, f.Doubted)
	}
	b.Queue(sqlSaveFilings, calls, of, ids, versions, places, tried, doubted)
}

func queueRefiling(b *pgx.Batch, r store.Refiling) {
	if !r.Whole {
		b.Queue(`UPDATE filings SET seq = $2 - 1 WHERE call = $1 AND seq >= $2`, r.Call, r.Seq)
		return
	}
	b.Queue(`INSERT INTO filings (call, id, version, seq, tried, doubted) VALUES ($1, '', '', 0, true, false) ON CONFLICT DO NOTHING`, r.Call)
	b.Queue(`UPDATE filings SET id = '', version = '', seq = 0, tried = true, doubted = false WHERE call = $1`, r.Call)
}

func queueDead(b *pgx.Batch, dead []store.DeadRow) {
	n := len(dead)
	consumers, causes := make([]string, n), make([]string, n)
	seqs, buried, attempts := make([]int64, n), make([]int64, n), make([]int32, n)

	for i, d := range dead {
		consumers[i], seqs[i] = d.Consumer, d.Seq
		attempts[i], buried[i], causes[i] = int32(d.Attempts), d.Buried.UnixMicro(), d.Cause
	}
	b.Queue(sqlBury, consumers, seqs, attempts, buried, causes)
}
