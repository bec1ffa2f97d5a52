package reconcile

import (
	"fmt"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// prices are the price list, the terms by their date, and what a free upgrade does.
func (l *candidates) prices() {
	other := invoice.Distributor
	if l.world.prices == invoice.Distributor {
		other = invoice.Retail
	}
	l.share(func() {
		l.add(price, "price_list", onRecurring, fmt.Sprintf("at the %s price", other), func(w world) world { return w.priced(other) })
	})

	used, listed := map[string]bool{}, map[string]int{}
	for i := range l.world.events {
		used[l.world.events[i].Package] = true
	}
	for i := range l.world.packages {
		listed[l.world.packages[i].Name]++
	}
	for i := range l.world.packages {
		p := &l.world.packages[i]
		if used[p.Name] && listed[p.Name] > 1 {
			l.share(func() {
				l.add(price, "terms", onRecurring|onOverage, fmt.Sprintf("by the terms of %s that hold from %s", p.Name, orBeginning(p.EffectiveFrom)), onlyTerms(*p))
			})
		}
	}
	turned, change := invoice.KeepCycle, "as if the free upgrade had kept the cycle (free_upgrade keep_cycle)"
	if l.world.policy.FreeUpgrade == invoice.KeepCycle {
		turned, change = invoice.RestartCycle, "as if the free upgrade had restarted the cycle (free_upgrade restart_cycle)"
	}
	l.under(price, "free_upgrade", onAny, change, func(p *invoice.Policy) { p.FreeUpgrade = turned })
}

func orBeginning(d cycle.Date) string {
	if d.IsZero() {
		return "the beginning"
	}
	return d.String()
}

// onlyTerms leaves one entry of a package's terms in the list.
func onlyTerms(keep invoice.Package) func(w world) world {
	return func(w world) world {
		var packages []invoice.Package
		for _, p := range w.packages {
			if p.Name != keep.Name || p.EffectiveFrom == keep.EffectiveFrom {
				packages = append(packages, p)
			}
		}
		return w.listing(packages)
	}
}

// effects take a scheduled change for an immediate one or the reverse, and a change from the
// start of its period.
func (l *candidates) effects() {
	l.each(func(i int, e *account.Event, day cycle.Date) {
		if e.Type != account.Closed && e.Type != account.PackageChanged {
			return
		}
		code, change := "scheduled_as_immediate", fmt.Sprintf("as if the scheduled %s of %s had been immediate", noun(e), day)
		effective := account.Immediately
		if e.Effective == account.Immediately {
			code, change = "immediate_as_scheduled", fmt.Sprintf("as if the immediate %s of %s had been scheduled for the period's end", noun(e), day)
			effective = account.PeriodEnd
		}
		l.add(price, code, onAny, change, changing(i, func(e *account.Event) { e.Effective = effective }))
		if start := l.row.either().period.Start; e.Type == account.PackageChanged && e.Effective == account.Immediately && start.Before(day) && day.Sub(start) <= 31 {
			l.add(price, "change_from_period_start", onAny, fmt.Sprintf("as if the change to %s on %s had been made on %s, the start of its period", e.Package, day, start),
				changing(i, func(e *account.Event) { moved(e, start.Sub(day)) }))
		}
	})
}

// packages are others that the account may have upstream.
func (l *candidates) packages() {
	listed := map[string]bool{}
	for i := range l.world.packages {
		listed[l.world.packages[i].Name] = true
	}
	names := sortedKeys(listed)
	for i := len(l.world.events) - 1; i >= 0; i-- { // the latest matter most
		e := &l.world.events[i]
		if e.Type != account.Created && e.Type != account.PackageChanged {
			continue
		}
		day, err := cycle.DateOf(e.At, l.world.policy.TimeZone)
		if err != nil || !day.Before(l.row.either().period.End) {
			continue
		}
		for _, name := range names {
			if name != e.Package {
				n := len(l.list)
				change := fmt.Sprintf("as if the package had been %s, not %s", name, e.Package)
				if !listed[e.Package] { // we left the event out; they may know what it means
					change = fmt.Sprintf("as if the package %s of %s, which is not in the list, had been %s", e.Package, day, name)
				}
				l.add(price, "other_package", onAny, change,
					changing(i, func(e *account.Event) { e.Package = name }))
				for j := range l.list[n:] {
					l.list[n+j].pkg = name
				}
			}
		}
	}
}
