package flight

import (
	"context"

	"golang.org/x/sync/singleflight"
)

// Group makes flights, each once at a time. Its zero value is ready; it may be used
// by many goroutines, and must not be copied.
type Group[T any] struct{ flights singleflight.Group }

// GaveUp is the error of one who did not wait for the end of a flight: the end of
// its own context. The flight goes on for the others.
type GaveUp struct{ cause error }

// Error tells how the context ended.
func (g GaveUp) Error() string { return g.cause.Error() }

// Unwrap is how the context ended.
func (g GaveUp) Unwrap() error { return g.cause }

// Do returns what the flight of that name brings: the one under way, or a new one.
// A flight belongs to none of those who wait for it, so that one who gives up does
// not fail the others: fly's context has the values of the first who asked, and no
// end. When ctx ends first, the error is a GaveUp.
func (g *Group[T]) Do(ctx context.Context, name string, fly func(context.Context) (T, error)) (T, error) {
	select {
	case landed := <-g.begin(ctx, name, fly):
		brought, _ := landed.Val.(T) // always one: fly returns it
		return brought, landed.Err
	case <-ctx.Done():
		var nothing T
		return nothing, GaveUp{ctx.Err()}
	}
}

// Begin has a flight made, unless one of that name is under way, and does not wait.
func (g *Group[T]) Begin(ctx context.Context, name string, fly func(context.Context) (T, error)) {
	g.begin(ctx, name, fly)
}

func (g *Group[T]) begin(ctx context.Context, name string, fly func(context.Context) (T, error)) <-chan singleflight.Result {
	return g.flights.DoChan(name, func() (any, error) { return fly(context.WithoutCancel(ctx)) })
}
