package reconcile

import (
	"fmt"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/mistake"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// onDays is what the count of days can change: the allowance too where it follows them.
func (l *candidates) onDays() which {
	if l.world.policy.IncludedCredits == invoice.ProratedCredits {
		return onRecurring | onOverage
	}
	return onRecurring
}

var dayCountWords = map[proration.DayCount]string{
	proration.Actual:  "by the days of the period (day_count actual)",
	proration.Thirty:  "as if every month had 30 days (day_count thirty)",
	proration.Year365: "as if a day were a 365th of twelve months (day_count year_365)",
}

// days are the ways to count them.
func (l *candidates) days() {
	closeDay, words := proration.Charged, "the day of the close charged (close_day charged)"
	if l.world.policy.CloseDay == proration.Charged {
		closeDay, words = proration.Free, "the day of the close not charged (close_day free)"
	}
	l.under(dayCount, "close_day", onAny, words, func(p *invoice.Policy) { p.CloseDay = closeDay })
	for _, zone := range l.zones {
		if zone.String() != zoneOf(l.world.policy).String() {
			l.under(dayCount, "time_zone", onAny, fmt.Sprintf("in the days of %s (time_zone %s)", zone, zone), func(p *invoice.Policy) { p.TimeZone = zone })
		}
	}
	for _, c := range []proration.DayCount{proration.Actual, proration.Thirty, proration.Year365} {
		if c != l.world.policy.DayCount {
			l.sums(dayCount, "day_count", l.onDays(), dayCountWords[c], func(p *invoice.Policy) { p.DayCount = c })
		}
	}
	whole, days := l.row.either().period, 0
	if l.row.ours != nil {
		for i := range l.row.ours.ours.Lines {
			days = max(days, l.row.ours.ours.Lines[i].PeriodDays())
		}
		whole.Start = l.row.ours.period.Start
	}
	tried := map[int]bool{0: true} // 30 is thirty too, and then a rival
	of := func(code string, n int, words string) {
		if !tried[n] && n > 1 {
			tried[n] = true
			l.sums(dayCount, code, l.onDays(), words, mistaken(mistake.Set{MonthDays: uint8(n)}))
		}
	}
	for _, day := range []cycle.Date{whole.Last(), whole.Start, whole.End} {
		month := monthOf(day)
		of("calendar_month", month.Days(), fmt.Sprintf("by the %d days of the calendar month of %s", month.Days(), day))
	}
	of("period_length", days+1, fmt.Sprintf("as if the period of %d days had %d, both of its ends counted", days, days+1))
	of("period_length", days-1, fmt.Sprintf("as if the period of %d days had %d, neither of its ends counted", days, days-1))
}

// mistaken bills with a mistake besides what else is tried.
func mistaken(m mistake.Set) func(*invoice.Policy) {
	return func(p *invoice.Policy) { *p = p.WithMistakes(m) }
}

func zoneOf(p invoice.Policy) *time.Location {
	if p.TimeZone == nil {
		return time.UTC
	}
	return p.TimeZone
}

// cuts are the mistakes made where a period is cut.
func (l *candidates) cuts() {
	for _, c := range []struct {
		mistake.Cut
		code, words string
	}{
		{mistake.LastMore, "one_day_more", "a part of a period charged for one day more at its end"},
		{mistake.LastLess, "one_day_less", "a part of a period charged for one day less at its end"},
		{mistake.FirstMore, "one_day_more", "a part of a period charged for one day more at its start"},
		{mistake.FirstLess, "one_day_less", "a part of a period charged for one day less at its start"},
		{mistake.Swapped, "used_unused_swapped", "the days not used charged, instead of those used"},
	} {
		l.under(dayCount, c.code, l.onDays(), c.words, mistaken(mistake.Set{Cut: c.Cut}))
	}
}

// billing is where boundaries lie, and when what is billed.
func (l *candidates) billing() {
	late := false
	for i := range l.world.events {
		e := &l.world.events[i]
		if day, err := cycle.DateOf(e.At, l.world.policy.TimeZone); err == nil && (e.Type == account.Created || e.Type == account.PackageChanged) {
			_, _, d := day.Civil()
			late = late || d >= 28
			if !e.BillingDate.IsZero() {
				_, _, d = e.BillingDate.Civil()
				late = late || d >= 28
			}
		}
	}
	for _, m := range []struct {
		mistake.MonthEnd
		words string
	}{
		{mistake.Drifted, "boundaries counted from the one before, so that they drift"},
		{mistake.Overflowed, "boundaries beyond a month's end carried into the next month"},
		{mistake.FromEnd, "boundaries counted back from the month's end"},
	} {
		if late {
			l.under(dayCount, "month_end", onAny, m.words, mistaken(mistake.Set{MonthEnd: m.MonthEnd}))
		}
	}
	timing := invoice.Advance
	if l.world.policy.Timing == invoice.Advance {
		timing = invoice.Arrears
	}
	l.under(dayCount, "timing", onAny, fmt.Sprintf("billed in %s (timing %s)", timing, timing), func(p *invoice.Policy) { p.Timing = timing })
	bill, words := invoice.Immediately, "changes billed on their own day (bill_changes immediately)"
	if l.world.policy.BillChanges == invoice.Immediately {
		bill, words = invoice.NextBill, "changes billed on the next bill (bill_changes next_bill)"
	}
	l.under(dayCount, "bill_changes", onAny, words, func(p *invoice.Policy) { p.BillChanges = bill })
}

var roundings = []money.Rounding{money.HalfUp, money.HalfEven, money.Down, money.Up}

var roundingWords = map[money.Rounding]string{
	money.HalfUp: "half up", money.HalfEven: "half to even", money.Down: "down", money.Up: "up",
}

// roundings change what is rounded, and how.
func (l *candidates) roundings() {
	for _, mode := range roundings {
		if mode != l.world.policy.Rounding {
			l.sums(rounding, "rounding", onRecurring|onOverage, fmt.Sprintf("rounded %s (rounding %s)", roundingWords[mode], mode), func(p *invoice.Policy) { p.Rounding = mode })
		}
	}
	for _, part := range []struct {
		proration.RoundPart
		words string
	}{
		{proration.Used, "the amount used rounded, the rest the remainder (round_part used)"},
		{proration.Unused, "the amount left rounded, the rest the remainder (round_part unused)"},
		{proration.Each, "each part rounded by itself (round_part each)"},
	} {
		if part.RoundPart != l.world.policy.RoundPart {
			l.sums(rounding, "round_part", onRecurring, part.words, func(p *invoice.Policy) { p.RoundPart = part.RoundPart })
		}
	}
	if !l.world.policy.DailyRate.IsExact() {
		l.sums(rounding, "daily_rate", onRecurring, "the price of a day not rounded (daily_rate exact)", func(p *invoice.Policy) { p.DailyRate = proration.DailyRate{} })
	}
	for digits := 2; digits <= 4; digits++ {
		for _, mode := range roundings {
			rate, err := proration.RoundedDailyRate(digits, mode)
			if err == nil && rate != l.world.policy.DailyRate {
				l.sums(rounding, "daily_rate", onRecurring, fmt.Sprintf("the price of a day rounded to %d digits first, %s (daily_rate %s)", digits, roundingWords[mode], rate),
					func(p *invoice.Policy) { p.DailyRate = rate })
			}
		}
	}
}
