package main

import (
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// stretch is some time with one package. Its days are charged, and credits are its own by the instant.
type stretch struct {
	pkg      string
	from, to time.Time // the instants
	start    time.Time // the first day charged
	end      time.Time // the first day not charged
	closed   bool      // it ended by a close, whose own instant still belongs to it
}

// month is a billing period.
type month struct {
	start, end time.Time
	whole      int64 // days that it would have, had it not been cut short
	endsAtDusk bool  // a life or a cycle starts on the day it ends: that day is billed at its end
}

// history is what the events of one account come to.
type history struct {
	stretches []stretch
	anchors   []time.Time // of the cycles, each up to the next
	open      bool
	waitDay   time.Time // when a waiting change or close takes effect; the zero time while there is none
	waitPkg   string
	plans     plans
}

var farAway = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

func (h *history) begin(day time.Time) {
	if n := len(h.anchors); n > 0 && h.anchors[n-1].Equal(day) {
		return
	}
	h.anchors = append(h.anchors, day)
}

// monthOf is the start and the end of the period that holds a day, in the latest cycle.
func (h *history) monthOf(day time.Time) (time.Time, time.Time) {
	anchor := h.anchors[len(h.anchors)-1]
	k := 12*(day.Year()-anchor.Year()) + int(day.Month()) - int(anchor.Month())
	if monthsAfter(anchor, k).After(day) {
		k--
	}
	return monthsAfter(anchor, k), monthsAfter(anchor, k+1)
}

func (h *history) end(day, at time.Time, closed bool) {
	s := &h.stretches[len(h.stretches)-1]
	s.end, s.to, s.closed = day, at, closed
	h.open = false
}

func (h *history) start(pkg string, day, at time.Time) {
	h.stretches = append(h.stretches, stretch{pkg: pkg, from: at, to: farAway, start: day, end: farAway})
	h.open = true
}

// takeEffect lets what waits take effect by an instant.
func (h *history) takeEffect(by time.Time) {
	if h.waitDay.IsZero() || h.waitDay.After(by) {
		return
	}
	h.end(h.waitDay, h.waitDay, false)
	if h.waitPkg != "" {
		h.start(h.waitPkg, h.waitDay, h.waitDay)
	}
	h.waitDay = time.Time{}
}

func (h *history) apply(e *logged) {
	h.takeEffect(e.At)
	day := dayOf(e.At)
	switch e.Type {
	case "account.created":
		h.begin(day)
		h.start(e.Package, day, e.At)
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
		h.end(day, e.At, e.Package == "")
		if e.Package == "" {
			return
		}
		if h.plans.on(from, start).Price.IsZero() && h.plans.on(e.Package, day).Price.IsPositive() && !day.Equal(start) {
			h.begin(day)
		}
		h.start(e.Package, day, e.At)
	}
}

// months lists the billing periods that end by a day.
func (h *history) months(through time.Time) []month {
	var all []month
	for i, anchor := range h.anchors {
		next := farAway
		if i+1 < len(h.anchors) {
			next = h.anchors[i+1]
		}
		for k := 0; ; k++ {
			m := month{start: monthsAfter(anchor, k), end: monthsAfter(anchor, k+1)}
			m.whole = days(m.start, m.end)
			if !m.start.Before(next) {
				break
			}
			if !m.end.Before(next) {
				m.end, m.endsAtDusk = next, true
			}
			if m.end.After(through) {
				return all
			}
			all = append(all, m)
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
	var usage, late, charges []*logged
	for _, e := range events {
		switch e.Type {
		case "usage.recorded":
			usage = append(usage, e)
		case "charge.added":
			charges = append(charges, e)
		default:
			h.apply(e)
		}
	}
	h.takeEffect(through)

	var bills []bill
	months := h.months(through)
	counted := map[place]*used{}
	for i, m := range months {
		cut := m.end // what is recorded later is for the next invoice
		if m.endsAtDusk {
			cut = cut.AddDate(0, 0, 1)
		}
		b := bill{Account: events[0].Account, Date: m.end.Format(time.DateOnly), Start: m.start.Format(time.DateOnly)}
		required, changed := h.recurring(&b, m), false

		due := 0
		for due < len(usage) && usage[due].At.Before(m.end) {
			due++
		}
		known := append(late, usage[:due]...)
		usage, late = usage[due:], nil
		var touched []place
		for _, e := range known {
			if e.known().After(cut) {
				late = append(late, e)
				continue
			}
			at := place{monthHolding(months[:i+1], e.At), h.stretchAt(e.At)}
			if counted[at] == nil {
				counted[at] = &used{}
			}
			counted[at].credits += e.Credits
			if !slices.Contains(touched, at) {
				touched = append(touched, at)
			}
		}
		for _, at := range touched {
			u := counted[at]
			terms := list.on(h.stretches[at.stretch].pkg, months[at.month].start)
			owed := decimal.NewFromInt(max(0, u.credits-terms.Credits)).Mul(terms.Overage).Round(2)
			changed = changed || !owed.Equal(u.billed)
			b.Overage = b.Overage.Add(owed.Sub(u.billed))
			u.billed = owed
		}

		var waiting []*logged
		for _, e := range charges {
			if !e.At.Before(cut) || e.known().After(cut) {
				waiting = append(waiting, e)
				continue
			}
			b.Charges = b.Charges.Add(e.Amount)
			changed = true
		}
		charges = waiting

		if required || changed {
			b.Final = b.Days.Add(b.Overage).Add(b.Charges)
			bills = append(bills, b)
		}
	}
	return bills
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
	for i > 0 && at.Before(months[i].start) {
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
