package reconcile

import (
	"fmt"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/mistake"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// onDays is what the count of days can change: the allowance too where it follows them.
func (s *search) onDays() kindSet {
	if s.recent.policy.IncludedCredits == invoice.ProratedCredits {
		return onRecurring | onOverage
	}
	return onRecurring
}

var dayCountWords = map[proration.DayCount]string{
	proration.Actual:  "by the days of the period (day_count actual)",
	proration.Thirty:  "as if every month had 30 days (day_count thirty)",
	proration.Year365: "as if a day were a 365th of twelve months (day_count year_365)",
}

// dayChanges are the ways to count days.
func (s *search) dayChanges() {
	closeDay, words := proration.Charged, "with the day of the close charged (close_day charged)"
	if s.recent.policy.CloseDay == proration.Charged {
		closeDay, words = proration.Free, "with the day of the close not charged (close_day free)"
	}
	s.policy(CloseDay, onAny, words, func(p *invoice.Policy) { p.CloseDay = closeDay })
	for _, zone := range s.zones {
		if zone.String() != zoneOf(s.recent.policy).String() {
			s.policy(TimeZone, onAny, fmt.Sprintf("by the days of %s (time_zone %s)", zone, zone), func(p *invoice.Policy) { p.TimeZone = zone })
		}
	}
	for _, c := range []proration.DayCount{proration.Actual, proration.Thirty, proration.Year365} {
		if c != s.recent.policy.DayCount {
			s.arithmetic(DayCount, s.onDays(), dayCountWords[c], func(p *invoice.Policy) { p.DayCount = c })
		}
	}
	whole, days := s.group.Period, 0
	for _, o := range s.group.Ours {
		for i := range o.charges {
			days = max(days, o.charges[i].periodDays)
		}
	}
	tried := map[int]bool{0: true} // 30 is thirty too, and then a rival
	of := func(cause Cause, n int, words string) {
		if !tried[n] && n > 1 {
			tried[n] = true
			s.arithmetic(cause, s.onDays(), words, mistaken(mistake.Set{MonthDays: uint8(n)}))
		}
	}
	for _, day := range []cycle.Date{whole.Last(), whole.Start, whole.End} {
		month := monthOf(day)
		of(CalendarMonth, month.Days(), fmt.Sprintf("by the %d days of the calendar month of %s", month.Days(), day))
	}
	of(PeriodLength, days+1, fmt.Sprintf("as if the period of %d days had %d, both of its ends counted", days, days+1))
	of(PeriodLength, days-1, fmt.Sprintf("as if the period of %d days had %d, neither of its ends counted", days, days-1))
}

// mistaken bills with a mistake besides what else is tried.
func mistaken(m mistake.Set) func(*invoice.Policy) {
	return func(p *invoice.Policy) { *p = p.WithMistakes(m) }
}

// cutChanges are the mistakes made where a period is cut.
func (s *search) cutChanges() {
	for _, c := range []struct {
		mistake.Cut
		cause Cause
		words string
	}{
		{mistake.LastMore, OneDayMore, "a part of a period for one day more at its end"},
		{mistake.LastLess, OneDayLess, "a part of a period for one day less at its end"},
		{mistake.FirstMore, OneDayMore, "a part of a period for one day more at its start"},
		{mistake.FirstLess, OneDayLess, "a part of a period for one day less at its start"},
		{mistake.Swapped, UsedUnusedSwapped, "the days not used, instead of those used"},
	} {
		s.policy(c.cause, s.onDays(), c.words, mistaken(mistake.Set{Cut: c.Cut}))
	}
}

// boundaryChanges are where boundaries lie, and when what is billed.
func (s *search) boundaryChanges() {
	late := false
	for i := range s.whole.events {
		e := &s.whole.events[i]
		if e.Type != account.Created && e.Type != account.PackageChanged {
			continue
		}
		if day, err := cycle.DateOf(e.At, s.recent.policy.TimeZone); err == nil {
			_, _, d := day.Civil()
			late = late || d >= 28
		}
		if !e.BillingDate.IsZero() {
			_, _, d := e.BillingDate.Civil()
			late = late || d >= 28
		}
	}
	for _, m := range []struct {
		mistake.MonthEnd
		words string
	}{
		{mistake.Drifted, "with boundaries counted from the one before, so that they drift"},
		{mistake.Overflowed, "with boundaries beyond a month's end carried into the next month"},
		{mistake.FromEnd, "with boundaries counted back from the month's end"},
	} {
		if late {
			n := len(s.list)
			s.policy(MonthEnd, onAny, m.words, mistaken(mistake.Set{MonthEnd: m.MonthEnd}))
			for i := range s.list[n:] { // where boundaries lie depends on the whole history
				s.list[n+i].apply = func(assumptions) assumptions {
					return s.whole.withPolicy(mistaken(mistake.Set{MonthEnd: m.MonthEnd}))
				}
			}
		}
	}
	timing := invoice.Advance
	if s.recent.policy.Timing == invoice.Advance {
		timing = invoice.Arrears
	}
	s.policy(Timing, onAny, fmt.Sprintf("in %s (timing %s)", timing, timing), func(p *invoice.Policy) { p.Timing = timing })
	bill, words := invoice.Immediately, "changes on their own day (bill_changes immediately)"
	if s.recent.policy.BillChanges == invoice.Immediately {
		bill, words = invoice.NextBill, "changes on the next bill (bill_changes next_bill)"
	}
	s.policy(BillChanges, onAny, words, func(p *invoice.Policy) { p.BillChanges = bill })
}

var roundings = []money.Rounding{money.HalfUp, money.HalfEven, money.Down, money.Up}

var roundingWords = map[money.Rounding]string{
	money.HalfUp: "half up", money.HalfEven: "half to even", money.Down: "down", money.Up: "up",
}

// roundingChanges change what is rounded, and how.
func (s *search) roundingChanges() {
	for _, mode := range roundings {
		if mode != s.recent.policy.Rounding {
			s.arithmetic(Rounding, onRecurring|onOverage, fmt.Sprintf("rounded %s (rounding %s)", roundingWords[mode], mode), func(p *invoice.Policy) { p.Rounding = mode })
		}
	}
	for _, part := range []struct {
		proration.RoundPart
		words string
	}{
		{proration.Used, "with the amount used rounded, the rest the remainder (round_part used)"},
		{proration.Unused, "with the amount left rounded, the rest the remainder (round_part unused)"},
		{proration.Each, "with each part rounded by itself (round_part each)"},
	} {
		if part.RoundPart != s.recent.policy.RoundPart {
			s.arithmetic(RoundPart, onRecurring, part.words, func(p *invoice.Policy) { p.RoundPart = part.RoundPart })
		}
	}
	if !s.recent.policy.DailyRate.IsExact() {
		s.arithmetic(DailyRate, onRecurring, "with the price of a day not rounded (daily_rate exact)", func(p *invoice.Policy) { p.DailyRate = proration.DailyRate{} })
	}
	for digits := 2; digits <= 4; digits++ {
		for _, mode := range roundings {
			rate, err := proration.RoundedDailyRate(digits, mode)
			if err == nil && rate != s.recent.policy.DailyRate {
				s.arithmetic(DailyRate, onRecurring, fmt.Sprintf("with the price of a day rounded to %d digits first, %s (daily_rate %s)", digits, roundingWords[mode], rate),
					func(p *invoice.Policy) { p.DailyRate = rate })
			}
		}
	}
}
