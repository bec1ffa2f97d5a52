package invoice

// slab hands out pieces of larger allocations: an account has many invoices of a line or two,
// and an allocation for each would cost more than the arithmetic.
type slab[T any] struct {
	free []T // empty, with the room that is left
}

// slabSize is how many values are allocated at once. A piece that is kept keeps its neighbours.
const slabSize = 64

// room returns an empty slice to append up to n values to. It is used again for the next one
// unless it is taken.
func (s *slab[T]) room(n int) []T {
	if cap(s.free) < n {
		s.free = make([]T, 0, max(n, slabSize))
	}
	return s.free
}

// take keeps what was appended to the room: nothing handed out later shares memory with it.
func (s *slab[T]) take(piece []T) []T {
	n := len(piece)
	s.free = piece[n:]
	return piece[:n:n]
}
