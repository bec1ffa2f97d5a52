package account

import (
	"sync"
	"sync/atomic"
)

// memory hands out the pieces of memory that records are kept in. They are cut from
// allocations that grow with what there is to keep, and last as long as it.
type memory struct {
	allocate func(size int) []byte // nil for make
	used     atomic.Int64          // bytes of all pieces in use

	mu    sync.Mutex // of what follows
	rest  []byte     // of the latest allocation
	size  int        // of the latest allocation
	spare [][]byte   // pieces of maxPiece that were given back
}

const (
	minPiece, maxPiece           = 1 << 9, 1 << 14
	minAllocation, maxAllocation = 1 << 16, 1 << 25
)

// piece returns an empty piece with room for n bytes.
func (m *memory) piece(n int) []byte {
	m.used.Add(int64(n))
	m.mu.Lock()
	defer m.mu.Unlock()
	if last := len(m.spare) - 1; n == maxPiece && last >= 0 {
		p := m.spare[last]
		m.spare = m.spare[:last]
		return p
	}
	if n > len(m.rest) {
		m.size = min(max(2*m.size, minAllocation), maxAllocation)
		m.rest = m.take(max(n, m.size))
	}
	p := m.rest[:0:n]
	m.rest = m.rest[n:]
	return p
}

func (m *memory) take(size int) []byte {
	if m.allocate == nil {
		return make([]byte, size)
	}
	return m.allocate(size)
}

// release gives a piece back, which nobody may use any more.
func (m *memory) release(p []byte) {
	m.used.Add(-int64(cap(p)))
	if cap(p) == maxPiece { // others are few, and small
		m.mu.Lock()
		defer m.mu.Unlock()
		m.spare = append(m.spare, p[:0])
	}
}

// pieces is a list that is only added to. What is added at once is not cut. The zero value is
// empty.
type pieces struct {
	full [][]byte
	last []byte
}

// room returns the last piece, which has room for n bytes more: what is appended to it is to
// be p.last afterwards.
func (p *pieces) room(n int, m *memory) []byte {
	if cap(p.last)-len(p.last) < n {
		if len(p.last) > 0 {
			p.full = append(p.full, p.last)
		}
		p.last = m.piece(max(n, min(max(2*cap(p.last), minPiece), maxPiece)))
	}
	return p.last
}

// take returns what was added, and leaves nothing.
func (p *pieces) take() [][]byte {
	all := p.full
	if len(p.last) > 0 {
		all = append(all, p.last)
	}
	*p = pieces{}
	return all
}
