package reconcile

import (
	"slices"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// world is everything a bill of one account follows from. A counterfactual is a world with
// one thing changed, billed by the same engine; there is no other formula.
type world struct {
	events   []account.Event // in the order they take effect
	packages []invoice.Package
	prices   invoice.PriceList
	policy   invoice.Policy

	catalogue *invoice.Catalogue // of packages and prices; nil until asked for
}

// with is the world with other events.
func (w world) with(events []account.Event) world {
	w.events = events
	return w
}

// under is the world under another policy.
func (w world) under(change func(p *invoice.Policy)) world {
	change(&w.policy)
	return w
}

// listing is the world with other packages.
func (w world) listing(packages []invoice.Package) world {
	w.packages, w.catalogue = packages, nil
	return w
}

// priced is the world billed from the other price list.
func (w world) priced(list invoice.PriceList) world {
	w.prices, w.catalogue = list, nil
	return w
}

// bill bills the account through a day. A world that cannot be billed has no invoices: it
// explains nothing.
func (w *world) bill(through cycle.Date) []invoice.Invoice {
	if w.catalogue == nil {
		c, err := invoice.NewCatalogue(w.packages, w.prices)
		if err != nil {
			return nil
		}
		w.catalogue = &c
	}
	bill, err := account.BillAccount(w.events, *w.catalogue, w.policy, through)
	if err != nil {
		return nil
	}
	return bill.Invoices
}

// worldOf is what an account's bills follow from, as we know it.
func (r *reconciler) worldOf(name string) world {
	events := slices.Clone(r.in.Events.Of(name))
	slices.SortStableFunc(events, func(a, b account.Event) int { return a.Compare(&b) })
	return world{events: events, packages: r.in.Packages, prices: r.in.Prices, policy: r.in.Policy, catalogue: &r.catalogue}
}

// near is the world with only the events that can matter to what is billed for a stretch by a
// day: no credits used long before, nothing that happens and becomes known long after.
func (w world) near(stretch cycle.Period, through cycle.Date, credits bool) world {
	before, after := stretch.Start.AddDays(-70).Start(w.policy.TimeZone), through.AddDays(45).Start(w.policy.TimeZone)
	kept := make([]account.Event, 0, len(w.events))
	for i := range w.events {
		e := &w.events[i]
		past := e.At.Before(before) && e.Known().Before(before)
		switch {
		case e.Type == account.InvoiceStatusChanged,
			e.Type == account.UsageRecorded && (past || !credits),
			e.At.After(after) && e.Known().After(after):
		default:
			kept = append(kept, *e)
		}
	}
	return w.with(kept)
}

// replacing is a copy of the events with one of them changed.
func replacing(events []account.Event, i int, change func(e *account.Event)) []account.Event {
	changed := slices.Clone(events)
	change(&changed[i])
	return changed
}

// without is a copy of the events with one of them left out.
func without(events []account.Event, i int) []account.Event {
	return slices.Delete(slices.Clone(events), i, i+1)
}

// moved shifts an event, and when it became known, by some days.
func moved(e *account.Event, days int) {
	if !e.RecordedAt.IsZero() {
		e.RecordedAt = e.RecordedAt.AddDate(0, 0, days)
	}
	e.At = e.At.AddDate(0, 0, days)
}
