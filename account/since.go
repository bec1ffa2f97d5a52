package account

import (
	"errors"
	"slices"
	"time"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// Since says what is left out of an [Issuing]: the Events that [Event.LeftOut] says, the Lines of the Issued whose Key has a Period before Stands,
// and the Issued that are dated before it and have no other Lines. The zero Since is nothing.
type Since struct {
	// Stands is what an [Issuance] before says, by the same catalogue and policy or those that Differ.
	Stands cycle.Date
	// Differ is the first day of which the packages that events name have other terms than they had by then. The zero Date is none. A policy
	// that differs, or a package that was missing, leaves nothing that stands.
	Differ cycle.Date
}

// ErrLeftOut is the error of an [Issuing] with Since that takes something which was left out, such as where late usage of an earlier billing
// period was recorded, or an invoice was canceled. Without Since, and with all there is, it is issued.
var ErrLeftOut = errors.New("issue: it takes events or lines of invoices that were left out, expected all of them")

// margin is how long before Since nothing is left out: longer than any time zone is off.
const margin = 48 * time.Hour

// LeftOut reports that an [Issuing] does without the event since a day: it is usage or a charge of two days before it or earlier, or a
// status, not a final one, of an invoice dated before it.
func (e *Event) LeftOut(since cycle.Date) bool {
	switch {
	case since.IsZero():
		return false
	case e.Type == UsageRecorded || e.Type == ChargeAdded:
		return e.At.Before(since.Start(nil).Add(-margin))
	case e.Type == InvoiceStatusChanged && !final(e.Status):
		day, own := invoice.NumbersOf(e.Account).Day(e.Invoice)
		return own && day.Before(since)
	}
	return false
}

// lacks reports that something was left out which may be needed whatever is looked at: an event was voided or an invoice does not count, or
// something is there which would have been left out, so that it is new.
func (b *billing) lacks() bool {
	since := b.since.Stands
	return !since.IsZero() && (b.takesAll() || slices.ContainsFunc(b.history.entries, func(e *entry) bool { return e.event().LeftOut(since) }))
}

// takesAll reports that events are such that nothing can be left out.
func (b *billing) takesAll() bool { return len(b.history.voidings) > 0 || len(b.standings) > 0 }

// goOn has the billing be as it was when the last invoice was cut, by an instant: all that was known by then had been looked at.
func (b *billing) goOn(last cycle.Date, by instant) {
	b.learnLate(by)
	b.looked, b.view.dirty, b.touched = last, b.since.Differ, b.touched[:0]
}

// stands is [Issuance.Stands], where some invoices were issued before: the start of the billing period before the one in which the last invoice
// was cut, for what is recorded a little late. When it was cut all that is owed was held against what is billed, or that was done later, and
// found nothing: so what is known later says which billing periods differ. It stays where no invoice is new.
func (b *billing) stands(issued int) cycle.Date {
	if goesOn := !b.since.Stands.IsZero() && len(b.made) == issued; len(b.made) == 0 || goesOn || b.takesAll() {
		return b.since.Stands
	}
	last, grid := &b.made[len(b.made)-1], b.grid()
	if b.looked.Before(last.Date) || len(grid.cycles) == 0 || last.Date.Before(grid.first()) {
		return b.since.Stands
	}
	day := grid.period(last.Date).Start
	if day.After(grid.first()) {
		day = grid.period(day.AddDays(-1)).Start
	}
	if !day.After(grid.first()) || !day.After(b.since.Stands) {
		return b.since.Stands
	}
	by, _ := b.knownTo(last)
	if slices.ContainsFunc(b.history.entries, func(e *entry) bool {
		return (e.known.After(by) || e.day.After(last.Date)) && e.event().LeftOut(day)
	}) {
		return b.since.Stands // a day is still to come on which it counts
	}
	return day
}
