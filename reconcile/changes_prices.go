package reconcile

import (
	"fmt"
	"maps"
	"slices"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// priceChanges are the price list, the terms by their date, a package at another price, and what a free upgrade does.
func (s *search) priceChanges() {
	other := invoice.Distributor
	if s.recent.prices == invoice.Distributor {
		other = invoice.Retail
	}
	s.share(func() {
		s.add(PriceListCause, onRecurring|onOverage, fmt.Sprintf("at the %s price", other), func(a assumptions) assumptions { return a.withPrices(other) })
	})
	used, listed := map[string]bool{}, map[string]int{}
	for i := range s.recent.events {
		used[s.recent.events[i].Package] = true
	}
	for i := range s.recent.packages {
		listed[s.recent.packages[i].Name]++
	}
	for i := range s.recent.packages {
		p := &s.recent.packages[i]
		if used[p.Name] && listed[p.Name] > 1 {
			s.share(func() {
				s.add(TermsCause, onRecurring|onOverage, fmt.Sprintf("by the terms of %s that hold from %s", p.Name, orBeginning(p.EffectiveFrom)), onlyTerms(*p))
			})
		}
	}
	turned, fact := invoice.KeepCycle, "as if the free upgrade had kept the cycle (free_upgrade keep_cycle)"
	if s.recent.policy.FreeUpgrade == invoice.KeepCycle {
		turned, fact = invoice.RestartCycle, "as if the free upgrade had restarted the cycle (free_upgrade restart_cycle)"
	}
	s.policy(FreeUpgrade, onAny, fact, func(p *invoice.Policy) { p.FreeUpgrade = turned })
}

func orBeginning(d cycle.Date) string {
	if d.IsZero() {
		return "the beginning"
	}
	return d.String()
}

// onlyTerms leaves one entry of a package's terms in the list.
func onlyTerms(keep invoice.Package) func(a assumptions) assumptions {
	return func(a assumptions) assumptions {
		var packages []invoice.Package
		for _, p := range a.packages {
			if p.Name != keep.Name || p.EffectiveFrom == keep.EffectiveFrom {
				packages = append(packages, p)
			}
		}
		return a.withPackages(packages)
	}
}

// atPrice bills a package at another price, on the price list that is billed from.
func atPrice(name string, price money.Amount) func(a assumptions) assumptions {
	return func(a assumptions) assumptions {
		packages := slices.Clone(a.packages)
		for i := range packages {
			if packages[i].Name != name {
				continue
			}
			if a.prices == invoice.Distributor {
				packages[i].DistributorPrice = &price
			} else {
				packages[i].Price = price
			}
		}
		return a.withPackages(packages)
	}
}

// effectChanges take a scheduled change for an immediate one or the reverse, and a change from the start of its period.
func (s *search) effectChanges() {
	s.nearEvents(func(i int, e *account.Event, day cycle.Date) {
		if e.Type != account.Closed && e.Type != account.PackageChanged || !s.isRecent(e, day) {
			return
		}
		cause, fact := ScheduledAsImmediate, fmt.Sprintf("as if the scheduled %s of %s had been immediate", noun(e), day)
		effective := account.Immediately
		if e.Effective == account.Immediately {
			cause, fact = ImmediateAsScheduled, fmt.Sprintf("as if the immediate %s of %s had been scheduled for the period's end", noun(e), day)
			effective = account.PeriodEnd
		}
		s.add(cause, onAny, fact, changing(i, func(e *account.Event) { e.Effective = effective }))
		start := s.ledger.periods.of(day)
		if e.Type == account.PackageChanged && e.Effective == account.Immediately && start.Before(day) && day.Sub(start) <= 31 {
			s.add(ChangeFromPeriodStart, onAny, fmt.Sprintf("as if the change to %s on %s had been made on %s, the start of its period", e.Package, day, start),
				changing(i, func(e *account.Event) { shift(e, start.Sub(day)) }))
		}
	})
}

// packageChanges are others that the account may have upstream.
func (s *search) packageChanges() {
	listed := map[string]bool{}
	for i := range s.recent.packages {
		listed[s.recent.packages[i].Name] = true
	}
	names := slices.Sorted(maps.Keys(listed))
	if len(names) > maxEvents { // their own word, and the package's own terms, are tried before
		names = names[:maxEvents]
	}
	s.eachPackage(func(i int, e *account.Event) {
		for _, name := range names {
			if name == e.Package || name == s.pkg && len(s.group.Ours) > 0 { // which is tried first
				continue
			}
			n := len(s.list)
			fact := fmt.Sprintf("as %s, not as %s", name, e.Package)
			if !listed[e.Package] { // we left the event out; they may know what it means
				fact = fmt.Sprintf("as if the package %s, which is not in the list, were %s", e.Package, name)
			}
			s.add(OtherPackage, onAny, fact, changing(i, func(e *account.Event) { e.Package = name }))
			for j := range s.list[n:] {
				s.list[n+j].pkg = name
			}
		}
	})
}
