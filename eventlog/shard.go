package eventlog

import (
	"hash/fnv"
)

// Shard says which of several runs, from 0 to shards − 1, bills an account, where each bills a
// part of them: the upper 32 bits of the 64-bit FNV-1a hash of the name, modulo the number of
// shards. (The lower bits depend too much on the lower bits of the letters.) This never
// changes, so that runs on other machines, or by another version, go together. Of one shard or fewer
// it is 0: there is one run, and it bills every account.
func Shard(account string, shards int) int {
	if shards <= 1 {
		return 0
	}
	h := fnv.New64a()
	h.Write([]byte(account))
	return int(h.Sum64() >> 32 % uint64(shards))
}
