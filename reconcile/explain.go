package reconcile

import (
	"slices"
	"strings"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// search is the search for the causes of one row.
type search struct {
	row      *pair
	world    world
	list     []candidate
	through  cycle.Date
	differs  which
	base     []invoice.Invoice // of our world
	own      *print            // our row's figures in our world; nil where other arithmetics must be billed
	since    cycle.Date        // the first day of the documents
	until    cycle.Date        // the last
	others   []*side           // their rows of the account, for a row that they do not have
	seen     [components]figuresSeen
	findings []Finding
	net      *money.Amount // the recurring figure of the change tried last
	outcomes []outcome     // of the causes that other accounts may share
}

// figuresSeen are the figures of one component that were tried, and what a figure could be.
type figuresSeen struct {
	tried       map[int64]bool
	least, most int64
}

func (f *figuresSeen) widen(minor int64) { f.least, f.most = min(f.least, minor), max(f.most, minor) }

// explain looks for what would make our engine print their row.
func (r *reconciler) explain(w world, row *pair) *search {
	s := r.newSearch(w, row)
	s.list = r.candidates(&w, &s.world, row, s.differs)
	nets := make([]*money.Amount, len(s.list)) // the recurring figure under each change, where it was billed
	for i := range s.list {
		if c := &s.list[i]; c.code != impliedCredits || !s.explains(overage) {
			s.net = nil
			s.try(c)
			nets[i] = s.net
		}
	}
	if len(s.findings) == 0 && row.theirs != nil && row.ours != nil {
		s.tryTogether(nets)
	}
	return s
}

// explains reports that a component has a cause.
func (s *search) explains(c component) bool {
	return slices.ContainsFunc(s.findings, func(f Finding) bool { return f.fixes[c] })
}

func (r *reconciler) newSearch(w world, row *pair) *search {
	s := &search{row: row, since: r.from, until: r.through}
	for _, side := range []*side{row.theirs, row.ours} {
		if side != nil && side.date.After(s.through) {
			s.through = side.date
		}
	}
	price := r.priceOf(row).Minor()
	for c := range components {
		s.seen[c].tried = map[int64]bool{}
		if c == recurring {
			s.seen[c].widen(price)
		}
		var theirs, ours int64
		if row.theirs != nil {
			theirs = row.theirs.of(c).Minor()
		}
		if row.ours != nil {
			ours = row.ours.of(c).Minor()
		}
		s.seen[c].widen(theirs)
		s.seen[c].widen(ours)
		if theirs != ours {
			s.differs |= 1 << c
		}
	}
	switch {
	case row.theirs == nil:
		s.differs, s.others = onAny, r.byAccount[fold(row.account)]
		s.through = s.through.AddDays(35) // another invoice may bill its days
	case row.ours == nil:
		s.base = w.bill(s.through)
	}
	s.world = w.near(row.either().period, s.through, true)
	if row.ours != nil && row.theirs != nil {
		s.base = s.world.bill(s.through)
		if inv := s.pick(s.base); inv == nil || ofInvoice(inv).Figures != row.ours.Figures {
			s.world = w // something from long before is on this invoice
			s.base = w.bill(s.through)
		}
		s.own = s.apart(s.base)
	}
	return s
}

// tryTogether tries one change of time or price with one of day count or rounding, which
// cannot make more than a part of the price of a difference.
func (s *search) tryTogether(nets []*money.Amount) {
	near := max(s.seen[recurring].most/8, 100)
	for i := range s.list {
		a := &s.list[i]
		if a.tier > price || a.make == nil || a.code == "creation_date" {
			continue
		}
		if nets[i] == nil || *nets[i] == s.row.ours.Recurring || abs64(nets[i].Minor()-s.row.theirs.Recurring.Minor()) > near {
			continue
		}
		changed := a.make(s.world)
		invoices := changed.bill(s.through)
		var apart *print
		if s.own != nil {
			apart = s.apart(invoices)
		}
		for j := range s.list {
			b := &s.list[j]
			if b.tier != dayCount && b.tier != rounding || b.code == "timing" || b.code == "bill_changes" {
				continue
			}
			if apart != nil && b.sums != nil && !s.mayPrint(apart, changed, &candidate{tier: together, sums: b.sums}) {
				continue
			}
			s.try(&candidate{tier: together, code: a.code + "+" + b.code, change: a.change + ", and " + b.change, may: a.may | b.may,
				make: func(world) world { return b.make(changed) }})
			if len(s.findings) >= maxTogether {
				return
			}
		}
	}
}

func abs64(n int64) int64 { return max(n, -n) }

// maxTogether is how many causes of two changes are listed.
const maxTogether = 5

// try bills the world with one change and keeps it when it prints their figures.
func (s *search) try(c *candidate) {
	if s.row.theirs == nil {
		s.tryAbsent(c)
		return
	}
	if s.own != nil && c.sums != nil && !s.mayPrint(s.own, s.world, c) {
		return
	}
	var found *invoice.Invoice
	var figures *Figures
	if c.invoice != nil {
		found = s.row.ours.ours
		figures = c.invoice(found)
	} else {
		changed := c.make(s.world)
		if found = s.pick(changed.bill(s.through)); found != nil {
			figures = &ofInvoice(found).Figures
			s.net = &figures.Recurring
		}
	}
	if figures == nil || !s.fits(found) {
		return
	}
	s.judge(c, found, figures)
}

// apart takes the row's invoice apart, so that other arithmetics can be asked of its shares. Where what was billed is corrected a
// line may come to nothing, and then it is not there to be asked: those accounts are billed.
func (s *search) apart(invoices []invoice.Invoice) *print {
	inv := s.pick(invoices)
	if inv == nil {
		return nil
	}
	for i := range s.world.events {
		e := &s.world.events[i]
		if (e.Type == account.Closed || e.Type == account.PackageChanged) && (s.world.policy.Timing == invoice.Advance || e.Known().After(e.At)) {
			return nil
		}
	}
	n := slices.IndexFunc(invoices, func(i invoice.Invoice) bool { return i.Date == inv.Date })
	return takeApart(inv, invoices[:n])
}

// mayPrint asks the shares of an invoice whether another arithmetic might print theirs. A figure that is not theirs counts as tried.
func (s *search) mayPrint(p *print, w world, c *candidate) bool {
	is := w.policy
	c.sums(&w.policy)
	if w.policy.IncludedCredits == invoice.ProratedCredits && !w.policy.Rule().CountsLike(is.Rule()) {
		return true // the allowance follows the days
	}
	f := s.row.ours.Figures
	f.Recurring, f.Overage = p.sum(recurring, w.policy), p.sum(overage, w.policy)
	for k := range components {
		if s.differs&(1<<k) != 0 && f.of(k) == s.row.theirs.of(k) {
			return true
		}
	}
	s.judge(c, s.row.ours.ours, &f)
	return false
}

// judge holds the figures of a changed world against theirs.
func (s *search) judge(c *candidate, found *invoice.Invoice, figures *Figures) {
	f := Finding{Code: c.code, Change: c.change, tier: c.tier, full: true, shared: c.shared, sets: s.sets(c)}
	for k := range components {
		if s.differs&(1<<k) == 0 && figures.of(k) != s.row.theirs.of(k) {
			if c.shared {
				s.outcomes = append(s.outcomes, outcome{c.change, false})
			}
			return // it would upset what agrees
		}
	}
	hits, wrong := 0, false
	for k := range components {
		if s.differs&(1<<k) == 0 {
			continue
		}
		theirs, figure := s.row.theirs.of(k), figures.of(k)
		ours := money.New(0, figure.Currency())
		if s.row.ours != nil {
			ours = s.row.ours.of(k)
		}
		if figure != ours {
			s.seen[k].tried[figure.Minor()] = true
			s.seen[k].widen(figure.Minor())
		}
		switch {
		case figure == theirs:
			f.fixes[k] = true
			hits++
		case figure == ours && s.row.ours != nil:
			f.full = false
		default:
			wrong = true // it changes the figure, to a wrong one
		}
	}
	if c.shared && (hits > 0 || wrong) {
		s.outcomes = append(s.outcomes, outcome{c.change, !wrong})
	}
	if hits == 0 || wrong || c.pkg != "" && !slices.ContainsFunc(found.Lines, func(l invoice.Line) bool { return l.Package == c.pkg }) {
		return
	}
	f.dated = found.Period == s.row.theirs.period && found.Date == s.row.theirs.date
	f.Sentence = s.sentence(found, &f, c)
	s.count(&f)
	s.findings = append(s.findings, f)
}

// tryAbsent keeps a change in whose world our row is not there: nothing bills any of its days,
// or they are billed as in those rows of theirs that do. Of several of one kind, the first.
func (s *search) tryAbsent(c *candidate) {
	if c.tier > dayCount || c.make == nil || c.pkg != "" || slices.ContainsFunc(s.findings, func(f Finding) bool { return f.Code == c.code }) {
		return
	}
	changed := c.make(s.world)
	ours := s.row.ours
	invoices := changed.bill(s.through)
	for i := range invoices {
		inv := &invoices[i]
		if inv.Date == ours.date && (inv.Period == ours.period || !slices.ContainsFunc(s.others, func(o *side) bool { return isRow(inv, o) })) {
			return
		}
		if inv.Date.After(s.until) || inv.Date.Before(s.since) {
			continue // it would be on an invoice that is not in the documents, or not asked for
		}
		if !inv.Period.Intersect(ours.period).IsEmpty() && !slices.ContainsFunc(s.others, func(o *side) bool { return isRow(inv, o) }) {
			return
		}
	}
	for _, other := range s.others { // what they do bill, they would not
		if other.date.After(s.through) {
			continue
		}
		days := other.period.Intersect(ours.period)
		if !slices.ContainsFunc(invoices, func(inv invoice.Invoice) bool {
			return days.IsEmpty() && !inv.Period.Intersect(other.period).IsEmpty() || isRow(&inv, other)
		}) {
			return
		}
	}
	s.findings = append(s.findings, Finding{Code: c.code, Change: c.change, tier: c.tier, full: true, certain: true, shared: c.shared, sets: s.sets(c),
		Sentence: "there would be no such invoice, " + c.change})
}

// sets are the keys of a policy file that a cause changes, as they are written there.
func (s *search) sets(c *candidate) string {
	if !c.shared || c.make == nil {
		return ""
	}
	return strings.Join(c.make(s.world).policy.Changes(s.world.policy), " ")
}

// isRow reports that an invoice is the same period and money as a row of theirs.
func isRow(inv *invoice.Invoice, theirs *side) bool {
	return inv.Period == theirs.period && ofInvoice(inv).same(&theirs.Figures)
}

// pick is the invoice that stands for the row in a changed world: that of their date, or the
// one that shares most days.
func (s *search) pick(invoices []invoice.Invoice) *invoice.Invoice {
	want := s.row.either()
	var best *invoice.Invoice
	most := 0
	for i := len(invoices) - 1; i >= 0; i-- {
		inv := &invoices[i]
		if inv.Date == want.date {
			return inv
		}
		if days := inv.Period.Intersect(want.period).Days(); days > most {
			best, most = inv, days
		}
	}
	return best
}

// fits reports that an invoice of a changed world keeps the period and the date where theirs
// and ours agree on them, and is not one that we have anyway.
func (s *search) fits(found *invoice.Invoice) bool {
	theirs, ours := s.row.theirs, s.row.ours
	if ours == nil {
		if found.Period != theirs.period && found.Date != theirs.date {
			return false
		}
		return !slices.ContainsFunc(s.base, func(inv invoice.Invoice) bool {
			return inv.Date == found.Date && inv.Period == found.Period && ofInvoice(&inv).Figures == ofInvoice(found).Figures
		})
	}
	return (theirs.period != ours.period || found.Period == ours.period) && (theirs.date != ours.date || found.Date == ours.date)
}

// ranked sorts the findings: those that explain all of the row first, then those that give
// their dates too, by tier.
func (s *search) ranked() []Finding {
	slices.SortStableFunc(s.findings, func(a, b Finding) int { return a.rank() - b.rank() })
	type said struct{ code, sentence string }
	seen := map[said]bool{} // a package listed with two terms says the same twice
	return slices.DeleteFunc(s.findings, func(f Finding) bool {
		again := seen[said{f.Code, f.Sentence}]
		seen[said{f.Code, f.Sentence}] = true
		return again
	})
}

// count says how easily the finding's figures would have been hit by accident: of what was
// tried up to here, since the most plausible come first.
func (s *search) count(f *Finding) {
	for k := range components {
		if !f.fixes[k] {
			continue
		}
		tried, among := int64(len(s.seen[k].tried)), s.seen[k].most-s.seen[k].least+1
		if f.Code == impliedCredits {
			tried = among // any figure is some number of credits
		}
		if f.Range == 0 || tried*f.Range < f.Tried*among {
			f.Tried, f.Range = tried, among
		}
	}
}
