package invoice

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What was taken stays as it is, whatever is put into the room after it, and appending to it
// reaches no neighbour.
func TestSlab(t *testing.T) {
	var s slab[int]
	var taken [][]int
	for n := range 40 {
		for _, take := range []bool{false, true} {
			piece := s.room(n)
			for range n {
				piece = append(piece, n)
			}
			if take {
				taken = append(taken, s.take(piece))
			}
		}
	}
	for n, piece := range taken {
		_ = append(piece, -1)
		require.Len(t, piece, n)
	}
	for n, piece := range taken {
		for _, v := range piece {
			require.Equal(t, n, v)
		}
	}
}
