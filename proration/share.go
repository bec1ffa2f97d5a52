package proration

import (
	"fmt"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
)

// Share is what a part of a period costs. Its sentence is made when [Share.Explanation] is
// called, so that computing a share allocates nothing. The zero value is a share of nothing.
type Share struct {
	Amount money.Amount // what the part costs
	Price  money.Amount // what the whole period costs
	Days   int          // days in the part
	Of     int          // days in the whole period

	from int // days of the period before the part
	rule Rule
}

// Share returns what part costs when the whole period costs price.
//
// The part lies inside the whole, clamped by the caller; a part of no days costs nothing,
// and an inverted one, or one that leaves the period, is [ErrStretch].
func (r Rule) Share(price money.Amount, whole, part cycle.Period) (Share, error) {
	a, b, n := part.Start.Sub(whole.Start), part.End.Sub(whole.Start), whole.Days()
	if a < 0 || b < a || n < b || n == 0 {
		return Share{}, fmt.Errorf("%w: days %d to %d of %d", ErrStretch, a, b, n)
	}
	if price.Sign() < 0 {
		return Share{}, fmt.Errorf("%w: %s", ErrPrice, price)
	}
	p := r.pricing(price, n)
	minor, ok := p.part(r.RoundPart, a, b)
	if !ok {
		return Share{}, fmt.Errorf("%w: %d of %d days of %s", ErrOverflow, b-a, n, price)
	}
	return Share{Amount: money.New(minor, price.Currency()), Price: price, Days: b - a, Of: n, from: a, rule: r}, nil
}

// Allowance returns the credits of a package's allowance that belong to a part of a
// period: ⌊A·F(b)⌋ − ⌊A·F(a)⌋, so that the parts of a period add up to A.
func (r Rule) Allowance(credits int64, whole, part cycle.Period) (int64, error) {
	a, b, n := part.Start.Sub(whole.Start), part.End.Sub(whole.Start), whole.Days()
	if a < 0 || b < a || n < b || n == 0 || credits < 0 {
		return 0, fmt.Errorf("%w: days %d to %d of %d, %d credits", ErrStretch, a, b, n, credits)
	}
	first := func(d int) int64 {
		num, den := r.DayCount.fraction(d, n)
		c, _ := money.MulDiv(credits, num, den, money.Down) // num ≤ den: it fits
		return c
	}
	return first(b) - first(a), nil
}

// fraction returns F(d) of a period of n days as num/den.
func (c DayCount) fraction(d, n int) (num, den int64) {
	switch c {
	case Thirty:
		num, den = min(int64(d), 30), 30
	case Year365:
		num, den = min(12*int64(d), 365), 365
	default:
		return int64(d), int64(n)
	}
	if d == n {
		return den, den
	}
	return num, den
}

// months is the number of times D, the days a daily rate divides by, goes into the
// denominator of F: D = den/months.
func (c DayCount) months() int64 {
	if c == Year365 {
		return 12
	}
	return 1
}

// pricing is a price prepared for a period: what a fraction num/den of it costs.
type pricing struct {
	minor    int64 // the price in minor units
	n        int
	rule     Rule
	daily    int64 // the rounded price of a day, in units of 10^-digits of the major unit
	up, down int64 // how a product of the daily rate is scaled to minor units: × up / down
	fits     bool  // whether the daily rate does
}

func (r Rule) pricing(price money.Amount, n int) pricing {
	p := pricing{minor: price.Minor(), n: n, rule: r, fits: true}
	if r.DailyRate.rounded {
		p.daily, p.up, p.down, p.fits = r.dailyRate(price, n)
	}
	return p
}

// dailyRate rounds P/D to the rate's digits. The currency may have more digits than the
// rate or fewer; the scales say how to get back to minor units, months included.
func (r Rule) dailyRate(price money.Amount, n int) (daily, up, down int64, ok bool) {
	_, den := r.DayCount.fraction(n, n)
	months := r.DayCount.months()
	up, down = 1, 1
	for i := price.Currency().Digits(); i < int(r.DailyRate.digits); i++ {
		down *= 10
	}
	for i := int(r.DailyRate.digits); i < price.Currency().Digits(); i++ {
		up *= 10
	}
	daily, ok = money.MulDiv(price.Minor(), down*months, up*den, r.DailyRate.mode)
	return daily, up, down * months, ok
}

// cost rounds the price of the fraction num/den, at most the whole price.
func (p *pricing) cost(num, den int64) (int64, bool) {
	if !p.rule.DailyRate.rounded {
		return money.MulDiv(p.minor, num, den, p.rule.Rounding)
	}
	c, ok := money.MulDiv(p.daily, num*p.up, p.down, p.rule.Rounding)
	return min(c, p.minor), ok && p.fits
}

// first is C(d), the price of the period's first d days, for the parts that telescope.
func (p *pricing) first(d int) (int64, bool) {
	switch {
	case d == 0:
		return 0, true
	case d == p.n:
		return p.minor, true
	}
	num, den := p.rule.DayCount.fraction(d, p.n)
	if p.rule.RoundPart == Unused {
		left, ok := p.cost(den-num, den)
		return p.minor - left, ok
	}
	return p.cost(num, den)
}

// part is the price of days a to b.
func (p *pricing) part(round RoundPart, a, b int) (int64, bool) {
	if round == Each {
		if a == 0 && b == p.n {
			return p.minor, true
		}
		return p.alone(a, b)
	}
	ca, okA := p.first(a)
	cb, okB := p.first(b)
	return cb - ca, okA && okB
}

// alone is the price of days a to b rounded by itself.
func (p *pricing) alone(a, b int) (int64, bool) {
	from, den := p.rule.DayCount.fraction(a, p.n)
	to, _ := p.rule.DayCount.fraction(b, p.n)
	return p.cost(to-from, den)
}
