package proration

import (
	"fmt"
	"strconv"
	"strings"

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
	from, to := s.from, s.from+s.Days
	if s.Of == 0 {
		return ""
	}
	alone, ok := s.cost(from, to)
	switch {
	case ok && alone == s.Amount.Minor() && !s.isOddRemainder():
		return s.sentence(from, to)
	case s.rule.RoundPart == Unused:
		return s.figure(from, s.Of) + " less " + s.figure(to, s.Of)
	}
	return s.figure(0, to) + " less " + s.figure(0, from)
}

// isOddRemainder reports a remainder that is better told by what it remains of: nobody counts the last 16 days of February as 18,
// but $79.95 less 12 of 30 days is plain.
func (s *Share) isOddRemainder() bool {
	to := s.from + s.Days
	return s.rule.RoundPart == Used && 0 < s.from && s.from < to && to == s.Of && s.recounted(s.from, to)
}

// recounted reports whether the day count has more days from from to to than the calendar, or fewer.
func (s *Share) recounted(from, to int) bool {
	c := s.rule.DayCount
	num, _ := c.fraction(from, to, s.Of)
	return c != Actual && num != int64(to-from)*c.months()
}

// figure words the price of days from to to, and what it was rounded to.
func (s *Share) figure(from, to int) string {
	if to-from == s.Of {
		return s.Price.Display()
	}
	minor, _ := s.cost(from, to)
	return fmt.Sprintf("%s (%s)", s.sentence(from, to), money.New(minor, s.Price.Currency()).Display())
}

// sentence words the price of days from to to by themselves.
func (s *Share) sentence(from, to int) string {
	days, price := to-from, s.Price.Display()
	if days == 0 || days == s.Of {
		return fmt.Sprintf("%d of %d days × %s", days, s.Of, price)
	}
	c := s.rule.DayCount
	num, den := c.fraction(from, to, s.Of)
	var b strings.Builder
	switch {
	case !s.rule.DailyRate.IsExact():
		fmt.Fprintf(&b, "%s × %s a day", mixed(num, c.months()), s.day(den))
	case c == Year365:
		fmt.Fprintf(&b, "%s × 12/365 of %s", mixed(num, c.months()), price)
	default:
		fmt.Fprintf(&b, "%d of %d days × %s", num, den, price)
	}
	if s.recounted(from, to) {
		fmt.Fprintf(&b, " (%s)", s.stretch(from, to))
	}
	if !s.rule.DailyRate.IsExact() {
		if _, capped, _ := s.costAtDailyRate(num, den); capped {
			fmt.Fprintf(&b, ", at most %s", price)
		}
	}
	return b.String()
}

// day prints the rounded price of one day, with all its digits.
func (s *Share) day(den int64) string {
	daily, _, _, _ := s.dailyRate(den)
	digits := s.rule.DailyRate.digits()
	text := fmt.Sprintf("%0*d", digits+1, daily)
	if digits > 0 {
		text = text[:len(text)-digits] + "." + text[len(text)-digits:]
	}
	zero := money.New(0, s.Price.Currency())
	return strings.TrimSuffix(zero.Display(), zero.Number()) + text
}

// stretch says which days of the calendar were counted as more, or as fewer.
func (s *Share) stretch(from, to int) string {
	days := ""
	if n := to - from; n > 1 {
		days = strconv.Itoa(n) + " "
	}
	switch {
	case to == s.Of:
		return fmt.Sprintf("the last %sof %d days", days, s.Of)
	case from == 0:
		return fmt.Sprintf("the first %sof %d days", days, s.Of)
	}
	return fmt.Sprintf("days %d to %d of %d", from+1, to, s.Of)
}

// mixed prints a number of days; only at the end of a year_365 period is it not a whole one.
func mixed(num, den int64) string {
	whole, rest := num/den, num%den
	switch {
	case rest != 0 && whole == 0:
		return fmt.Sprintf("%d/%d days", rest, den)
	case rest != 0:
		return fmt.Sprintf("%d %d/%d days", whole, rest, den)
	case whole == 1:
		return "1 day"
	}
	return strconv.FormatInt(whole, 10) + " days"
}
