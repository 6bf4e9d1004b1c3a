package store

import (
	"context"
	"errors"
)

// Moved is what Move has moved.
type Moved struct{ Calls, Events int }

// Move is being built.
func Move(context.Context, string, string) (Moved, error) {
	return Moved{}, errors.New("not built yet")
}
