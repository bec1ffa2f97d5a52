package reconcile

import (
	"slices"
	"strings"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// change is one thing that may be otherwise upstream.
type change struct {
	cause, with Cause
	tier        tier
	fact        string  // in words that follow "They bill": "as if closed on 2010-11-14"
	may         kindSet // the kinds that it can change
	pkg         string  // a package that must be on the bill, if it is what makes their figure
	shared      bool    // it is no matter of one account: others may have it too
	first       bool    // a row states it: it is tried first

	apply      func(a assumptions) assumptions
	arithmetic func(p *invoice.Policy)            // the arithmetic of shares, where that is all it changes
	figures    func(ours Figures) (Figures, bool) // what it makes of the group's figures, where it is a line more or less
}

// search is the search for the causes of one group.
type search struct {
	*reconciler
	trial   *trial // nil where what is billed is to last
	group   *Group
	ledger  *ledger
	cells   cells
	whole   *assumptions // with all that happened
	recent  assumptions  // what can matter
	through cycle.Date
	differs kindSet
	rest    Figures // what the lines for the group's periods come to beyond the group's own figures: they belong to others
	base    []invoice.Invoice
	days    daySet // of their rows
	pkg     string // that their rows state, where it is another than ours
	own     *parts // our figures taken apart; nil where other arithmetics must be billed

	list     []change
	seen     [Kinds]figuresSeen
	hits     []Hit
	nets     []int64 // the recurring figure under each change that was billed
	billed   []bool
	outcomes []outcome // of the causes that other accounts may share
}

// figuresSeen are the figures of one kind that were tried, and what a figure could be.
type figuresSeen struct {
	tried       map[int64]bool
	least, most int64
}

func (f *figuresSeen) widen(minor int64) { f.least, f.most = min(f.least, minor), max(f.most, minor) }

// newSearch prepares the search for a group's causes.
func (r *reconciler) newSearch(l *ledger, whole *assumptions, g *Group) *search {
	s := &search{reconciler: r, group: g, ledger: l, whole: whole, differs: g.differs(), cells: l.cellsOf(g)}
	s.through = cycle.Later(r.scope.through, cycle.Earlier(g.Period.End.AddMonths(1), l.outsideThrough()))
	s.through = cycle.Earlier(s.through, cycle.Later(g.Period.End, g.lastDate()).AddDays(2*beforeDays))
	var theirs []cycle.Period
	for _, t := range g.Theirs {
		theirs = append(theirs, t.Period)
	}
	s.days, s.pkg = daysIn(theirs), s.theirPackage()
	price := r.priceOf(g)
	for k := range Kinds {
		s.seen[k].tried = map[int64]bool{}
		if k == Recurring {
			s.seen[k].widen(price)
		}
		s.seen[k].widen(g.TheirFigures[k])
		s.seen[k].widen(g.OurFigures[k])
	}
	s.recent = whole.around(g.Period, s.through)
	s.base = s.recent.bill(s.through)
	own := s.figuresOf(s.base)
	if s.recent.shortened || len(s.recent.events) < len(whole.events) {
		full := l.billedWhole(whole, s.through)
		if truth := s.figuresOf(full); truth != own || s.recent.shortened && !sameDates(s.since(full), s.since(s.base)) {
			s.recent, s.base, own = *whole, full, truth // something from long before is in it
		}
	}
	s.rest = own.less(g.OurFigures)
	s.own = s.takeApart(s.base, s.recent)
	return s
}

// since are the invoices that may have lines for the group's periods.
func (s *search) since(invoices []invoice.Invoice) []invoice.Invoice {
	from := s.cells.first
	i, _ := slices.BinarySearchFunc(invoices, from, func(inv invoice.Invoice, from cycle.Date) int { return inv.Date.Compare(from) })
	return invoices[i:]
}

func sameDates(a, b []invoice.Invoice) bool {
	return slices.EqualFunc(a, b, func(x, y invoice.Invoice) bool { return x.Date == y.Date && x.FinalAmount == y.FinalAmount })
}

// lines visits the lines of a bill that are about the group's periods and are compared.
func (s *search) lines(invoices []invoice.Invoice, visit func(inv *invoice.Invoice, l *invoice.Line, c *charge)) {
	invoices = s.since(invoices)
	for i := range invoices {
		inv := &invoices[i]
		for j := range inv.Lines {
			c := chargeOf(inv, &inv.Lines[j])
			if s.cells.has(s.ledger.periods, &c) && s.ledger.counts(&c) {
				visit(inv, &inv.Lines[j], &c)
			}
		}
	}
}

// figuresOf are what a bill comes to for the group's periods.
func (s *search) figuresOf(invoices []invoice.Invoice) (f Figures) {
	s.lines(invoices, func(_ *invoice.Invoice, _ *invoice.Line, c *charge) { f[c.kind] += c.amount })
	return f
}

// figuresOn are what a bill comes to for the group's periods on whatever date compared.
func (s *search) figuresOn(invoices []invoice.Invoice) (f Figures) {
	for _, inv := range s.since(invoices) {
		for j := range inv.Lines {
			if c := chargeOf(&inv, &inv.Lines[j]); s.cells.hasPeriod(s.ledger.periods, &c) && s.ledger.counts(&c) {
				f[c.kind] += c.amount
			}
		}
	}
	return f
}

// run tries all changes, and then two at once where none was found: what may be an accident does not stop the search.
func (s *search) run() {
	s.list = s.changes()
	s.nets, s.billed = make([]int64, len(s.list)), make([]bool, len(s.list))
	for i := range s.list {
		if c := &s.list[i]; c.cause != ImpliedCredits || !s.explains(Overage) {
			s.try(c, i)
		}
	}
	if !slices.ContainsFunc(s.hits, func(h Hit) bool { return !h.Possible() }) && len(s.group.Theirs) > 0 && len(s.group.Ours) > 0 && s.ledger.mayTryTogether() {
		s.tryTogether()
	}
}

// explains reports that a kind has a cause.
func (s *search) explains(k Kind) bool {
	return slices.ContainsFunc(s.hits, func(h Hit) bool { return h.fixes.has(k) })
}

// try bills with one change and keeps it when it prints their figures.
func (s *search) try(c *change, at int) {
	if len(s.group.Theirs) == 0 {
		s.tryAbsent(c)
		return
	}
	if c.figures != nil {
		if f, ok := c.figures(s.group.OurFigures); ok {
			s.judge(c, f, nil)
		}
		return
	}
	if s.own != nil && c.arithmetic != nil && !s.mayPrint(s.own, s.recent, c) {
		return
	}
	invoices := s.bill(c.apply(s.trying()))
	f := s.figuresOf(invoices).less(s.rest)
	if at >= 0 {
		s.nets[at], s.billed[at] = f[Recurring], true
	}
	s.judge(c, f, invoices)
}

// takeApart takes the group's figures apart into shares, so that other arithmetics can be asked of them. Where what was billed is
// corrected, a line may come to nothing, and then it is not there to be asked: those accounts are billed.
func (s *search) takeApart(invoices []invoice.Invoice, a assumptions) *parts {
	for i := range a.events {
		e := &a.events[i]
		if (e.Type == account.Closed || e.Type == account.PackageChanged) && (a.policy.Timing == invoice.Advance || e.Known().After(e.At)) {
			return nil
		}
	}
	if s.rest != (Figures{}) {
		return nil
	}
	return s.partsOf(invoices)
}

// mayPrint asks the shares whether another arithmetic might print theirs. A figure that is not theirs counts as tried.
func (s *search) mayPrint(p *parts, a assumptions, c *change) bool {
	is := a.policy
	c.arithmetic(&a.policy)
	if a.policy.IncludedCredits == invoice.ProratedCredits && !a.policy.Rule().CountsLike(is.Rule()) {
		return true // the allowance follows the days
	}
	f := Figures{Recurring: p.sum(Recurring, a.policy), Overage: p.sum(Overage, a.policy), Other: s.group.OurFigures[Other]}
	for k := range Kinds {
		if s.differs.has(k) && f[k] == s.group.TheirFigures[k] {
			return true
		}
	}
	s.judge(c, f, nil)
	return false
}

// judge holds the figures under a change against theirs.
func (s *search) judge(c *change, f Figures, invoices []invoice.Invoice) {
	h := Hit{Cause: c.cause, With: c.with, Fact: c.fact, tier: c.tier, full: true, shared: c.shared}
	theirs, ours := s.group.TheirFigures, s.group.OurFigures
	for k := range Kinds {
		if !s.differs.has(k) && f[k] != theirs[k] {
			if c.shared {
				s.outcomes = append(s.outcomes, outcome{c.cause, c.fact, false})
			}
			return // it would upset what agrees
		}
	}
	wrong := false
	for k := range Kinds {
		if !s.differs.has(k) {
			continue
		}
		if f[k] != ours[k] {
			s.seen[k].tried[f[k]] = true
			s.seen[k].widen(f[k])
		}
		switch {
		case f[k] == theirs[k]:
			h.fixes |= 1 << k
		case f[k] == ours[k] && len(s.group.Ours) > 0:
			h.full = false
		default:
			wrong = true // it changes the figure, to a wrong one
		}
	}
	if c.shared && (h.fixes != 0 || wrong) {
		s.outcomes = append(s.outcomes, outcome{c.cause, c.fact, !wrong})
	}
	if h.fixes == 0 || wrong || c.pkg != "" && !s.names(invoices, c.pkg) {
		return
	}
	h.dated = c.figures != nil || s.sameDays(invoices)
	if s.pkg != "" {
		h.unstated = !s.names(invoices, s.pkg)
	}
	if h.Text = s.sentence(&h, c, invoices); h.tier == together && s.says(&h, c) {
		return
	}
	s.count(&h)
	h.sets = s.sets(c)
	s.hits = append(s.hits, h)
}

// names reports that a package is on the group's lines of a bill.
func (s *search) names(invoices []invoice.Invoice, pkg string) (found bool) {
	s.lines(invoices, func(_ *invoice.Invoice, l *invoice.Line, _ *charge) { found = found || l.Package == pkg })
	return found
}

// sameDays reports that the invoices of a bill on the group's dates are for the very days of their rows.
func (s *search) sameDays(invoices []invoice.Invoice) bool {
	var charged []cycle.Period
	for i := range invoices {
		if o := &invoices[i]; s.cells.dates[o.Date] != 0 {
			p := o.Period
			if p.IsEmpty() {
				p.End = p.Start.AddDays(1)
			}
			if !p.Intersect(s.group.Period).IsEmpty() {
				charged = append(charged, p)
			}
		}
	}
	return slices.Equal(s.days, daysIn(charged))
}

// count says how easily the hit's figures would have been hit by accident: of what was tried up to here, since the most plausible come
// first.
func (s *search) count(h *Hit) {
	for k := range Kinds {
		if !h.fixes.has(k) {
			continue
		}
		tried, among := int64(len(s.seen[k].tried)), s.seen[k].most-s.seen[k].least+1
		switch h.Cause {
		case ImpliedCredits:
			tried = among // any figure is some number of credits
		case OtherCredits:
			among = max(among, s.group.ourCredits(), s.group.theirCredits()) // it is their number that was not made up
		}
		if h.Range == 0 || tried*h.Range < h.Tried*among {
			h.Tried, h.Range = tried, among
		}
	}
}

// sets are the keys of a policy file that a cause changes, as they are written there.
func (s *search) sets(c *change) string {
	if !c.shared || c.apply == nil {
		return ""
	}
	return strings.Join(c.apply(s.recent).policy.Changes(s.recent.policy), " ")
}

func abs(n int64) int64 { return max(n, -n) }

// priceOf is the price of a period of the group's package, in minor units.
func (r *reconciler) priceOf(g *Group) int64 {
	for _, rows := range [][]*Row{g.Ours, g.Theirs} {
		for _, row := range rows {
			if t := r.catalogue.On(row.Package, row.Period.Start); t != nil {
				if price, err := t.PeriodPrice(); err == nil {
					return price.Minor()
				}
			}
		}
	}
	return 0
}

func (g *Group) lastDate() (last cycle.Date) {
	for _, rows := range [][]*Row{g.Theirs, g.Ours} {
		for _, r := range rows {
			last = cycle.Later(last, r.Date)
		}
	}
	return last
}

// number is an amount in minor units as a plain decimal.
func (g *Group) number(minor int64) string { return money.New(minor, g.currency).Number() }
