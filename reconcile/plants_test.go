package reconcile_test

import (
	"slices"
	"strconv"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/internal/mistake"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// wholeRows are the forms that leave each row as it is.
var wholeRows = []string{"one row", "two documents", "overlapping", "shuffled"}

// plants has every cause of docs/reconcile.md.
var plants = []plant{
	{name: "not_billed_upstream", plant: editing((*story).used, func(s *story, d *distributor.Invoices, _ []invoice.Invoice) bool {
		i := s.IntN(len(d.Rows))
		zero := d.Rows[i].FinalAmount == "0.00"
		d.Rows = slices.Delete(d.Rows, i, i+1)
		return !zero
	})},
	{name: "unknown_account", plant: editing((*story).used, func(s *story, d *distributor.Invoices, _ []invoice.Invoice) bool {
		for _, row := range slices.Clone(d.Rows) {
			row.Username, row.Package = "someone-"+strconv.Itoa(s.made)+s.name, "Custom"
			row.Number += "-x"
			add(&row, 123, &row.Amount)
			d.Rows = append(d.Rows, row)
		}
		return true
	})},
	{name: "renamed", plant: editing((*story).used, func(s *story, d *distributor.Invoices, _ []invoice.Invoice) bool {
		for i := range d.Rows {
			d.Rows[i].Username = "someone-" + strconv.Itoa(s.made) + s.name
		}
		return true
	})},
	{name: "split", settled: true, forms: wholeRows, plant: editing((*story).used, func(s *story, d *distributor.Invoices, _ []invoice.Invoice) bool {
		i := s.IntN(len(d.Rows))
		recurring, overage, other := moneyOf(&d.Rows[i])
		part := recurring / int64(2+s.IntN(3))
		d.Rows = append(d.Rows, rowOf(d.Rows[i], "-2", recurring-part, 0, 0))
		d.Rows[i] = rowOf(d.Rows[i], "", part, overage, other)
		return part != 0
	})},
	{name: "moved", settled: true, forms: wholeRows, plant: editing((*story).used, func(s *story, d *distributor.Invoices, _ []invoice.Invoice) bool {
		i := s.IntN(len(d.Rows) - 1)
		used := minor(d.Rows[i].Overage)
		add(&d.Rows[i], -used, &d.Rows[i].Overage)
		add(&d.Rows[i+1], used, &d.Rows[i+1].Overage)
		return used != 0
	})},
	{name: "tax", settled: true, forms: wholeRows, plant: editing((*story).used, func(s *story, d *distributor.Invoices, _ []invoice.Invoice) bool {
		for i := range d.Rows {
			row := &d.Rows[i]
			tax := minor(row.FinalAmount) * int64(5+s.IntN(20)) / 100
			row.FinalAmount = figure(minor(row.FinalAmount) + tax)
			*row = with(*row, "vat", string(figure(tax)))
		}
		return true
	})},
	{name: "quantity", plant: editing((*story).used, func(s *story, d *distributor.Invoices, _ []invoice.Invoice) bool {
		i, units := s.IntN(len(d.Rows)), int64(2+s.IntN(4))
		recurring, overage, other := moneyOf(&d.Rows[i])
		d.Rows[i] = with(rowOf(d.Rows[i], "", units*recurring, overage, other), "quantity", strconv.FormatInt(units, 10))
		return recurring > 0
	})},
	{name: "billing_day", plant: otherDay(func(s *story, created cycle.Date) cycle.Date { return created.AddDays(3 + s.IntN(23)) })},
	{name: "calendar_months", together: 3, plant: otherDay(func(_ *story, created cycle.Date) cycle.Date {
		year, month, _ := created.Civil()
		return must(cycle.NewDate(year, month, 1)).AddMonths(1)
	})},
	{name: "closed_still_billed", plant: without((*story).closed, account.Closed)},
	{name: "billed_before_creation", plant: func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
		s.used()
		s.events[0].BillingDate = cycle.Date{}
		if s.events[0].At.Day() > 28 {
			return distributor.Invoices{}, false // then the boundaries would move too
		}
		return as(s, p, func(u *upstream) { u.events[0].At = u.events[0].At.AddDate(0, -2, 0) })
	}, policy: func(p *invoice.Policy) { p.Timing = invoice.Arrears }},
	{name: "close_date", plant: eventError((*story).closed, account.Closed, func(s *story, e *account.Event) { later(e, s.daysOff()) })},
	{name: "change_date", plant: eventError((*story).changed, account.PackageChanged, func(s *story, e *account.Event) { later(e, s.daysOff()) })},
	{name: "creation_date", plant: func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
		day := s.day("2025-06-01", "2025-06-12")
		e := s.create(day, s.pick(paid))
		e.BillingDate = day.AddDays(14 + s.IntN(6))
		return as(s, p, func(u *upstream) { later(&u.events[0], s.IntN(10)-9) })
	}},
	{name: "charge_missing", plant: without(charged(fee), account.ChargeAdded)},
	{name: "credit_missing", plant: without(charged(credit), account.ChargeAdded)},
	{name: "credit_missing_in_advance", also: []string{"credit_missing"}, policy: func(p *invoice.Policy) { p.Timing = invoice.Advance },
		plant: editing((*story).closed, func(s *story, d *distributor.Invoices, invoices []invoice.Invoice) bool {
			i, l := line(s, invoices, func(l *invoice.Line) bool { return l.Kind == invoice.Recurring && l.Amount.Sign() < 0 })
			if l != nil {
				add(&d.Rows[i], -l.Amount.Minor(), &d.Rows[i].Amount)
			}
			return l != nil
		})},
	{name: "charged_twice", plant: editing(eitherPart, func(s *story, d *distributor.Invoices, invoices []invoice.Invoice) bool {
		i, l := line(s, invoices, func(l *invoice.Line) bool { return l.Kind == invoice.Recurring && l.Amount.Sign() > 0 })
		if l != nil {
			add(&d.Rows[i], l.Amount.Minor(), &d.Rows[i].Amount)
		}
		return l != nil
	})},
	{name: "charged_twice_in_two_rows", also: []string{"charged_twice"}, plant: editing((*story).used, func(s *story, d *distributor.Invoices, _ []invoice.Invoice) bool {
		again := d.Rows[s.IntN(len(d.Rows))]
		again.Number += "-2"
		add(&again, 1, &again.AdditionalCharges)
		d.Rows = append(d.Rows, again)
		return again.FinalAmount != "0.01"
	})},
	{name: "duplicate", also: []string{"charged_twice"}, plant: editing((*story).used, func(s *story, d *distributor.Invoices, _ []invoice.Invoice) bool {
		d.Rows = append(d.Rows, d.Rows[s.IntN(len(d.Rows))])
		return true
	})},
	{name: "neighbouring_invoice", plant: eventError(charged(fee), account.ChargeAdded, func(s *story, e *account.Event) { e.At = e.At.AddDate(0, 2*s.IntN(2)-1, 0) })},
	{name: "known_at_once", plant: eventError(func(s *story) {
		s.changed()
		s.events[1].RecordedAt = s.events[1].At.AddDate(0, 0, 20+s.IntN(30))
	}, account.PackageChanged, func(_ *story, e *account.Event) { e.RecordedAt = time.Time{} })},
	{name: "cancellation_missing", plant: without(func(s *story) {
		day := s.begin(s.pick(paid))
		close := s.day("2025-08-05", "2025-08-20")
		s.add(account.Event{Type: account.Closed, At: s.at(close), Effective: account.PeriodEnd})
		s.add(account.Event{Type: account.ChangeCancelled, At: s.at(close).Add(time.Minute)})
		s.weekly(day, date("2025-08-01"), 9000)
	}, account.ChangeCancelled)},

	{name: "price_changed", together: 3, plant: func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
		s.weekly(s.begin("Gold"), through, 9000)
		return as(s, p, func(u *upstream) { u.packages[4].DistributorPrice = new(money.New(5347, money.USD)) })
	}},
	{name: "price_list", plant: func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
		eitherPart(s)
		return as(s, p, func(u *upstream) { u.prices = invoice.Retail })
	}},
	{name: "terms", plant: func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
		s.weekly(s.begin("Starter"), through, 9000)
		return as(s, p, func(u *upstream) { u.packages = slices.Delete(u.packages, 2, 3) })
	}},
	{name: "other_package", plant: eventError((*story).used, account.Created, func(s *story, e *account.Event) { e.Package = s.pick(paid) })},
	{name: "change_ignored", plant: without((*story).changed, account.PackageChanged)},
	{name: "known_late", plant: eventError((*story).changed, account.PackageChanged, func(s *story, e *account.Event) { e.RecordedAt = e.At.AddDate(0, 0, 20+s.IntN(30)) })},
	{name: "creation_missing", plant: func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
		s.closed()
		s.create(s.day("2025-12-01", "2025-12-05"), s.pick(paid)).BillingDate = date("2025-12-20")
		return as(s, p, func(u *upstream) {
			u.events = slices.Delete(u.events, s.only(account.Created), s.only(account.Created)+1)
		})
	}},
	{name: "close_extra", plant: func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
		s.used()
		return as(s, p, func(u *upstream) {
			u.events = append(u.events, account.Event{ID: "extra", Type: account.Closed, Account: s.name, At: s.at(s.day("2025-09-05", "2025-11-20"))})
		})
	}},
	{name: "change_from_period_start", plant: func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
		s.changed()
		day := must(cycle.DateOf(s.events[1].At, nil))
		for _, inv := range s.upstream(p).bill() {
			if inv.Period.Contains(day) && inv.Period.Start.Before(day) && p.Timing == invoice.Arrears {
				return as(s, p, func(u *upstream) { later(&u.events[1], inv.Period.Start.Sub(day)) })
			}
		}
		return distributor.Invoices{}, false
	}, policy: func(p *invoice.Policy) { p.Timing, p.BillChanges = invoice.Arrears, invoice.NextBill }},
	{name: "scheduled_as_immediate", plant: eventError(func(s *story) { s.changed(); s.events[1].Effective = account.PeriodEnd }, account.PackageChanged,
		func(_ *story, e *account.Event) { e.Effective = account.Immediately })},
	{name: "immediate_as_scheduled", plant: eventError((*story).changed, account.PackageChanged, func(_ *story, e *account.Event) { e.Effective = account.PeriodEnd })},
	{name: "free_upgrade", plant: policyError(func(s *story) {
		s.begin("Free")
		s.change(s.day("2025-08-05", "2025-10-20"), s.pick(paid))
	}, func(_ *story, p *invoice.Policy) { p.FreeUpgrade = 1 - p.FreeUpgrade })},

	{name: "close_day", plant: policyError((*story).closed, func(_ *story, p *invoice.Policy) { p.CloseDay = 1 - p.CloseDay })},
	{name: "time_zone", plant: policyError(eitherPart, func(_ *story, p *invoice.Policy) { p.TimeZone = losAngeles })},
	{name: "day_count", plant: policyError(eitherPart, func(s *story, p *invoice.Policy) { p.DayCount = proration.DayCount(s.IntN(3)) })},
	{name: "calendar_month", plant: func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
		s.begin(s.pick(paid)) // in March, and closed in a month of 31 days too: 30 would be day_count thirty
		s.close(s.day("2025-10-02", "2025-10-30"))
		return as(s, p, func(u *upstream) { u.policy = u.policy.WithMistakes(mistake.Set{MonthDays: 31}) })
	}, policy: func(p *invoice.Policy) { p.DayCount = proration.Actual }},
	{name: "period_length", plant: func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
		s.closed()
		s.events[0].BillingDate = cycle.Date{}
		_, l := line(s, s.upstream(p).bill(), func(l *invoice.Line) bool {
			return l.Kind == invoice.Recurring && l.Days() < l.PeriodDays() && l.Days() > 0
		})
		if l == nil || l.PeriodDays() < 30 {
			return distributor.Invoices{}, false
		}
		n := 32 // one more than 31, one less than 30: the other two are thirty, and the days of the calendar month
		if l.PeriodDays() == 30 {
			n = 29
		}
		return as(s, p, func(u *upstream) { u.policy = u.policy.WithMistakes(mistake.Set{MonthDays: uint8(n)}) })
	}, policy: func(p *invoice.Policy) { p.DayCount, p.Timing = proration.Actual, invoice.Arrears }},
	{name: "one_day_more", plant: policyError(eitherPart, func(s *story, p *invoice.Policy) {
		*p = p.WithMistakes(mistake.Set{Cut: []mistake.Cut{mistake.LastMore, mistake.FirstMore}[s.IntN(2)]})
	})},
	{name: "one_day_less", plant: policyError(eitherPart, func(s *story, p *invoice.Policy) {
		*p = p.WithMistakes(mistake.Set{Cut: []mistake.Cut{mistake.LastLess, mistake.FirstLess}[s.IntN(2)]})
	})},
	{name: "used_unused_swapped", plant: policyError(eitherPart, func(_ *story, p *invoice.Policy) { *p = p.WithMistakes(mistake.Set{Cut: mistake.Swapped}) })},
	{name: "month_end", plant: policyError(func(s *story) {
		s.create([]cycle.Date{date("2025-01-31"), date("2025-03-31"), date("2025-01-29"), date("2025-04-30")}[s.IntN(4)], s.pick(paid))
		s.close(s.day("2025-09-05", "2025-11-20"))
	}, func(s *story, p *invoice.Policy) {
		*p = p.WithMistakes(mistake.Set{MonthEnd: mistake.MonthEnd(1 + s.IntN(3))})
	})},
	{name: "timing", plant: policyError((*story).used, func(_ *story, p *invoice.Policy) { p.Timing = 1 - p.Timing })},
	{name: "bill_changes", plant: policyError(eitherPart, func(_ *story, p *invoice.Policy) { p.BillChanges = 1 - p.BillChanges })},

	{name: "rounding", plant: policyError(eitherPart, func(s *story, p *invoice.Policy) { p.Rounding = money.Rounding(s.IntN(4)) })},
	{name: "round_part", plant: policyError(eitherPart, func(s *story, p *invoice.Policy) { p.RoundPart = proration.RoundPart(s.IntN(3)) })},
	{name: "daily_rate", plant: policyError(eitherPart, func(s *story, p *invoice.Policy) {
		p.DailyRate = must(proration.RoundedDailyRate(2+s.IntN(3), money.Rounding(s.IntN(4))))
	})},

	{name: "other_credits", plant: func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
		s.used()
		return as(s, p, func(u *upstream) { u.events[s.only(account.UsageRecorded)-s.IntN(10)].Credits += int64(s.IntN(40000)) })
	}},
	{name: "implied_credits", plant: editing((*story).used, func(s *story, d *distributor.Invoices, invoices []invoice.Invoice) bool {
		i, l := line(s, invoices, func(l *invoice.Line) bool { return l.Kind == invoice.Overage })
		if l != nil {
			add(&d.Rows[i], int64(1+s.IntN(500)), &d.Rows[i].Overage)
		}
		return l != nil
	})},
	{name: "included_credits", plant: policyError(func(s *story) { eitherPart(s); s.use(s.day("2025-09-01", "2025-09-04"), 60000) }, func(_ *story, p *invoice.Policy) { p.IncludedCredits = 1 - p.IncludedCredits })},
	{name: "late_usage_included", plant: func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
		s.used()
		late := s.use(s.day("2025-08-01", "2025-08-31"), 90000)
		late.RecordedAt = late.At.AddDate(0, 0, 25+s.IntN(40))
		return as(s, p, func(u *upstream) { u.events[len(u.events)-1].RecordedAt = time.Time{} })
	}},
	{name: "late_usage_left_out", plant: func(s *story, p invoice.Policy) (distributor.Invoices, bool) {
		s.used()
		late := s.use(s.day("2025-08-01", "2025-08-31"), 90000)
		late.RecordedAt = late.At.AddDate(0, 0, 25+s.IntN(40))
		return as(s, p, func(u *upstream) { u.events = u.events[:len(u.events)-1] })
	}},
	{name: "calendar_month_usage", plant: otherWindow(func(s *story, p cycle.Period) cycle.Period {
		day := []cycle.Date{p.Start, p.Last()}[s.IntN(2)]
		year, month, _ := day.Civil()
		first := must(cycle.NewDate(year, month, 1))
		return cycle.Period{Start: first, End: first.AddMonths(1)}
	})},
	{name: "neighbouring_usage", plant: otherWindow(func(s *story, p cycle.Period) cycle.Period {
		whole := must(cycle.NewSchedule(must(cycle.DateOf(s.events[0].At, nil)), 1))
		k, _ := whole.Index(p.Start)
		return whole.Period(max(0, k-1+2*s.IntN(2)))
	})},
	{name: "other_rate", plant: packageError(func(_ *story, p, other *invoice.Package) { p.Overage = other.Overage })},
	{name: "other_allowance", plant: packageError(func(_ *story, p, other *invoice.Package) { p.Credits = other.Credits })},
	{name: "per_thousand", plant: packageError(func(s *story, p, _ *invoice.Package) {
		p.Overage = must(money.RateFromDecimal(p.Overage.Decimal().Shift(int32(6*s.IntN(2) - 3))))
	})},

	{name: "close_date+day_count", plant: together("day_count", func(s *story, p *invoice.Policy) { p.DayCount = (p.DayCount + 1) % 3 })},
	{name: "close_date+daily_rate", plant: together("daily_rate", func(s *story, p *invoice.Policy) { p.DailyRate = must(proration.RoundedDailyRate(2, money.HalfUp)) })},
}
