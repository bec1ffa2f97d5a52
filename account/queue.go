package account

import (
	"context"
	"sync"
)

// queue hands accounts out in batches, takes what was made of them in any order, and gives it on
// in theirs. Who brings the batch that is next gives it on, and those after it that are there.
type queue[T any] struct {
	then func(T) error
	room chan struct{} // one for each batch that was handed out and not given on

	mu      sync.Mutex  // of what follows
	rest    []string    // accounts that nobody bills yet
	batches []*batch[T] // that were handed out
	giving  bool        // somebody is giving on
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

func newQueue[T any](accounts []string, workers int, then func(T) error) *queue[T] {
	return &queue[T]{then: then, rest: accounts, room: make(chan struct{}, batchesAWorker*workers)}
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
	if n == 0 || ctx.Err() != nil {
		<-q.room
		return nil
	}
	b := &batch[T]{accounts: q.rest[:n]}
	q.rest, q.batches = q.rest[n:], append(q.batches, b)
	return b
}

// give takes a batch that is filled, and gives on what is next. It returns the first error that
// there was.
func (q *queue[T]) give(b *batch[T]) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	b.ready = true
	if q.giving {
		return q.err
	}
	q.giving = true
	for q.err == nil && len(q.batches) > 0 && q.batches[0].ready {
		b, q.batches = q.batches[0], q.batches[1:]
		q.mu.Unlock()
		err := b.give(q.then)
		<-q.room
		q.mu.Lock()
		q.err = err
	}
	q.giving = false
	return q.err
}

func (b *batch[T]) give(then func(T) error) error {
	if b.some {
		if err := then(b.made); err != nil {
			return err
		}
	}
	return b.err
}
