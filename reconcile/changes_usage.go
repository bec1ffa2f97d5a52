package reconcile

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// usageChanges change which credits are counted, and what is paid for them.
func (s *search) usageChanges() {
	if s.differs&onOverage == 0 || len(s.group.Theirs) == 0 {
		return
	}
	turned, fact := invoice.ProratedCredits, "with the allowance shared out over the days (included_credits prorated)"
	if s.recent.policy.IncludedCredits == invoice.ProratedCredits {
		turned, fact = invoice.FullCredits, "with the whole allowance for part of a period (included_credits full)"
	}
	s.policy(IncludedCredits, onOverage, fact, func(p *invoice.Policy) { p.IncludedCredits = turned })
	s.add(LateUsageIncluded, onOverage, "as if usage recorded late had been known in time", func(a assumptions) assumptions {
		return a.usageAs(func(e *account.Event) bool { e.RecordedAt = time.Time{}; return true })
	})
	s.add(LateUsageLeftOut, onOverage, "as if usage recorded late had been left out", func(a assumptions) assumptions {
		return a.usageAs(func(e *account.Event) bool { return !e.Known().After(e.At) })
	})
	s.share(s.rateChanges)
	s.windowChanges()
	s.impliedCredits()
}

// usedIn is the stretch whose credits are on the group's invoices.
func (s *search) usedIn() cycle.Period {
	for _, o := range s.group.Ours {
		for i := range o.charges {
			if c := &o.charges[i]; c.kind == Overage && !c.adjustment {
				return c.days
			}
		}
	}
	if len(s.group.Ours) > 0 {
		o := s.group.Ours[0]
		if s.recent.policy.Timing == invoice.Advance && !o.Period.Start.Before(o.Date) {
			return cycle.Period{Start: o.Date.AddMonths(-1), End: o.Date}
		}
		return daysOf(o)
	}
	return s.group.Period
}

// usageAs are the assumptions with the usage changed, or dropped where keep says so.
func (a assumptions) usageAs(keep func(e *account.Event) bool) assumptions {
	events := a.copied()
	for i := range a.events {
		events = append(events, a.events[i])
		if e := &events[len(events)-1]; e.Type == account.UsageRecorded && !keep(e) {
			events = events[:len(events)-1]
		}
	}
	return a.withEvents(events)
}

// rateChanges price the credits, or include them, as another package does.
func (s *search) rateChanges() {
	var used []string
	for i := range s.recent.events {
		if name := s.recent.events[i].Package; name != "" && !slices.Contains(used, name) && len(used) < maxEvents {
			used = append(used, name)
		}
	}
	packages := s.recent.packages[:min(len(s.recent.packages), 2*maxEvents)]
	for _, name := range used {
		for i := range packages {
			if o := &packages[i]; o.Name != name {
				s.add(OtherAllowance, onOverage, fmt.Sprintf("with the %s included credits of %s for %s", group(o.Credits), o.Name, name), termsOf(name, func(p *invoice.Package) { p.Credits = o.Credits }))
			}
		}
		for i := range packages {
			o := &packages[i]
			if o.Name != name {
				rate := s.rateOf(o)
				s.add(OtherRate, onOverage, fmt.Sprintf("with the overage of %s, %s a credit, for %s", o.Name, rate, name), atRate(name, rate))
			}
			if o.DistributorOverage == nil {
				continue
			}
			rate, list := o.Overage, invoice.Retail
			if s.recent.prices == invoice.Retail {
				rate, list = *o.DistributorOverage, invoice.Distributor
			}
			s.add(OtherRate, onOverage, fmt.Sprintf("with the %s overage of %s, %s a credit, for %s", list, o.Name, rate, name), atRate(name, rate))
		}
		for _, scale := range []struct {
			exponent int32
			words    string
		}{{-3, "as if the overage of " + name + " were per thousand credits"}, {3, "as if the overage of " + name + " were a thousand times as much"}} {
			s.add(PerThousand, onOverage, scale.words, func(a assumptions) assumptions {
				for i := range a.packages {
					if p := &a.packages[i]; p.Name == name {
						if rate, err := money.RateFromDecimal(s.rateOf(p).Decimal().Shift(scale.exponent)); err == nil {
							return atRate(name, rate)(a)
						}
					}
				}
				return a
			})
		}
	}
}

// rateOf is what a credit over costs on the price list that is billed from.
func (s *search) rateOf(p *invoice.Package) money.Rate {
	if s.recent.prices == invoice.Distributor && p.DistributorOverage != nil {
		return *p.DistributorOverage
	}
	return p.Overage
}

func group(n int64) string { return digits.Group(fmt.Sprint(n)) }

// atRate bills the credits over those of a package at another rate, on either price list.
func atRate(name string, rate money.Rate) func(a assumptions) assumptions {
	return termsOf(name, func(p *invoice.Package) { p.Overage, p.DistributorOverage = rate, nil })
}

// termsOf changes the terms of one package.
func termsOf(name string, change func(p *invoice.Package)) func(a assumptions) assumptions {
	return func(a assumptions) assumptions {
		packages := slices.Clone(a.packages)
		for i := range packages {
			if packages[i].Name == name {
				change(&packages[i])
			}
		}
		return a.withPackages(packages)
	}
}

// windowChanges count the credits of another stretch than the billing period.
func (s *search) windowChanges() {
	period := s.usedIn()
	for _, window := range []struct {
		cause Cause
		words string
		cycle.Period
	}{
		{CalendarMonthUsage, "the credits of the calendar month it starts in", monthOf(period.Start)},
		{CalendarMonthUsage, "the credits of the calendar month it ends in", monthOf(period.Last())},
		{NeighbouringUsage, "the credits of the period before", cycle.Period{Start: boundary(period, period.Start, -1), End: period.Start}},
		{NeighbouringUsage, "the credits of the period after", cycle.Period{Start: period.End, End: boundary(period, period.End, +1)}},
	} {
		if window.Period != period {
			s.add(window.cause, onOverage, window.words+", "+window.Period.String(), func(a assumptions) assumptions {
				return countedIn(a, window.Period, period)
			})
		}
	}
}

// boundary is the boundary some months from that of a period, which a short month may have moved from the day of the anchor.
func boundary(period cycle.Period, from cycle.Date, months int) cycle.Date {
	_, _, first := period.Start.Civil()
	_, _, second := period.End.Civil()
	month := monthOf(from)
	there := monthOf(month.Start.AddMonths(months))
	return there.Start.AddDays(min(max(first, second), there.Days()) - 1)
}

// countedIn moves the credits of a window into a period, whose own no longer count.
func countedIn(a assumptions, window, period cycle.Period) assumptions {
	return a.usageAs(func(e *account.Event) bool {
		day, err := cycle.DateOf(e.At, a.policy.TimeZone)
		switch {
		case err != nil || !window.Contains(day):
			return err != nil || !period.Contains(day)
		case day.Before(period.Start):
			day = period.Start
		case !day.Before(period.End):
			day = period.Last()
		default:
			return true
		}
		e.At, e.RecordedAt = day.Start(a.policy.TimeZone).Add(12*time.Hour), time.Time{}
		return true
	})
}

// ourCredits are the credits that our invoices of the group count.
func (g *Group) ourCredits() (n int64) {
	for _, o := range g.Ours {
		n += o.Ours.Credits
	}
	return n
}

// statedCredits takes the credits that their rows state, where we count others: of all rows together, or of one.
func (s *search) statedCredits() {
	var sum, most int64
	known := false
	for _, t := range s.group.standing() {
		if n, err := wholeCount(t.Credits); err == nil {
			known = true
			sum += n
			most = max(most, n)
		}
	}
	ours := s.group.ourCredits()
	for i, n := range []int64{sum, most} {
		if known && n != ours && (i == 0 || n != sum) {
			s.add(OtherCredits, onOverage, fmt.Sprintf("for %s credits, as their rows state, where our records have %s", group(n), group(ours)),
				s.creditsAs(n-ours))
		}
	}
}

// theirCredits are the most credits that a row of theirs states.
func (g *Group) theirCredits() (most int64) {
	for _, t := range g.Theirs {
		if n, err := wholeCount(t.Credits); err == nil {
			most = max(most, n)
		}
	}
	return most
}

// standing are the rows of theirs without credits and what they reverse.
func (g *Group) standing() []*Row {
	type content struct {
		period  cycle.Period
		figures Figures
	}
	reversals, gone := map[content]int{}, map[*Row]bool{}
	for _, t := range g.Theirs {
		if t.Figures.Total() < 0 {
			reversals[content{t.Period, (Figures{}).less(t.Figures)}]++
			gone[t] = true
		}
	}
	for _, t := range g.Theirs {
		if key := (content{t.Period, t.Figures}); reversals[key] > 0 {
			reversals[key]--
			gone[t] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(g.Theirs), func(t *Row) bool { return gone[t] })
}

func (s *search) creditsAs(more int64) func(a assumptions) assumptions {
	period := s.usedIn()
	return func(a assumptions) assumptions { return withCredits(a, period, more) }
}

// impliedCredits asks how many more or fewer credits would make the overage theirs. Any figure is some number of credits, so it may
// always be an accident.
func (s *search) impliedCredits() {
	if len(s.group.Ours) == 0 {
		return
	}
	first := s.group.Ours[0]
	t := s.catalogue.On(first.Package, first.Period.Start)
	if t == nil || t.CreditPrice().IsZero() {
		return
	}
	credits := s.group.ourCredits()
	difference := money.New(s.group.Difference()[Overage], s.currency)
	more := difference.Decimal().DivRound(t.CreditPrice().Decimal(), 0)
	if s.group.OurFigures[Overage] == 0 { // what was left of the allowance was used up first
		more = more.Add(decimal.NewFromInt(t.Credits() - credits))
	}
	if more.Abs().GreaterThan(decimal.NewFromInt(1<<53)) || more.IsZero() {
		return
	}
	for _, rest := range []int64{0, +1, -1} { // by what rounding leaves of a credit
		if n := more.IntPart() + rest; n > 0 {
			s.add(ImpliedCredits, onOverage, fmt.Sprintf("as if %s more credits had been counted", group(n)), s.creditsAs(n))
		} else if n < 0 {
			s.add(ImpliedCredits, onOverage, fmt.Sprintf("as if %s fewer credits had been counted", group(-n)), s.creditsAs(n))
		}
	}
}

// withCredits counts more credits in a period, or fewer.
func withCredits(a assumptions, period cycle.Period, n int64) assumptions {
	if n > 0 {
		for i := range a.events {
			if e := a.events[i]; e.Type == account.UsageRecorded {
				if day, err := cycle.DateOf(e.At, a.policy.TimeZone); err == nil && period.Contains(day) {
					return a.replacing(i, func(e *account.Event) { e.Credits += n })
				}
			}
		}
		day := period.Last()
		if len(a.events) == 0 {
			return a
		}
		return a.with(account.Event{ID: "(more credits)", Type: account.UsageRecorded, Account: a.events[0].Account,
			At: day.Start(a.policy.TimeZone), Credits: n})
	}
	left := -n
	return a.usageAs(func(e *account.Event) bool {
		day, err := cycle.DateOf(e.At, a.policy.TimeZone)
		if err != nil || !period.Contains(day) {
			return true
		}
		less := min(left, e.Credits)
		e.Credits -= less
		left -= less
		return true
	})
}
