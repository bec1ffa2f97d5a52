package workload

import "math/bits"

// random is splitmix64: the same numbers on every machine and in every version of Go.
type random uint64

func (r *random) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	return mix(uint64(*r))
}

// below returns a number from 0 up to and not including n, which is positive.
func (r *random) below(n int64) int64 {
	high, _ := bits.Mul64(r.next(), uint64(n))
	return int64(high)
}

// oneIn is true once in n times.
func (r *random) oneIn(n int64) bool { return r.below(n) == 0 }

// mix is a bijection of 64 bits that looks like chance.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
