package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Postgres is a Store in a Postgres database.
type Postgres = postgresStore

// Hold keeps the writer busy until release is called, so that a batch gathers.
func (s *postgresStore) Hold(ctx context.Context) (release func()) {
	holding, free := make(chan struct{}), make(chan struct{})
	go func() {
		_ = s.alone(ctx, "hold the writer", false, func(context.Context, *pgx.Conn) ([]string, error) {
			close(holding)
			<-free
			return nil, nil
		})
	}()
	<-holding
	return func() { close(free) }
}

// Waiting is how many requests wait for the writer.
func (s *postgresStore) Waiting() int { return s.writer.queue.len() }
