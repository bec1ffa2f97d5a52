package main

import (
	"strconv"
	"strings"

	"github.com/prorata-go/prorata/eventlog"
)

// shard is one of several runs over the same files, each of which bills some of the accounts.
// The zero value bills all of them.
type shard struct{ index, of int }

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
	return shard{int(index), int(of)}, nil
}

// has reports whether an account is of the shard, see [eventlog.Shard].
func (s shard) has(name string) bool {
	return s.of <= 1 || eventlog.Shard(name, s.of) == s.index
}
