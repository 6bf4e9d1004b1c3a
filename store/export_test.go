package store

import "context"

// Hold keeps the writer busy until release is called, so that a batch gathers.
func (w *Writer) Hold(ctx context.Context) (release func()) {
	holding, free := make(chan struct{}), make(chan struct{})
	go func() {
		_ = w.Do(ctx, "hold the writer", false, func(context.Context, Tx) error {
			close(holding)
			<-free
			return nil
		})
	}()
	<-holding
	return func() { close(free) }
}

// Holder is a Store whose writer a test can keep busy.
type Holder interface {
	// Hold keeps the writer busy until release is called, so that a batch gathers.
	Hold(ctx context.Context) (release func())
	// Waiting is how many requests wait for the writer.
	Waiting() int
}
