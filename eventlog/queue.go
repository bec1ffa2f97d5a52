package eventlog

import (
	"context"
	"sync"
)

// queue hands accounts out in batches, takes what was made of them in any order, and passes it on
// in theirs. Who brings the batch that is next passes it on, and those after it that are there.
type queue[T any] struct {
	then func(T) error
	stop func()        // called at the first error
	room chan struct{} // one for each batch that was handed out and not passed on

	mu      sync.Mutex  // of what follows
	rest    []string    // accounts that nobody bills yet
	batches []*batch[T] // that were handed out
	passing bool        // somebody is passing on
	err     error       // the first
}

const (
	accountsABatch = 8
	batchesAWorker = 4
)

// batch is some accounts that one worker bills.
type batch[T any] struct {
	accounts []string
	made     T
	some     bool  // there is something in made
	err      error // of the account after those
	ready    bool
}

func newQueue[T any](accounts []string, workers int, then func(T) error, stop func()) *queue[T] {
	return &queue[T]{then: then, stop: stop, rest: accounts, room: make(chan struct{}, batchesAWorker*workers)}
}

// take returns the next batch to fill, once there is room for one, and nil when there is none or
// the context is done.
func (q *queue[T]) take(ctx context.Context) *batch[T] {
	select {
	case q.room <- struct{}{}:
	case <-ctx.Done():
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(accountsABatch, len(q.rest))
	if n == 0 {
		return nil // and the room is left as it is: what is under way has its own
	}
	b := &batch[T]{accounts: q.rest[:n]}
	q.rest, q.batches = q.rest[n:], append(q.batches, b)
	return b
}

// give takes a batch that is filled, and passes on what is next, unless somebody does.
func (q *queue[T]) give(b *batch[T]) {
	for next := q.ready(b); next != nil; next = q.given() {
		if err := next.give(q.then); err != nil {
			q.fail(err)
			return
		}
		<-q.room
	}
}

// ready takes a batch that is filled. It returns the one to pass on, if there is one.
func (q *queue[T]) ready(b *batch[T]) *batch[T] {
	q.mu.Lock()
	defer q.mu.Unlock()
	b.ready = true
	if q.passing {
		return nil
	}
	return q.next()
}

// given returns the batch to pass on after one that was passed on.
func (q *queue[T]) given() *batch[T] {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.next()
}

func (q *queue[T]) next() *batch[T] {
	q.passing = len(q.batches) > 0 && q.batches[0].ready
	if !q.passing {
		return nil
	}
	b := q.batches[0]
	q.batches = q.batches[1:]
	return b
}

// fail ends it: nothing more is passed on.
func (q *queue[T]) fail(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.err = err
	q.stop()
}

func (b *batch[T]) give(then func(T) error) error {
	if b.some {
		if err := then(b.made); err != nil {
			return err
		}
	}
	return b.err
}
