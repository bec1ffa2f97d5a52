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

// Convention is the policy that the Distributor seems to bill by, of a grid around our own: every arithmetic, with either close_day,
// and up to two other keys of what happens when changed.
type Convention struct {
	Policy      invoice.Policy   // the member of the class nearest to ours
	Members     []invoice.Policy // all that print the same figures for all rows tested
	Searched    int              // policies in the grid
	Tested      int              // groups that tell policies apart: prorated, or changed by a key
	Prorated    int              // of them, for part of a period
	Reproduced  int              // rows printed to the cent
	Ours        int              // rows that our own policy prints
	RunnerUp    *invoice.Policy  // the best of the policies that the convention must lead, nil when there is none
	Second      int              // rows it prints
	Better      bool             // it prints more rows than our own policy; else nothing in the grid does
	Established bool             // at least MinRows for what it says, and a lead of MinLead; else it is only suggested
	Against     []string         // numbers of the rows that contradict it
	Telling     string           // which row would tell the members apart; empty when nothing would

	// TheirsTotal and OursTotal are what all accounts come to, on the dates in question, under their
	// convention and under ours. Cost is the first less the second. All are zero unless Better.
	TheirsTotal, OursTotal, Cost money.Amount

	named []*gridPolicy // it, our own and the runner-up
}

// What it takes to call a convention established: so many rows for each key in which it differs from ours, or else for part of a
// period, and so many more of them than any policy that differs in such a key.
const (
	MinRows = 5
	MinLead = 3
)

// maxRows is how many prorated groups are tested, spread over all of them.
const maxRows = 200

// policyClass are the policies that reproduce the same samples.
type policyClass struct {
	members []*gridPolicy
	score   int
	hits    string // a byte a sample
}

// convention infers the upstream's policy from the groups that tell policies apart.
func (r *reconciler) convention(ctx context.Context) (*Convention, error) {
	g := newGrid(r.in.Policy, r.zones)
	samples, err := r.samples(ctx, g)
	if err != nil || len(samples) == 0 {
		return nil, err
	}
	for {
		found := classesIn(g, samples)
		c := conclude(g, samples, found)
		if g.confirmed(samples, c) {
			c.Telling = r.telling(c.Members)
			return c, r.cost(ctx, c)
		}
	}
}

// confirmed has the engine bill every group under the policies that a convention names. Where shares asked for another arithmetic did
// not say what it prints, which takes a line that comes to nothing in one and not in the other, the group is billed under every policy,
// and the answer is no.
func (g *grid) confirmed(samples []*sample, c *Convention) bool {
	sure := true
	for _, s := range samples {
		for _, p := range c.named {
			if s.slow || s.billedUnder(p.Policy)&s.asked == s.prints[p.structure][p.arithmetic]&s.asked {
				continue
			}
			sure, s.slow = false, true
			for i := range s.prints {
				s.prints[i] = slices.Clone(s.prints[i])
				for a := range s.prints[i] {
					s.prints[i][a] = s.billedUnder(g.of(i, a))
				}
			}
			s.finish()
		}
	}
	return sure
}

// classesIn sorts the policies of the grid into classes, the best first; of equals the nearest to ours.
func classesIn(g *grid, samples []*sample) []*policyClass {
	byHits := map[string]*policyClass{}
	var found []*policyClass
	hits := make([]byte, len(samples))
	for i := range g.policies {
		p := &g.policies[i]
		score := 0
		for j, s := range samples {
			if hits[j] = 0; s.hit(p) {
				hits[j] = 1
				score++
			}
		}
		c := byHits[string(hits)]
		if c == nil {
			c = &policyClass{hits: string(hits), score: score}
			byHits[c.hits] = c
			found = append(found, c)
		}
		c.members = append(c.members, p)
	}
	slices.SortStableFunc(found, func(a, b *policyClass) int { return cmp.Compare(b.score, a.score) })
	return found
}

// conclude words the best class.
func conclude(g *grid, samples []*sample, found []*policyClass) *Convention {
	best, ours := found[0], &g.policies[0]
	c := &Convention{Policy: best.members[0].Policy, Searched: len(g.policies), Tested: len(samples), Reproduced: best.score}
	c.named = []*gridPolicy{best.members[0], ours}
	for _, m := range best.members {
		c.Members = append(c.Members, m.Policy)
	}
	for i, s := range samples {
		if s.prorated {
			c.Prorated++
		}
		if s.hit(ours) {
			c.Ours++
		}
		if best.hits[i] == 0 {
			c.Against = append(c.Against, s.number)
		}
	}
	c.Better = best.score > c.Ours
	// What is claimed are the keys in which it differs from ours; without any, our own arithmetic.
	claims, n := differences(c.Policy, ours.Policy)
	if n == 0 {
		claims[arithmetic] = true
	}
	if rival, score := runnerUp(found, claims); rival != nil {
		c.RunnerUp, c.Second, c.named = &rival.Policy, score, append(c.named, rival)
	}
	c.Established = (c.Better || n == 0 && best.score > 0) && best.score-c.Second >= MinLead
	for k, is := range claims {
		rows := c.Prorated
		if key(k) != arithmetic {
			rows = 0
			for _, s := range samples {
				if s.changed[k] {
					rows++
				}
			}
		}
		c.Established = c.Established && (!is || rows >= MinRows)
	}
	return c
}

// runnerUp is the best policy of another class that says otherwise of what is claimed.
func runnerUp(found []*policyClass, claims [keys]bool) (*gridPolicy, int) {
	best := found[0].members[0]
	for _, class := range found[1:] {
		for _, p := range class.members {
			set, _ := differences(p.Policy, best.Policy)
			for k := range set {
				if set[k] && claims[k] {
					return p, class.score
				}
			}
		}
	}
	return nil, 0
}

// telling looks for the plainest row that members of a class would bill differently: a close, or else what a key is about.
func (r *reconciler) telling(members []invoice.Policy) string {
	start := cycle.MustDate("2026-01-01")
	for _, months := range []int{0, 3, 1} { // a month of 31 days, one of 30, one of 28
		whole := cycle.Period{Start: start.AddMonths(months), End: start.AddMonths(months + 1)}
		for i := range r.in.Packages {
			price, err := r.catalogue.On(r.in.Packages[i].Name, whole.Start).PeriodPrice()
			if err != nil {
				continue
			}
			for day := 1; day < whole.Days(); day++ {
				if text := splits(members, price, whole, whole.Start.AddDays(day)); text != "" {
					return text
				}
			}
		}
	}
	for _, m := range members {
		set, _ := differences(m, members[0])
		for k := range set {
			if set[k] && keyRows[k] != "" {
				return keyRows[k]
			}
		}
	}
	return ""
}

// keyRows say which rows a key changes.
var keyRows = [keys]string{
	timing:          "any row",
	billChanges:     "a change or close within a period",
	includedCredits: "more credits in part of a period than that part of the allowance",
	freeUpgrade:     "a change from a free package to one with a price, within a period",
	timeZone:        "a creation, change or close that is on another day in the other time zone",
}

// splits says how members bill a close, if not all alike.
func splits(members []invoice.Policy, price money.Amount, whole cycle.Period, closed cycle.Date) string {
	var first money.Amount
	for i := range members {
		m := &members[i]
		share, err := m.Rule().Share(price, whole, cycle.Period{Start: whole.Start, End: m.CloseDay.End(closed)})
		if err != nil {
			return ""
		}
		if i == 0 {
			first = share.Amount
			continue
		}
		if share.Amount != first {
			return fmt.Sprintf("a close on day %d of a period of %d days at %s: %s under %s, %s under %s", closed.Sub(whole.Start)+1, whole.Days(),
				price.Display(), first.Display(), differing(members[0], *m), share.Amount.Display(), differing(*m, members[0]))
		}
	}
	return ""
}

// differing words the keys of a policy in which it differs from another.
func differing(p, from invoice.Policy) string { return strings.Join(p.Changes(from), " ") }

// cost bills all accounts under their convention: what it costs against ours.
func (r *reconciler) cost(ctx context.Context, c *Convention) (err error) {
	if !c.Better {
		zero := money.New(0, r.currency)
		c.OursTotal, c.TheirsTotal, c.Cost = zero, zero, zero
		return nil
	}
	c.OursTotal = r.ourTotal
	if c.TheirsTotal, err = r.total(ctx, c.Policy); err != nil {
		return err
	}
	c.Cost, err = c.TheirsTotal.Sub(c.OursTotal)
	return err
}
