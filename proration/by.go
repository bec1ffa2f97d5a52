package proration

import "github.com/prorata-go/prorata/money"

// By is the share of the same days by another rule, for asking what that rule would have made of them. Where a
// rule with mistakes cuts plays no part: the days have been cut. The errors are those of [Rule.Share].
func (s Share) By(r Rule) (Share, error) {
	if !known(r.DayCount, r.RoundPart, r.Rounding) {
		return Share{}, ruleError(r, s.Price)
	}
	s.rule = arithmetic{r.counting(), r.DailyRate, r.RoundPart, r.Rounding}
	minor, ok := s.owed()
	if !ok {
		return Share{}, overflowError(&s)
	}
	s.Amount = money.New(minor, s.Price.Currency())
	return s, nil
}
