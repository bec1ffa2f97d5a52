package reconcile

import (
	"fmt"
	"slices"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// implied says what the recurring figure of a row that stays unexplained would follow from:
// the number of days, the price, or the day of a close, each where exactly one prints it.
func (r *reconciler) implied(s *search) []string {
	found := func(f Finding) bool { return f.fixes[recurring] && !f.Possible() }
	if s.row.ours == nil || s.row.theirs == nil || s.differs&onRecurring == 0 || slices.ContainsFunc(s.findings, found) {
		return nil
	}
	var list []string
	theirs := s.row.theirs.Recurring
	if line := wholeOf(s.row); line != nil {
		if days, ok := r.impliedDays(line, theirs); ok {
			list = append(list, fmt.Sprintf("%s would be %d of %d days at the price of %s", theirs.Number(), days, line.PeriodDays(), line.UnitPrice()))
		}
		if price, ok := r.impliedPrice(line, theirs); ok {
			text := fmt.Sprintf("%s would be %d of %d days at a price of %s", theirs.Number(), line.Days(), line.PeriodDays(), price.Number())
			if line.Days() == line.PeriodDays() {
				text = theirs.Number() + " would be the price of a whole period"
			}
			list = append(list, text)
		}
	}
	if day, ok := s.impliedClose(); ok {
		list = append(list, fmt.Sprintf("%s would be billed if the account had closed on %s", theirs.Number(), day))
	}
	return list
}

// share is what the first days of a line's period cost at a price.
func (r *reconciler) share(line *invoice.Line, price money.Amount, days int) (money.Amount, bool) {
	whole := cycle.Period{Start: line.Dates.Start, End: line.Dates.Start.AddDays(line.PeriodDays())}
	share, err := r.in.Policy.Rule().Share(price, whole, cycle.Period{Start: whole.Start, End: whole.Start.AddDays(days)})
	return share.Amount, err == nil
}

func (r *reconciler) impliedDays(line *invoice.Line, theirs money.Amount) (int, bool) {
	price, err := money.ParseIn(line.UnitPrice(), r.currency)
	if err != nil {
		return 0, false
	}
	found, n := 0, 0
	for days := range line.PeriodDays() + 1 {
		if a, ok := r.share(line, price, days); ok && a == theirs {
			found, n = days, n+1
		}
	}
	return found, n == 1 && found != line.Days()
}

// impliedPrice looks for the price by halving: a share never falls when the price rises.
func (r *reconciler) impliedPrice(line *invoice.Line, theirs money.Amount) (money.Amount, bool) {
	if theirs.Sign() <= 0 || line.Days() == 0 || theirs.Minor() > 1<<40 {
		return money.Amount{}, false
	}
	at := func(minor int64) int64 {
		a, ok := r.share(line, money.New(minor, r.currency), line.Days())
		if !ok {
			return -1
		}
		return a.Minor()
	}
	low, high := int64(0), theirs.Minor()*int64(line.PeriodDays()+1)*2
	for low < high {
		if mid := low + (high-low)/2; at(mid) < theirs.Minor() {
			low = mid + 1
		} else {
			high = mid
		}
	}
	unique := at(low) == theirs.Minor() && at(low+1) != theirs.Minor()
	return money.New(low, r.currency), unique
}

// impliedClose tries a close on every day of the row's period.
func (s *search) impliedClose() (cycle.Date, bool) {
	var found []cycle.Date
	period := s.row.ours.period
	known := s.world.near(period, s.through, false)
	for day := period.Start.AddDays(1); day.Before(period.End) && len(found) < 2; day = day.AddDays(1) {
		w := closing(day, 0)(known)
		if inv := s.pick(w.bill(s.through)); inv != nil && ofInvoice(inv).Recurring == s.row.theirs.Recurring {
			found = append(found, day)
		}
	}
	return slices.MaxFunc(append(found, cycle.Date{}), cycle.Date.Compare), len(found) == 1
}
