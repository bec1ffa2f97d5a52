package invoice

import (
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
)

// Line is one line of an invoice: what is owed for one thing, less what invoices before it
// have billed for the same thing.
type Line struct {
	Kind       Kind
	Package    string
	Dates      cycle.Period // the days it is about
	Amount     money.Amount // owed − billed
	Adjustment bool         // corrects or adds to what an earlier invoice had settled

	item   Item         // as owed now, or as billed when it is owed no more
	before money.Amount // billed before
	over   int64        // credits over the included ones that were billed before
	was    bool         // billed before
	is     bool         // still owed
}

// newLine holds what is owed against what was billed; either may be nil.
func newLine(owed, billed *Item) (l Line, err error) {
	if owed != nil {
		l = Line{Amount: owed.Amount, Adjustment: owed.Settled, item: *owed, is: true}
	} else {
		l = Line{Amount: money.New(0, billed.Amount.Currency()), item: *billed}
	}
	if billed != nil {
		l.was, l.Adjustment, l.before, l.over = true, true, billed.Amount, billed.over()
		if l.Amount, err = l.Amount.Sub(billed.Amount); err != nil {
			return Line{}, err
		}
	}
	l.Kind, l.Package, l.Dates = l.item.Kind, l.item.Package, l.item.Days
	return l, nil
}

// PeriodDays is the number of days in the whole period the price is for; 0 for overage and charges.
func (l *Line) PeriodDays() int { return l.item.Share.Of }

// Days is the number of days charged for: of a recurring line those of its part of the
// period, 0 where nothing is owed any more, and 0 for overage and charges.
func (l *Line) Days() int {
	if !l.is {
		return 0
	}
	return l.item.Share.Days
}

// Quantity is the number of units: 1 period, 1 charge, or the credits over the included
// ones, less those billed before.
func (l *Line) Quantity() int64 {
	switch {
	case l.Kind != Overage:
		return 1
	case !l.is:
		return -l.over
	}
	return l.item.over() - l.over
}

// UnitPrice is the price of one unit as a plain decimal: of a whole period, of a credit, of
// the charge.
func (l *Line) UnitPrice() string { return string(l.AppendUnitPrice(make([]byte, 0, 24))) }

// AppendUnitPrice appends UnitPrice to b; for any but a very long price of a credit it
// allocates only when b is too small.
func (l *Line) AppendUnitPrice(b []byte) []byte {
	switch l.Kind {
	case Recurring:
		return l.item.Share.Price.AppendNumber(b)
	case Overage:
		return l.item.Terms.Overage.AppendNumber(b)
	}
	return l.item.Amount.AppendNumber(b)
}

// Explanation is the sentence a customer can check with a pocket calculator, made when it is
// asked for.
func (l *Line) Explanation() string {
	var buf [128]byte
	return string(l.AppendExplanation(buf[:0]))
}

// AppendExplanation appends Explanation to b, and allocates as AppendUnitPrice does.
func (l *Line) AppendExplanation(b []byte) []byte {
	switch {
	case !l.is:
		b = append(b, "nothing owed"...)
	case !l.was:
		return l.item.appendSentence(b)
	default:
		b = append(l.item.appendSentence(b), " = "...)
		b = l.item.Amount.AppendDisplay(b)
	}
	b = l.before.AppendDisplay(append(b, ", less "...))
	return append(b, " billed before"...)
}
