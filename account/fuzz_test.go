package account_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzBill makes a history of the bytes: billing it never panics, every invoice adds up, and the
// oracle agrees.
func FuzzBill(f *testing.F) {
	f.Add([]byte{})
	for n := range uint64(20) {
		random := rand.New(rand.NewPCG(n, n))
		data := make([]byte, 50+50*n)
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		h := randomHistory(picksOf(data))
		for _, inv := range h.bill(t, h.Through().String()) {
			requireAddsUp(t, &inv)
		}
		require.Empty(t, disagreement(h), "%s", h)
	})
}

// picksOf picks by bytes, and the first of everything when they are used up.
func picksOf(data []byte) picker {
	return func(n int) int {
		x := 0
		for size := 1; size < n && len(data) > 0; size *= 256 {
			x, data = x*256+int(data[0]), data[1:]
		}
		return x % n
	}
}
