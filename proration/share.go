package proration

import (
	"fmt"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
)

// Share is what a part of a period costs. Its sentence is made when [Share.Explanation] is called, so that computing a share
// allocates nothing. The zero value is a share of nothing.
type Share struct {
	Amount money.Amount // what the part costs, from zero to Price
	Price  money.Amount // what the whole period costs
	Days   int          // days in the part
	Of     int          // days in the whole period

	from int // days of the period before the part
	rule arithmetic
}

// arithmetic is a rule that has been checked, as shares are computed by.
type arithmetic struct {
	counting  counting
	dailyRate DailyRate
	roundPart RoundPart
	rounding  money.Rounding
}

// Share returns what part costs when the whole period costs price.
//
// The part lies inside the whole, clamped by the caller; a part of no days costs nothing. An inverted part, or one that leaves
// the whole, is [ErrStretch], a price below zero [ErrPrice], a daily rate beyond 64 bits [ErrOverflow], and a rule that [Rule.Check]
// refuses [ErrRule].
func (r Rule) Share(price money.Amount, whole, part cycle.Period) (s Share, err error) {
	from, to, of := part.Start.Sub(whole.Start), part.End.Sub(whole.Start), whole.Days()
	if from < 0 || to < from || of < to || of == 0 {
		return s, stretchError("share", whole, part)
	}
	if price.Minor() < 0 {
		return s, fmt.Errorf("share of %s: %w", price, ErrPrice)
	}
	if !known(r.DayCount, r.RoundPart, r.Rounding) {
		return s, ruleError(r, price)
	}
	count := counting(r.DayCount)
	if r.mistakes != 0 {
		from, to = r.mistakes.cut().Days(from, to, of)
		count = r.counting()
	}
	// Set one by one, in the result itself: a literal is made elsewhere and copied, which took longer than the arithmetic.
	s.Price, s.Days, s.Of, s.from = price, to-from, of, from
	s.rule.counting, s.rule.dailyRate, s.rule.roundPart, s.rule.rounding = count, r.DailyRate, r.RoundPart, r.Rounding
	minor, ok := s.owed()
	if !ok {
		return Share{}, overflowError(&s)
	}
	s.Amount = money.New(minor, price.Currency())
	return s, nil
}

// Allowance returns the credits of a package's allowance A that belong to a part of a period: ⌊A·F(b)⌋ − ⌊A·F(a)⌋, so that the
// parts of a period add up to A. Only the rule's DayCount matters. The errors are those of [Rule.Share].
func (r Rule) Allowance(credits int64, whole, part cycle.Period) (int64, error) {
	from, to, of := part.Start.Sub(whole.Start), part.End.Sub(whole.Start), whole.Days()
	if from < 0 || to < from || of < to || of == 0 {
		return 0, stretchError("allowance", whole, part)
	}
	if r.DayCount > Year365 {
		return 0, fmt.Errorf("allowance: %w", Rule{DayCount: r.DayCount}.Check())
	}
	if credits < 0 {
		return 0, fmt.Errorf("allowance of %d credits: %w", credits, ErrPrice)
	}
	c := counting(r.DayCount)
	if r.mistakes != 0 {
		c = r.counting()
	}
	first := func(d int) int64 {
		num, den := c.fraction(0, d, of)
		n, _ := money.MulDiv(credits, num, den, money.Down) // num ≤ den: it fits
		return n
	}
	return first(to) - first(from), nil
}

func ruleError(r Rule, price money.Amount) error {
	return fmt.Errorf("share of %s: %w", price, r.Check())
}

func overflowError(s *Share) error {
	return fmt.Errorf("share of %s, %d of %d days at daily_rate %s: %w", s.Price, s.Days, s.Of, s.rule.dailyRate, ErrOverflow)
}

func stretchError(of string, whole, part cycle.Period) error {
	return fmt.Errorf("%s of %s to %s in %s to %s: %w", of, part.Start, part.End, whole.Start, whole.End, ErrStretch)
}

// owed is the price of the part in minor units: one figure, or the difference of the two that the rule rounds.
func (s *Share) owed() (int64, bool) {
	from, to, of := s.from, s.from+s.Days, s.Of
	switch {
	case from == to:
		return 0, true
	case s.rule.roundPart == Used && from > 0: // what is used at its end, less what was at its start
		return s.difference(0, to, 0, from)
	case s.rule.roundPart == Unused && to < of: // what was left at its start, less what is left at its end
		return s.difference(from, of, to, of)
	}
	return s.cost(from, to)
}

// difference is the rounded price of days a to b less that of days c to d.
func (s *Share) difference(a, b, c, d int) (int64, bool) {
	x, okX := s.cost(a, b)
	y, okY := s.cost(c, d)
	return x - y, okX && okY
}

// cost is the price of days from to to by themselves, rounded: nothing for no days, and the whole price for the whole period,
// whatever the rule.
func (s *Share) cost(from, to int) (int64, bool) {
	switch to - from {
	case 0:
		return 0, true
	case s.Of:
		return s.Price.Minor(), true
	}
	num, den := s.rule.counting.fraction(from, to, s.Of)
	if !s.rule.dailyRate.IsExact() {
		minor, _, ok := s.costAtDailyRate(num, den)
		return minor, ok
	}
	return money.MulDiv(s.Price.Minor(), num, den, s.rule.rounding)
}

// costAtDailyRate is the price of the fraction num/den at the rounded price of a day, capped at the whole price. What it would be
// without the cap may be more than fits.
func (s *Share) costAtDailyRate(num, den int64) (minor int64, capped, ok bool) {
	daily, up, down, ok := s.dailyRate(den)
	if !ok {
		return 0, false, false
	}
	minor, fits := money.MulDiv(daily, num*up, down*s.rule.counting.months(), s.rule.rounding)
	if !fits || minor > s.Price.Minor() {
		return s.Price.Minor(), true, true
	}
	return minor, false, true
}

// dailyRate rounds the price of a day, P/D, to the rate's digits, and says how to get from its units to minor ones: × up / down,
// since the currency may have more digits than the rate or fewer.
func (s *Share) dailyRate(den int64) (daily, up, down int64, ok bool) {
	digits := s.rule.dailyRate.digits()
	up, down = 1, 1
	for i := s.Price.Currency().Digits(); i < digits; i++ {
		down *= 10
	}
	for i := digits; i < s.Price.Currency().Digits(); i++ {
		up *= 10
	}
	daily, ok = money.MulDiv(s.Price.Minor(), down*s.rule.counting.months(), up*den, s.rule.dailyRate.mode())
	return daily, up, down, ok
}

// fraction returns F(to) − F(from) of a period of n days, as num/den.
func (c counting) fraction(from, to, n int) (num, den int64) {
	if c == calendar {
		return int64(to - from), int64(n)
	}
	return c.counted(to, n) - c.counted(from, n), c.den()
}

// counted is F(d) as a numerator over den, for the day counts that do not follow the calendar.
func (c counting) counted(d, n int) int64 {
	if d == n {
		return c.den()
	}
	return min(int64(d)*c.months(), c.den())
}

func (c counting) den() int64 {
	switch c {
	case yearly:
		return 365
	case thirty:
		return 30
	}
	return int64(c)
}

// months is how often D, the days that a daily rate divides by, goes into the denominator of F: D is n, 30 or 365/12.
func (c counting) months() int64 {
	if c == yearly {
		return 12
	}
	return 1
}
