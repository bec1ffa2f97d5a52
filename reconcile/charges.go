package reconcile

import (
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// charge is what one line of ours bills: an amount of a kind for days of service, and the billing period that it settles, wherever
// its invoice stands.
type charge struct {
	kind       Kind
	days       cycle.Period
	period     cycle.Date // first day of the billing period
	periodDays int        // days of the whole period; 0 where the line does not say
	amount     int64
	adjustment bool
	date       cycle.Date // of its invoice
	line       *invoice.Line
}

func chargeOf(inv *invoice.Invoice, l *invoice.Line) charge {
	return charge{kind: kindOf(l.Kind), days: l.Dates, period: l.Period(), periodDays: l.PeriodDays(), amount: l.Amount.Minor(),
		adjustment: l.Adjustment, date: inv.Date, line: l}
}

// setUsage says which days the overage and the additional charges of a row of theirs are about. What is used is billed after the
// fact, so that a row dated on or before its first day bills what was used in the period before.
func (r *Row) setUsage(p *periods) {
	r.usage = r.stretch
	if !r.inAdvance() {
		return
	}
	end := p.of(r.stretch.Start)
	if end.Before(r.Date) {
		end = r.stretch.Start
	}
	r.usage = cycle.Period{Start: p.of(end.AddDays(-1)), End: end}
}

// charged is how many lines of ours come to something.
func (r *Row) charged() (n int) {
	for i := range r.charges {
		if r.charges[i].amount != 0 {
			n++
		}
	}
	return n
}

// inAdvance reports that a row of theirs is dated on or before its first day, or the first day of what it is a part of.
func (r *Row) inAdvance() bool { return !r.Date.After(r.Period.Start) }
