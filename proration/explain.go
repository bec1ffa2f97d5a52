package proration

import (
	"fmt"
	"strings"

	"github.com/prorata-go/prorata/money"
)

// Explanation is the sentence that says how the amount comes about, to be checked with a
// pocket calculator:
//
//	11 of 31 days × $79.95
//
// Where rounding gave the part the remainder of the period, it says what was taken from
// what: "$9.95 less 10 of 31 days × $9.95 ($3.21)".
func (s Share) Explanation() string {
	if s.Of == 0 {
		return ""
	}
	p := s.rule.pricing(s.Price, s.Of)
	a, b := s.from, s.from+s.Days
	if s.Days == s.Of {
		return fmt.Sprintf("%d of %d days × %s", s.Of, s.Of, s.Price.Display())
	}
	if c, ok := p.alone(a, b); ok && c == s.Amount.Minor() {
		return s.sentence(&p, a, b)
	}
	// The part is a difference of two rounded figures: of what the days before its end and
	// before its start cost, or of what the days after its start and after its end cost.
	if s.rule.RoundPart == Unused {
		return s.less(&p, a, s.Of, b, s.Of)
	}
	return s.less(&p, 0, b, 0, a)
}

// less words the price of days a to b less that of days c to d.
func (s Share) less(p *pricing, a, b, c, d int) string {
	first := s.Price.Display()
	if b-a != s.Of {
		first = s.rounded(p, a, b)
	}
	if c == d {
		return first
	}
	return first + " less " + s.rounded(p, c, d)
}

// rounded words the price of days a to b and gives the figure it was rounded to.
func (s Share) rounded(p *pricing, a, b int) string {
	cost, _ := p.alone(a, b)
	return fmt.Sprintf("%s (%s)", s.sentence(p, a, b), money.New(cost, s.Price.Currency()).Display())
}

// sentence words the price of days a to b, rounded by themselves.
func (s Share) sentence(p *pricing, a, b int) string {
	from, den := s.rule.DayCount.fraction(a, s.Of)
	to, _ := s.rule.DayCount.fraction(b, s.Of)
	part := to - from
	days := number(part, s.rule.DayCount.months())
	if s.rule.DailyRate.rounded {
		sentence := fmt.Sprintf("%s × %s a day", plural(days), s.dailyRate(p))
		if p.rule.capped(p, part) {
			sentence += ", at most " + s.Price.Display()
		}
		return sentence
	}
	if s.rule.DayCount == Year365 {
		return fmt.Sprintf("%s × 12/365 of %s", plural(days), s.Price.Display())
	}
	return fmt.Sprintf("%s of %d days × %s", days, den, s.Price.Display())
}

// capped reports that the daily rate times the days came to more than the price.
func (r Rule) capped(p *pricing, part int64) bool {
	c, ok := money.MulDiv(p.daily, part*p.up, p.down, r.Rounding)
	return !ok || c > p.minor
}

// dailyRate prints the rounded price of one day with all its digits.
func (s Share) dailyRate(p *pricing) string {
	digits := int(s.rule.DailyRate.digits)
	text := fmt.Sprintf("%0*d", digits+1, p.daily)
	if digits > 0 {
		text = text[:len(text)-digits] + "." + text[len(text)-digits:]
	}
	if symbol := s.Price.Currency().Symbol(); symbol != "" {
		return symbol + text
	}
	return s.Price.Currency().String() + " " + text
}

// number prints a count of days; only the end of a year_365 period is not a whole one.
func number(part, months int64) string {
	whole, rest := part/months, part%months
	if rest == 0 {
		return fmt.Sprint(whole)
	}
	return strings.TrimPrefix(fmt.Sprintf("%d %d/%d", whole, rest, months), "0 ")
}

func plural(days string) string {
	if days == "1" {
		return "1 day"
	}
	return days + " days"
}
