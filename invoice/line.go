package invoice

import (
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
)

// Line is one line of an invoice: what is owed for one thing, less what invoices before it
// have billed for the same thing. The zero value is a line of nothing.
type Line struct {
	Kind       Kind
	Adjustment bool         // corrects or adds to what an earlier invoice had settled
	Dates      cycle.Period // the days it is about
	Package    string       // of recurring and overage lines
	Amount     money.Amount // owed − billed

	owed   *Item // nil when nothing is owed any more
	billed *Item // nil when nothing was billed before
	read   *readLine
}

// set sets all that follows from what is owed and what was billed; one of them may be nil.
func (l *Line) set() (err error) {
	i := l.item()
	l.Kind, l.Dates, l.Amount, l.Adjustment = i.Kind, i.Days, i.Amount, i.Settled
	if i.Kind != Charge {
		l.Package = i.Key.Of
	}
	if l.billed == nil {
		return nil
	}
	if l.owed == nil {
		l.Amount = money.New(0, i.Amount.Currency())
	}
	l.Adjustment = true
	l.Amount, err = l.Amount.Sub(l.billed.Amount)
	return err
}

// item is what the line is about: as owed now, or as billed when it is owed no more.
func (l *Line) item() *Item {
	switch {
	case l.owed != nil:
		return l.owed
	case l.billed != nil:
		return l.billed
	case l.read != nil:
		return &l.read.item
	}
	return &Item{Key: Key{Kind: l.Kind}}
}

// Key says what the line is for. Lines of one account's invoices with one key follow each other: each is what is owed, less what
// the one before it owed.
func (l *Line) Key() Key { return l.item().Key }

// Period is the first day of the billing period that the line settles.
func (l *Line) Period() cycle.Date { return l.item().billingPeriod() }

// Phase tells the phases of one package in one period apart, from 0; -1 is a line about what
// was refunded of them all. It is 0 for charges.
func (l *Line) Phase() int { return int(l.item().Nth) }

// Event is the id of the event of a charge, and empty for other lines.
func (l *Line) Event() string {
	if l.Kind != Charge {
		return ""
	}
	return l.item().Key.Of
}

// Credits is the number of credits used that the line counts, less those counted before; 0 for
// other lines than overage.
func (l *Line) Credits() int64 {
	if l.read != nil {
		return l.read.credits
	}
	var credits int64
	if l.owed != nil {
		credits = l.owed.Credits
	}
	if l.billed != nil {
		credits -= l.billed.Credits
	}
	return credits
}

// PeriodDays is the number of days in the whole period the price is for; 0 for overage and charges.
func (l *Line) PeriodDays() int {
	if l.read != nil {
		return l.read.periodDays
	}
	if l.Kind != Recurring {
		return 0
	}
	return l.item().share.Of
}

// Days is the number of days charged for: of a recurring line those of its part of the
// period, 0 where nothing is owed any more, and 0 for overage and charges.
func (l *Line) Days() int {
	if l.read != nil {
		return l.read.days
	}
	if l.Kind != Recurring || l.owed == nil || l.owed.Nth == refunded {
		return 0
	}
	return l.owed.share.Days
}

// Quantity is the number of units: 1 period, 1 charge, or the credits over the included
// ones, less those billed before.
func (l *Line) Quantity() int64 {
	if l.read != nil {
		return l.read.quantity
	}
	if l.Kind != Overage {
		return 1
	}
	var credits int64
	if l.owed != nil {
		credits = l.owed.over()
	}
	if l.billed != nil {
		credits -= l.billed.over()
	}
	return credits
}

// UnitPrice is the price of one unit as a plain decimal: of a whole period, of a credit, of
// the charge.
func (l *Line) UnitPrice() string { return string(l.AppendUnitPrice(make([]byte, 0, 24))) }

// AppendUnitPrice appends UnitPrice to b; for any but a very long price of a credit it
// allocates only when b is too small.
func (l *Line) AppendUnitPrice(b []byte) []byte {
	if l.read != nil {
		return append(b, l.read.unitPrice...)
	}
	i := l.item()
	switch {
	case i.Nth == refunded || i.Terms == nil:
		return i.Amount.AppendNumber(b)
	case l.Kind == Recurring:
		return i.share.Price.AppendNumber(b)
	case l.Kind == Overage:
		return i.Terms.CreditPrice().AppendNumber(b)
	}
	return i.Amount.AppendNumber(b)
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
	case l.read != nil:
		return append(b, l.read.explanation...)
	case l.owed == nil && l.billed == nil:
		return b
	case l.owed != nil && l.owed.Nth == refunded:
		return l.owed.appendSentence(b, 0)
	case l.owed == nil && l.Kind == Overage && l.billed.Nth != refunded:
		b = appendBefore(append(b, "no credits used"...), l.billed.Credits)
	case l.owed == nil:
		b = append(b, "nothing owed"...)
	case l.billed == nil:
		return l.owed.appendSentence(b, 0)
	default:
		b = l.owed.appendSentence(b, l.billed.Credits)
	}
	if l.billed.Amount.IsZero() { // credits within an allowance, or what was given back: there is nothing to take off
		return b
	}
	if l.owed != nil {
		b = l.owed.Amount.AppendDisplay(append(b, " = "...))
	}
	b = l.billed.Amount.AppendDisplay(append(b, ", less "...))
	return append(b, " billed before"...)
}
