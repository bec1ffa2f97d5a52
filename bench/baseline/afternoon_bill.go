package main

import (
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// stretch is some time with one package. Its days are charged, and credits are its own by the instant.
type stretch struct {
	pkg   string
	from  time.Time // the instant
	start time.Time // the first day charged
	end   time.Time // the first day not charged
}

// month is a billing period. One of no days is left of a life where the next one starts on the day that it would.
type month struct {
	start, end time.Time
	from       time.Time // the instant: credits used before it are of the month before
	whole      int64     // days that it would have, had it not been cut short
}

// history is what the events of one account come to.
type history struct {
	stretches []stretch
	anchors   []time.Time // the instants at which cycles start, each up to the next
	births    []time.Time // the days on which lives start
	evenings  []time.Time // the days that are billed at their end: births and those of moves from free to paid
	waitDay   time.Time   // when a waiting change or close takes effect; the zero time while there is none
	waitPkg   string
	plans     plans
}

var farAway = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// monthOf is the start and the end of the period that holds a day, in the latest cycle.
func (h *history) monthOf(day time.Time) (time.Time, time.Time) {
	anchor := dayOf(h.anchors[len(h.anchors)-1])
	k := 12*(day.Year()-anchor.Year()) + int(day.Month()) - int(anchor.Month())
	if monthsAfter(anchor, k).After(day) {
		k--
	}
	return monthsAfter(anchor, k), monthsAfter(anchor, k+1)
}

func (h *history) end(day time.Time) { h.stretches[len(h.stretches)-1].end = day }

func (h *history) start(pkg string, at time.Time) {
	h.stretches = append(h.stretches, stretch{pkg: pkg, from: at, start: dayOf(at), end: farAway})
}

// takeEffect lets what waits take effect by an instant.
func (h *history) takeEffect(by time.Time) {
	if h.waitDay.IsZero() || h.waitDay.After(by) {
		return
	}
	h.end(h.waitDay)
	if h.waitPkg != "" {
		h.start(h.waitPkg, h.waitDay)
	}
	h.waitDay = time.Time{}
}

func (h *history) apply(e *logged) {
	h.takeEffect(e.At)
	day := dayOf(e.At)
	switch e.Type {
	case "account.created":
		h.anchors = append(h.anchors, e.At)
		h.births, h.evenings = append(h.births, day), append(h.evenings, day)
		h.start(e.Package, e.At)
	case "account.change_cancelled":
		h.waitDay = time.Time{}
	case "account.package_changed", "account.closed":
		h.waitDay = time.Time{}
		start, end := h.monthOf(day)
		if e.Effective == "period_end" {
			h.waitDay, h.waitPkg = end, e.Package
			return
		}
		from := h.stretches[len(h.stretches)-1].pkg
		if e.Package == from {
			return
		}
		h.end(day)
		if e.Package == "" {
			return
		}
		if h.plans.on(from, start).Price.IsZero() && h.plans.on(e.Package, day).Price.IsPositive() {
			h.evenings = append(h.evenings, day)
			if !day.Equal(start) {
				h.anchors = append(h.anchors, day)
			}
		}
		h.start(e.Package, e.At)
	}
}

// months lists the billing periods up to the first that ends after a day.
func (h *history) months(through time.Time) []month {
	var all []month
	for i, at := range h.anchors {
		anchor, next := dayOf(at), farAway
		if i+1 < len(h.anchors) {
			next = dayOf(h.anchors[i+1])
		}
		for k := 0; ; k++ {
			m := month{start: monthsAfter(anchor, k), end: monthsAfter(anchor, k+1)}
			if m.start.After(next) {
				break
			}
			m.from, m.whole = later(m.start, at), days(m.start, m.end)
			m.end = earlier(m.end, next)
			all = append(all, m)
			if m.end.After(through) {
				return all
			}
		}
	}
	return all
}

// used are the credits of one stretch in one period, and what has been billed for them.
type used struct {
	credits int64
	billed  decimal.Decimal
}

type place struct{ month, stretch int }

var orderOfTypes = []string{
	"account.created", "account.package_changed", "account.change_cancelled", "charge.added",
	"usage.recorded", "account.closed", "invoice.status_changed",
}

func compare(a, b *logged) int {
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	if a.Type != b.Type {
		return slices.Index(orderOfTypes, a.Type) - slices.Index(orderOfTypes, b.Type)
	}
	return strings.Compare(a.ID, b.ID)
}

// billAccount makes the invoices of one account up to a day.
func billAccount(events []*logged, list plans, through time.Time) []bill {
	slices.SortFunc(events, compare)
	h := &history{plans: list}
	var usage, late, charges, statuses []*logged
	for _, e := range events {
		switch {
		case e.Type == "usage.recorded":
			usage = append(usage, e)
		case e.Type == "charge.added":
			charges = append(charges, e)
		case e.Status == "canceled" || e.Status == "refunded":
			statuses = append(statuses, e)
		default:
			h.apply(e)
		}
	}
	h.takeEffect(through)

	var bills []bill
	var now []*logged
	months := h.months(through)
	counted := map[place]*used{}
	for i := 0; !months[i].end.After(through); i++ {
		m := months[i]
		b := bill{Account: events[0].Account, Date: m.end.Format(time.DateOnly), Start: m.start.Format(time.DateOnly)}
		required := h.recurring(&b, m)
		for months[i+1].end.Equal(m.end) { // one of no days is billed with it
			i++
		}
		if !required && slices.Contains(h.births, m.end) {
			continue // what changed is for the next invoice
		}
		cut := m.end // what is recorded later is for the next invoice
		if slices.Contains(h.evenings, m.end) {
			cut = cut.AddDate(0, 0, 1).Add(-1)
		}

		now, statuses = split(statuses, func(e *logged) bool { return !e.known().After(cut) && billOf(bills, e.Invoice) != nil })
		for _, e := range now {
			old := billOf(bills, e.Invoice)
			if e.Status == "canceled" && !old.final { // all of it is billed again; what is refunded is not
				b.Days, b.Overage, charges = b.Days.Add(old.Days), b.Overage.Add(old.Overage), append(charges, old.charges...)
			}
			old.final = true
		}

		due := 0
		for due < len(usage) && !usage[due].At.After(cut) {
			due++
		}
		now, late = split(append(late, usage[:due]...), func(e *logged) bool {
			return !e.known().After(cut) && monthHolding(months[:i+2], e.At) <= i
		})
		usage = usage[due:]
		b.Overage = b.Overage.Add(h.count(now, months[:i+1], counted))

		b.charges, charges = split(charges, func(e *logged) bool { return !e.known().After(cut) && e.At.Before(cut) })
		for _, e := range b.charges {
			b.Charges = b.Charges.Add(e.Amount)
		}

		if required || !b.Days.IsZero() || !b.Overage.IsZero() || len(b.charges) > 0 {
			b.Final = b.Days.Add(b.Overage).Add(b.Charges)
			bills = append(bills, b)
		}
	}
	return bills
}

// split tells the events that something holds for from the others.
func split(events []*logged, holds func(*logged) bool) (those, others []*logged) {
	for _, e := range events {
		if holds(e) {
			those = append(those, e)
		} else {
			others = append(others, e)
		}
	}
	return those, others
}

// billOf is the bill with a number, which starts with its date.
func billOf(bills []bill, number string) *bill {
	for i := range bills {
		if strings.HasPrefix(number, strings.ReplaceAll(bills[i].Date, "-", "")) {
			return &bills[i]
		}
	}
	return nil
}

// count counts credits in the months they were used in, and returns what they add to the overage.
func (h *history) count(usage []*logged, months []month, counted map[place]*used) decimal.Decimal {
	var touched []int
	for _, e := range usage {
		at := place{monthHolding(months, e.At), h.stretchAt(e.At)}
		if counted[at] == nil {
			counted[at] = &used{}
		}
		counted[at].credits += e.Credits
		if !slices.Contains(touched, at.month) {
			touched = append(touched, at.month)
		}
	}
	more := decimal.Zero
	for _, n := range touched {
		more = more.Add(h.overage(counted, n, months[n]))
	}
	return more
}

// overage is what the credits counted in a month cost, less what has been billed for them. They draw on the allowance
// of the package that is charged for their day, which all its stretches share, in the order of time.
func (h *history) overage(counted map[place]*used, n int, m month) decimal.Decimal {
	more, left := decimal.Zero, map[string]int64{}
	for i, s := range h.stretches {
		u := counted[place{n, i}]
		if u == nil {
			continue
		}
		over := u.credits
		if p := h.chargedOn(later(s.start, m.start), m.end); p != "" {
			if _, begun := left[p]; !begun {
				left[p] = h.plans.on(p, m.start).Credits
			}
			included := min(over, left[p])
			over, left[p] = over-included, left[p]-included
		}
		owed := decimal.NewFromInt(over).Mul(h.plans.on(s.pkg, m.start).Overage).Round(2)
		more, u.billed = more.Add(owed.Sub(u.billed)), owed
	}
	return more
}

// chargedOn is the package that is charged for a day of a month that has an end, if any is.
func (h *history) chargedOn(day, end time.Time) string {
	for _, s := range h.stretches {
		if !day.Before(s.start) && day.Before(earlier(s.end, end)) {
			return s.pkg
		}
	}
	return ""
}

// recurring adds up what the charged days of a period cost, and reports that there are any.
func (h *history) recurring(b *bill, m month) bool {
	required := false
	for _, s := range h.stretches {
		start, end := later(s.start, m.start), earlier(s.end, m.end)
		if !start.Before(end) {
			continue
		}
		required = true
		price := h.plans.on(s.pkg, m.start).Price
		upTo := func(day time.Time) decimal.Decimal {
			return price.Mul(decimal.NewFromInt(days(m.start, day))).DivRound(decimal.NewFromInt(m.whole), 2)
		}
		b.Days = b.Days.Add(upTo(end)).Sub(upTo(start))
	}
	return required
}

// stretchAt is the stretch that a credit used at an instant belongs to.
func (h *history) stretchAt(at time.Time) int {
	for i := len(h.stretches) - 1; i > 0; i-- {
		if !h.stretches[i].from.After(at) {
			return i
		}
	}
	return 0
}

func monthHolding(months []month, at time.Time) int {
	i := len(months) - 1
	for i > 0 && at.Before(months[i].from) {
		i--
	}
	return i
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
