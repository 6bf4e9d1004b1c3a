package store

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// batchSize bounds a transaction, and so how long its first request waits for
// its last: about 10 ms.
const batchSize = 512

// work is one request that waits for the writer.
type work struct {
	do     func(*tx) error
	look   func(conn) error // instead of do: it only reads, and waits for no commit after it
	taken  atomic.Bool      // by the writer, or by a caller who waits no longer
	answer chan error       // room for one
}

// drop takes the work back; false when the writer has it already.
func (w *work) drop() bool { return w.taken.CompareAndSwap(false, true) }

// queue holds the requests that wait for a writer.
type queue[T any] struct {
	mu      sync.Mutex
	waiting []T
	spare   []T // the batch before, to be filled again
	closed  bool
	signal  chan struct{} // something waits, or the queue is closed
}

func newQueue[T any]() *queue[T] { return &queue[T]{signal: make(chan struct{}, 1)} }

// put adds w; false when the queue is closed.
func (q *queue[T]) put(w T) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.waiting = append(q.waiting, w)
	q.wake()
	return true
}

func (q *queue[T]) wake() {
	select {
	case q.signal <- struct{}{}:
	default:
	}
}

// take is what waits now, at most a batch, and whether the queue is still open.
// The batch is good until the next take.
func (q *queue[T]) take() (batch []T, open bool) {
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
func (q *queue[T]) gather() {
	for before := -1; ; {
		runtime.Gosched()
		n := q.len()
		if n == before || n >= batchSize {
			return
		}
		before = n
	}
}

func (q *queue[T]) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}

// close refuses further work; false when it was closed before.
func (q *queue[T]) close() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	first := !q.closed
	q.closed = true
	q.wake()
	return first
}
