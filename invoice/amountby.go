package invoice

import "github.com/prorata-go/prorata/money"

// AmountBy is what would be owed for the line's days, or for its credits over the included ones, by the arithmetic of another policy:
// its day count, daily rate, round_part and rounding. What was billed before is not taken off. Where nothing is owed any more it is
// zero, and a charge is what it is.
func (l *Line) AmountBy(p Policy) (money.Amount, error) {
	switch {
	case l.owed == nil:
		return money.New(0, l.Amount.Currency()), nil
	case l.owed.Nth == refunded:
		return l.owed.Amount, nil
	case l.Kind == Recurring:
		share, err := l.owed.share.By(p.Rule())
		return share.Amount, err
	case l.Kind == Overage:
		return l.owed.Terms.CreditPrice().Times(l.owed.over(), l.Amount.Currency(), p.Rounding)
	}
	return l.owed.Amount, nil
}
