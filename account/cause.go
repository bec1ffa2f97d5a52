package account

import (
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// cause is why an invoice is cut on a day other than that a period ends or starts.
type cause struct {
	atEnd bool // it is cut at the end of the day
	own   bool // the day gets an invoice whatever is on it
	kind  invoice.Type
}

// causeOn says what the changes of a day do to its invoice.
func (v *view) causeOn(day cycle.Date) cause {
	var why cause
	var from, to string
	becomesPaid := false
	for i := v.startedBefore(day.AddDays(1)) - 1; i >= 0; i-- {
		p := v.phases[i]
		own := v.terms.policy.BillChanges == invoice.Immediately
		if p.ends == isClosed && p.endDay == day && own {
			why.atEnd, why.own, why.kind = true, true, invoice.Close
		}
		if p.days.Start != day {
			break // those before it ended before the day
		}
		switch p.starts {
		case lifeStarts:
			why.atEnd = true
			continue
		case cycleRestarts:
			becomesPaid = true
		case paidStarts:
		case changes:
			if !own {
				continue
			}
		default:
			continue
		}
		why.atEnd, why.own = true, why.own || own
		if own && p.starts != cycleRestarts {
			if from = v.phases[i-1].pkg; to == "" {
				to = p.pkg
			}
		}
	}
	switch {
	case why.kind == invoice.Close:
	case becomesPaid: // from a price of zero
		why.kind = invoice.Upgrade
	case to != "":
		why.kind = v.direction(from, to, day)
	}
	return why
}

// direction tells an upgrade from a downgrade by the prices of that day's period.
func (v *view) direction(from, to string, day cycle.Date) invoice.Type {
	start := v.period(day).Start
	before, err := v.terms.catalogue.On(from, start).PeriodPrice()
	if err != nil {
		return invoice.Upgrade
	}
	after, err := v.terms.catalogue.On(to, start).PeriodPrice()
	if err == nil && after.Minor() < before.Minor() {
		return invoice.Downgrade
	}
	return invoice.Upgrade
}
