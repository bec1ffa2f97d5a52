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

// sample is a row of theirs with what billing its account takes, and what each policy of the grid makes of it.
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
	printsDates // the period and the date of the invoice
)

// hit reports that a policy reproduces the row. Where no policy of the grid prints the overage or the dates, they are wrong for
// another reason, and are held against none.
func (s *sample) hit(p *gridPolicy) bool {
	return s.prints[p.structure][p.arithmetic]&s.asked == s.asked
}

// perKey is how many rows are tested for what one key changes, spread over all of them; there may be twice as many for the arithmetic.
const perKey = 100

// samples are the rows that tell policies apart: for part of a price, or changed by one of the keys.
func (r *reconciler) samples(ctx context.Context, g *grid, pairs []pair) ([]*sample, error) {
	chosen := r.choose(g, pairs)
	all := make([]*sample, len(chosen))
	err := r.parallel(ctx, len(chosen), func(i int) {
		if s := r.newSample(chosen[i]); s.score(g) {
			all[i] = s
		}
	})
	return slices.DeleteFunc(all, func(s *sample) bool { return s == nil }), err
}

// choose picks the rows worth testing: of those that a key might change, some.
func (r *reconciler) choose(g *grid, pairs []pair) []*pair {
	var may [keys][]*pair
	var name string
	var told [keys]bool // keys that the account's events may tell apart
	for i := range pairs {
		p := &pairs[i]
		if p.theirs == nil || p.ambiguous || p.theirs.repeats != nil || p.theirs.broken != "" {
			continue
		}
		if i == 0 || p.account != name {
			name, told = p.account, r.tells(g, p.account)
		}
		if !told[timing] {
			continue
		}
		cut := p.ours == nil || prorated(p.ours.ours)
		for k, tells := range told {
			switch key(k) {
			case arithmetic:
				tells = p.ours != nil && cut
			case includedCredits:
				tells = cut && (!p.theirs.Overage.IsZero() || p.ours != nil && !p.ours.Overage.IsZero())
			}
			if tells {
				may[k] = append(may[k], p)
			}
		}
	}
	seen := make(map[*pair]bool)
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
	var chosen []*pair
	for i := range pairs {
		if seen[&pairs[i]] {
			chosen = append(chosen, &pairs[i])
		}
	}
	return chosen
}

// tells says which keys might change what an account is billed.
func (r *reconciler) tells(g *grid, name string) (told [keys]bool) {
	events := r.in.Events.Of(name)
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
			if g.structures[s].key == timeZone {
				there, _ := cycle.DateOf(e.At, g.structures[s].policy.TimeZone)
				told[timeZone] = told[timeZone] || there != day
			}
		}
	}
	told[freeUpgrade] = told[freeUpgrade] && free && paid
	return told
}

// prorated reports that some line is for part of a period.
func prorated(inv *invoice.Invoice) bool {
	return slices.ContainsFunc(inv.Lines, func(l invoice.Line) bool {
		return l.Kind == invoice.Recurring && l.Days() != l.PeriodDays() && strings.Trim(l.UnitPrice(), "0.") != ""
	})
}

func (r *reconciler) newSample(p *pair) *sample {
	s := &search{row: p, through: p.theirs.date}
	credits := !p.theirs.Overage.IsZero()
	if p.ours != nil {
		s.through = later(s.through, p.ours.date)
		credits = credits || !p.ours.Overage.IsZero()
	}
	whole := r.worldOf(p.account)
	s.world = whole.near(p.theirs.period, s.through, credits)
	if p.ours != nil {
		if inv := s.pick(s.world.bill(s.through)); inv == nil || ofInvoice(inv).Figures != p.ours.Figures {
			s.world = whole // something from long before is on this invoice
		}
	}
	return &sample{search: s, number: p.theirs.number, prorated: p.ours != nil && prorated(p.ours.ours)}
}

func later(a, b cycle.Date) cycle.Date {
	if b.After(a) {
		return b
	}
	return a
}

// score fills in what each policy prints, and reports whether the row tells any apart.
func (s *sample) score(g *grid) bool {
	closes := slices.ContainsFunc(s.world.events, func(e account.Event) bool { return e.Type == account.Closed })
	s.prints = make([][]prints, len(g.structures))
	for i := range g.structures {
		if i%2 == 1 && !closes { // the other close_day
			s.prints[i] = s.prints[i-1]
			continue
		}
		s.prints[i] = s.under(g, i)
	}
	s.finish()
	for i := range g.structures {
		if g.structures[i].key != arithmetic && s.prints[i][0] != s.prints[i%2][0] {
			s.changed[g.structures[i].key] = true
		}
	}
	return s.prorated || slices.Contains(s.changed[:], true)
}

// finish decides what of their figures counts.
func (s *sample) finish() {
	for _, want := range []prints{printsRecurring | printsOverage | printsDates, printsRecurring | printsDates, printsRecurring | printsOverage} {
		for _, list := range s.prints {
			if slices.ContainsFunc(list, func(p prints) bool { return p&want == want }) {
				s.asked = want
				return
			}
		}
	}
	s.asked = printsRecurring
}

// under says what a structure prints in each arithmetic. The account is billed once, or once for each day count where the
// allowance follows it; the shares of its lines are then asked for the other arithmetics.
func (s *sample) under(g *grid, i int) []prints {
	list := make([]prints, len(g.arithmetics))
	p := g.structures[i].policy
	var billed [proration.Year365 + 1]*print
	var done [proration.Year365 + 1]bool
	for a := range g.arithmetics {
		sums, base := &g.arithmetics[a], p
		if p.IncludedCredits == invoice.ProratedCredits {
			base.DayCount = sums.DayCount
		}
		if !done[base.DayCount] {
			done[base.DayCount], billed[base.DayCount] = true, s.print(base)
		}
		if printed := billed[base.DayCount]; printed != nil {
			list[a] = printed.under(s, *sums)
		}
	}
	return list
}

// bill is the row's invoice under a policy, those before it, and whether its dates are theirs; nil when there is none.
func (s *sample) bill(p invoice.Policy) (inv *invoice.Invoice, before []invoice.Invoice, dates prints) {
	w := s.world
	w.policy = p
	before = w.bill(s.through)
	if inv = s.pick(before); inv == nil {
		return nil, nil, 0
	}
	if inv.Date == s.row.theirs.date && inv.Period == s.row.theirs.period {
		dates = printsDates
	} else if s.row.ours == nil {
		return nil, nil, 0 // another row's
	}
	n := slices.IndexFunc(before, func(i invoice.Invoice) bool { return i.Date == inv.Date })
	return inv, before[:n], dates
}

// billed says which of their figures the engine itself prints under a policy.
func (s *sample) billed(p invoice.Policy) prints {
	inv, _, is := s.bill(p)
	if inv == nil {
		return 0
	}
	return is | s.figures(&ofInvoice(inv).Figures)
}

// figures says which of their figures these are.
func (s *sample) figures(f *Figures) (is prints) {
	if f.Recurring == s.row.theirs.Recurring {
		is |= printsRecurring
	}
	if f.Overage == s.row.theirs.Overage {
		is |= printsOverage
	}
	return is
}

// print takes the row's invoice under a policy apart; nil when there is none.
func (s *sample) print(p invoice.Policy) *print {
	inv, before, dates := s.bill(p)
	if inv == nil {
		return nil
	}
	out := takeApart(inv, before)
	if out.dates = dates; !out.cut() {
		whole := out.sum(recurring, p)
		out.whole = &whole
	}
	return out
}

// under says which of their figures the invoice has in an arithmetic.
func (p *print) under(s *sample, sums invoice.Policy) prints {
	var f Figures
	if p.whole != nil {
		f.Recurring = *p.whole
	} else {
		f.Recurring = p.sum(recurring, sums)
	}
	used := &p.used[sums.Rounding]
	if *used == nil {
		a := p.sum(overage, sums)
		*used = &a
	}
	f.Overage = **used
	return p.dates | s.figures(&f)
}
