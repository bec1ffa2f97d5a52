package money

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// MulDiv returns a·b/d rounded by r, for nonnegative a and b and positive d. The product has 128 bits, so nothing is lost between
// the two steps. It returns false when the result does not fit an int64, or an argument is outside those ranges or no rounding.
func MulDiv(a, b, d int64, r Rounding) (int64, bool) {
	if a < 0 || b < 0 || d <= 0 || r > Up {
		return 0, false
	}
	q, ok := mulDiv(uint64(a), uint64(b), uint64(d), r)
	return int64(q), ok && q <= math.MaxInt64
}

// mulDiv returns a·b/d rounded by r, and false when that does not fit. d is not zero.
func mulDiv(a, b, d uint64, r Rounding) (uint64, bool) {
	hi, lo := bits.Mul64(a, b)
	if hi >= d {
		return 0, false
	}
	q, rem := bits.Div64(hi, lo, d)
	if rem != 0 && r.away(q&1 == 1, cmp.Compare(rem, d-rem)) {
		q++
		return q, q != 0
	}
	return q, true
}

// MulFrac returns a·num/den rounded once, by r: MulFrac(11, 31, HalfUp) is 11 of 31 days of a price. The product is exact, any of
// the three may be negative, and nothing is allocated. The error wraps ErrFraction when den is zero, ErrRounding, or ErrOverflow.
func (a Amount) MulFrac(num, den int64, r Rounding) (Amount, error) {
	if den == 0 {
		return Amount{}, fmt.Errorf("multiply %q by %d/%d: %w", a, num, den, ErrFraction)
	}
	if r > Up {
		return Amount{}, fmt.Errorf("multiply %q by %d/%d: %w", a, num, den, r.Check())
	}
	u, aNeg := magnitude(a.minor)
	n, numNeg := magnitude(num)
	d, denNeg := magnitude(den)
	u, ok := mulDiv(u, n, d, r)
	minor, fits := signed(u, aNeg != numNeg != denNeg)
	if !ok || !fits {
		return Amount{}, fmt.Errorf("multiply %q by %d/%d: %w", a, num, den, ErrOverflow)
	}
	return Amount{minor, a.cur}, nil
}

// MaxParts is the largest number of parts Split makes: a mistaken argument should be an error, not all the memory there is.
const MaxParts = 1 << 20

// Split returns n parts that sum to a and differ by at most one minor unit, the larger in absolute value first: $1.00 in three is
// $0.34, $0.33, $0.33. The error wraps ErrFraction unless n is from 1 to MaxParts.
func (a Amount) Split(n int) ([]Amount, error) {
	if n <= 0 || n > MaxParts {
		return nil, fmt.Errorf("split %q into %d parts: %w, expected 1 to %d", a, n, ErrFraction, MaxParts)
	}
	each, rest := a.minor/int64(n), a.minor%int64(n)
	parts := make([]Amount, n)
	for i := range parts {
		parts[i] = Amount{each, a.cur}
		switch {
		case int64(i) < rest:
			parts[i].minor++
		case int64(i) < -rest:
			parts[i].minor--
		}
	}
	return parts, nil
}

// SplitBy returns one part for each weight, in proportion to it, that sum to a. Each is cut toward zero, and the units left over
// go one each to the parts that lost the largest fraction, of equals to the earlier (the largest remainder method). A part of
// weight zero is zero. The error wraps ErrFraction when a weight is negative or all are zero, or ErrOverflow when the sum of the
// weights is beyond 64 bits.
func (a Amount) SplitBy(weights []int64) ([]Amount, error) {
	var total uint64
	for _, w := range weights {
		if w < 0 {
			return nil, fmt.Errorf("split %q by weight %d: %w, expected none below zero", a, w, ErrFraction)
		}
		var carry uint64
		if total, carry = bits.Add64(total, uint64(w), 0); carry != 0 {
			return nil, fmt.Errorf("split %q by %d weights: sum of weights: %w", a, len(weights), ErrOverflow)
		}
	}
	if total == 0 {
		return nil, fmt.Errorf("split %q by %d weights: %w, expected one above zero", a, len(weights), ErrFraction)
	}

	u, neg := magnitude(a.minor)
	shares := make([]uint64, len(weights))
	lost := make([]uint64, len(weights)) // what cutting took from each, in units of 1/total
	order := make([]int, len(weights))
	rest := u
	for i, w := range weights {
		hi, lo := bits.Mul64(u, uint64(w))
		shares[i], lost[i] = bits.Div64(hi, lo, total) // hi < total: w ≤ total
		order[i] = i
		rest -= shares[i]
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(lost[j], lost[i]) })
	for _, i := range order[:rest] { // rest·total is the sum of lost, each below total: rest < len(order)
		shares[i]++
	}

	parts := make([]Amount, len(weights))
	for i, share := range shares {
		minor, _ := signed(share, neg) // a share is at most |a|
		parts[i] = Amount{minor, a.cur}
	}
	return parts, nil
}
