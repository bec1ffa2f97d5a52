package reconcile

import (
	"slices"

	"github.com/prorata-go/prorata/invoice"
)

// tryAbsent keeps a change with which our lines would not be there, and all else that they bill would be as it is. Of several of one
// kind, the first.
func (s *search) tryAbsent(c *change) {
	if c.tier > days || c.apply == nil || c.pkg != "" || slices.ContainsFunc(s.hits, func(h Hit) bool { return h.Cause == c.cause }) {
		return
	}
	invoices := s.bill(c.apply(s.trying()))
	if s.figuresOn(invoices) != s.figuresOn(s.base).less(s.group.OurFigures) || !s.leavesOthers(invoices) {
		return
	}
	s.hits = append(s.hits, Hit{Cause: c.cause, Fact: c.fact, tier: c.tier, full: true, certain: true, shared: c.shared, sets: s.sets(c),
		fixes: s.differs, Text: "There would be nothing to bill for " + s.group.Period.String() + " " + c.fact + "."})
}

// leavesOthers reports that a bill leaves the account's other periods near the group's as they are.
func (s *search) leavesOthers(invoices []invoice.Invoice) bool {
	var is, was Figures
	sum := func(invoices []invoice.Invoice, f *Figures) {
		for _, inv := range s.since(invoices) {
			for j := range inv.Lines {
				if c := chargeOf(&inv, &inv.Lines[j]); !s.cells.has(s.ledger.periods, &c) && s.scope.has(inv.Date) && s.ledger.coveredByTheirs(c.days) {
					f[c.kind] += c.amount
				}
			}
		}
	}
	sum(invoices, &is)
	sum(s.base, &was)
	return is == was
}
