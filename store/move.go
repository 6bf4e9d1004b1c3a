package store

import "context"

// Moved is what Move has moved.
type Moved struct{ Calls, Events int }

// Move is being built.
func Move(context.Context, string, string) (Moved, error) { return Moved{}, errPending }
