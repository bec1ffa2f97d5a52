package proration

import (
	"strconv"

	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/money"
)

// Explanation is the sentence that says how the amount comes about, to be checked with a pocket calculator and rounded once, at
// the end:
//
//	11 of 31 days × $79.95                            a part by itself
//	$9.95 less 10 of 31 days × $9.95 ($3.21)          the remainder of a period, where it is a cent apart from that
//	11 days × $2.58 a day                             at a rounded daily rate
//	30 days × $2.67 a day, at most $79.95             where the days would come to more than the period
//	11 days × 12/365 of $79.95                        a day as a 365th of twelve months
//	18 of 30 days × $79.95 (the last 16 of 28 days)   where the day count has more days than the calendar, or fewer
//
// A figure in parentheses after a term is that term, rounded. The zero Share has no sentence.
func (s Share) Explanation() string {
	var buf [64]byte
	return string(s.AppendExplanation(buf[:0]))
}

// AppendExplanation appends Explanation to b; it allocates only when b is too small.
func (s Share) AppendExplanation(b []byte) []byte {
	from, to := s.from, s.from+s.Days
	if s.Of == 0 {
		return b
	}
	alone, ok := s.cost(from, to)
	switch {
	case ok && alone == s.Amount.Minor() && !s.isOddRemainder():
		return s.appendSentence(b, from, to)
	case s.rule.roundPart == Unused:
		b = append(s.appendFigure(b, from, s.Of), " less "...)
		return s.appendFigure(b, to, s.Of)
	}
	b = append(s.appendFigure(b, 0, to), " less "...)
	return s.appendFigure(b, 0, from)
}

// isOddRemainder reports a remainder that is better told by what it remains of: nobody counts the last 16 days of February as 18,
// but $79.95 less 12 of 30 days is plain.
func (s *Share) isOddRemainder() bool {
	to := s.from + s.Days
	return s.rule.roundPart == Used && 0 < s.from && s.from < to && to == s.Of && s.recounted(s.from, to)
}

// recounted reports whether the day count has more days from from to to than the calendar, or fewer.
func (s *Share) recounted(from, to int) bool {
	c := s.rule.counting
	num, _ := c.fraction(from, to, s.Of)
	return c != calendar && num != int64(to-from)*c.months()
}

// appendFigure words the price of days from to to, and what it was rounded to.
func (s *Share) appendFigure(b []byte, from, to int) []byte {
	if to-from == s.Of {
		return s.Price.AppendDisplay(b)
	}
	minor, _ := s.cost(from, to)
	b = append(s.appendSentence(b, from, to), " ("...)
	return append(money.New(minor, s.Price.Currency()).AppendDisplay(b), ')')
}

// appendSentence words the price of days from to to by themselves.
func (s *Share) appendSentence(b []byte, from, to int) []byte {
	days := to - from
	if days == 0 || days == s.Of {
		return s.appendPart(b, int64(days), int64(s.Of))
	}
	c := s.rule.counting
	num, den := c.fraction(from, to, s.Of)
	switch {
	case !s.rule.dailyRate.IsExact():
		b = append(appendMixed(b, num, c.months()), " × "...)
		b = append(s.appendDay(b, den), " a day"...)
	case c == yearly:
		b = append(appendMixed(b, num, c.months()), " × 12/365 of "...)
		b = s.Price.AppendDisplay(b)
	default:
		b = s.appendPart(b, num, den)
	}
	if s.recounted(from, to) {
		b = append(s.appendStretch(append(b, " ("...), from, to), ')')
	}
	if !s.rule.dailyRate.IsExact() {
		if _, capped, _ := s.costAtDailyRate(num, den); capped {
			b = s.Price.AppendDisplay(append(b, ", at most "...))
		}
	}
	return b
}

// appendPart words so many days of a period at the price.
func (s *Share) appendPart(b []byte, days, of int64) []byte {
	b = append(digits.Append(b, days), " of "...)
	b = append(digits.Append(b, of), " days × "...)
	return s.Price.AppendDisplay(b)
}

// appendDay prints the rounded price of one day, with all its digits.
func (s *Share) appendDay(b []byte, den int64) []byte {
	daily, _, _, _ := s.dailyRate(den)
	unit := int64(1)
	for range s.rule.dailyRate.digits() {
		unit *= 10
	}
	b = strconv.AppendInt(s.Price.Currency().AppendPrefix(b), daily/unit, 10)
	if unit == 1 {
		return b
	}
	point := len(b)
	b = strconv.AppendInt(b, unit+daily%unit, 10) // a 1 before the decimals, so that none of their zeros is lost
	b[point] = '.'
	return b
}

// appendStretch says which days of the calendar were counted as more, or as fewer.
func (s *Share) appendStretch(b []byte, from, to int) []byte {
	switch {
	case to == s.Of:
		b = append(b, "the last "...)
	case from == 0:
		b = append(b, "the first "...)
	default:
		b = strconv.AppendInt(append(b, "days "...), int64(from+1), 10)
		b = strconv.AppendInt(append(b, " to "...), int64(to), 10)
		return strconv.AppendInt(append(b, " of "...), int64(s.Of), 10)
	}
	if n := to - from; n > 1 {
		b = append(strconv.AppendInt(b, int64(n), 10), ' ')
	}
	b = strconv.AppendInt(append(b, "of "...), int64(s.Of), 10)
	return append(b, " days"...)
}

// appendMixed prints a number of days; only at the end of a year_365 period is it not a whole one.
func appendMixed(b []byte, num, den int64) []byte {
	whole, rest := num/den, num%den
	switch {
	case rest == 0 && whole == 1:
		return append(b, "1 day"...)
	case rest == 0:
		b = strconv.AppendInt(b, whole, 10)
	default:
		if whole != 0 {
			b = append(strconv.AppendInt(b, whole, 10), ' ')
		}
		b = append(strconv.AppendInt(b, rest, 10), '/')
		b = strconv.AppendInt(b, den, 10)
	}
	return append(b, " days"...)
}
