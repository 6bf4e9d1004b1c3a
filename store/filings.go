package store

import (
	"context"

	"zombiezen.com/go/sqlite"

	"perci.health/careline"
)

// Filing is where the call stands in the health record; the zero filing with its
// Call set when it was never filed.
func (s *sqliteStore) Filing(ctx context.Context, call string) (careline.Filing, error) {
	f := careline.Filing{Call: call}
	err := s.read(ctx, "read a filing", func(c conn) (err error) {
		f, err = c.filing(call)
		return err
	})
	return f, err
}

func (c conn) filing(call string) (careline.Filing, error) {
	f := careline.Filing{Call: call}
	_, err := c.query(sqlFiling).text(call).one(func(row *sqlite.Stmt) {
		f.ID, f.Version, f.Seq = row.ColumnText(0), row.ColumnText(1), row.ColumnInt64(2)
		f.Tried, f.Doubted = row.ColumnBool(3), row.ColumnBool(4)
	})
	return f, err
}

// SaveFiling replaces the call's filing, durably, before it returns; one that is
// further along (Seq) is left as it is. An error of code conflict says that the
// key turned out to be a leg of another call.
func (s *sqliteStore) SaveFiling(ctx context.Context, f careline.Filing) error {
	if f.Call == "" {
		return invalid("a filing names no call")
	}
	moved := false
	err := s.writeUnder(ctx, "save a filing", func(t *tx) error {
		call, err := t.find(f.Call)
		if err == nil && call.number == 0 {
			call, err = t.add(ref{key: f.Call}, nil)
		}
		if moved = call.key != f.Call; err != nil || moved {
			return err
		}
		return t.query(sqlSaveFiling).int(call.number).text(f.ID).text(f.Version).int(f.Seq).bool(f.Tried).bool(f.Doubted).exec()
	})
	if err == nil && moved {
		return careline.NewError(careline.CodeConflict, "This call has become part of another.", nil)
	}
	return err
}
