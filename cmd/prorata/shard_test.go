package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// The hash is a promise: outputs of other machines and versions are merged with ours.
func TestShardsAreForever(t *testing.T) {
	for name, want := range map[string][]int{ // of 2, 3, 16
		"":                         {0, 1, 4},
		"harbor-books@example.com": {0, 2, 14},
		"é":                        {1, 0, 7},
	} {
		for i, of := range []int{2, 3, 16} {
			require.True(t, shard{want[i], of}.has(name), "%q of %d", name, of)
		}
	}
}

// Every account is in one shard, and shards are about as large as each other.
func TestShardsAreEven(t *testing.T) {
	for of := 1; of <= 64; of++ {
		sizes := make([]int, of)
		for i := range 100 * of {
			for index := range of {
				if (shard{index, of}).has(fmt.Sprintf("customer-%d@example.com", i)) {
					sizes[index]++
				}
			}
		}
		all := 0
		for _, n := range sizes {
			all += n
			require.InDelta(t, 100, n, 50, "of %d", of)
		}
		require.EqualValues(t, 100*of, all)
	}
}
