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

	owed   Item
	billed Item
	was    bool // billed before
	is     bool // still owed
}

// newLine holds what is owed against what was billed; either may be nil.
func newLine(owed, billed *Item) (Line, error) {
	var l Line
	known := owed
	if owed == nil {
		known = billed
	}
	l.Kind, l.Package, l.Dates = known.Kind, known.Package, known.Days
	l.Amount = money.New(0, known.Amount.Currency())
	if owed != nil {
		l.owed, l.is, l.Amount, l.Adjustment = *owed, true, owed.Amount, owed.Settled
	}
	if billed != nil {
		l.billed, l.was, l.Adjustment = *billed, true, true
		var err error
		if l.Amount, err = l.Amount.Sub(billed.Amount); err != nil {
			return Line{}, err
		}
	}
	return l, nil
}

// PeriodDays is the number of days in the whole period the price is for; 0 for a charge.
func (l *Line) PeriodDays() int { return l.known().Share.Of }

// Days is the number of days charged for: of a recurring line those of its part of the
// period, 0 where nothing is owed any more, and 0 for overage and charges.
func (l *Line) Days() int { return l.owed.Share.Days }

// Quantity is the number of units: 1 period, 1 charge, or the credits over the included
// ones, less those billed before.
func (l *Line) Quantity() int64 {
	if l.Kind == Overage {
		return l.owed.over() - l.billed.over()
	}
	return 1
}

// UnitPrice is the price of one unit as a plain decimal: of a whole period, of a credit, of
// the charge.
func (l *Line) UnitPrice() string {
	i := l.known()
	switch l.Kind {
	case Recurring:
		return i.Share.Price.Number()
	case Overage:
		return i.Rate.String()
	}
	return i.Amount.Number()
}

// Explanation is the sentence a customer can check with a pocket calculator, made when it is
// asked for.
func (l *Line) Explanation() string {
	switch {
	case !l.is:
		return "nothing owed, less " + l.billed.Amount.Display() + " billed before"
	case !l.was:
		return l.owed.sentence()
	}
	return l.owed.sentence() + " = " + l.owed.Amount.Display() + ", less " + l.billed.Amount.Display() + " billed before"
}

func (l *Line) known() *Item {
	if l.is {
		return &l.owed
	}
	return &l.billed
}
