package money

import (
	"fmt"
	"strconv"
)

// Rounding says what becomes of the part of a number below the minor unit. All modes are symmetric about zero. The zero value is
// HalfUp. Nothing is rounded by a value without a name, as a program may make one: see Check.
type Rounding uint8

const (
	HalfUp   Rounding = iota // to the nearest, ties away from zero: 0.5 → 1, −0.5 → −1
	HalfEven                 // to the nearest, ties to the even neighbour: 0.5 → 0, 1.5 → 2
	Down                     // toward zero: 0.9 → 0, −0.9 → 0
	Up                       // away from zero: 0.1 → 1, −0.1 → −1
)

// ParseRounding reads what String writes: half_up, half_even, down or up.
func ParseRounding(s string) (Rounding, error) {
	for r := HalfUp; r <= Up; r++ {
		if s == r.String() {
			return r, nil
		}
	}
	return 0, fmt.Errorf("parse rounding %s: %w, expected half_up, half_even, down or up", quote(s), ErrSyntax)
}

// String returns the mode's name: "half_up", "half_even", "down" or "up".
func (r Rounding) String() string {
	switch r {
	case HalfUp:
		return "half_up"
	case HalfEven:
		return "half_even"
	case Down:
		return "down"
	case Up:
		return "up"
	}
	return "Rounding(" + strconv.Itoa(int(r)) + ")"
}

// Check returns an error that wraps ErrRounding for a value without a name.
func (r Rounding) Check() error {
	if r > Up {
		return fmt.Errorf("%w: %s, expected half_up, half_even, down or up", ErrRounding, r)
	}
	return nil
}

// AppendText appends String to b. The error is that of Check: such a value could not be read back.
func (r Rounding) AppendText(b []byte) ([]byte, error) {
	if err := r.Check(); err != nil {
		return b, err
	}
	return append(b, r.String()...), nil
}

// MarshalText returns what AppendText appends.
func (r Rounding) MarshalText() ([]byte, error) { return r.AppendText(nil) }

// UnmarshalText is ParseRounding. When it fails r is unchanged.
func (r *Rounding) UnmarshalText(text []byte) error {
	v, err := ParseRounding(string(text))
	if err != nil {
		return err
	}
	*r = v
	return nil
}

// away reports whether a quotient that was cut toward zero moves one unit away from it. odd is whether the quotient is odd; half
// compares what was cut off, which is not zero, with one half.
func (r Rounding) away(odd bool, half int) bool {
	switch r {
	case Down:
		return false
	case Up:
		return true
	case HalfEven:
		return half > 0 || half == 0 && odd
	}
	return half >= 0
}
