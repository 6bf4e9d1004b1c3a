package store

import (
	"runtime"
	"sync"
)

// batchSize bounds a transaction, and so how long its first request waits for
// its last: about 10 ms.
const batchSize = 512

// Queue holds requests that wait for the one goroutine that does them.
type Queue[T any] struct {
	mu      sync.Mutex
	waiting []T
	spare   []T // the batch before, to be filled again
	closed  bool
	signal  chan struct{} // something waits, or the queue is closed
}

// NewQueue is an empty queue.
func NewQueue[T any]() *Queue[T] { return &Queue[T]{signal: make(chan struct{}, 1)} }

// Signal says that something waits, or that the queue is closed.
func (q *Queue[T]) Signal() <-chan struct{} { return q.signal }

// Put adds w; false when the queue is closed.
func (q *Queue[T]) Put(w T) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.waiting = append(q.waiting, w)
	q.wake()
	return true
}

func (q *Queue[T]) wake() {
	select {
	case q.signal <- struct{}{}:
	default:
	}
}

// Take is what waits now, at most a batch, and whether the queue is still open.
// The batch is good until the next Take.
func (q *Queue[T]) Take() (batch []T, open bool) {
	q.gather()
	q.mu.Lock()
	defer q.mu.Unlock()

	n := min(len(q.waiting), batchSize)
	batch = append(q.spare[:0], q.waiting[:n]...)
	q.spare = batch

	rest := copy(q.waiting, q.waiting[n:])
	clear(q.waiting[rest:])
	q.waiting = q.waiting[:rest]

	if rest > 0 || q.closed {
		q.wake()
	}
	return batch, !q.closed
}

// gather lets goroutines that are ready to write come forward: whoever wakes the
// writer runs just before it on the same processor, and without this each of
// them would get a commit of his own.
func (q *Queue[T]) gather() {
	for before := -1; ; {
		runtime.Gosched()
		n := q.Len()
		if n == before || n >= batchSize {
			return
		}
		before = n
	}
}

// Len is how many wait.
func (q *Queue[T]) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}

// Close refuses further work; false when it was closed before.
func (q *Queue[T]) Close() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	first := !q.closed
	q.closed = true
	q.wake()
	return first
}
