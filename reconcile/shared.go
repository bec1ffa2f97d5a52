package reconcile

import (
	"context"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/invoice"
)

// outcome is what became of a cause that other accounts may share: whether it prints their figure for a row, or another.
type outcome struct {
	change string
	hit    bool
}

// tally is how a shared cause fares in all rows that differ and that it changes.
type tally struct {
	accounts map[string]bool // in which it prints their figure
	hits     int
	misses   int
}

// leads reports that a cause is one mistake and not several: it explains rows of MinLead accounts, and at least four in five of
// the rows that it changes.
func (t *tally) leads() bool {
	return t != nil && len(t.accounts) >= MinLead && t.hits >= 4*t.misses
}

// leadShared puts first what explains more than one row: the convention that was inferred, and else a mistake that several
// accounts share. Where nothing is shared the order of the tiers stands.
func (r *reconciler) leadShared(ctx context.Context, pairs []pair, rep *Report) error {
	convention := ""
	if c := rep.Convention; c != nil && c.Reproduced >= MinRows && c.Reproduced-c.Ours >= MinLead {
		convention = strings.Join(c.Policy.Changes(r.in.Policy), " ")
		if strings.Contains(convention, " ") {
			if err := r.byConvention(ctx, pairs, rep, convention); err != nil {
				return err
			}
		}
		if rep.Convention.Established {
			trust(rep, convention)
		}
	}
	tallies := map[string]*tally{}
	for i := range rep.Rows {
		row := &rep.Rows[i]
		for _, o := range row.outcomes {
			t := tallies[o.change]
			if t == nil {
				t = &tally{accounts: map[string]bool{}}
				tallies[o.change] = t
			}
			if o.hit {
				t.accounts[row.Account] = true
				t.hits++
			} else {
				t.misses++
			}
		}
	}
	for i := range rep.Rows {
		row := &rep.Rows[i]
		best, most := -1, 0
		for j := range row.Findings {
			f := &row.Findings[j]
			weight := 0
			switch t := tallies[f.Change]; {
			case f.sets != "" && f.sets == convention:
				weight = len(rep.Rows) + 2
			case partOf(f.sets, convention):
				weight = len(rep.Rows) + 1
			case f.shared && f.sets == "" && t.leads() && !row.Findings[0].certain: // of a policy key, the convention knows better
				weight = t.hits
			}
			if weight > most && mayLead(f, &row.Findings[0]) {
				best, most = j, weight
			}
		}
		if best > 0 {
			f := row.Findings[best]
			row.Findings = slices.Insert(slices.Delete(row.Findings, best, best+1), 0, f)
		}
		if row.Class == Unexplained && covered(&pairs[i], row.Believed()) {
			row.Class, row.Implied = Explained, nil
		}
	}
	return nil
}

// trust counts an established convention as the first thing tried on each row, whatever its place in the search: it is known from
// all rows, not from this one.
func trust(rep *Report, convention string) {
	for i := range rep.Rows {
		row := &rep.Rows[i]
		for j := range row.Findings {
			if f := &row.Findings[j]; f.sets == convention && f.tier != together && f.Tried > 0 {
				f.Tried = 1
			}
		}
	}
}

// partOf reports that a cause changes some of the keys of a convention, as it does. A row may not tell the others.
func partOf(sets, convention string) bool {
	keys := strings.Fields(convention)
	return sets != "" && !slices.ContainsFunc(strings.Fields(sets), func(k string) bool { return !slices.Contains(keys, k) })
}

// mayLead reports that a finding is worth as much as the one believed so far: it explains as much, and is as sure.
func mayLead(f, first *Finding) bool {
	return (f.full || !first.full) && (!f.Possible() || first.Possible())
}

// byConvention tries a convention of several keys on the rows that differ; one that is only suggested on those that no single
// change explains.
func (r *reconciler) byConvention(ctx context.Context, pairs []pair, rep *Report, sets string) error {
	policy := rep.Convention.Policy
	return r.parallel(ctx, len(pairs), func(i int) {
		row, p := &rep.Rows[i], &pairs[i]
		if row.Class < Explained || row.Class > OursOnly || row.Class == Explained && !rep.Convention.Established || !r.in.Events.Has(row.Account) {
			return
		}
		s := r.newSearch(r.worldOf(row.Account), p)
		s.try(&candidate{tier: dayCount, code: "convention", change: "by their convention (" + sets + ")", may: onAny,
			make: func(w world) world { return w.under(func(p *invoice.Policy) { *p = policy }) }})
		if len(s.findings) == 0 {
			return
		}
		f := s.findings[0]
		f.sets = sets
		row.Findings = append(row.Findings, f)
	})
}
