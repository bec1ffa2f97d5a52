package eventlog

import (
	"math/bits"
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
	spare [sizes][][]byte
}

// Pieces are of these sizes, each twice the one before, but for those of something larger.
const sizes = 6

const (
	minPiece, maxPiece           = 1 << 9, minPiece << (sizes - 1)
	minAllocation, maxAllocation = 1 << 16, 1 << 25
	largeAllocation              = 1 << 21 // the least that a caller is asked for
)

// piece returns an empty piece with room for n bytes.
func (m *memory) piece(n int) []byte {
	m.used.Add(int64(n))
	m.mu.Lock()
	defer m.mu.Unlock()
	if spare := m.spareOf(n); spare != nil && len(*spare) > 0 {
		last := len(*spare) - 1
		p := (*spare)[last]
		*spare = (*spare)[:last]
		return p
	}
	if n > len(m.rest) {
		m.rest = m.take(n)
	}
	p := m.rest[:0:n]
	m.rest = m.rest[n:]
	return p
}

// take allocates n bytes or more.
func (m *memory) take(n int) []byte {
	least := minAllocation
	if m.allocate != nil {
		least = largeAllocation
	}
	m.size = min(max(2*m.size, least), maxAllocation)
	size := max(n, m.size)
	if m.allocate == nil {
		return make([]byte, size)
	}
	return m.allocate(size)
}

// release gives a piece back, which nobody may use any more.
func (m *memory) release(p []byte) {
	m.used.Add(-int64(cap(p)))
	m.mu.Lock()
	defer m.mu.Unlock()
	if spare := m.spareOf(cap(p)); spare != nil {
		*spare = append(*spare, p[:0])
	}
}

// spareOf is where pieces of a size are kept that were given back, nil for other sizes.
func (m *memory) spareOf(size int) *[][]byte {
	if size < minPiece || size > maxPiece || size&(size-1) != 0 {
		return nil
	}
	return &m.spare[bits.TrailingZeros(uint(size/minPiece))]
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
