package server

import (
	"context"
	"runtime"
	"slices"
)

// atOnce is how many accounts are read at once.
const atOnce = 500

// inParts works on some accounts at a time, on each processor, and gives what comes of them to do in their order. No more is kept than what
// the processors are at.
func inParts[T any](ctx context.Context, names []string, work func(context.Context, []string) (T, error), do func(T) error) error {
	type result struct {
		value T
		err   error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan chan result, max(0, runtime.GOMAXPROCS(0)-2)) // beside one that is waited for, and one that waits to be
	go func() {
		defer close(results)
		for part := range slices.Chunk(names, atOnce) {
			one := make(chan result, 1)
			go func() {
				value, err := work(ctx, part)
				one <- result{value, err}
			}()
			select {
			case results <- one:
			case <-ctx.Done():
				return
			}
		}
	}()
	for one := range results {
		r := <-one
		if r.err != nil {
			return r.err
		}
		if err := do(r.value); err != nil {
			return err
		}
	}
	return ctx.Err()
}
