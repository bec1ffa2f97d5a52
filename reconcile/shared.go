package reconcile

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// outcome is what became of a cause that other accounts may share: whether it prints their figure for a group, or another.
type outcome struct {
	cause Cause
	fact  string
	hit   bool
}

// tally is how a shared cause fares in all groups that differ and that it changes.
type tally struct {
	accounts map[string]bool // in which it prints their figure
	hits     int
	misses   int
}

// leads reports that a cause is one mistake and not several: it explains groups of MinLead accounts, and at least four in five of the
// groups that it changes.
func (t *tally) leads() bool {
	return t != nil && len(t.accounts) >= MinLead && t.hits >= 4*t.misses
}

// leadShared puts first what explains more than one group: the convention that was inferred, and else a mistake that several accounts
// share. Where nothing is shared the order of the tiers stands.
func (r *reconciler) leadShared(ctx context.Context, rep *Report) error {
	convention := ""
	if c := rep.Convention; c != nil && c.Better && c.Reproduced >= MinRows && c.Reproduced-c.Ours >= MinLead {
		convention = strings.Join(c.Policy.Changes(r.in.Policy), " ")
		if strings.Contains(convention, " ") {
			if err := r.byConvention(ctx, rep, convention); err != nil {
				return err
			}
		}
		if c.Established {
			trust(rep, convention)
		}
	}
	tallies := map[string]*tally{}
	for _, g := range rep.Groups {
		for _, o := range g.outcomes {
			t := tallies[o.fact]
			if t == nil {
				t = &tally{accounts: map[string]bool{}}
				tallies[o.fact] = t
			}
			if o.hit {
				t.accounts[g.Account] = true
				t.hits++
			} else {
				t.misses++
			}
		}
	}
	for _, g := range rep.Groups {
		best, most := -1, 0
		for j := range g.Causes {
			h := &g.Causes[j]
			weight := 0
			switch t := tallies[h.Fact]; {
			case h.sets != "" && h.sets == convention:
				weight = len(rep.Groups) + 2
			case partOf(h.sets, convention):
				weight = len(rep.Groups) + 1
			case h.shared && h.sets == "" && t.leads() && !g.Causes[0].certain: // of a policy key, the convention knows better
				weight = t.hits
			}
			if weight > most && mayLead(h, &g.Causes[0]) {
				best, most = j, weight
			}
		}
		if best > 0 {
			h := g.Causes[best]
			g.Causes = slices.Insert(slices.Delete(g.Causes, best, best+1), 0, h)
		}
		if g.Class == Unexplained && g.isCovered() {
			g.Class, g.Implied = Explained, nil
		}
		g.outcomes = nil
	}
	return nil
}

// trust counts an established convention as the first thing tried on each group, whatever its place in the search: it is known from all
// groups, not from this one.
func trust(rep *Report, convention string) {
	for _, g := range rep.Groups {
		for j := range g.Causes {
			if h := &g.Causes[j]; h.sets == convention && h.tier != together && h.Tried > 0 {
				h.Tried = 1
			}
		}
	}
}

// partOf reports that a cause changes some of the keys of a convention, as it does. A group may not tell the others.
func partOf(sets, convention string) bool {
	keys := strings.Fields(convention)
	return sets != "" && !slices.ContainsFunc(strings.Fields(sets), func(k string) bool { return !slices.Contains(keys, k) })
}

// mayLead reports that a hit is worth as much as the one believed so far: it explains as much, and is as sure.
func mayLead(h, first *Hit) bool {
	return (h.full || !first.full) && (!h.Possible() || first.Possible()) && first.tier != stated
}

// byConvention tries a convention of several keys on the groups that differ; one that is only suggested on those that no single change
// explains.
func (r *reconciler) byConvention(ctx context.Context, rep *Report, sets string) error {
	policy := rep.Convention.Policy
	return r.parallel(ctx, len(r.ledgers), func(i int) {
		l := r.ledgers[i]
		t := r.newTrial()
		defer r.trials.Put(t)
		var whole *assumptions
		for _, g := range l.groups {
			if g.Class < Explained || g.Class > OursOnly || g.Class == Explained && !rep.Convention.Established || l.assume == nil {
				continue
			}
			if whole == nil {
				a := l.assume()
				whole = &a
			}
			s := r.newSearch(l, whole, g)
			s.trial = t
			s.try(&change{cause: ConventionCause, tier: days, fact: "by their convention (" + sets + ")", may: onAny,
				apply: func(a assumptions) assumptions { return a.withPolicy(func(p *invoice.Policy) { *p = policy }) }}, -1)
			for _, h := range s.hits {
				h.sets = sets
				g.Causes = append(g.Causes, h)
			}
		}
	})
}

// minPriceAccounts is of how many accounts groups must follow from one other price of a package.
const minPriceAccounts = 2

// maxOffers is how many other prices of a package are tried.
const maxOffers = 3

// offer is another price of a package, which rows of theirs for whole periods have.
type offer struct {
	pkg      string
	price    int64
	since    cycle.Date
	accounts map[string]bool // with such rows
}

// offers are the other prices of each package that several accounts have, the most accounts first.
func (r *reconciler) offers() map[string][]*offer {
	type key struct {
		pkg   string
		price int64
	}
	found := map[key]*offer{}
	for _, l := range r.ledgers {
		for _, g := range l.groups {
			pkg, price, ok := r.wholePrice(g)
			if !ok {
				continue
			}
			o := found[key{pkg, price}]
			if o == nil {
				o = &offer{pkg: pkg, price: price, since: g.Period.Start, accounts: map[string]bool{}}
				found[key{pkg, price}] = o
			}
			o.accounts[l.account] = true
			o.since = cycle.Earlier(o.since, g.Period.Start)
		}
	}
	byPackage := map[string][]*offer{}
	for _, o := range found {
		if len(o.accounts) >= minPriceAccounts {
			byPackage[o.pkg] = append(byPackage[o.pkg], o)
		}
	}
	for pkg, list := range byPackage {
		slices.SortFunc(list, func(a, b *offer) int {
			return cmp.Or(cmp.Compare(len(b.accounts), len(a.accounts)), cmp.Compare(a.price, b.price))
		})
		byPackage[pkg] = list[:min(maxOffers, len(list))]
	}
	return byPackage
}

// findChangedPrices looks for one other price of a package that the groups of it which differ follow from: a price rise is one finding,
// not a riddle for each account.
func (r *reconciler) findChangedPrices(ctx context.Context) error {
	offers := r.offers()
	if len(offers) == 0 {
		return nil
	}
	return r.parallel(ctx, len(r.ledgers), func(i int) {
		l := r.ledgers[i]
		t := r.newTrial()
		defer r.trials.Put(t)
		var whole *assumptions
		for _, g := range l.groups {
			if l.assume == nil || g.Class != Unexplained && g.Class != Explained || !g.differs().has(Recurring) || g.statedHit() {
				continue
			}
			for _, pkg := range g.packages() {
				for _, o := range offers[pkg] {
					if whole == nil {
						a := l.assume()
						whole = &a
					}
					s := r.newSearch(l, whole, g)
					s.trial = t
					s.tryOffer(o)
				}
			}
		}
	})
}

// tryOffer tries another price of a package on a group.
func (s *search) tryOffer(o *offer) {
	g, price, instead := s.group, money.New(o.price, s.currency), ""
	if listed, ok := s.listPrice(o.pkg, g.Period.Start); ok {
		instead = " instead of " + listed.Number()
	}
	c := change{cause: PriceChanged, tier: prices, shared: true, may: onRecurring, apply: atPrice(o.pkg, price),
		fact: fmt.Sprintf("%s at %s%s since %s", o.pkg, price.Number(), instead, o.since)}
	if s.try(&c, -1); len(s.hits) == 0 {
		return
	}
	g.Causes = rankHits(append(s.hits, g.Causes...))
	g.outcomes = append(g.outcomes, s.outcomes...)
	if g.Class == Unexplained && g.isCovered() {
		g.Class, g.Implied = Explained, nil
	}
}

// statedHit reports that what the rows state explains the group.
func (g *Group) statedHit() bool {
	return len(g.Causes) > 0 && g.Causes[0].tier == stated && g.Causes[0].full
}

// packages are the packages of our recurring lines.
func (g *Group) packages() (names []string) {
	for _, l := range g.lines(Recurring) {
		if !slices.Contains(names, l.Package) {
			names = append(names, l.Package)
		}
	}
	return names
}

// listPrice is the price of a package on a day.
func (r *reconciler) listPrice(name string, day cycle.Date) (money.Amount, bool) {
	t := r.catalogue.On(name, day)
	if t == nil {
		return money.Amount{}, false
	}
	price, err := t.PeriodPrice()
	return price, err == nil
}

// wholePrice is the one price that a group for whole periods of one package follows from, where its recurring figure differs.
func (r *reconciler) wholePrice(g *Group) (pkg string, price int64, ok bool) {
	if !g.differs().has(Recurring) || len(g.Theirs) == 0 || g.Class == Broken || g.Class == Duplicate || g.TheirFigures[Recurring] <= 0 || g.statedHit() {
		return "", 0, false
	}
	n := int64(0)
	for _, l := range g.lines(Recurring) {
		if l.Adjustment || l.Days() != l.PeriodDays() || pkg != "" && pkg != l.Package {
			return "", 0, false
		}
		pkg = l.Package
		n++
	}
	if n == 0 || g.TheirFigures[Recurring]%n != 0 {
		return "", 0, false
	}
	price = g.TheirFigures[Recurring] / n
	if slices.ContainsFunc(g.Causes, func(h Hit) bool {
		return (h.Cause == TermsCause || h.Cause == PriceListCause) && h.fixes.has(Recurring)
	}) {
		return "", 0, false // the list has that price
	}
	return pkg, price, true
}
