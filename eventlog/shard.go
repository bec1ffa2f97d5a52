package eventlog

// Shard says which of several runs, from 0 to shards − 1, bills an account, where each bills a
// part of them: the upper 32 bits of the 64-bit FNV-1a hash of the name, modulo the number of
// shards. (The lower bits depend too much on the lower bits of the letters.) This never
// changes, so that runs on other machines, or by another version, go together. Of one shard or fewer
// it is 0: there is one run, and it bills every account.
func Shard(account string, shards int) int { return shardOf(account, shards) }

func shardOf[S string | []byte](account S, shards int) int {
	if shards <= 1 {
		return 0
	}
	hash := uint64(0xcbf29ce484222325)
	for i := range len(account) {
		hash = (hash ^ uint64(account[i])) * 0x100000001b3
	}
	return int(hash >> 32 % uint64(shards))
}
