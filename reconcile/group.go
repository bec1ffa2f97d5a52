package reconcile

import (
	"cmp"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
)

// Class is what became of a group.
type Class uint8

const (
	Matched     Class = iota // the same money
	Tolerated                // differs by no more than the tolerance, or is nothing on one side and zero on the other
	Explained                // differs, and one change makes our engine print their figures
	Unexplained              // differs, and nothing tried does, or only by what may be an accident
	TheirsOnly
	OursOnly
	Duplicate // they bill the same more than once
	Ambiguous // the account may be any of several
	Broken    // a row of theirs does not add up
	classes   // how many there are
)

var classNames = [classes]string{"matched", "tolerated", "explained", "unexplained", "theirs_only", "ours_only",
	"duplicate", "ambiguous", "broken"}

func (c Class) String() string { return classNames[c] }

// classWords say a class to people.
var classWords = [classes]string{"the same money", "within the tolerance", "differs, and the cause was found", "differs, no cause found",
	"on their invoice, not in our records", "in our records, not on their invoice", "billed more than once", "the account may be any of several",
	"a row that does not add up"}

// Words say the class to people.
func (c Class) Words() string { return classWords[c] }

// Group is a smallest set of their rows and our invoices whose charges belong together.
type Group struct {
	Account string
	Period  cycle.Period // the days it is about
	Class   Class

	Theirs, Ours             []*Row
	TheirFigures, OurFigures Figures

	Causes  []Hit    // the one to believe first
	Implied []string // of an unexplained group: what its figure would follow from, where exactly one thing does
	Notes   []string
	Events  []string // ids of the account's events that shape it

	Unclaimed string   // why nothing is claimed for it, where something is too much
	claim     int64    // what is claimed, in minor units
	offset    []*Group // that are taken off what is claimed
	credits   []*Row   // outside the dates compared, likewise
	credited  int64    // what these take off

	currency money.Currency
	moved    bool      // settled by charges in another period or on another invoice than ours
	accounts bool      // settled over the whole account only
	outcomes []outcome // of the causes that other accounts may share
}

// Difference is what they bill too much, by kind.
func (g *Group) Difference() Figures { return g.TheirFigures.less(g.OurFigures) }

// differs is the set of kinds whose figures differ.
func (g *Group) differs() (set kindSet) {
	for k := range Kinds {
		if g.TheirFigures[k] != g.OurFigures[k] {
			set |= 1 << k
		}
	}
	return set
}

// kindSet is a set of kinds.
type kindSet uint8

const (
	onRecurring kindSet = 1 << Recurring
	onOverage   kindSet = 1 << Overage
	onOther     kindSet = 1 << Other
	onAny               = onRecurring | onOverage | onOther
)

func (s kindSet) has(k Kind) bool { return s&(1<<k) != 0 }

// isDifferent reports that the group is neither matched nor tolerated.
func (g *Group) isDifferent() bool { return g.Class > Tolerated }

func (g *Group) addTheirs(r *Row) {
	g.Theirs = append(g.Theirs, r)
	g.TheirFigures = g.TheirFigures.plus(r.Figures)
	g.widen(r.Period)
}

func (g *Group) addOurs(r *Row) {
	g.Ours = append(g.Ours, r)
	g.OurFigures = g.OurFigures.plus(r.Figures)
	g.widen(r.Period)
}

// widen takes in the days of a row.
func (g *Group) widen(p cycle.Period) {
	if p.IsEmpty() {
		p.End = p.Start.AddDays(1)
	}
	if g.Period == (cycle.Period{}) {
		g.Period = p
		return
	}
	g.Period = cycle.Period{Start: cycle.Earlier(g.Period.Start, p.Start), End: cycle.Later(g.Period.End, p.End)}
}

// join takes in all of another group.
func (g *Group) join(o *Group) {
	g.Theirs, g.Ours = append(g.Theirs, o.Theirs...), append(g.Ours, o.Ours...)
	g.TheirFigures, g.OurFigures = g.TheirFigures.plus(o.TheirFigures), g.OurFigures.plus(o.OurFigures)
	g.Notes = append(g.Notes, o.Notes...)
	g.widen(o.Period)
}

func (g *Group) isBroken() bool {
	return slices.ContainsFunc(g.Theirs, func(r *Row) bool { return r.broken != "" })
}

// sortRows puts the rows of both sides in order.
func (g *Group) sortRows() {
	slices.SortStableFunc(g.Theirs, compareRows)
	slices.SortStableFunc(g.Ours, func(a, b *Row) int { return cmp.Or(a.Date.Compare(b.Date), strings.Compare(a.Number, b.Number)) })
}

// Package is the package of the group, as we know it or else as they do.
func (g *Group) Package() string {
	for _, rows := range [][]*Row{g.Ours, g.Theirs} {
		for _, r := range rows {
			if r.Package != "" {
				return r.Package
			}
		}
	}
	return ""
}

// compareGroups is the order of a report: by account, then days.
func compareGroups(a, b *Group) int {
	first := func(g *Group) (number string) {
		if len(g.Theirs) > 0 {
			return g.Theirs[0].Number
		}
		if len(g.Ours) > 0 {
			return g.Ours[0].Number
		}
		return ""
	}
	return cmp.Or(strings.Compare(a.Account, b.Account), a.Period.Start.Compare(b.Period.Start), a.Period.End.Compare(b.Period.End),
		cmp.Compare(len(b.Theirs), len(a.Theirs)), strings.Compare(first(a), first(b)))
}
