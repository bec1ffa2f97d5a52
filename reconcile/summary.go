package reconcile

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/prorata-go/prorata/money"
)

// Summary is a report in short.
type Summary struct {
	Groups             int
	TheirRows, OurRows int
	Theirs, Ours       money.Amount // totals of both sides, as compared
	Difference         money.Amount // theirs − ours: the net difference
	Gross              money.Amount // the sum of all differences without their signs
	AgainstUs, ForUs   money.Amount // what they bill too much, and too little
	Added              money.Amount // taxes and the like on their rows, which are not compared
	Claimed            money.Amount
	LeftOut            int
	Classes            []Share // by class, in the order of the classes
	Causes             []Share // of groups with a cause that was found, by Group.Cause, the greatest difference first
	Packages           []Share // of groups that differ, by package, the greatest difference first
	Accounts           []Share // the ten accounts with the greatest difference
}

// Share is a part of a report.
type Share struct {
	Name       string
	Groups     int
	Theirs     money.Amount
	Ours       money.Amount
	Difference money.Amount
	Gross      money.Amount
}

// maxAccounts is how many accounts a summary lists.
const maxAccounts = 10

// HasFindings reports that there is something to look at: a group that is neither matched nor tolerated, something wrong with a
// document, or an event that is not billed.
func (rep *Report) HasFindings() bool {
	return len(rep.Problems)+len(rep.Anomalies) > 0 || slices.ContainsFunc(rep.Groups, (*Group).isDifferent)
}

// sums are a share in minor units.
type sums struct {
	groups              int
	theirs, ours, gross int64
}

func (s *sums) add(g *Group) {
	s.groups++
	s.theirs += g.TheirFigures.Total()
	s.ours += g.OurFigures.Total()
	s.gross += abs(g.Difference().Total())
}

func (rep *Report) share(name string, s sums) Share {
	amount := func(minor int64) money.Amount { return money.New(minor, rep.Currency) }
	return Share{Name: name, Groups: s.groups, Theirs: amount(s.theirs), Ours: amount(s.ours), Difference: amount(s.theirs - s.ours), Gross: amount(s.gross)}
}

// Dates says which invoices are compared.
func (rep *Report) Dates() string {
	switch {
	case rep.Through.IsZero():
		return fmt.Sprintf("No invoices to compare, in %s", rep.Currency)
	case rep.From == rep.Through:
		return fmt.Sprintf("Invoices dated %s, in %s", rep.From, rep.Currency)
	}
	return fmt.Sprintf("Invoices dated %s to %s, in %s", rep.From, rep.Through, rep.Currency)
}

// Summarize adds a report up.
func (rep *Report) Summarize() (s Summary) {
	var all sums
	var over, under, added, claimed int64
	byClass, byCause, byPackage, byAccount := map[string]*sums{}, map[string]*sums{}, map[string]*sums{}, map[string]*sums{}
	to := func(m map[string]*sums, name string, g *Group) {
		if m[name] == nil {
			m[name] = &sums{}
		}
		m[name].add(g)
	}
	for _, g := range rep.Groups {
		all.add(g)
		s.TheirRows += len(g.Theirs)
		s.OurRows += len(g.Ours)
		for _, t := range g.Theirs {
			added += t.added
		}
		to(byClass, g.Class.String(), g)
		if g.isDifferent() {
			to(byPackage, g.Package(), g)
			to(byAccount, g.Account, g)
			if g.Found() {
				to(byCause, g.Cause(), g)
			}
		}
		if d := g.Difference().Total(); d > 0 {
			over += d
		} else {
			under += d
		}
		claimed += g.claim
	}
	a := rep.share("", all)
	amount := func(minor int64) money.Amount { return money.New(minor, rep.Currency) }
	s.Groups, s.Theirs, s.Ours, s.Difference, s.Gross = a.Groups, a.Theirs, a.Ours, a.Difference, a.Gross
	s.AgainstUs, s.ForUs, s.Added, s.Claimed, s.LeftOut = amount(over), amount(under), amount(added), amount(claimed), len(rep.LeftOut)
	for c := range classes {
		if p := byClass[c.String()]; p != nil {
			s.Classes = append(s.Classes, rep.share(c.String(), *p))
		}
	}
	s.Causes, s.Packages, s.Accounts = rep.ranked(byCause), rep.ranked(byPackage), rep.ranked(byAccount)
	s.Accounts = s.Accounts[:min(maxAccounts, len(s.Accounts))]
	return s
}

// ranked lists the shares by what differs in them, the most first.
func (rep *Report) ranked(m map[string]*sums) []Share {
	var list []Share
	for _, name := range slices.Sorted(maps.Keys(m)) {
		list = append(list, rep.share(name, *m[name]))
	}
	slices.SortStableFunc(list, func(a, b Share) int { return cmp.Compare(b.Gross.Minor(), a.Gross.Minor()) })
	return list
}
