package reconcile

import (
	"context"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/proration"
)

// sample is a group with what billing its account takes, and what each policy of the grid makes of it.
type sample struct {
	*search
	number   string
	prorated bool
	changed  [keys]bool // the keys that change what is compared, in our own arithmetic
	prints   [][]prints // by structure, by arithmetic
	asked    prints     // what counts: the most of theirs that some policy of the grid prints at once
	slow     bool       // each policy was billed
}

// prints says which of their figures a policy prints.
type prints uint8

const (
	printsRecurring prints = 1 << iota
	printsOverage
	printsDays // the days charged
)

// hit reports that a policy reproduces the group. Where no policy of the grid prints the overage or the days, they are wrong for
// another reason, and are held against none.
func (s *sample) hit(p *gridPolicy) bool {
	return s.prints[p.structure][p.arithmetic]&s.asked == s.asked
}

// perKey is how many groups are tested for what one key changes, spread over all of them; there may be twice as many for the arithmetic.
const perKey = 100

// candidate is a group that may tell policies apart.
type candidate struct {
	ledger *ledger
	group  *Group
}

// samples are the groups that tell policies apart: for part of a price, or changed by one of the keys.
func (r *reconciler) samples(ctx context.Context, g *grid) ([]*sample, error) {
	chosen := r.choose(g)
	all := make([]*sample, len(chosen))
	err := r.parallel(ctx, len(chosen), func(i int) {
		if s := r.newSample(chosen[i]); s.score(g) {
			all[i] = s
		}
	})
	return slices.DeleteFunc(all, func(s *sample) bool { return s == nil }), err
}

// isEvidence reports that a group can tell a policy: it has rows of theirs of one account, and what it comes to is not settled by other
// groups than its own.
func (g *Group) isEvidence() bool {
	switch {
	case len(g.Theirs) == 0 || g.moved || g.accounts:
		return false
	case g.Class == Matched:
		return g.TheirFigures == g.OurFigures
	case g.Class > TheirsOnly:
		return false
	}
	return len(g.Causes) == 0 || g.Causes[0].tier != stated && g.Causes[0].Cause != Renamed
}

// choose picks the groups worth testing: of those that a key might change, some.
func (r *reconciler) choose(g *grid) []candidate {
	var may [keys][]int
	var all []candidate
	var events []account.Event // used again for each account
	for _, l := range r.ledgers {
		if l.assume == nil || l.billedBy != NoCause {
			continue
		}
		var told [keys]bool // keys that the account's events may tell apart
		known := false
		for _, gr := range l.groups {
			if !gr.isEvidence() {
				continue
			}
			if !known {
				events = r.in.Events.AppendOf(events[:0], l.account)
				told, known = r.tells(g, events), true
			}
			if !told[timing] {
				break
			}
			cut := len(gr.Ours) == 0 || gr.isProrated()
			for k, tells := range told {
				switch key(k) {
				case arithmetic:
					tells = len(gr.Ours) > 0 && cut
				case includedCredits:
					tells = cut && (gr.TheirFigures[Overage] != 0 || gr.OurFigures[Overage] != 0)
				}
				if tells {
					may[k] = append(may[k], len(all))
				}
			}
			all = append(all, candidate{l, gr})
		}
	}
	seen := make(map[int]bool)
	for k, list := range may {
		most := perKey
		if key(k) == arithmetic {
			most = maxRows
		}
		n := min(most, len(list))
		for i := range n {
			seen[list[i*len(list)/n]] = true
		}
	}
	var chosen []candidate
	for i, c := range all {
		if seen[i] {
			chosen = append(chosen, c)
		}
	}
	return chosen
}

// tells says which keys might change what an account is billed, by its events.
func (r *reconciler) tells(g *grid, events []account.Event) (told [keys]bool) {
	told[timing] = len(events) > 0
	free, paid := false, false
	for i := range events {
		e := &events[i]
		switch e.Type {
		case account.Created, account.PackageChanged, account.Closed:
		default:
			continue
		}
		if t := r.catalogue.On(e.Package, cycle.Date{}); t != nil {
			price, err := t.PeriodPrice()
			free, paid = free || err == nil && price.IsZero(), paid || err == nil && price.Sign() > 0
		}
		if e.Type != account.Created && e.Effective == account.Immediately {
			told[billChanges] = true
			told[freeUpgrade] = told[freeUpgrade] || e.Type == account.PackageChanged
		}
		day, _ := cycle.DateOf(e.At, r.in.Policy.TimeZone)
		for s := range g.structures {
			if g.structures[s].changed[timeZone] {
				there, _ := cycle.DateOf(e.At, g.structures[s].policy.TimeZone)
				told[timeZone] = told[timeZone] || there != day
			}
		}
	}
	told[freeUpgrade] = told[freeUpgrade] && free && paid
	return told
}

// isProrated reports that some line of ours is for part of a period.
func (g *Group) isProrated() bool {
	return slices.ContainsFunc(g.lines(Recurring), func(l *invoice.Line) bool {
		return l.Days() != l.PeriodDays() && strings.Trim(l.UnitPrice(), "0.") != ""
	})
}

func (r *reconciler) newSample(c candidate) *sample {
	a := c.ledger.assume()
	return &sample{search: r.newSearch(c.ledger, &a, c.group), number: c.group.numbers(), prorated: c.group.isProrated()}
}

// score fills in what each policy prints, and reports whether the group tells any apart.
func (s *sample) score(g *grid) bool {
	closes := slices.ContainsFunc(s.recent.events, func(e account.Event) bool { return e.Type == account.Closed })
	s.prints = make([][]prints, len(g.structures))
	for i := range g.structures {
		if i%2 == 1 && !closes { // the other close_day
			s.prints[i] = s.prints[i-1]
			continue
		}
		s.prints[i] = s.under(g, i)
	}
	s.finish()
	if s.group.Class == Matched { // our own policy prints it; what else agrees with it is asked of the others
		if s.asked = s.prints[0][0]; s.asked&(printsRecurring|printsOverage) != printsRecurring|printsOverage {
			return false
		}
	}
	for i := range g.structures {
		if s.prints[i][0] == s.prints[i%2][0] {
			continue
		}
		for k, changed := range g.structures[i].changed {
			if changed && key(k) != arithmetic && g.structures[i].isSingle() {
				s.changed[k] = true
			}
		}
	}
	return s.prorated || slices.Contains(s.changed[:], true)
}

// isSingle reports that one key is changed.
func (s *structure) isSingle() bool {
	n := 0
	for _, changed := range s.changed {
		if changed {
			n++
		}
	}
	return n == 1
}

// finish decides what of their figures counts.
func (s *sample) finish() {
	if s.group.Class == Matched && s.asked != 0 {
		return
	}
	for _, want := range []prints{printsRecurring | printsOverage | printsDays, printsRecurring | printsDays, printsRecurring | printsOverage} {
		for _, list := range s.prints {
			if slices.ContainsFunc(list, func(p prints) bool { return p&want == want }) {
				s.asked = want
				return
			}
		}
	}
	s.asked = printsRecurring
}

// under says what a structure prints in each arithmetic. The account is billed once, or once for each day count where the allowance
// follows it; the shares of its lines are then asked for the other arithmetics.
func (s *sample) under(g *grid, i int) []prints {
	list := make([]prints, len(g.arithmetics))
	p := g.structures[i].policy
	type bill struct {
		parts *parts
		days  prints
		whole *int64    // the recurring figure, where no arithmetic changes it
		used  [4]*int64 // the overage, by rounding
		done  bool
	}
	var billed [proration.Year365 + 1]bill
	for a := range g.arithmetics {
		sums, base := &g.arithmetics[a], p
		if p.IncludedCredits == invoice.ProratedCredits {
			base.DayCount = sums.DayCount
		}
		b := &billed[base.DayCount]
		if !b.done {
			b.done = true
			invoices := s.billUnder(base)
			b.parts = s.partsOf(invoices)
			if s.sameDays(invoices) {
				b.days = printsDays
			}
			if !b.parts.isPart() {
				whole := b.parts.sum(Recurring, base)
				b.whole = &whole
			}
		}
		var f Figures
		if b.whole != nil {
			f[Recurring] = *b.whole
		} else {
			f[Recurring] = b.parts.sum(Recurring, *sums)
		}
		used := &b.used[sums.Rounding]
		if *used == nil {
			n := b.parts.sum(Overage, *sums)
			*used = &n
		}
		f[Overage] = **used
		list[a] = b.days | s.printed(f.less(s.rest))
	}
	return list
}

func (s *sample) billUnder(p invoice.Policy) []invoice.Invoice {
	a := s.recent
	a.policy = p
	return a.bill(s.through)
}

// billedUnder says which of their figures the engine itself prints under a policy.
func (s *sample) billedUnder(p invoice.Policy) prints {
	invoices := s.billUnder(p)
	is := s.printed(s.figuresOf(invoices).less(s.rest))
	if s.sameDays(invoices) {
		is |= printsDays
	}
	return is
}

// printed says which of their figures these are.
func (s *sample) printed(f Figures) (is prints) {
	if f[Recurring] == s.group.TheirFigures[Recurring] {
		is |= printsRecurring
	}
	if f[Overage] == s.group.TheirFigures[Overage] {
		is |= printsOverage
	}
	return is
}
