package reconcile

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// usage changes which credits are counted, and what is paid for them.
func (l *candidates) usage() {
	if l.differs&onOverage == 0 {
		return
	}
	add := func(code, change string, make func(w world) world) { l.add(usage, code, onOverage, change, make) }
	turned, change := invoice.ProratedCredits, "the allowance shared out over the days (included_credits prorated)"
	if l.world.policy.IncludedCredits == invoice.ProratedCredits {
		turned, change = invoice.FullCredits, "the whole allowance for part of a period (included_credits full)"
	}
	l.under(usage, "included_credits", onOverage, change, func(p *invoice.Policy) { p.IncludedCredits = turned })
	add("late_usage_included", "as if usage recorded late had been known in time", func(w world) world {
		return w.with(usageAs(w.events, func(e *account.Event) bool { e.RecordedAt = time.Time{}; return true }))
	})
	add("late_usage_left_out", "as if usage recorded late had been left out", func(w world) world {
		return w.with(usageAs(w.events, func(e *account.Event) bool { return !e.Known().After(e.At) }))
	})
	l.share(func() { l.rates(add) })
	l.windows(add)
	l.statedCredits(add)
	l.otherCredits(add)
}

// usageOf is the stretch whose credits are on the row's invoice.
func (l *candidates) usageOf() cycle.Period {
	if l.row.ours == nil {
		return l.row.either().period
	}
	inv := l.row.ours.ours
	for i := range inv.Lines {
		if line := &inv.Lines[i]; line.Kind == invoice.Overage && !line.Adjustment {
			return line.Dates
		}
	}
	if l.world.policy.Timing == invoice.Advance && !inv.Period.Start.Before(inv.Date) {
		return cycle.Period{Start: inv.Date.AddMonths(-1), End: inv.Date}
	}
	return inv.Period
}

type adder func(code, change string, make func(w world) world)

// usageAs is a copy of the events with the usage changed, or dropped where keep says so.
func usageAs(events []account.Event, keep func(e *account.Event) bool) []account.Event {
	var changed []account.Event
	for _, e := range events {
		if e.Type != account.UsageRecorded || keep(&e) {
			changed = append(changed, e)
		}
	}
	return changed
}

// rates price the credits, or include them, as another package does.
func (l *candidates) rates(add adder) {
	w := l.world
	var used []string
	for i := range w.events {
		if name := w.events[i].Package; name != "" && !slices.Contains(used, name) {
			used = append(used, name)
		}
	}
	for _, name := range used {
		for i := range w.packages {
			o := &w.packages[i]
			if o.Name == name {
				continue
			}
			add("other_allowance", fmt.Sprintf("with the %d included credits of %s for %s", o.Credits, o.Name, name), termsOf(name, func(p *invoice.Package) { p.Credits = o.Credits }))
		}
		for i := range w.packages {
			if o := &w.packages[i]; o.Name != name {
				add("other_rate", fmt.Sprintf("with the overage of %s, %s a credit, for %s", o.Name, o.Overage, name), termsOf(name, func(p *invoice.Package) { p.Overage = o.Overage }))
			}
		}
		for _, scale := range []struct {
			exponent int32
			words    string
		}{{-3, "as if the overage of " + name + " were per thousand credits"}, {3, "as if the overage of " + name + " were a thousandth of what it is per"}} {
			add("per_thousand", scale.words, termsOf(name, func(p *invoice.Package) {
				if rate, err := money.RateFromDecimal(p.Overage.Decimal().Shift(scale.exponent)); err == nil {
					p.Overage = rate
				}
			}))
		}
	}
}

// termsOf changes the terms of one package.
func termsOf(name string, change func(p *invoice.Package)) func(w world) world {
	return func(w world) world {
		packages := slices.Clone(w.packages)
		for i := range packages {
			if packages[i].Name == name {
				change(&packages[i])
			}
		}
		return w.listing(packages)
	}
}

// windows count the credits of another stretch than the billing period.
func (l *candidates) windows(add adder) {
	period := l.usageOf()
	windows := []struct {
		code, words string
		cycle.Period
	}{
		{"calendar_month_usage", "the credits of the calendar month it starts in", monthOf(period.Start)},
		{"calendar_month_usage", "the credits of the calendar month it ends in", monthOf(period.Last())},
		{"neighbouring_usage", "the credits of the period before", cycle.Period{Start: boundary(period, period.Start, -1), End: period.Start}},
		{"neighbouring_usage", "the credits of the period after", cycle.Period{Start: period.End, End: boundary(period, period.End, +1)}},
	}
	for _, window := range windows {
		if window.Period == period {
			continue
		}
		add(window.code, "as if it counted "+window.words+", "+window.Period.String(), func(w world) world {
			return w.with(countedIn(w, window.Period, period))
		})
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
func countedIn(w world, window, period cycle.Period) []account.Event {
	return usageAs(w.events, func(e *account.Event) bool {
		day, err := cycle.DateOf(e.At, w.policy.TimeZone)
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
		e.At, e.RecordedAt = day.Start(w.policy.TimeZone).Add(12*time.Hour), time.Time{}
		return true
	})
}

// statedCredits takes the credits that their row states, where we count others.
func (l *candidates) statedCredits(add adder) {
	if l.row.theirs == nil || l.row.ours == nil || l.row.theirs.credits == "" {
		return
	}
	if n, err := l.row.theirs.theirs.Credits.Count(); err == nil && n != l.row.ours.ours.Credits {
		l.credits(add, n-l.row.ours.ours.Credits, ", as their row states")
	}
}

func (l *candidates) credits(add adder, n int64, source string) {
	words := fmt.Sprintf("as if %d more credits had been counted%s", n, source)
	if n < 0 {
		words = fmt.Sprintf("as if %d fewer credits had been counted%s", -n, source)
	}
	period := l.usageOf()
	code := "other_credits"
	if source == "" {
		code = impliedCredits
	}
	add(code, words, func(w world) world { return w.with(withCredits(w, period, n)) })
}

// impliedCredits is the number of credits that their figure itself leads to: any figure is
// some number of credits, so it may always be an accident.
const impliedCredits = "implied_credits"

// otherCredits asks how many more or fewer credits would make the overage theirs.
func (l *candidates) otherCredits(add adder) {
	row := l.row
	if row.theirs == nil || row.ours == nil {
		return
	}
	t := l.catalogue.On(row.ours.pkg, row.ours.period.Start)
	if t == nil || t.CreditPrice().IsZero() {
		return
	}
	credits := row.ours.ours.Credits
	difference, err := row.theirs.Overage.Sub(row.ours.Overage)
	if err != nil {
		return
	}
	more := difference.Decimal().DivRound(t.CreditPrice().Decimal(), 0)
	if row.ours.Overage.IsZero() { // what was left of the allowance was used up first
		more = more.Add(decimal.NewFromInt(t.Credits() - credits))
	}
	if more.Abs().GreaterThan(decimal.NewFromInt(1<<53)) || more.IsZero() {
		return
	}
	for _, rest := range []int64{0, +1, -1} { // by what rounding leaves of a credit
		if n := more.IntPart() + rest; n != 0 {
			l.credits(add, n, "")
		}
	}
}

// withCredits counts more credits in a period, or fewer.
func withCredits(w world, period cycle.Period, n int64) []account.Event {
	if n > 0 {
		for i := range w.events {
			if e := w.events[i]; e.Type == account.UsageRecorded {
				if day, err := cycle.DateOf(e.At, w.policy.TimeZone); err == nil && period.Contains(day) {
					return replacing(w.events, i, func(e *account.Event) { e.Credits += n })
				}
			}
		}
		day := period.Last()
		return append(slices.Clone(w.events), account.Event{ID: "(more credits)", Type: account.UsageRecorded, Account: w.events[0].Account,
			At: day.Start(w.policy.TimeZone), Credits: n})
	}
	left := -n
	return usageAs(w.events, func(e *account.Event) bool {
		day, err := cycle.DateOf(e.At, w.policy.TimeZone)
		if err != nil || !period.Contains(day) {
			return true
		}
		less := min(left, e.Credits)
		e.Credits -= less
		left -= less
		return true
	})
}
