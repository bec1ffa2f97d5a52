package invoice

// slab hands out pieces of larger allocations: an account has many invoices of a line or two,
// and an allocation for each would cost more than the arithmetic.
type slab[T any] struct {
	free   []T // empty, with the room that is left
	latest []T // empty, with the room of the whole allocation
}

// slabSize is how many values are allocated at once. A piece that is kept keeps its neighbours.
const slabSize = 64

// room returns an empty slice to append up to n values to. It is used again for the next one
// unless it is taken.
func (s *slab[T]) room(n int) []T {
	if cap(s.free) < n {
		s.free = make([]T, 0, max(n, slabSize))
		s.latest = s.free
	}
	return s.free
}

// take keeps what was appended to the room: nothing handed out later shares memory with it. Where it did not
// fit, it is in memory of its own.
func (s *slab[T]) take(piece []T) []T {
	n := len(piece)
	if n > 0 && cap(s.free) > 0 && &piece[0] == &s.free[:1][0] {
		s.free = piece[n:]
	}
	return piece[:n:n]
}

// rewind hands out the latest allocation again, which nobody may use any more, or one that has room for n values.
func (s *slab[T]) rewind(n int) {
	if n > cap(s.latest) {
		s.latest = make([]T, 0, n+n/2)
	}
	s.free = s.latest
}
