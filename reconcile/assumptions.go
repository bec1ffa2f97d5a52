package reconcile

import (
	"slices"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// assumptions are everything a bill of one account follows from. A cause is looked for by changing one of them and billing again with
// the same engine; there is no other formula.
type assumptions struct {
	events   []account.Event // in the order they take effect
	packages []invoice.Package
	prices   invoice.PriceList
	policy   invoice.Policy

	catalogue *invoice.Catalogue // of packages and prices; nil until asked for
	shortened bool               // the first event stands for all that happened before it
	room      *room              // for the events of a change; nil where they are to last
}

func (a assumptions) withEvents(events []account.Event) assumptions {
	a.events = events
	return a
}

func (a assumptions) withPolicy(change func(p *invoice.Policy)) assumptions {
	change(&a.policy)
	return a
}

func (a assumptions) withPackages(packages []invoice.Package) assumptions {
	a.packages, a.catalogue = packages, nil
	return a
}

func (a assumptions) withPrices(list invoice.PriceList) assumptions {
	a.prices, a.catalogue = list, nil
	return a
}

// bill bills the account through a day. What cannot be billed has no invoices: it explains nothing.
func (a *assumptions) bill(through cycle.Date) []invoice.Invoice {
	catalogue := a.terms()
	if catalogue == nil {
		return nil
	}
	bill, err := account.BillAccount(a.events, *catalogue, a.policy, through)
	if err != nil {
		return nil
	}
	return bill.Invoices
}

// terms is the catalogue of the packages and prices; nil where they make none.
func (a *assumptions) terms() *invoice.Catalogue {
	if a.catalogue == nil {
		if c, err := invoice.NewCatalogue(a.packages, a.prices); err == nil {
			a.catalogue = &c
		}
	}
	return a.catalogue
}

// assumptionsOf are what an account's bills follow from, as we know it.
func (r *reconciler) assumptionsOf(name string) assumptions {
	events := slices.Clone(r.in.Events.Of(name))
	slices.SortStableFunc(events, func(a, b account.Event) int { return a.Compare(&b) })
	return assumptions{events: events, packages: r.in.Packages, prices: r.in.Prices, policy: r.in.Policy, catalogue: &r.catalogue}
}

// beforeDays and afterDays are how long before and after a group's days something may happen that shapes its figures, as a rule.
const (
	beforeDays = 70
	afterDays  = 45
)

// around are the assumptions with only the events that can matter to what is billed for some days by a date: no credits used long
// before, nothing that happens and becomes known long after, and one creation in place of a long history.
func (a assumptions) around(days cycle.Period, through cycle.Date) assumptions {
	a = a.shorten(days.Start.AddDays(-beforeDays))
	before, after := days.Start.AddDays(-beforeDays).Start(a.policy.TimeZone), through.AddDays(afterDays).Start(a.policy.TimeZone)
	kept := make([]account.Event, 0, min(len(a.events), 64))
	for i := range a.events {
		e := &a.events[i]
		past := e.At.Before(before) && e.Known().Before(before)
		if e.Type == account.InvoiceStatusChanged || e.Type == account.UsageRecorded && past || e.At.After(after) && e.Known().After(after) {
			continue
		}
		kept = append(kept, *e)
	}
	return a.withEvents(kept)
}

// shorten puts one creation in the place of all that happened before a day, if the account's periods and package then are plain to
// see: so that a long life is not billed from its beginning for each change that is tried. Whoever uses it holds the bill against
// that of the whole.
func (a assumptions) shorten(day cycle.Date) assumptions {
	zone := a.policy.TimeZone
	if !a.isPlain(day.Start(zone)) {
		return a
	}
	begins, boundary, ok := creationBefore(&a.events[0], day, zone)
	if !ok {
		return a
	}
	from := boundary.Start(zone)
	begins.Package = a.events[0].Package
	events := make([]account.Event, 1, 32)
	for i := 1; i < len(a.events); i++ {
		e := &a.events[i]
		switch {
		case !e.At.Before(from) || !e.Known().Before(from):
			events = append(events, *e)
		case e.Type == account.PackageChanged && e.Effective == account.PeriodEnd && e.At.After(from.AddDate(0, 0, -35)):
			return a // it may still be pending
		case e.Type == account.PackageChanged:
			if a.isFree(begins.Package) != a.isFree(e.Package) {
				return a // it may have moved the boundaries
			}
			begins.Package = e.Package
		}
	}
	events[0] = begins
	a.shortened = true
	return a.withEvents(events)
}

// isPlain reports that an account's periods and package at an instant follow from one creation, its first event, and changes that were
// known by then.
func (a assumptions) isPlain(start time.Time) bool {
	created := -1
	for i := range a.events {
		e := &a.events[i]
		if !e.At.Before(start) {
			break
		}
		switch e.Type {
		case account.Created:
			created = i
		case account.Closed, account.ChangeCancelled, account.EventVoided:
			return false
		}
		if e.Type == account.PackageChanged && !e.Known().Before(start) {
			return false
		}
	}
	return created == 0
}

// creationBefore is a creation on a boundary before a day that gives the same periods as the first one, and the boundary, if there is
// one that no short month has moved.
func creationBefore(first *account.Event, day cycle.Date, zone *time.Location) (begins account.Event, boundary cycle.Date, ok bool) {
	anchor, err := cycle.DateOf(first.At, zone)
	if err != nil {
		return begins, boundary, false
	}
	schedule, err := cycle.NewSchedule(anchor, 1)
	if !first.BillingDate.IsZero() {
		anchor = first.BillingDate
		schedule, err = cycle.NewStubSchedule(schedule.Start(), anchor, 1)
	}
	if err != nil {
		return begins, boundary, false
	}
	k, ok := schedule.Index(day)
	_, _, anchorDay := anchor.Civil()
	for ; ok && k > 1; k-- {
		if _, _, d := schedule.Boundary(k).Civil(); d == anchorDay {
			break
		}
	}
	if !ok || k <= 1 {
		return begins, boundary, false
	}
	boundary = schedule.Boundary(k)
	begins = account.Event{ID: first.ID, Type: account.Created, Account: first.Account, At: boundary.Start(zone).Add(first.At.Sub(schedule.Start().Start(zone)))}
	if !first.BillingDate.IsZero() { // periods follow a date, whatever the hour
		begins.At, begins.BillingDate = boundary.Start(zone).Add(12*time.Hour), schedule.Boundary(k+1)
	}
	return begins, boundary, first.BillingDate.IsZero() || anchorDay <= 28
}

// isFree reports that a package costs nothing, or is not in the list.
func (a *assumptions) isFree(name string) bool {
	for i := range a.packages {
		if p := &a.packages[i]; p.Name == name {
			price := p.Price
			if a.prices == invoice.Distributor && p.DistributorPrice != nil {
				price = *p.DistributorPrice
			}
			return price.IsZero()
		}
	}
	return true
}

// replacing are the assumptions with one of the events changed.
func (a assumptions) replacing(i int, change func(e *account.Event)) assumptions {
	events := append(a.copied(), a.events...)
	change(&events[i])
	return a.withEvents(events)
}

// without are the assumptions with one of the events left out.
func (a assumptions) without(i int) assumptions {
	return a.withEvents(append(append(a.copied(), a.events[:i]...), a.events[i+1:]...))
}

// with are the assumptions with one more event, after the others.
func (a assumptions) with(e account.Event) assumptions {
	return a.withEvents(append(append(a.copied(), a.events...), e))
}

// shift moves an event, and when it became known, by some days.
func shift(e *account.Event, days int) {
	if !e.RecordedAt.IsZero() {
		e.RecordedAt = e.RecordedAt.AddDate(0, 0, days)
	}
	e.At = e.At.AddDate(0, 0, days)
}

func dropping(i int) func(a assumptions) assumptions {
	return func(a assumptions) assumptions { return a.without(i) }
}

func changing(i int, change func(e *account.Event)) func(a assumptions) assumptions {
	return func(a assumptions) assumptions { return a.replacing(i, change) }
}

func zoneOf(p invoice.Policy) *time.Location {
	if p.TimeZone == nil {
		return time.UTC
	}
	return p.TimeZone
}
