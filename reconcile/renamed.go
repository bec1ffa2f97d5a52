package reconcile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/cycle"
)

// maxNamesakes is how many accounts of ours may lack the very row of an account that nobody knows; of more, only one that is spelled
// much like it is offered.
const maxNamesakes = 64

// findRenamed offers accounts of ours for accounts of theirs that no event names: those that lack the very rows, the same package, days
// and money. They stay apart until somebody says that they are one: nothing proves it, and nothing is claimed.
func (r *reconciler) findRenamed() {
	type content struct {
		period  cycle.Period
		pkg     string
		figures Figures
	}
	type missing struct {
		ledger *ledger
		group  *Group
	}
	lacking := map[content][]missing{}
	for _, l := range r.ledgers {
		for _, g := range l.groups {
			if g.Class == OursOnly {
				key := content{g.Period, strings.ToLower(g.Package()), g.OurFigures}
				lacking[key] = append(lacking[key], missing{l, g})
			}
		}
	}
	for _, l := range r.ledgers {
		if l.bill != nil || l.ambiguous != "" || len(l.theirs) == 0 {
			continue
		}
		l.nearest, _ = r.accounts.nearest(l.account)
		votes, found := map[*ledger]int{}, map[*Group]*Group{}
		total := 0
		for _, g := range l.groups {
			if g.Class != TheirsOnly {
				continue
			}
			total++
			key := content{g.Period, strings.ToLower(g.Package()), g.TheirFigures}
			for _, m := range lacking[key][:min(len(lacking[key]), maxNamesakes)] {
				votes[m.ledger]++
				found[m.group] = g
			}
			for _, m := range lacking[key][min(len(lacking[key]), maxNamesakes):] {
				if m.ledger.account == l.nearest {
					votes[m.ledger]++
					found[m.group] = g
				}
			}
		}
		var best []*ledger
		for o, n := range votes {
			switch {
			case len(best) == 0 || n > votes[best[0]]:
				best = []*ledger{o}
			case n == votes[best[0]]:
				best = append(best, o)
			}
		}
		if len(best) == 0 {
			r.sameMoneyNearest(l)
			continue
		}
		slices.SortFunc(best, func(a, b *ledger) int { return strings.Compare(a.account, b.account) })
		if i := slices.IndexFunc(best, func(o *ledger) bool { return o.account == l.nearest }); i >= 0 {
			best = best[i : i+1]
		}
		r.offer(l, best, func(o, g *Group) bool { return found[o] == g })
	}
}

// sameMoneyNearest offers an account that is spelled much like theirs and lacks a row of the same days and money, if another package.
func (r *reconciler) sameMoneyNearest(l *ledger) {
	i, found := slices.BinarySearchFunc(r.ledgers, l.nearest, func(o *ledger, name string) int { return strings.Compare(o.account, name) })
	if l.nearest == "" || !found {
		return
	}
	same := func(o, g *Group) bool {
		return o.Class == OursOnly && g.Class == TheirsOnly && o.Period == g.Period && o.OurFigures == g.TheirFigures
	}
	for _, o := range r.ledgers[i].groups {
		if slices.ContainsFunc(l.groups, func(g *Group) bool { return same(o, g) }) {
			r.offer(l, r.ledgers[i:i+1], same)
			return
		}
	}
}

// offer says that an account of theirs may be one of some of ours.
func (r *reconciler) offer(l *ledger, ours []*ledger, same func(o, g *Group) bool) {
	var names []string
	for _, o := range ours {
		names = append(names, fmt.Sprintf("%q", o.account))
	}
	text := fmt.Sprintf("Their account %q may be ours of the name %s: the same package, days and money, which has no row of theirs. If it is, put the line %s into the file of --aliases.",
		l.account, names[0], aliasLine(l.account, ours[0].account))
	if len(names) > 1 {
		text = fmt.Sprintf("Their account %q may be any of %s: the same package, days and money, which have no row of theirs. If it is one, put a line such as %s into the file of --aliases.",
			l.account, strings.Join(names[:min(len(names), 5)], ", "), aliasLine(l.account, ours[0].account))
	}
	hit := func(g *Group) Hit {
		return Hit{Cause: Renamed, Fact: fmt.Sprintf("under the name %q what may be of %s", l.account, names[0]), Text: text, tier: existence, fixes: g.differs(), full: true, certain: true}
	}
	for _, g := range l.groups {
		if g.Class == TheirsOnly {
			g.Causes = []Hit{hit(g)}
			g.Unclaimed = "it may be an account of ours under another name"
		}
	}
	for _, o := range ours {
		for _, og := range o.groups {
			if og.Class == OursOnly && len(og.Causes) == 0 && slices.ContainsFunc(l.groups, func(g *Group) bool { return same(og, g) }) {
				og.Causes = []Hit{hit(og)}
			}
		}
	}
}

// aliasLine is a line of a file of aliases.
func aliasLine(theirs, ours string) string {
	quote := func(s string) string {
		if strings.ContainsAny(s, ",\"\n\r") {
			return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
		}
		return s
	}
	return "«" + quote(theirs) + "," + quote(ours) + "»"
}
