package main

import (
	"hash/fnv"
	"strconv"
	"strings"
)

// shard is one of several runs over the same files, each of which bills some of the accounts.
// The zero value bills all of them.
type shard struct{ index, of uint64 }

// maxShards is how many there can be.
const maxShards = 1 << 20

// parseShard reads I/N, such as 0/4: the first of four.
func parseShard(text string) (shard, error) {
	if text == "" {
		return shard{}, nil
	}
	i, n, _ := strings.Cut(text, "/")
	index, errI := strconv.ParseUint(i, 10, 64)
	of, errN := strconv.ParseUint(n, 10, 64)
	if errI != nil || errN != nil || of < 1 || of > maxShards {
		return shard{}, usagef("--shard %q, expected I/N such as 0/4, the first of 4 shards", text)
	}
	if index >= of {
		return shard{}, usagef("--shard %s, expected 0/%d to %d/%d: shards count from 0", text, of, of-1, of)
	}
	return shard{index, of}, nil
}

// has reports whether an account is of the shard: whether the upper 32 bits of the 64-bit
// FNV-1a hash of its name, divided by the number of shards, leave the shard's index. (The lower
// bits depend too much on the lower bits of the letters.) This never changes, so that runs on
// other machines, or by another version, go together.
func (s shard) has(account string) bool {
	if s.of <= 1 {
		return true
	}
	h := fnv.New64a()
	h.Write([]byte(account))
	return h.Sum64()>>32%s.of == s.index
}
