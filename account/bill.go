package account

import (
	"fmt"
	"time"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// billing is one account being billed: it cuts the invoices, one day after the other. What it knows grows with
// the days: an event counts from the cut by which it was recorded.
type billing struct {
	*terms
	account string
	since   Since
	numbers invoice.Numbers
	history *history

	view     view
	past     past
	lastGrid *timeline // the grid last known, where no life is known any more
	late     int       // how many of history.late are known
	book     invoice.Book

	standings     []standing // of invoices that are canceled or refunded
	statusNews    []learning // of their statuses; the place is that of the standing
	statusesKnown int        // how many of statusNews have been looked at
	statusesMade  int        // how many of made have been, for a status known before
	unsure        []int32    // places of standings that depend on when the account was created
	due           []int32    // places of standings to look at on a cut

	lastCut  cycle.Date // of the latest invoice; the zero Date before the first
	looked   cycle.Date // the last day on which what was owed was found to be what is billed
	settled  horizon    // how far it reached
	passed   cycle.Date // the latest boundary after the last invoice that had none
	compared horizon    // of the last day on which what is owed was held against what is billed

	made      []invoice.Invoice
	finals    []invoice.Invoice // made, to go on from
	atIssue   []invoice.Invoice // made, with the statuses at their issue
	next      cycle.Date        // where a run stopped: the next day to visit, or the zero Date
	created   []instant         // of each of them: the account's creation, as known to it
	visits    []visit           // the days to look at, in order
	touched   []cycle.Period    // days of whose billing periods something became known since the last invoice
	stretches []cycle.Period    // that the invoice being made looks at
	items     []invoice.Item    // of the invoice being made

	parts    []part        // of the period being added up, by phase
	packages packageCounts // of that period
}

// begin starts on another account: of the one before, there is nothing left but memory.
func (b *billing) begin(t *terms, account string, h *history) {
	if b.view.timeline == nil {
		b.view.timeline, b.lastGrid = newTimeline(t), newTimeline(t)
	}
	*b = billing{terms: t, account: account, numbers: invoice.NumbersOf(account), history: h,
		view: view{timeline: b.view.timeline}, past: b.past, lastGrid: b.lastGrid, book: b.book,
		made: b.made[:0], finals: b.finals, atIssue: b.atIssue, created: b.created[:0], visits: b.visits[:0], parts: b.parts[:0], packages: b.packages,
		touched: b.touched[:0], stretches: b.stretches[:0], standings: b.standings[:0],
		statusNews: b.statusNews[:0], unsure: b.unsure[:0], due: b.due[:0]}
	b.view.reset(t)
	b.lastGrid.reset(t)
	b.past.kept = false
	b.book.Restart()
	if len(h.statuses) > 0 {
		b.findStandings()
	}
}

// run visits every day on which there may be something to bill: the days on which structural
// events happen or become known, and in between the boundaries of the periods as they are
// then known. It goes on after the last invoice issued, and stops at the first one that is not final by what is
// known on a day, today, which it leaves out or, to look ahead, makes the last. The invoices are in memory that is
// used again.
func (b *billing) run(through, today cycle.Date, ahead bool) ([]invoice.Invoice, error) {
	b.findVisits()
	visits := b.visits
	through = cycle.Earlier(through, lastDay)
	last := b.history.lastDay()
	day := b.lastCut
	for len(visits) > 0 && !day.IsZero() && !visits[0].day.After(day) {
		visits = visits[1:]
	}
	for {
		next := forever
		if len(visits) > 0 {
			next = visits[0].day
		}
		if grid := b.grid(); len(grid.cycles) > 0 {
			next = cycle.Earlier(next, grid.period(cycle.Later(day, grid.first())).End)
		}
		if next.After(through) || next.After(today) && !ahead {
			b.next = next
			break
		}
		eventful := false
		if len(visits) > 0 && visits[0].day == next {
			eventful, visits = visits[0].eventful, visits[1:]
		}
		day = next
		made, looked := len(b.made), b.looked
		if err := b.visit(day, eventful); err != nil {
			return nil, err
		}
		if !day.Before(today) && len(b.made) > made && !b.isFinal(&b.made[made], today) {
			if b.next = day; !ahead {
				b.made, b.looked = b.made[:made], looked
			}
			break
		}
		if len(b.made) > made {
			b.passed = cycle.Date{}
		} else if b.compared.day == day {
			b.passed = day
		}
		if b.done(day, last) && len(visits) == 0 {
			break
		}
	}
	return b.made, nil
}

// grid is the timeline whose periods are billed: the one known, or where it has no life any
// more, since its creation was voided, the one before.
func (b *billing) grid() *timeline {
	if len(b.view.cycles) == 0 {
		return b.lastGrid
	}
	return b.view.timeline
}

// done reports that a closed account has nothing left that could be billed after a boundary on
// which everything was known.
func (b *billing) done(day, last cycle.Date) bool {
	v := &b.view
	if v.open || b.compared.day != day || b.history.allKnown.After(b.compared.by) || v.pending != (pending{}) || !day.After(last) {
		return false
	}
	return (len(v.phases) == 0 || day.After(v.phase.days.End)) && b.grid().period(day).Start == day && !b.statusWaits()
}

// visit cuts the invoice of a day, if there is one.
func (b *billing) visit(day cycle.Date, eventful bool) error {
	by := b.morning(day)
	b.learn(by)
	if !eventful {
		return b.cut(day, cause{}, by)
	}
	why, evening := b.view.causeOn(day), b.evening(day)
	if !b.news(evening) {
		return b.cut(day, why, by)
	}
	// What happens on the day itself decides whether the invoice is cut at its end. Where that
	// was to be in the morning, it is, though the change be voided by then.
	morning, state, touched := b.view, b.view.state, len(b.touched)
	atEnd := why.atEnd
	b.learn(evening)
	if why = b.view.causeOn(day); atEnd || why.atEnd {
		why.atEnd = true
		return b.cut(day, why, by)
	}
	b.forget(morning, state, by)
	b.touched = b.touched[:touched]
	return b.cut(day, b.view.causeOn(day), by)
}

// cutAt is the instant at which an invoice is cut that is cut at the start of a day.
func (b *billing) cutAt(day cycle.Date) instant {
	return instantOf(day.AddDays(b.policy.SettleDays).Start(b.policy.TimeZone))
}

// morning is the last instant that an invoice knows that is cut at the start of a day.
func (b *billing) morning(day cycle.Date) instant { return b.cutAt(day) }

// evening is the last instant that an invoice knows that is cut at the end of a day: the one
// before the next day.
func (b *billing) evening(day cycle.Date) instant { return b.cutAt(day.AddDays(1)).Prev() }

// cut makes the invoice of a day from what is known, if there is one to make. The instant is the last one
// that it knows where it is cut at the start of the day.
func (b *billing) cut(day cycle.Date, why cause, by instant) error {
	v, grid := &b.view, b.grid()
	if len(grid.cycles) == 0 || day.Before(grid.first()) {
		return nil
	}
	in := *grid.period(day)
	before := cycle.Period{Start: day, End: day} // the period that ends on the day, if one does
	if in.Start == day && day != grid.first() {
		before = grid.period(day.AddDays(-1)).Period
	}
	required := why.own || in.Start == day && b.unsettled(day, &in, before)
	if !required && (in.Start != day || in.starts) {
		return nil
	}
	c := horizon{day: day, by: by, recurring: day, charges: day}
	cutAt := c.by
	if why.atEnd {
		c.charges = day.AddDays(1)
		c.by, cutAt = b.evening(day), b.cutAt(c.charges)
	}
	if b.policy.Timing == invoice.Advance {
		c.recurring = in.End
	}
	b.learnLate(c.by)
	if len(b.standings) > 0 {
		if err := b.countStatuses(c.by); err != nil {
			return fmt.Errorf("invoice of %s: %w", day, err)
		}
	}
	b.findStretches()
	if b.stretches[0].Start.Before(b.since.Stands) {
		return ErrLeftOut
	}
	if err := b.owed(c); err != nil {
		return err
	}
	stretch := b.stretch(day, &in, before)
	terms := b.termsIn(stretch)
	if stretch.IsEmpty() {
		stretch.End = day.AddDays(1) // to show: the day itself
	}
	b.made = append(b.made, invoice.Invoice{})
	inv := &b.made[len(b.made)-1]
	outcome, err := b.book.Invoice(inv, &invoice.Cut{
		Account: b.account, Date: day, Type: why.kind, Period: stretch, Terms: terms,
		Currency: b.currency, Stretches: b.stretches, Required: required,
	}, b.items)
	if err != nil {
		return fmt.Errorf("invoice of %s: %w", day, err)
	}
	b.compared = c
	if outcome != invoice.Waiting {
		b.looked, v.dirty, b.touched = day, cycle.Date{}, b.touched[:0]
	}
	if outcome != invoice.Made {
		b.made = b.made[:len(b.made)-1]
		return nil
	}
	inv.Number = b.numbers.On(day)
	inv.CutAt = lastTime(cutAt)
	b.created = append(b.created, v.created())
	b.lastCut, b.settled = day, c
	return nil
}

// lastTime is the time of an instant, or the last second of the year 9999 where that is later.
func lastTime(i instant) time.Time {
	if i.After(endOfTime) {
		i = endOfTime
	}
	return i.UTC()
}

var endOfTime = instantOf(time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC))

// unsettled reports that a boundary must be billed: the period that ends there has a charged
// day that no cut inside it has settled, or, in advance, the one that starts there has a
// charged day. A cut on the first day of a period is not inside it, and in advance one that is
// settles all of it.
func (b *billing) unsettled(day cycle.Date, in *period, before cycle.Period) bool {
	v := &b.view
	if b.policy.Timing == invoice.Advance {
		if v.charged(in.Period) {
			return true
		}
		if b.lastCut.After(before.Start) {
			return false
		}
	}
	return v.charged(cycle.Period{Start: cycle.Later(before.Start, b.lastCut), End: day})
}

// learnLate notes the usage and charges that became known after they happened, or were voided.
func (b *billing) learnLate(by instant) {
	for late := b.history.late; b.late < len(late) && !late[b.late].when.After(by); b.late++ {
		b.touch(onlyDay(late[b.late].day))
	}
}

// stretch is the invoice's own period: in arrears what ends on the day, from the period's
// start or the last cut inside it; in advance what starts there, unless the account is closed.
// It is empty when an account changes on the very day it was created.
func (b *billing) stretch(day cycle.Date, in *period, before cycle.Period) cycle.Period {
	if ahead := (cycle.Period{Start: day, End: in.End}); b.policy.Timing == invoice.Advance && b.view.charged(ahead) {
		return ahead
	}
	start := in.Start
	if start == day {
		start = before.Start
	}
	return cycle.Period{Start: cycle.Later(start, b.lastCut), End: day}
}

// termsIn are those of the last package in force in a stretch, or nil.
func (b *billing) termsIn(stretch cycle.Period) *invoice.Terms {
	p := b.view.lastIn(stretch)
	if p == nil {
		return nil
	}
	last := cycle.Earlier(stretch.End, p.days.End).AddDays(-1)
	return p.list.On(b.view.period(last).Start)
}
