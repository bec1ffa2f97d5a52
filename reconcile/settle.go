package reconcile

import "slices"

// neighbourDays is how far apart two groups may start that settle each other: the period after the next one.
const neighbourDays = 62

// different are the groups whose sides differ, in the order of their days.
func (l *ledger) different() []*Group {
	var list []*Group
	for _, g := range l.groups {
		if g.TheirFigures != g.OurFigures {
			list = append(list, g)
		}
	}
	slices.SortStableFunc(list, compareGroups)
	return list
}

// settleNeighbours joins groups of neighbouring periods that settle each other: a credit of theirs on a later invoice than ours, the
// overage of March in April's row.
func (l *ledger) settleNeighbours() {
	equal := func(f Figures) bool { return f == Figures{} }
	sum := func(f Figures) bool { return f.Total() == 0 }
	for _, settled := range []func(Figures) bool{equal, sum} {
		for n := 2; n <= 3; n++ {
			l.joinRuns(n, settled)
		}
	}
	l.joinMoved()
}

// joinRuns joins runs of n groups whose differences, taken together, are settled.
func (l *ledger) joinRuns(n int, settled func(Figures) bool) {
	list := l.different()
	gone := map[*Group]bool{}
	for i := 0; i+n <= len(list); i++ {
		first := list[i]
		if first.Difference().Total() == 0 && len(first.Theirs)+len(first.Ours) > 0 && first.TheirFigures.Total() == first.OurFigures.Total() {
			continue // settled by itself, only that the kinds are others
		}
		var difference Figures
		ok := true
		for _, g := range list[i : i+n] {
			difference = difference.plus(g.Difference())
			ok = ok && !gone[g] && !first.isBroken() && !g.isBroken() && g.Period.Start.Sub(first.Period.Start) <= neighbourDays
		}
		if !ok || !settled(difference) {
			continue
		}
		for _, g := range list[i+1 : i+n] {
			first.join(g)
			gone[g] = true
		}
		first.moved = true
		i += n - 1
	}
	l.drop(gone)
}

// joinMoved joins two groups of neighbouring periods where an overage or another charge of one stands in the other, though more than
// that differs.
func (l *ledger) joinMoved() {
	list := l.different()
	gone := map[*Group]bool{}
	for i, g := range list {
		for _, o := range list[i+1:] {
			if o.Period.Start.Sub(g.Period.Start) > neighbourDays {
				break
			}
			a, b := g.Difference(), o.Difference()
			for _, k := range []Kind{Overage, Other} {
				if !gone[g] && !gone[o] && !g.isBroken() && !o.isBroken() && a[k] != 0 && a[k]+b[k] == 0 {
					g.join(o)
					gone[o] = true
				}
			}
		}
	}
	l.drop(gone)
}

// settleAccount joins what is left of an account where it comes to the same money over all of it.
func (l *ledger) settleAccount() {
	var rest []*Group
	var total int64
	for _, g := range l.different() {
		if g.isBroken() {
			return
		}
		if g.Difference().Total() != 0 {
			rest = append(rest, g)
			total += g.Difference().Total()
		}
	}
	if len(rest) < 2 || total != 0 {
		return
	}
	gone := map[*Group]bool{}
	for _, g := range rest[1:] {
		rest[0].join(g)
		gone[g] = true
	}
	rest[0].accounts = true
	l.drop(gone)
}

func (l *ledger) drop(gone map[*Group]bool) {
	if len(gone) > 0 {
		l.groups = slices.DeleteFunc(l.groups, func(g *Group) bool { return gone[g] })
	}
}
