package reconcile

import (
	"fmt"
	"slices"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// implied says what the recurring figure of a group that stays unexplained would follow from: the number of days, the price, or the
// day of a close, each where exactly one prints it.
func (r *reconciler) implied(s *search) []string {
	found := func(h Hit) bool { return h.fixes.has(Recurring) && !h.Possible() }
	if len(s.group.Ours) == 0 || len(s.group.Theirs) == 0 || !s.differs.has(Recurring) || slices.ContainsFunc(s.hits, found) {
		return nil
	}
	var list []string
	theirs := s.group.TheirFigures[Recurring]
	number := s.group.number(theirs)
	if lines := s.group.lines(Recurring); len(lines) == 1 && !lines[0].Adjustment {
		line := lines[0]
		if days, ok := r.impliedDays(line, theirs); ok {
			list = append(list, fmt.Sprintf("%s would be %d of %d days at the price of %s.", number, days, line.PeriodDays(), line.UnitPrice()))
		}
		if price, ok := r.impliedPrice(line, theirs); ok {
			text := fmt.Sprintf("%s would be %d of %d days at a price of %s.", number, line.Days(), line.PeriodDays(), price.Number())
			if line.Days() == line.PeriodDays() {
				text = number + " would be the price of a whole period."
			}
			list = append(list, text)
		}
	}
	if day, ok := s.impliedClose(); ok {
		list = append(list, fmt.Sprintf("%s would be billed if the account had closed on %s.", number, day))
	}
	return list
}

// share is what the first days of a line's period cost at a price.
func (r *reconciler) share(line *invoice.Line, price money.Amount, days int) (int64, bool) {
	whole := cycle.Period{Start: line.Dates.Start, End: line.Dates.Start.AddDays(line.PeriodDays())}
	share, err := r.in.Policy.Rule().Share(price, whole, cycle.Period{Start: whole.Start, End: whole.Start.AddDays(days)})
	return share.Amount.Minor(), err == nil
}

func (r *reconciler) impliedDays(line *invoice.Line, theirs int64) (int, bool) {
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
func (r *reconciler) impliedPrice(line *invoice.Line, theirs int64) (money.Amount, bool) {
	if theirs <= 0 || line.Days() == 0 || theirs > 1<<40 {
		return money.Amount{}, false
	}
	at := func(minor int64) int64 {
		a, ok := r.share(line, money.New(minor, r.currency), line.Days())
		if !ok {
			return -1
		}
		return a
	}
	low, high := int64(0), theirs*int64(line.PeriodDays()+1)*2
	for low < high {
		if mid := low + (high-low)/2; at(mid) < theirs {
			low = mid + 1
		} else {
			high = mid
		}
	}
	unique := at(low) == theirs && at(low+1) != theirs
	return money.New(low, r.currency), unique
}

// impliedClose tries a close on every day of the group's period.
func (s *search) impliedClose() (cycle.Date, bool) {
	var found []cycle.Date
	period := s.group.Period
	if period.Days() > 62 {
		return cycle.Date{}, false
	}
	known := s.recent.usageAs(func(*account.Event) bool { return false }) // credits change no price of days
	known.room = s.trying().room
	for day := period.Start.AddDays(1); day.Before(period.End) && len(found) < 2; day = day.AddDays(1) {
		a := closing(day, 0)(known)
		if f := s.figuresOf(s.bill(a)).less(s.rest); f[Recurring] == s.group.TheirFigures[Recurring] {
			found = append(found, day)
		}
	}
	return slices.MaxFunc(append(found, cycle.Date{}), cycle.Date.Compare), len(found) == 1
}
