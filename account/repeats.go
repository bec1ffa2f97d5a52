package account

import (
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/source"
)

// removeRepeats drops events that were written down more than once. Repeats say the same of
// the instant and the type too, so they are neighbours; an id that is used again anywhere
// else is used for something else.
func (h *history) removeRepeats() error {
	kept := h.entries[:0]
	for _, e := range h.entries {
		if n := len(kept); n == 0 || kept[n-1].id() != e.id() || !kept[n-1].event().Same(e.event()) {
			kept = append(kept, e)
		}
	}
	h.entries = kept
	if !h.ids.repeat(kept) {
		return nil
	}
	// The error is of the least of the ids, and names the places in order.
	byID := slices.Clone(kept)
	slices.SortStableFunc(byID, func(a, b *entry) int { return strings.Compare(a.id(), b.id()) })
	i := 1
	for byID[i-1].id() != byID[i].id() {
		i++
	}
	a, b := byID[i-1].event(), byID[i].event()
	return source.At(b.Place, &ConflictError{ID: b.ID, First: a.Place, Second: b.Place})
}

// idSet is a hash table that is used again and again.
type idSet struct {
	seed  maphash.Seed
	slots []int32 // 1 + the index of an entry, or 0; at most half of them are used
}

// repeat reports whether any two entries have one id.
func (s *idSet) repeat(entries []*entry) bool {
	if s.slots == nil {
		s.seed = maphash.MakeSeed()
	}
	size := 1 << bits.Len(uint(2*len(entries)))
	s.slots = slices.Grow(s.slots[:0], size)[:size]
	clear(s.slots)
	for i := range entries {
		id := entries[i].id()
		at := maphash.String(s.seed, id) % uint64(size)
		for s.slots[at] != 0 {
			if entries[s.slots[at]-1].id() == id {
				return true
			}
			at = (at + 1) % uint64(size)
		}
		s.slots[at] = int32(i + 1)
	}
	return false
}
